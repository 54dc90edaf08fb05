"""Is every cell read as it was meant, and does every text come back exactly as it left?"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from models.core.access import Role
from models.core.db import PortalSession
from models.partnership.agencies import Agency
from models.partnership.memberships import Membership
from models.partnership.reference_items import ReferenceList
from models.partnership.strategic_priorities import StrategicPriority
from tests import make
from tests.spreadsheets.bringing import Bringer, counts, csv_of, refusals, workbook_of
from tests.web import Browser, words_of

Open = Callable[..., Browser]
ODD = (
    "=1+1", "'=1+1", "''-x", "+44 1632 960", "-5 to 3", "@home", "007", "1e5", "'tis", '="4"', "TRUE", "_x0041_",
    "a;b,c", "“Quoted”", "2026-03-04", "NULL", "#hash", " ' =x",
)  # fmt: skip


@pytest.fixture
def bringer(browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession]) -> Bringer:
    make.word(session, ReferenceList.AGENCY_CATEGORY, "police")
    return Bringer(browser(Role.ADMINISTRATOR), session, session_factory)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_texts_that_a_spreadsheet_might_take_for_something_else_come_back_as_they_left(
    bringer: Bringer, kind: str
) -> None:
    for number, text in enumerate(ODD):
        make.agency(bringer.session, f"Agency {number}", code=text.strip(), partnership_role=text.strip())
    day = date(2026, 4, 1)
    lines = "first\nsecond\n\n- a list\n= no formula"
    bringer.session.add(StrategicPriority(name="=Neglect", description=lines, starts_on=day))
    for name, rows in (("agencies", len(ODD)), ("strategic-priorities", 1)):
        with bringer.browser.client.get(f"/{name}/export/{kind}/") as answer:
            checked = bringer.check(answer.data, name, f"x.{kind}")
        assert counts(checked) == (0, 0, rows, 0), checked.report


def test_texts_of_a_file_are_kept_as_they_stand(bringer: Bringer) -> None:
    texts = [text for text in ODD if not text.startswith("=")]
    rows = [(f"Agency {text}", "Police", text) for text in texts]
    file = workbook_of(Agencies=[("Name", "Category", "Code"), *rows, ("A formula", "Police", "=1+1")])
    brought = bringer.bring(file, name="x.xlsx")
    assert counts(brought) == (len(texts), 0, 0, 1)
    assert "an error of the spreadsheet" in refusals(brought)[len(texts) + 2]  # a formula that nobody has calculated
    codes = {name: code for name, code in bringer.session.execute(select(Agency.name, Agency.code))}
    assert codes["Agency 007"] == "007"
    assert codes["Agency a;b,c"] == "a;b,c"
    assert codes["Agency “Quoted”"] == "“Quoted”"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("03/04/2026", date(2026, 4, 3)),
        ("3 April 2026", date(2026, 4, 3)),
        ("2026-04-03", date(2026, 4, 3)),
        (date(2026, 4, 3), date(2026, 4, 3)),
    ],
    ids=["numbers", "words", "iso", "a date of Excel"],
)
def test_days_are_read_in_british_order_however_they_are_written(bringer: Bringer, typed: object, first: date) -> None:
    hub, person = make.hub(bringer.session), make.person(bringer.session, Role.MANAGER, name="Polly Smith")
    rows = [("Hub", "Person", "Seat", "Start"), (hub.name, person.email, "Voluntary sector member", typed)]
    bringer.bring(workbook_of(Memberships=rows), name="x.xlsx")
    assert bringer.session.scalars(select(Membership.starts_on)).one() == first


def test_what_is_no_day_is_refused_with_the_way_to_write_one(bringer: Bringer) -> None:
    rows = [("Name", "First day"), ("A", "soon"), ("B", "31/02/2026"), ("C", "March 2026"), ("D", "")]
    said = refusals(bringer.check(csv_of(*rows), "strategic-priorities"))
    assert said == {
        2: "“First day” is “soon”; write a day such as 31/12/2026.",
        3: "“First day” is “31/02/2026”; write a day such as 31/12/2026.",
        4: "“First day” is “March 2026”; write a day such as 31/12/2026.",
        5: "“First day” must be given.",
    }


def test_hidden_sheets_titles_above_the_headings_and_empty_lines_are_passed_over(bringer: Bringer) -> None:
    rows = [("Partnership 2026", None), (), ("Name", "Category"), ("  Northfield  Police ", "police"), (), (None, None)]
    book = load_workbook(io.BytesIO(workbook_of(Agencies=rows, Old=[("Name", "Category"), ("Gone", "Police")])))
    book["Agencies"].merge_cells("A1:B1")
    book["Old"].sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    assert counts(bringer.bring(file.getvalue(), "agencies", "x.xlsx")) == (1, 0, 0, 0)
    assert bringer.session.scalars(select(Agency.name)).one() == "Northfield Police"


def test_an_agency_that_is_no_longer_in_use_is_not_given_to_anybody_new(bringer: Bringer) -> None:
    old = make.agency(bringer.session, "Old Agency", is_active=False)
    make.person(bringer.session, Role.MANAGER, agency=old, name="Polly Smith")
    known = ("Polly Smith", "polly.smith@example.org", "Manager", "Old Agency")
    rows = [("Name", "E-mail", "Role", "Agency"), known, ("New", "n@x.org", "Manager", "Old Agency")]
    checked = bringer.check(csv_of(*rows), "people")
    assert counts(checked) == (0, 0, 1, 1)
    assert refusals(checked)[3] == "“Agency”: Old Agency is no longer in use; choose another."


def test_a_role_given_up_by_import_is_a_change_of_the_person_like_any_other(bringer: Bringer) -> None:
    person = make.person(bringer.session, Role.OFFICER, name="Olive Officer")
    rows = [("E-mail", "Role"), (person.email, "Board viewer")]
    assert counts(bringer.bring(csv_of(*rows), "people")) == (0, 1, 0, 0)
    bringer.session.refresh(person)
    assert (person.role, person.name) == (Role.BOARD_VIEWER, "Olive Officer")


def test_a_file_that_unpacks_to_far_too_much_is_refused_in_one_sentence(bringer: Bringer) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _megabyte in range(200):
                sheet.write(b" " * (1 << 20))
    answer = bringer.upload(file.getvalue(), "agencies", "bomb.xlsx")
    assert answer.status_code == 422
    assert "unpacks to far more than a list needs" in words_of(answer)
