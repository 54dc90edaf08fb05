"""Does one workbook bring a whole partnership in, in one transaction, each sheet after those it needs?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import sessionmaker

from models.accounts.access_links import AccessLink
from models.core.access import Role
from models.core.db import PortalSession
from models.messages.messages import Message
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.mail_servers import MailServer
from models.partnership.memberships import Membership, Seat
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceList
from models.partnership.sharing_agreements import SharingAgreement
from models.spreadsheets.table_imports import ImportStatus
from tests import make
from tests.spreadsheets.bringing import Bringer, counts, csv_of, refusals, workbook_of
from tests.web import Browser, words_of
from tests.work import do_requests, done

Open = Callable[..., Browser]
AGENCIES = [("Name", "Category"), ("Northfield Police", "Police"), ("Northfield Health", "Health")]
PEOPLE = [
    ("Name", "E-mail", "Role", "Agency", "Job title"),
    ("Olive Officer", "Olive@Example.org", "Quality Learning and Improvement Officer", "", "QLIO"),
    ("Polly Smith", "polly@police.example", "Manager", "Northfield Police", "Inspector"),
    ("Polly Smith", "polly@health.example", "Agency member", "northfield health", "Nurse"),
]
HUBS = [("Name", "Kind", "Officer"), ("Children's hub", "Children", "Olive Officer")]
SEATS = [
    ("Hub", "Person", "Seat", "First day", "Last day"),
    ("Children's hub", "polly@police.example", "Core: police", "03/04/2026", ""),
    ("Children's hub", "Olive Officer", "officer", date(2026, 4, 1), date(2027, 3, 31)),
]
AGREEMENTS = [
    ("Agency", "Version", "Signed on", "Signed by", "Role of the signatory", "Valid until"),
    ("Northfield Police", "1.0", "01/02/2026", "C. Chief", "Chief Constable", "31/01/2028"),
]
WHOLE = {
    "Sharing_agreements": AGREEMENTS, "Memberships": SEATS, "Hubs": HUBS, "People": PEOPLE, "Agencies": AGENCIES,
}  # fmt: skip


@pytest.fixture
def bringer(browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession]) -> Bringer:
    for code in ("police", "health"):
        make.word(session, ReferenceList.AGENCY_CATEGORY, code)
    return Bringer(browser(Role.ADMINISTRATOR), session, session_factory)


def count_of(bringer: Bringer, model: Any) -> int:
    return bringer.session.scalar(select(func.count()).select_from(model)) or 0


def test_whole_partnership_comes_in_by_one_workbook_and_again_changes_nothing(bringer: Bringer) -> None:
    done = bringer.bring(workbook_of(**WHOLE), name="partnership.xlsx")
    assert (done.status, counts(done)) == (ImportStatus.IMPORTED, (9, 0, 0, 0))
    hub = bringer.session.scalars(select(Hub)).one()
    olive = bringer.session.scalars(select(Person).where(Person.email == "olive@example.org")).one()
    assert hub.officer_id == olive.id
    seats = bringer.session.scalars(select(Membership).order_by(Membership.starts_on)).all()
    police = bringer.session.scalars(select(Agency).where(Agency.name == "Northfield Police")).one()
    assert [(seat.seat, seat.starts_on, seat.agency_id) for seat in seats] == [
        (Seat.OFFICER, date(2026, 4, 1), None),
        (Seat.POLICE, date(2026, 4, 3), police.id),
    ]
    assert bringer.session.scalars(select(SharingAgreement.title)).one() == "Information Sharing Agreement Protocol"
    assert counts(bringer.check(workbook_of(**WHOLE), name="again.xlsx")) == (0, 0, 9, 0)


def test_check_writes_nothing_and_rows_that_need_a_refused_row_are_refused(bringer: Bringer) -> None:
    agencies = [AGENCIES[0], ("Northfield Police", "Polise"), AGENCIES[2]]
    checked = bringer.check(workbook_of(**{**WHOLE, "Agencies": agencies}), name="partnership.xlsx")
    assert counts(checked) == (5, 0, 0, 4)
    assert "Nothing is called “Northfield Police”" in str(checked.report)
    assert [count_of(bringer, model) for model in (Agency, Hub, Membership)] == [0, 0, 0]


def test_two_people_of_one_name_are_told_apart_by_their_addresses(bringer: Bringer) -> None:
    bringer.bring(workbook_of(**WHOLE), name="partnership.xlsx")
    seat = ("Children's hub", "Polly Smith", "Core: health", "01/05/2026", "")
    checked = bringer.check(csv_of(SEATS[0], seat), "memberships")
    assert refusals(checked) == {2: "“Person” 2 records are called “Polly Smith”; write the e-mail address instead."}
    with bringer.browser.client.get("/memberships/export/xlsx/") as answer:
        sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert "Polly Smith <polly@police.example>" in [cell.value for row in sheet for cell in row]


def test_template_of_a_partnership_is_one_workbook_that_can_be_uploaded_as_it_is_filled(bringer: Bringer) -> None:
    with bringer.browser.client.get("/table-imports/template/partnership.xlsx") as answer:
        book = load_workbook(io.BytesIO(answer.data))
    titles = ["Agencies", "People", "Hubs", "Memberships", "Sharing agreements", "Strategic priorities"]
    assert set(book.sheetnames) == {*titles, "How to fill this in"}
    assert book.sheetnames.index("Agencies") < book.sheetnames.index("People") < book.sheetnames.index("Memberships")
    explained = [[cell.value for cell in row] for row in book["How to fill this in"]]
    assert ["Hubs", "Kind", "Yes", "One of the words beside", "Children; Adults; Combined", ""] in explained
    book["Agencies"].append(["Northfield Police", "Police"])
    file = io.BytesIO()
    book.save(file)
    assert counts(bringer.bring(file.getvalue(), name="partnership.xlsx")) == (1, 0, 0, 0)
    csv_file = bringer.browser.client.get("/table-imports/template/hubs.csv").data.decode("utf-8-sig")
    assert csv_file == "Name,Kind,Officer,Purpose,Active\r\n"


def test_new_people_are_invited_by_mail_where_the_box_is_ticked(bringer: Bringer) -> None:
    bringer.check(workbook_of(People=PEOPLE[:2]), name="people.xlsx")
    page = f"/table-imports/{bringer.newest().id}/accept/"
    bringer.browser.client.post(page, data={**bringer.browser.filled(page), "is_ticked": "y"})
    done(do_requests(bringer.session, bringer.factory, mail_server=MailServer("localhost", 2525, "a@example.org")))
    assert bringer.session.scalars(select(Message.address)).all() == ["olive@example.org"]
    assert count_of(bringer, AccessLink) == 1


def test_without_a_mail_server_nobody_is_invited_and_the_page_says_so(bringer: Bringer) -> None:
    bringer.check(workbook_of(People=PEOPLE[:2]), name="people.xlsx")
    brought = bringer.accept(is_ticked="y")
    assert (brought.status, count_of(bringer, AccessLink)) == (ImportStatus.IMPORTED, 0)
    assert "Nobody was invited" in words_of(bringer.browser.client.get(f"/table-imports/{brought.id}/"))


def test_officers_bring_seats_into_their_own_hubs_only(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    person = make.person(session, Role.OFFICER)
    hub, police = make.hub(session), make.agency(session)
    make.membership(session, hub, person, Seat.OFFICER)
    make.person(session, Role.MANAGER, agency=police, name="Polly Smith")
    session.add(Hub(name="Another hub", kind="adults"))
    officer = Bringer(browser(Role.OFFICER), session, session_factory)
    rows = [(name, "Polly Smith", "Core: police", "01/05/2026") for name in (hub.name, "Another hub")]
    checked = officer.check(csv_of(SEATS[0][:4], *rows), "memberships")
    assert counts(checked) == (1, 0, 0, 1)
    assert refusals(checked)[3] == "You look after the teams of your own hubs only."
    assert officer.accept().status is ImportStatus.IMPORTED


def test_a_second_term_is_new_and_a_day_that_is_left_out_finds_the_seat_again(bringer: Bringer) -> None:
    bringer.bring(workbook_of(**WHOLE), name="partnership.xlsx")
    ended = ("Children's hub", "polly@police.example", "Core: police", "", "30/06/2026")
    assert counts(bringer.bring(csv_of(SEATS[0], ended), "memberships")) == (0, 1, 0, 0)
    again = ("Children's hub", "polly@police.example", "Core: police", "01/09/2026", "")
    assert counts(bringer.bring(csv_of(SEATS[0], again), "memberships")) == (1, 0, 0, 0)
    assert count_of(bringer, Membership) == 3
