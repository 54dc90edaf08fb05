"""Does somebody invited by mail come in with a password of their own, and back in when they have forgotten it?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import accessible
from tests.browser.stage import PASSWORD, own_menu, portal
from tests.postboxes import Postbox, mail_server

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
CHOSEN, LATER = "seven quiet otters", "eleven blue kettles"


class Stage:
    """A portal whose mails arrive in a postbox, and its log."""

    def __init__(self, address: str, postbox: Postbox, log: Path) -> None:
        self.address, self.postbox, self.log = address, postbox, log

    def link_in_mail_to(self, email: str, kind: str) -> str:
        """The link of the newest mail of that kind, once it has arrived."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for letter in reversed(self.postbox.letters):
                link = re.search(rf"http://\S+/{kind}/[\w-]{{43}}/", letter.get_content())
                if email in str(letter["To"]) and link:
                    return link[0]
            time.sleep(0.2)
        raise AssertionError(
            f"no {kind} mail to {email} among {[str(letter['To']) for letter in self.postbox.letters]}"
        )


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder, postbox = tmp_path_factory.mktemp("data"), Postbox()
    with mail_server(postbox) as server:
        mail = {"SMTP_URL": f"smtp://127.0.0.1:{server.port}?tls=none", "MAIL_FROM": "portal@example.org"}
        with portal(folder, **mail) as address:
            yield Stage(address, postbox, folder / "run.log")


def choose(page: Page, password: str, button: str) -> None:
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Password again").fill(password)
    page.get_by_role("button", name=button).click()


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(own_menu(page)).to_be_visible()


def invite(page: Page, name: str, email: str) -> None:
    """Save a new person with the tick for an invitation as it stands."""
    page.goto("/people/new/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Role").select_option("officer")
    expect(page.get_by_label("Send an invitation")).to_be_checked()
    page.get_by_role("button", name="Save").click()


def ask_for_new_password(page: Page, email: str) -> None:
    page.goto("/sign-in/")
    page.get_by_role("link", name="Forgotten your password?").click()
    accessible(page)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    accessible(page)


def accept(page: Page, link: str) -> None:
    """Open an invitation, try a common password, and come in with another."""
    page.goto(link)
    expect(page).to_have_url(re.compile("/invitation/$"))
    expect(page.get_by_role("heading", name="Welcome, Nora Newcomer")).to_be_visible()
    accessible(page)
    choose(page, "password1234", "Set the password and go in")
    expect(page.get_by_text("too easily guessed")).to_be_visible()
    accessible(page)
    choose(page, CHOSEN, "Set the password and go in")
    expect(page.get_by_text("Welcome, Nora Newcomer. You are signed in.")).to_be_visible()


def test_invited_person_comes_in_by_the_mail_and_back_in_after_forgetting_the_password(
    chromium: Browser, stage: Stage
) -> None:
    email = "newcomer@example.org"
    boss, page, other = (
        chromium.new_context(base_url=stage.address, viewport={"width": width, "height": 800}).new_page()
        for width in (1280, 360, 1280)
    )
    boss.goto("/sign-in/")
    sign_in(boss, "administrator@demo.example", PASSWORD)
    invite(boss, "Nora Newcomer", email)
    expect(boss.get_by_text(f"An invitation is on its way to {email}.")).to_be_visible()

    link = stage.link_in_mail_to(email, "invitation")
    accept(page, link)
    boss.reload()
    expect(boss.get_by_role("heading", name="Signed in", exact=True)).to_be_visible()
    expect(boss.get_by_role("button", name="End all")).to_be_visible()
    accessible(boss)
    other.goto(link)
    expect(other.get_by_text("This link has been used")).to_be_visible()
    accessible(other)

    ask_for_new_password(other, email)
    reset = stage.link_in_mail_to(email, "new-password")
    other.goto(reset)
    choose(other, LATER, "Set the new password")
    expect(other.get_by_text("Your new password is set")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(other, email, LATER)
    tokens = [address.rstrip("/").rpartition("/")[2] for address in (link, reset)]
    assert [token for token in tokens if token in stage.log.read_text()] == []


def test_link_that_is_handed_over_is_shown_once_and_copied_by_a_press(open_as: Callable[[str], Page]) -> None:
    page = open_as("administrator")
    invite(page, "Hal Handed", f"hal{time.time_ns()}@example.org")
    page.get_by_role("button", name="Invite", exact=True).click()
    field = page.get_by_label("Hal Handed")
    expect(field.first).to_have_value(re.compile(r"/invitation/[\w-]{43}/$"))
    accessible(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied: Hal Handed")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == field.first.input_value()
