"""Does a person read which rows of how many a list shows, and get to any page by its number?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from admin_views.kit.lists import large_listings, listings, pages
from admin_views.kit.lists.large_listings import LargeListing
from admin_views.kit.lists.pages import PAGE_SIZE, ListArgs, Page
from admin_views.partnership.agencies import AgencyScreen
from models.core.access import Role
from tests import make
from tests.kit.test_screens import managers_the_last_without_an_agency, many_agencies, names, statements
from tests.web import Browser, member

Open = Callable[..., Browser]

FULL = 7 * PAGE_SIZE
COUNT = FULL + 20


@pytest.fixture
def agencies(session: Session) -> list[str]:
    """The names of so many agencies that they fill eight pages, the last one not wholly."""
    return many_agencies(session, COUNT)


def summed_up(page: BeautifulSoup) -> str:
    total = page.select_one(".sum [role=status]")
    assert total is not None
    return total.get_text()


def link(page: BeautifulSoup, words: str) -> str:
    """Where the pager leads under these words."""
    (found,) = [each for each in page.select("nav.pager a") if each.get_text() == words]
    return str(found["href"])


def said(page: BeautifulSoup) -> str:
    return " ".join(notice.get_text() for notice in page.select(".notice.error"))


def test_person_reads_which_rows_of_how_many_they_see(browser: Open, agencies: list[str]) -> None:
    officer = browser(Role.OFFICER)
    assert summed_up(officer.get("/agencies/")).startswith("Rows 1 to 50 of 370 agencies")
    second = officer.get("/agencies/?page=2")
    assert summed_up(second).startswith("Rows 51 to 100 of 370 agencies")
    assert "Page 2 of 8" in second.select_one("nav.pager").get_text()  # type: ignore[union-attr]
    assert summed_up(officer.get("/agencies/?page=8")).startswith("Rows 351 to 370 of 370 agencies")


def test_every_number_opens_the_rows_that_stand_there(browser: Open, agencies: list[str]) -> None:
    officer = browser(Role.OFFICER)
    for number in range(1, 9):
        there = agencies[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        assert names(officer, f"/agencies/?page={number}") == there
        backwards = agencies[::-1][(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        assert names(officer, f"/agencies/?sort=-name&page={number}") == backwards


def test_rows_without_a_value_are_counted_off_after_all_others(browser: Open, session: Session) -> None:
    agency = make.agency(session)
    for number in range(3 * PAGE_SIZE):
        make.person(session, Role.MANAGER, name=f"Manager {number:03d}", agency=agency if number < 70 else None)
    session.commit()
    officer = browser(Role.OFFICER)
    for sort in ("agency_id", "-agency_id"):
        walked = [names(officer, f"/people/?sort={sort}&page={number}") for number in range(1, 5)]
        rows = [name for page in walked for name in page]
        assert len(rows) == len(set(rows)) == 3 * PAGE_SIZE + 1
        assert {name for name in rows[:70]} == {f"Manager {number:03d}" for number in range(70)}


def test_pager_leads_to_first_neighbours_and_last(browser: Open, agencies: list[str]) -> None:
    officer = browser(Role.OFFICER)
    page = officer.get("/agencies/?page=5&sort=name")
    shown = [each.get_text() for each in page.select("nav.pager li")]
    assert shown == ["Previous", "Page 1", "…", "Page 4", "Page 5", "Page 6", "Page 7", "Page 8", "Next"]
    assert page.select_one("nav.pager [aria-current=page]").get_text() == "Page 5"  # type: ignore[union-attr]
    assert names(officer, link(page, "Page 8")) == agencies[FULL:]
    assert names(officer, link(page, "Previous")) == agencies[3 * PAGE_SIZE : 4 * PAGE_SIZE]
    following = officer.get(link(page, "Next"))
    assert summed_up(following).startswith("Rows 251 to 300 of 370")
    assert summed_up(officer.get(link(following, "Previous"))).startswith("Rows 201 to 250 of 370")


def test_form_goes_to_a_page_of_the_list_as_it_is_narrowed(browser: Open, agencies: list[str]) -> None:
    officer = browser(Role.OFFICER)
    form = officer.get("/agencies/?q=agency&sort=-name").select_one("form.go-to")
    assert form is not None
    kept = {str(each["name"]): str(each["value"]) for each in form.select("input[type=hidden]")}
    assert kept == {"q": "agency", "sort": "-name"}
    assert form.select_one("label[for=go-to]").get_text().startswith("Go to page")  # type: ignore[union-attr]
    arguments = "&".join(f"{name}={value}" for name, value in kept.items())
    assert names(officer, f"/agencies/?{arguments}&page=7") == agencies[::-1][6 * PAGE_SIZE : 7 * PAGE_SIZE]


@pytest.mark.parametrize("typed", ["0", "-3", "three", "1.5", "%00", "9" * 40, "1e9"])
def test_number_that_is_none_is_answered_with_a_sentence(browser: Open, agencies: list[str], typed: str) -> None:
    officer = browser(Role.OFFICER)
    answer = officer.client.get("/agencies/", query_string={"page": typed})
    assert answer.status_code == 200
    page = BeautifulSoup(answer.data, "html.parser")
    assert "page" in said(page)
    assert "first" in said(page)
    assert len(page.select("tbody tr")) == PAGE_SIZE


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (9, "There is no page 9: the list has 8 pages. This is the first."),
        (4000, "There is no page 4,000: the list has 8 pages. This is the first."),
    ],
)
def test_page_beyond_the_last_is_answered_with_a_sentence(
    browser: Open, agencies: list[str], number: int, sentence: str
) -> None:
    page = browser(Role.OFFICER).get(f"/agencies/?page={number}")
    assert said(page) == sentence
    assert summed_up(page).startswith("Rows 1 to 50 of 370")


def test_last_page_is_read_backwards_from_the_end(browser: Open, agencies: list[str]) -> None:
    officer = browser(Role.OFFICER)
    for sort, rows in (("name", agencies), ("-name", agencies[::-1])):
        last = officer.get(f"/agencies/?sort={sort}&page=last")
        assert names(officer, f"/agencies/?sort={sort}&page=last") == rows[FULL:]
        assert summed_up(last).startswith("Rows 351 to 370 of 370")
        assert names(officer, link(last, "Previous")) == rows[FULL - PAGE_SIZE : FULL]
        assert not last.select("a[rel=next]")


def test_last_page_begins_with_rows_that_have_no_value(browser: Open, session: Session) -> None:
    managers_the_last_without_an_agency(session)
    officer = browser(Role.OFFICER)
    for sort in ("agency_id", "-agency_id"):
        assert names(officer, f"/people/?sort={sort}&page=last") == names(officer, f"/people/?sort={sort}&page=2")


def test_any_page_takes_five_statements_at_most(browser: Open, engine: Engine, agencies: list[str]) -> None:
    officer = browser(Role.OFFICER)
    for asked in ("page=2", "page=8&sort=-category_id", "page=last&sort=category_id", "page=3&q=agency"):
        officer.get(f"/agencies/?{asked}")
        with statements(engine) as seen:
            officer.get(f"/agencies/?{asked}")
        assert len(seen) <= 5, seen


def test_record_leads_back_to_the_numbered_page(browser: Open, agencies: list[str]) -> None:
    officer = browser(Role.OFFICER)
    record = officer.get("/agencies/?page=4").select_one("tbody th a")
    back = officer.get(str(record["href"])).select_one("nav.trail a")  # type: ignore[index]
    assert names(officer, str(back["href"])) == agencies[3 * PAGE_SIZE : 4 * PAGE_SIZE]  # type: ignore[index]


# Lists whose rows nobody counts


@pytest.fixture
def large(portal: Flask, session: Session, agencies: list[str]) -> Iterator[LargeListing]:
    """The list of agencies as that of a big table."""
    person = member(session, Role.OFFICER)
    session.commit()
    with portal.test_request_context():
        g.actor = person.actor()
        screen = next(view for view in portal.extensions["admin"][0]._views if isinstance(view, AgencyScreen))
        yield LargeListing(screen, screen.column_list, "id", screen.column_formatters)
        screen.session.close()


def shown(listing: LargeListing, **asked: str) -> tuple[Page, list[str]]:
    page = listing.page(listing.screen.session, listing.args(asked))  # type: ignore[attr-defined]
    return page, [row.name for row in page.rows]


def test_big_list_has_numbers_as_far_as_rows_are_counted_off(
    large: LargeListing, agencies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, rows = shown(large, page="3", sort="name")
    assert (page.pages, page.range_words(), rows) == (None, "101 to 150", agencies[100:150])
    assert page.numbers == [1, 2, 3, 4]
    for module in (listings, pages):
        monkeypatch.setattr(module, "DEEPEST", 2)
    deep, rows = shown(large, page="3", sort="name")
    assert "cannot be opened by its number" in deep.problem
    assert rows == agencies[:PAGE_SIZE]


def test_last_page_of_a_big_list_needs_no_count(large: LargeListing, agencies: list[str]) -> None:
    page, rows = shown(large, page="last", sort="name")
    assert rows == agencies[-PAGE_SIZE:]
    assert (page.number, page.range_words(), page.after) == (None, "", None)
    _, rows = shown(large, before=str(page.before), sort="name")
    assert rows == agencies[-2 * PAGE_SIZE : -PAGE_SIZE]


def test_words_in_a_big_list_are_numbered_while_their_hits_are_few(
    large: LargeListing, agencies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, rows = shown(large, q="agency", page="8", sort="name")
    assert (page.pages, rows) == (8, agencies[FULL:])
    monkeypatch.setattr(large_listings, "HITS", 5)
    refused, rows = shown(large, q="agency", page="8", sort="name")
    assert "cannot be opened by its number" in refused.problem
    assert rows == agencies[:PAGE_SIZE]


def test_number_beside_a_row_only_says_which_page_it_is(large: LargeListing, agencies: list[str]) -> None:
    first, _ = shown(large, sort="name")
    page, rows = shown(large, after=str(first.after), page="2", sort="name")
    assert (page.range_words(), rows) == ("51 to 100", agencies[50:100])
    page, rows = shown(large, after=str(first.after), page="nonsense", sort="name")
    assert (page.range_words(), rows) == ("", agencies[50:100])
    assert ListArgs(number=3).skipped == 2 * PAGE_SIZE
