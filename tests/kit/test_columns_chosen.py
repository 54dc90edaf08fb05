"""Does a list show the columns that somebody has chosen, wherever its links lead, and its name always?"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from models.core.access import Role
from models.documents.exports import ExportRecord
from models.documents.saved_views import SavedView
from tests import make
from tests.kit.test_screens import many_agencies, statements
from tests.web import Browser

Open = Callable[..., Browser]
CHOSEN = "/agencies/?columns=name,is_active"


@pytest.fixture
def officer(browser: Open, session: Session) -> Browser:
    many_agencies(session, 120)
    return browser(Role.OFFICER)


def headings(page: BeautifulSoup) -> list[str]:
    return [heading.get_text() for heading in page.select("table.list thead th")]


def ticked(page: BeautifulSoup) -> list[str]:
    return [str(box["value"]) for box in page.select("form.columns input[type=checkbox][checked]")]


def pressed(page: BeautifulSoup, *columns: str) -> str:
    """Where a browser without scripts goes when these boxes are ticked and the form is sent."""
    form = page.select_one("form.columns")
    assert form is not None
    assert form.get("method", "get") == "get"
    hidden = [(str(field["name"]), str(field["value"])) for field in form.select("input[type=hidden]")]
    return f"/agencies/?{urlencode([*hidden, *(('columns', column) for column in columns)])}"


def test_person_ticks_the_columns_they_want_to_see(officer: Browser) -> None:
    whole = officer.get("/agencies/")
    every = headings(whole)
    assert len(every) > 3
    assert [*ticked(whole)] == [box["value"] for box in whole.select("form.columns input[type=checkbox]")]
    answer = officer.client.get(pressed(whole, "is_active"))
    assert answer.status_code == 302
    address = str(answer.headers["Location"])
    assert "columns=name,is_active" in address.replace("%2C", ",")
    page = officer.get(address)
    assert headings(page) == ["Name", "Active"]
    assert ticked(page) == ["is_active"]
    assert {len(row.select("th, td")) for row in page.select("tbody tr")} == {2}
    back = page.find("a", string="Show all columns")
    assert headings(officer.get(str(back["href"]))) == every  # type: ignore[index]


def test_name_stays_when_nothing_is_ticked(officer: Browser) -> None:
    assert headings(officer.get(pressed(officer.get("/agencies/")))) == ["Name"]


@pytest.mark.parametrize("typed", ["", "nothing", "password_hash", "code;name", "%00", "," * 500, "x" * 3000])
def test_columns_that_are_none_of_the_lists_show_all_of_them(officer: Browser, typed: str) -> None:
    every = headings(officer.get("/agencies/"))
    answer = officer.client.get("/agencies/", query_string={"columns": typed})
    assert answer.status_code == 200
    assert headings(BeautifulSoup(answer.data, "html.parser")) == every


def test_choice_goes_with_pages_sorting_words_and_filters(officer: Browser) -> None:
    page = officer.get(f"{CHOSEN}&is_statutory=yes")
    for link in page.select("nav.pager a, thead a, .chips a"):
        assert headings(officer.get(str(link["href"]))) == ["Name", "Active"], link
    search = page.select_one("form.search input[name=columns]")
    assert search is not None
    assert search["value"] == "name,is_active"
    record = page.select_one("tbody th a")
    back = officer.get(str(record["href"])).select_one("nav.trail a")  # type: ignore[index]
    assert headings(officer.get(str(back["href"]))) == ["Name", "Active"]  # type: ignore[index]


def test_file_has_the_columns_that_are_shown(officer: Browser, session: Session) -> None:
    page = officer.get(f"{CHOSEN}&q=agency+007")
    link = next(str(link["href"]) for link in page.select(".take a") if link.get_text() == "CSV")
    answer = officer.client.get(link)
    assert answer.get_data(as_text=True).lstrip("\ufeff").splitlines() == ["Name,Active", "Agency 007,Yes"]
    assert session.scalars(select(ExportRecord.narrowed_by)).one() == {"q": "agency 007", "columns": "name,is_active"}
    whole = officer.client.get("/agencies/export/csv/?q=agency+007").get_data(as_text=True)
    assert len(whole.splitlines()[0].split(",")) > 3


def test_view_keeps_its_columns_and_says_which_are_gone(officer: Browser, session: Session) -> None:
    form = officer.get(CHOSEN).select_one("form.keep")
    hidden = {str(field["name"]): field["value"] for field in form.select("input[type=hidden]")}  # type: ignore[union-attr]
    officer.client.post(str(form["action"]), data={**hidden, "name": "Codes"})  # type: ignore[index]
    tab = officer.get("/agencies/").find("a", string="Codes")
    page = officer.get(str(tab["href"]))  # type: ignore[index]
    assert headings(page) == ["Name", "Active"]
    assert page.select(".notice.error") == []
    session.execute(update(SavedView).values(arguments={"columns": "name,is_active,colour"}, row_version=2))
    session.commit()
    page = officer.get(str(tab["href"]))  # type: ignore[index]
    assert headings(page) == ["Name", "Active"]
    assert "“Colour”, which this list no longer has" in page.select_one(".notice.error").get_text()  # type: ignore[union-attr]


def test_list_inside_a_review_offers_no_column_for_the_review(browser: Open, session: Session) -> None:
    review = make.review(session)
    session.commit()
    page = browser(Role.OFFICER).get(f"/key-lines/?review_id={review.id}")
    assert "review_id" not in [box["value"] for box in page.select("form.columns input[type=checkbox]")]


def test_chosen_columns_take_no_statement_more(officer: Browser, engine: Engine) -> None:
    officer.get(CHOSEN)
    with statements(engine) as seen:
        officer.get(CHOSEN)
    assert len(seen) <= 5, seen
