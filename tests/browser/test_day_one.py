"""Does a partnership get in on its first day, from nothing to its first review, without a developer?

The walk counts the pages it opens and the time it takes, and prints both at its end (`pytest -s`).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.servers.local_servers import join_servers
from tests.accounts.issuers import free_port, real_issuer
from tests.browser.pages import accessible
from tests.browser.stage import own_menu, portal
from tests.browser.test_passkeys import Devices
from tests.postboxes import Postbox, mail_server
from tests.servers.documented import block, run
from tests.servers.test_managed_walk import administered
from tests.spreadsheets.bringing import workbook_of

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
PATIENCE = 180_000  # milliseconds for a job, on a machine that is busy with other tests
PASSWORD = "seven quiet otters"
ISSUER = "Northmoor Council"
BOSS = "ailsa@northmoor.example"
SEATS = ("Core: police", "Core: social care", "Core: health")


class Company:
    """The empty portal, the postbox its mails arrive in, its log, and the pages that people have opened."""

    def __init__(self, chromium: Browser, address: str, postbox: Postbox, ports: tuple[int, int], log: Path) -> None:
        self.chromium, self.postbox, self.log = chromium, postbox, log
        self.mail_port, self.issuer_port = ports
        self.address = address.replace("127.0.0.1", "localhost")
        self.opened: list[str] = []
        self.first_link = ""

    def window(self) -> Page:
        """A browser of somebody's own."""
        context: BrowserContext = self.chromium.new_context(
            base_url=self.address, viewport={"width": 1280, "height": 900}
        )
        page = context.new_page()
        page.on("framenavigated", lambda frame: self.opened.append(re.sub(r"\?.*", "", frame.url)))
        return page

    def printed_link(self) -> str:
        """The first administrator's link, as `make run DEMO=no` prints it once the portal answers."""
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            printed = re.search(r"http://\S+/invitation/[\w-]+/", self.log.read_text())
            if printed:
                return printed[0]
            time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def invitation_of(self, email: str) -> str:
        """The link in the mail to somebody, once it has arrived."""
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            for letter in self.postbox.letters:
                link = re.search(r"http://\S+/invitation/[\w-]+/", letter.get_content())
                if email in str(letter["To"]) and link:
                    return link[0]
            time.sleep(0.2)
        raise AssertionError(f"no invitation reached {email}; {len(self.postbox.letters)} letters came")


@pytest.fixture(params=["embedded", "managed"])
def company(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Company]:
    """The portal of `make run DEMO=no`: in an empty folder, or on a managed database made as docs/operating.md says."""
    folder, postbox, issuer_port = tmp_path / "data", Postbox(), free_port()
    folder.mkdir()
    settings = {"DEMO": "no", "PARTNERSHIP_LOGO": "", "DEMO_PASSWORD": "", "SECRET_KEY": "k" * 64}
    settings["WORK_ACCOUNT_SECRETS"] = json.dumps({f"http://127.0.0.1:{issuer_port}": "a secret for tests"})
    with ExitStack() as stack:
        if request.param == "managed":
            settings |= stack.enter_context(managed_database(tmp_path))
        server = stack.enter_context(mail_server(postbox))
        address = stack.enter_context(portal(folder, **settings))
        company = Company(chromium, address, postbox, (server.port, issuer_port), folder / "run.log")
        if request.param == "managed":
            told = {**settings, "DATA_DIR": str(folder), "PORT": address.rpartition(":")[2]}
            inviting = f"flask --app wsgi people invite {BOSS} 'Ailsa Penhallow' --role administrator --json"
            invited = run(inviting, folder, told)
            company.first_link = json.loads(invited)["link"]
        else:
            company.first_link = company.printed_link()
        yield company


@contextmanager
def managed_database(folder: Path) -> Iterator[dict[str, str]]:
    """The settings for a database that its administrator has made, prepared by its owner."""
    with join_servers(folder / "server", with_queue=False, durable=False) as server:
        told = {"DATA_DIR": str(folder / "operator")}
        script = block("flask --app wsgi database roles")
        run(script.replace("postgresql://administrator@host/postgres", administered(server)), folder, told)
        prepared = {
            "DATABASE_URL": server.database_url,
            "DATABASE_SIGN_IN_URL": server.sign_in_url,
            "DATABASE_JOBS_URL": server.jobs_url,
            "DATABASE_OWNER_URL": server.owner_url,
        }
        run("flask --app wsgi database prepare", folder, {**told, **prepared})
        yield prepared  # the launcher tells each process what it needs


def partnership(issued: str) -> dict[str, list[tuple[Any, ...]]]:
    """50 agencies, 200 people, three hubs with their seats, 40 sharing agreements; one person is the issuer's."""
    categories = ("Police", "Social care", "Health", "Education")
    agencies = [(f"Northmoor agency {number:02}", categories[number % 4]) for number in range(50)]
    officers = [(f"Officer {kind}", f"officer.{kind.lower()}@northmoor.example", "officer", "") for kind in KINDS]
    members = [
        (f"Member {number:03}", f"member{number:03}@northmoor.example", "agency_member", agencies[number % 50][0])
        for number in range(len(officers), 199)
    ]
    people = [*officers, *members, ("Priya Poole", issued, "manager", agencies[0][0])]
    seats = [
        (f"{kind} hub", members[place * 3 + number][1], seat, date(2026, 4, 1))
        for place, kind in enumerate(KINDS)
        for number, seat in enumerate(SEATS)
    ]
    return {
        "Agencies": [("Name", "Category"), *agencies],
        "People": [("Name", "E-mail", "Role", "Agency"), *people],
        "Hubs": [("Name", "Kind", "Officer"), *((f"{kind} hub", kind, f"Officer {kind}") for kind in KINDS)],
        "Memberships": [("Hub", "Person", "Seat", "First day"), *seats],
        "Strategic priorities": [("Name", "First day"), ("Neglect", date(2026, 4, 1))],
        "Sharing agreements": [
            ("Agency", "Version", "Signed on", "Signed by", "Role of the signatory", "Valid until"),
            *((name, "1.0", "01/02/2026", "C. Chief", "Chief officer", "31/01/2028") for name, _ in agencies[:40]),
        ],
    }


KINDS = ("Children", "Adults", "Combined")


def come_in(page: Page, link: str) -> None:
    """Accept an invitation with a password; whoever opens the first link of all says who they are."""
    page.goto(link)
    accessible(page)
    if page.get_by_label("Your name").count():
        page.get_by_label("Your name").fill("Ailsa Penhallow")
        page.get_by_label("Your e-mail address").fill(BOSS)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password and go in").click()
    expect(own_menu(page)).to_be_visible()


def set_up_passkey(page: Page) -> None:
    devices = Devices(page)
    devices.take()
    page.goto("/account/passkeys/")
    page.get_by_label("What is it called?").fill("Laptop")
    page.get_by_role("button", name="Set up a passkey").click()
    expect(page.get_by_text("Your passkey is set up.")).to_be_visible()


def name_partnership(page: Page, port: int) -> None:
    """Settings and a mail server, proved by a test mail that a real server takes."""
    page.goto("/partnership-settings/")
    accessible(page)
    page.get_by_label("Name", exact=True).fill("Northmoor Safeguarding Partnership")
    page.locator("#host").fill("127.0.0.1")
    page.locator("#port").fill(str(port))
    page.locator("#encryption").select_option("none")
    page.locator("#sender_address").fill("portal@northmoor.example")
    page.get_by_role("button", name="Save and send me a test mail").click()
    expect(page.get_by_text("250").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("header").get_by_text("Northmoor Safeguarding Partnership")).to_be_visible()


def trust(page: Page, issuer: str) -> None:
    page.goto("/work-issuers/new/")
    page.get_by_label("Name on the button").fill(ISSUER)
    page.get_by_label("Issuer address").fill(issuer)
    page.get_by_label("Client id").fill("portal")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=ISSUER)).to_be_visible()


def bring_in(page: Page, file: Path) -> None:
    """Upload, columns, check, acceptance with the tick for invitations."""
    page.goto("/table-imports/upload/")
    page.get_by_label("Spreadsheet").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/columns/**")
    page.get_by_role("button", name="Check the rows").click()
    finished(page)
    accessible(page)
    page.get_by_role("link", name="Accept").click()
    page.get_by_label("Invite the new people by mail").check()
    page.get_by_role("button", name="Bring in").click()
    finished(page)
    expect(page.get_by_text("Imported").first).to_be_visible()


def finished(page: Page) -> None:
    """Wait for a job, and go on to the import's own page."""
    page.wait_for_url("**/wait/**")
    page.get_by_role("link", name="Go on").click(timeout=PATIENCE)


def come_in_by_work_account(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("link", name=f"Sign in with {ISSUER}").click()
    page.get_by_placeholder("sub").fill("priya")
    page.get_by_role("button", name="Authorize").click()
    expect(own_menu(page)).to_be_visible()


def begin_review(page: Page) -> None:
    page.goto("/thematic-reviews/new/")
    page.get_by_label("Title").fill("Neglect of children under five")
    page.get_by_label("Kind").select_option("Children")
    page.get_by_label("Hub").select_option("Children hub")
    page.get_by_label("Strategic priority").select_option("Neglect")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Neglect of children under five", level=1)).to_be_visible()


def test_partnership_is_in_on_its_first_day(company: Company, tmp_path: Path) -> None:
    began, issued = time.monotonic(), "priya.poole@northmoor.example"
    file = tmp_path / "partnership.xlsx"
    file.write_bytes(workbook_of(**partnership(issued)))
    boss = company.window()
    come_in(boss, company.first_link)
    accessible(boss)
    set_up_passkey(boss)
    name_partnership(boss, company.mail_port)
    with real_issuer(company.issuer_port, priya={"email": issued, "email_verified": True, "amr": ["mfa"]}) as issuer:
        trust(boss, issuer)
        bring_in(boss, file)
        come_in_by_work_account(company.window(), company.invitation_of(issued))
    officer = company.window()
    come_in(officer, company.invitation_of("officer.children@northmoor.example"))
    set_up_passkey(officer)  # before anything else: officers must have a second factor
    come_in(company.window(), company.invitation_of("member003@northmoor.example"))
    begin_review(officer)
    boss.goto("/")
    accessible(boss)
    minutes = (time.monotonic() - began) / 60
    print(f"\nfirst day: {len(company.opened)} pages in {minutes:.1f} minutes")
