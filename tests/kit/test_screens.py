"""Does a list show the right rows in the right order, whatever is filtered and sorted, and export them safely?"""

from __future__ import annotations

import csv
import io
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from admin_views.kit.lists.cursors import Cursor, cursor_from, cursor_token
from admin_views.kit.lists.pages import PAGE_SIZE
from models.core.access import Role
from models.documents.exports import ExportRecord
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceList
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]
KEPT_LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")  # what a database can hold
NASTY = "<script>alert(1)</script>\"'&"


def names(browser: Browser, path: str) -> list[str]:
    """The first cells of a list page."""
    return [cell.get_text(strip=True) for cell in browser.get(path).select("table.list tbody th")]


def walk(browser: Browser, path: str, rel: str = "next") -> list[list[str]]:
    """Every page's first cells, following the links."""
    texts = []
    while path:
        page = browser.get(path)
        texts.append([cell.get_text(strip=True) for cell in page.select("table.list tbody th")])
        link = page.select_one(f"a[rel={rel}]")
        path = str(link["href"]) if link else ""
    return texts


def flat(pages: list[list[str]]) -> list[str]:
    return [name for page in pages for name in page]


def many_agencies(session: Session, count: int) -> list[str]:
    agency_names = [f"Agency {number:03d}" for number in range(count)]
    for number, name in enumerate(agency_names):
        make.agency(session, name, code=f"C{number % 3}", is_statutory=number % 2 == 0)
    session.commit()
    return agency_names


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Every statement sent to the database meanwhile."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_every_row_is_on_exactly_one_page(browser: Open, session: Session) -> None:
    agency_names = many_agencies(session, 2 * PAGE_SIZE + 20)
    officer = browser(Role.OFFICER)
    pages = walk(officer, "/agencies/")
    assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 20]
    assert flat(pages) == agency_names
    assert flat(walk(officer, "/agencies/?sort=-name")) == agency_names[::-1]


def test_previous_leads_back_the_same_way(browser: Open, session: Session) -> None:
    agency_names = many_agencies(session, 2 * PAGE_SIZE + 20)
    officer = browser(Role.OFFICER)
    first = officer.get("/agencies/")
    second = officer.get(str(first.select_one("a[rel=next]")["href"]))  # type: ignore[index]
    last = str(second.select_one("a[rel=next]")["href"])  # type: ignore[index]
    back = walk(officer, last, rel="prev")
    assert back == [agency_names[2 * PAGE_SIZE :], agency_names[PAGE_SIZE : 2 * PAGE_SIZE], agency_names[:PAGE_SIZE]]


def managers_the_last_without_an_agency(session: Session) -> None:
    """Ten more managers than a page has rows; those from number 55 on belong to no agency."""
    agency = make.agency(session)
    for number in range(PAGE_SIZE + 10):
        make.person(session, Role.MANAGER, name=f"Manager {number:02d}", agency=agency if number < 55 else None)
    session.commit()


def test_rows_without_a_value_come_last_in_both_directions(browser: Open, session: Session) -> None:
    managers_the_last_without_an_agency(session)
    officer = browser(Role.OFFICER)
    for sort in ("agency_id", "-agency_id"):
        pages = walk(officer, f"/people/?sort={sort}")
        rows = flat(pages)
        assert len(rows) == len(set(rows)) == PAGE_SIZE + 11
        assert {name for name in rows[55:]} == {f"Manager {n}" for n in range(55, 60)} | {Role.OFFICER.label}
    end = officer.get(f"/people/?sort={sort}").select_one("a[rel=next]")
    assert walk(officer, str(end["href"]), rel="prev")[-1] == pages[0]  # type: ignore[index]


def test_names_are_sorted_as_people_look_them_up(browser: Open, session: Session) -> None:
    for name in ("zebra trust", "Émile house", "Elm court", "apple lodge", "Ézra", "Beacon"):
        make.agency(session, name)
    session.commit()
    listed = names(browser(Role.OFFICER), "/agencies/")
    assert listed == ["apple lodge", "Beacon", "Elm court", "Émile house", "Ézra", "zebra trust"]


def test_officer_narrows_a_list_by_words_and_filters(browser: Open, session: Session) -> None:
    many_agencies(session, 12)
    make.agency(session, "100% Safe_House", category="health")
    session.commit()
    officer = browser(Role.OFFICER)
    assert names(officer, "/agencies/?q=agency+007") == ["Agency 007"]
    assert names(officer, "/agencies/?q=AGENCY+c1") == ["Agency 001", "Agency 004", "Agency 007", "Agency 010"]
    assert names(officer, "/agencies/?q=0%25") == ["100% Safe_House"]
    assert names(officer, "/agencies/?q=e_h") == ["100% Safe_House"]
    assert names(officer, "/agencies/?q=^Agency+01") == ["Agency 010", "Agency 011"]
    assert names(officer, "/agencies/?q=^gency") == []
    assert len(names(officer, "/agencies/?is_statutory=yes")) == 6
    health = make.word(session, ReferenceList.AGENCY_CATEGORY, "health").id
    assert names(officer, f"/agencies/?category_id={health}") == ["100% Safe_House"]
    assert "1 agency found" in officer.get(f"/agencies/?category_id={health}").get_text()
    assert "13 agencies" in officer.get("/agencies/").get_text()


@pytest.mark.parametrize("path", ["/agencies/?is_statutory=perhaps", "/agencies/?category_id=x&covers=children"])
def test_answer_that_makes_no_sense_shows_nothing_rather_than_everything(
    browser: Open, session: Session, path: str
) -> None:
    many_agencies(session, 3)
    page = browser(Role.OFFICER).get(path)
    assert "Nothing fits." in page.get_text()


def test_list_page_takes_three_statements(browser: Open, session: Session, engine: Engine) -> None:
    many_agencies(session, PAGE_SIZE + 30)
    officer = browser(Role.OFFICER)
    for path in ("/agencies/", "/agencies/?sort=-category_id", "/agencies/?q=agency", "/people/?role=officer"):
        officer.get(path)
        with statements(engine) as seen:
            officer.get(path)
        assert len(seen) == 3, seen


def test_full_list_page_stays_small(browser: Open, session: Session) -> None:
    many_agencies(session, PAGE_SIZE + 5)
    assert len(browser(Role.ADMINISTRATOR).client.get("/agencies/").data) < 40_000


def test_agency_member_sees_their_own_agency_everywhere(browser: Open, session: Session) -> None:
    own = make.agency(session, "Own agency")
    other = make.agency(session, "Other agency")
    session.commit()
    person = browser(Role.AGENCY_MEMBER, agency=own)
    page = person.get("/agencies/")
    assert names(person, "/agencies/") == ["Own agency"]
    assert "1 agency" in page.get_text()
    assert (
        "Other"
        not in person.get(f"/agencies/?q=other&after={cursor_token('a', 1)}").select_one("table, .nothing").get_text()
    )  # type: ignore[union-attr]
    person.get(f"/agencies/{own.id}/")
    person.get(f"/agencies/{other.id}/", status=404)


@pytest.mark.parametrize("record", ["0", "-1", "99999999999999999999", "1e5", "abc", "1;drop", "%F0%9F%92%A9"])
@pytest.mark.parametrize("page", ["", "edit/", "delete/"])
def test_ids_that_are_none_are_not_found(browser: Open, record: str, page: str) -> None:
    assert browser(Role.ADMINISTRATOR).client.get(f"/agencies/{record}/{page}").status_code == 404


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arguments=st.dictionaries(
        st.sampled_from(
            ["q", "sort", "after", "before", "is_active", "category_id", "covers", "role", "page", "agency_id"]
        ),
        st.one_of(
            st.text(max_size=30),
            st.integers().map(str),
            st.sampled_from(["^", "%", "\\", "-", "-name", "name", "none", "W10", "WzEsMl0", "WyJhIiw5XQ", "1" * 400]),
        ),
        max_size=5,
    ),
    path=st.sampled_from(["/agencies/", "/people/", "/agencies/export/csv/"]),
)
def test_no_list_argument_breaks_a_page(browser: Open, arguments: dict[str, str], path: str) -> None:
    if not hasattr(test_no_list_argument_breaks_a_page, "officer"):
        test_no_list_argument_breaks_a_page.officer = browser(Role.OFFICER)  # type: ignore[attr-defined]
    officer = test_no_list_argument_breaks_a_page.officer  # type: ignore[attr-defined]
    assert officer.client.get(path, query_string=arguments).status_code < 500


@given(value=st.one_of(st.text(KEPT_LETTERS, max_size=20), st.none()), key=st.integers(0, 10**12))
def test_cursor_comes_back_as_it_was(value: str | None, key: int) -> None:
    kind = Agency.name.type
    assert cursor_from({"after": cursor_token(value, key)}, kind) == Cursor(value, key)
    assert cursor_from({"before": cursor_token(value, key)}, kind) == Cursor(value, key, is_back=True)


@pytest.mark.parametrize("value", ["\ud800", "a\0b", ["a"], {"a": 1}, 1.5, True])
def test_cursor_that_no_list_wrote_begins_at_the_beginning(browser: Open, value: Any) -> None:
    token = urlsafe_b64encode(json.dumps([value, 1]).encode()).decode().rstrip("=")
    officer = browser(Role.OFFICER)
    for way in ("after", "before"):
        assert officer.client.get(f"/agencies/?sort=name&{way}={token}").status_code == 200


def test_hostile_text_is_shown_as_text_everywhere(browser: Open, session: Session) -> None:
    agency = make.agency(session, NASTY, code=NASTY)
    session.commit()
    person = browser(Role.ADMINISTRATOR, name=NASTY, email="nasty@example.org")
    paths = ("/", "/account/", "/agencies/", f"/agencies/?q={NASTY}", f"/agencies/{agency.id}/", "/people/")
    for path in (*paths, f"/agencies/{agency.id}/edit/", f"/agencies/{agency.id}/delete/", f"/people/?q={NASTY}"):
        page = person.get(path)
        assert all(script.get("src", "").startswith("/static/") for script in page.select("script")), path
        assert "alert(1)" in str(page), path


def test_officer_takes_out_what_the_list_shows_and_it_is_on_record(browser: Open, session: Session) -> None:
    many_agencies(session, PAGE_SIZE + 12)
    officer = browser(Role.OFFICER)
    answer = officer.client.get("/agencies/export/csv/?is_statutory=yes&sort=-name")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == [
        *("Name", "Category", "Statutory partner", "Works with", "Role in the partnership", "Code", "Contact e-mail"),
        "Active",
    ]
    assert [row[0] for row in rows[1:3]] == ["Agency 060", "Agency 058"]
    assert len(rows) == 32
    record = session.scalars(select(ExportRecord)).one()
    assert (record.list_name, record.file_kind, record.row_count) == ("Agencies", "csv", 31)
    assert record.narrowed_by == {"is_statutory": "yes", "sort": "-name"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " ="])
def test_no_exported_cell_is_taken_for_a_formula(browser: Open, session: Session, start: str) -> None:
    make.agency(session, f"{start}HYPERLINK(1)")
    session.commit()
    officer = browser(Role.OFFICER)
    text = officer.client.get("/agencies/export/csv/").data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline="")))[1][0] == f"'{start}HYPERLINK(1)"
    with officer.client.get("/agencies/export/xlsx/") as answer:
        sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    cell = sheet["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")
    assert sheet.freeze_panes == "A2"


def test_agency_cannot_take_out_a_list(browser: Open, session: Session) -> None:
    agency = make.agency(session)
    session.commit()
    browser(Role.AGENCY_MEMBER, agency=agency).get("/agencies/export/csv/", status=403)
    assert session.scalars(select(ExportRecord)).all() == []


def test_history_names_who_changed_what(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Before")
    session.commit()
    person = browser(Role.ADMINISTRATOR)
    path = f"/agencies/{agency.id}/edit/"
    person.client.post(path, data=person.filled(path, name="After"))
    page = person.get(f"/agencies/{agency.id}/").get_text()
    assert "Name: Before → After" in page
    name = session.scalars(select(Person.name)).one()
    assert name in page


def test_page_of_others_is_refused_and_nobody_is_asked_to_sign_in(browser: Open) -> None:
    browser(Role.BOARD_VIEWER).get("/people/new/", status=403)
    assert "/sign-in/" in browser().client.get("/people/new/").headers["Location"]
    assert browser().client.post("/people/new/").status_code in {400, 401}
