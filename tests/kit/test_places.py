"""Does a list keep its words, filters, order and page on the way to a record and back, and lead nowhere else?"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlsplit

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from models.core.access import Role
from models.partnership.agencies import Agency
from tests import make
from tests.web import Browser, sent_by

Open = Callable[..., Browser]
NARROWED = "/agencies/?q=north&sort=-name&is_active=yes"
HOSTILE = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "\\\\evil",
    "next=//evil.example&url=https://evil.example",
    "q=%0d%0aLocation:%20//evil.example",
    '"><script>alert(1)</script>',
    "x" * 5000,
    "&".join(f"a{number}=1" for number in range(3000))[:1400],
)


@pytest.fixture
def agencies(session: Session) -> list[Agency]:
    """Sixty agencies whose names have a word in common: more than a page."""
    agencies = [make.agency(session, f"North {number:02d}") for number in range(60)]
    session.commit()
    return agencies


def trail(page: BeautifulSoup) -> str:
    link = page.select_one("nav.trail a")
    assert link is not None
    return str(link["href"])


def first_record(browser: Browser, path: str) -> str:
    link = browser.get(path).select_one("main tbody th a")
    assert link is not None
    return str(link["href"])


@pytest.mark.usefixtures("agencies")
def test_record_and_its_forms_lead_back_to_the_place_in_the_list(browser: Open) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    following = str(administrator.get(NARROWED).select("nav.pager a[rel=next]")[0]["href"])
    record = first_record(administrator, following)
    back = trail(administrator.get(record))
    assert "after=" in back
    for part in ("q=north", "sort=-name", "is_active=yes"):
        assert part in back
    assert first_record(administrator, back) == record
    edit = str(administrator.get(record).find("a", string="Edit")["href"])  # type: ignore[index]
    form = administrator.get(edit)
    assert trail(form) == back
    assert form.find("a", string="Cancel")["href"] == record  # type: ignore[index]
    saved = administrator.client.post(edit, data=sent_by(form))
    assert trail(administrator.get(saved.headers["Location"])) == back


def test_deleting_and_bulk_actions_come_back_to_the_place(browser: Open, agencies: list[Agency]) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    record = first_record(administrator, NARROWED)
    delete = str(administrator.get(record).find("a", string="Delete")["href"])  # type: ignore[index]
    gone = administrator.send(delete)
    assert trail(administrator.get(first_record(administrator, gone.headers["Location"]))) == gone.headers["Location"]
    assert set(NARROWED.partition("?")[2].split("&")) == set(gone.headers["Location"].partition("?")[2].split("&"))
    page = administrator.get(NARROWED)
    button = page.select_one("button[formaction]")
    assert button is not None
    path, tokens = str(button["formaction"]), administrator.tokens(NARROWED)
    asked = administrator.client.post(path, data={**tokens, "rowid": agencies[3].id})
    confirmed = {**sent_by(BeautifulSoup(asked.text, "html.parser")), "confirmed": "yes"}
    done = administrator.client.post(path, data=confirmed)
    assert set(done.headers["Location"].partition("?")[2].split("&")) == set(NARROWED.partition("?")[2].split("&"))


def test_new_record_and_its_cancelling_come_back_to_the_place(browser: Open, agencies: list[Agency]) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    new = str(administrator.get(NARROWED).find("a", string="New agency")["href"])  # type: ignore[index]
    cancel = administrator.get(new).find("a", string="Cancel")
    assert "q=north" in str(cancel["href"])  # type: ignore[index]


def test_list_as_it_is_at_first_adds_nothing_to_addresses(browser: Open, agencies: list[Agency]) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    record = first_record(administrator, "/agencies/")
    assert urlsplit(record).query == ""
    assert trail(administrator.get(record)) == "/agencies/"
    assert administrator.get(NARROWED).find("a", string="Show all")["href"] == "/agencies/"  # type: ignore[index]


@pytest.mark.parametrize("place", HOSTILE)
def test_no_place_leads_off_the_list(browser: Open, agencies: list[Agency], place: str) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    record = f"/agencies/{agencies[0].id}/"
    page = administrator.get(f"{record}?list={quote(place)}")
    assert page.find("script", string=lambda text: "alert" in (text or "")) is None
    back = urlsplit(trail(page))
    assert (back.scheme, back.netloc, back.path) == ("", "", "/agencies/")
    assert {part.partition("=")[0] for part in back.query.split("&")} <= {"", "q"}
    gone = administrator.send(f"{record}delete/?list={quote(place)}&url={quote(place)}")
    where = urlsplit(gone.headers["Location"])
    assert (where.scheme, where.netloc, where.path) == ("", "", "/agencies/")
