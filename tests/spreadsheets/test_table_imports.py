"""Can somebody bring a list in, sees what it would do, and is nothing written before they accept it?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models.core.access import Role
from models.core.clock import now, today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.documents.job_requests import request_job
from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceList
from models.rules.spreadsheets.tables import Table
from models.spreadsheets.import_facts import ImportFacts
from models.spreadsheets.import_runs import SheetChoice, import_sheets
from models.spreadsheets.table_imports import ImportStatus, TableImport
from tests import make
from tests.spreadsheets.bringing import Bringer, counts, csv_of, refusals, workbook_of
from tests.web import Browser, words_of
from tests.work import do_requests

Open = Callable[..., Browser]
HEADINGS = ("Name", "Category", "Statutory partner", "Works with", "Code", "Contact e-mail", "Active")
POLICE = ("Northfield Police", "Police", "Yes", "Both", "POL", "duty@police.example", "Yes")
HEALTH = ("Northfield Health", "Health", "no", "Children", "", "", "")


@pytest.fixture
def bringer(browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession]) -> Bringer:
    for code in ("police", "health"):
        make.word(session, ReferenceList.AGENCY_CATEGORY, code)
    return Bringer(browser(Role.ADMINISTRATOR), session, session_factory)


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Agency.name).order_by(Agency.name)))


def test_administrator_brings_agencies_in_and_nothing_is_written_before(bringer: Bringer) -> None:
    checked = bringer.check(csv_of(HEADINGS, POLICE, HEALTH), "agencies")
    assert (counts(checked), names(bringer.session)) == ((2, 0, 0, 0), [])
    page = words_of(bringer.browser.client.get(f"/table-imports/{checked.id}/check/"))
    assert "Nothing is written yet." in page
    assert "Northfield Police; Northfield Health" in page
    done = bringer.accept()
    assert (done.status, counts(done)) == (ImportStatus.IMPORTED, (2, 0, 0, 0))
    police, health = bringer.session.scalars(select(Agency).order_by(Agency.id))
    assert (police.code, police.is_statutory, police.contact_email) == ("POL", True, "duty@police.example")
    assert (health.covers.value, health.is_active, health.is_statutory) == ("children", True, False)
    result = bringer.browser.get(f"/table-imports/{done.id}/")
    assert result.select_one(f'a[href="/agencies/{police.id}/"]')


def test_the_same_rows_again_change_nothing_and_a_changed_one_is_shown_old_and_new(bringer: Bringer) -> None:
    bringer.bring(csv_of(HEADINGS, POLICE, HEALTH), "agencies")
    again = bringer.check(csv_of(HEADINGS, POLICE, HEALTH), "agencies")
    assert counts(again) == (0, 0, 2, 0)
    by_code = ("Northfield Constabulary", *POLICE[1:5], "", "Yes")
    changed = bringer.check(csv_of(HEADINGS, by_code, HEALTH), "agencies")
    assert counts(changed) == (0, 1, 1, 0)
    page = words_of(bringer.browser.client.get(f"/table-imports/{changed.id}/check/"))
    assert "Name Northfield Police Northfield Constabulary" in page
    assert "Contact e-mail duty@police.example nothing" in page
    bringer.accept()
    assert names(bringer.session) == ["Northfield Constabulary", "Northfield Health"]


def test_columns_are_guessed_shown_with_values_and_may_be_changed(bringer: Bringer) -> None:
    odd = csv_of(
        ("Our agencies",), (), ("Agency", "CATEGORY ", "Notes", "Works wth"), ("Probation", "police", "x", "adults")
    )
    assert bringer.upload(odd, "agencies").status_code == 302
    page = bringer.browser.get(f"/table-imports/{bringer.newest().id}/columns/")
    chosen = {str(field["name"]): field.select_one("option[selected]") for field in page.select("select")}
    assert chosen["column-0-name"] is None
    assert chosen["column-0-category_id"].text == "CATEGORY: police"  # type: ignore[union-attr]
    assert chosen["column-0-covers"].text == "Works wth: adults"  # type: ignore[union-attr]
    answer = bringer.browser.client.post(page_of(bringer), data=bringer.browser.filled(page_of(bringer)))
    assert answer.status_code == 422
    assert "choose the column of “Name”" in words_of(answer)
    filled = bringer.browser.filled(page_of(bringer), **{"column-0-name": "Agency"})
    assert bringer.browser.client.post(page_of(bringer), data=filled).status_code == 302
    assert counts(bringer.work()) == (1, 0, 0, 0)


def page_of(bringer: Bringer) -> str:
    return f"/table-imports/{bringer.newest().id}/columns/"


def test_each_refused_row_has_its_line_and_its_sentence(bringer: Bringer) -> None:
    make.agency(bringer.session, "Gone Agency", code="GONE")
    rows = (
        POLICE,
        ("Twice", "Police", "", "", "", "", ""),
        ("twice ", "Health", "", "", "", "", ""),
        ("No category", "", "", "", "", "", ""),
        ("Odd words", "Police", "perhaps", "", "", "", ""),
        ("Broken", "Police", "", "", "#REF!", "", ""),
        ("x" * 201, "Police", "", "", "", "", ""),
    )
    checked = bringer.check(csv_of(HEADINGS, *rows), "agencies")
    assert counts(checked) == (1, 0, 0, 6)
    said = refusals(checked)
    assert said[3] == said[4] == "Lines 3 and 4 are the same agency; keep one of them."
    assert said[5] == "“Category” must be given."
    assert said[6] == "“Statutory partner” is “perhaps”; write Yes or No."
    assert said[7] == "“Code” holds #REF!, an error of the spreadsheet."
    assert said[8] == "“Name” must be 200 characters or fewer."
    file = bringer.browser.client.get(f"/table-imports/{checked.id}/refused.csv").text
    assert "file.csv" not in file
    assert ",5,No category,“Category” must be given." in file


def test_near_misses_are_offered_and_the_answer_is_kept(bringer: Bringer) -> None:
    checked = bringer.check(csv_of(HEADINGS, ("A", "Polise", *POLICE[2:4], "", "", ""), HEALTH), "agencies")
    assert counts(checked) == (1, 0, 0, 1)
    assert "Did you mean “Police”?" in refusals(checked)[2]
    page = f"/table-imports/{checked.id}/check/"
    asked = bringer.browser.get(page).select_one("select[name=meant]")
    assert asked is not None
    assert [option.text for option in asked.select("optgroup:first-of-type option")] == ["Police"]
    sent = {
        **bringer.browser.tokens(page),
        "kind": "agencies",
        "key": "category_id",
        "word": "Polise",
        "meant": "Police",
    }
    assert bringer.browser.client.post(f"/table-imports/{checked.id}/answers/", data=sent).status_code == 302
    assert counts(bringer.work()) == (2, 0, 0, 0)
    assert counts(bringer.accept()) == (2, 0, 0, 0)


def test_what_has_changed_since_the_check_is_reported_and_nothing_is_written(bringer: Bringer) -> None:
    checked = bringer.check(csv_of(HEADINGS, POLICE, HEALTH), "agencies")
    make.agency(bringer.session, "Northfield Health", category="health")
    again = bringer.accept()
    assert (again.id, again.status, counts(again)) == (checked.id, ImportStatus.CHECKED, (1, 1, 0, 0))
    assert again.refusal.startswith("Nothing was brought in: the portal's records have changed")
    assert names(bringer.session) == ["Northfield Health"]
    assert counts(bringer.accept()) == (1, 1, 0, 0)
    assert names(bringer.session) == ["Northfield Health", "Northfield Police"]


def test_a_job_that_runs_twice_brings_everything_in_once(bringer: Bringer) -> None:
    bringer.bring(csv_of(HEADINGS, POLICE), "agencies")
    made = bringer.session.scalar(select(func.count()).select_from(Agency))

    for name in ("check_table_import", "carry_out_table_import"):
        request_job(bringer.session, name, {"import_id": bringer.newest().id})
    said = [request.sentence for request in do_requests(bringer.session, bringer.factory)]
    assert said == ["The spreadsheet was checked already.", "The spreadsheet was brought in already."]
    assert bringer.session.scalar(select(func.count()).select_from(Agency)) == made


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7 something", "This is a PDF, from which no list can be read"),
        (b"\x89PNG\r\n", "This is a picture, not a list"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\n".join(b"a,b" for _ in range(10_002)), "more than 10,000 rows"),
    ],
    ids=["empty", "pdf", "picture", "damaged", "too long"],
)
def test_what_is_no_table_is_refused_in_one_sentence(bringer: Bringer, content: bytes, sentence: str) -> None:
    answer = bringer.upload(content, "agencies")
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert bringer.session.scalar(select(func.count()).select_from(TableImport)) == 0


def test_officers_may_not_bring_in_what_they_may_not_create(browser: Open) -> None:
    officer = browser(Role.OFFICER)
    assert officer.client.get("/table-imports/upload/?to=agencies").status_code == 403
    assert officer.client.get("/table-imports/template/agencies.xlsx").status_code == 403
    assert officer.client.get("/table-imports/upload/?to=nothing").status_code == 404
    assert not officer.get("/agencies/").select('a[href^="/table-imports/"]:not(nav a)')


def test_rows_that_a_role_may_not_create_are_refused_whatever_was_chosen(bringer: Bringer) -> None:
    session, officer = bringer.session, make.person(bringer.session, Role.OFFICER)
    tables, choices = [Table("Sheet", HEADINGS, ())], [SheetChoice("Sheet", "agencies", {})]
    session.info["actor"] = officer.actor()
    with pytest.raises(RuleBroken, match="Your role may not bring in agencies"):
        import_sheets(session, tables, choices, ImportFacts("a.csv", today(), officer.id, officer.name))


def test_officers_reach_the_spreadsheets_that_they_brought_themselves_and_administrators_every_one(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    bringer = Bringer(browser(Role.OFFICER, name="Olive Officer"), session, session_factory)
    assert bringer.upload(csv_of(("Title",), ("Neglect",)), "intelligence-items").status_code == 302
    page = f"/table-imports/{bringer.newest().id}/"
    for person, count in ((browser(Role.ADMINISTRATOR), 1), (browser(Role.OFFICER, name="Another"), 0)):
        assert len(person.get("/table-imports/").select("main tbody th")) == count
        for view in ("", "columns/"):
            assert person.client.get(f"{page}{view}").status_code == (200 if count else 404)


def test_an_upload_is_gone_within_a_day_and_is_discarded_at_once_when_wanted(bringer: Bringer) -> None:
    checked = bringer.check(csv_of(HEADINGS, POLICE), "agencies")
    assert checked.sealed is not None
    assert b"Northfield" not in checked.sealed
    checked.uploaded_at = now() - timedelta(hours=23)

    request_job(bringer.session, "erase_stale_imports", {})
    assert [request.sentence for request in do_requests(bringer.session, bringer.factory)] == [
        "1 uploaded spreadsheet erased."
    ]
    gone = bringer.newest()
    assert (gone.status, gone.sealed, gone.report, gone.choice) == (ImportStatus.DISCARDED, None, None, None)
    bringer.upload(csv_of(HEADINGS, POLICE), "agencies")
    page = f"/table-imports/{bringer.newest().id}/discard/"
    bringer.browser.client.post(page, data={**bringer.browser.tokens(page), "confirmed": "yes"})
    assert (bringer.newest().status, bringer.newest().sealed) == (ImportStatus.DISCARDED, None)


def test_a_workbook_of_two_sheets_is_read_whatever_their_order(bringer: Bringer) -> None:
    book = workbook_of(Agencies=[HEADINGS, POLICE], Notes=[["What we said"], ["Nothing"]])
    done = bringer.bring(book, name="partnership.xlsx")
    assert counts(done) == (1, 0, 0, 0)
