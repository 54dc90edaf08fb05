"""Does a long list become a workbook behind the scenes, for whoever asked and nobody else?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session, sessionmaker
from time_machine import travel

from jobs.documents.list_workbooks import AskedList, take_out
from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import PortalSession, act_as
from models.core.errors import RuleBroken
from models.core.looks import Look, LookKind
from models.documents.exports import ExportRecord
from models.documents.job_requests import JobRequest, JobStatus, request_job
from models.documents.list_workbooks import AT_ONCE, WORKBOOK_DAYS, ListWorkbook, discard_workbooks
from models.partnership.agencies import Agency
from models.partnership.people import Person
from tests import make
from tests.web import Browser
from tests.work import do_requests

Open = Callable[..., Browser]
Factory = sessionmaker[PortalSession]
MANY = AT_ONCE + 1
WORDS = "Secret words"


@pytest.fixture
def officer(browser: Open, session: PortalSession) -> Browser:
    """An officer's browser, beside one agency more than a workbook holds at once."""
    category = make.agency(session).category_id
    agencies = [{"name": f"{WORDS} {number}", "category_id": category} for number in range(1, MANY + 1)]
    session.execute(insert(Agency), agencies)
    session.commit()
    return browser(Role.OFFICER)


def asked_for(browser: Browser, address: str = f"/agencies/export/xlsx/?q={WORDS.replace(' ', '+')}&sort=-name") -> str:
    """Press for the list's workbook and then for its making; the address of the page on which it is waited for."""
    question = str(browser.client.get(address).headers["Location"])
    assert "Make the workbook" in browser.get(question).get_text()
    return str(browser.client.post(question, data=browser.tokens(question)).headers["Location"])


def fetched(client: FlaskClient, address: str) -> openpyxl.Workbook:
    with client.get(address) as answer:
        return openpyxl.load_workbook(io.BytesIO(answer.data))


def test_workbook_of_a_long_list_is_made_by_a_job_and_comes_by_itself(
    officer: Browser, session: PortalSession, session_factory: Factory
) -> None:
    wait = asked_for(officer)
    do_requests(session, session_factory)
    page = officer.get(wait)
    comes = str(page.select("meta[http-equiv=refresh]")[0]["content"])
    sheet = fetched(officer.client, comes.removeprefix("0; url=")).worksheets[0]
    assert sheet.max_row == MANY + 1
    assert [cell.value for cell in sheet["A"]][1] == f"{WORDS} 999"
    assert parse_qs(urlsplit(wait).query)["back"][0].startswith("/agencies/?")
    asked = session.scalars(select(JobRequest)).one()
    assert asked.sentence == f"The workbook of “Agencies” is ready: {MANY:,} rows."
    assert officer.get(f"/requests/{asked.id}/").find("a", string="Download the workbook")


def test_words_that_were_searched_for_stand_on_record_and_not_with_the_request(
    officer: Browser, session: PortalSession, session_factory: Factory
) -> None:
    asked_for(officer)
    assert session.scalars(select(Look).where(Look.kind == LookKind.EXPORT)).all() == []
    do_requests(session, session_factory)
    assert session.scalars(select(JobRequest)).one().arguments == {}
    export = session.scalars(select(ExportRecord)).one()
    assert (export.list_name, export.file_kind, export.row_count) == ("Agencies", "xlsx", MANY)
    assert export.narrowed_by == {"q": WORDS, "sort": "-name"}
    look = session.scalars(select(Look).where(Look.kind == LookKind.EXPORT)).one()
    assert (look.page, look.row_count, look.person_id) == ("agencies.export", MANY, export.person_id)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER])
def test_nobody_else_gets_the_workbook_or_is_shown_it(
    browser: Open, officer: Browser, session: PortalSession, session_factory: Factory, role: Role
) -> None:
    asked_for(officer)
    do_requests(session, session_factory)
    number = session.scalars(select(JobRequest.id)).one()
    other = browser(role, name="Somebody else")
    assert other.get(f"/requests/{number}/").find("a", string="Download the workbook") is None
    assert other.client.get(f"/requests/{number}/workbook/").headers["Location"] == f"/requests/{number}/"
    act_as(session, session.scalars(select(Person).where(Person.name == "Somebody else")).one().actor())
    assert session.scalars(select(ListWorkbook.request_id)).all() == []


@pytest.mark.parametrize(
    ("role", "of", "status"),
    [(Role.OFFICER, "frame_rows", 404), (Role.OFFICER, "nothing", 404), (Role.BOARD_VIEWER, "agencies", 403),
     (Role.BOARD_VIEWER, "change_log", 404)],
)  # fmt: skip
def test_list_that_may_not_be_taken_out_is_not_asked_for(browser: Open, role: Role, of: str, status: int) -> None:
    browser(role).get(f"/requests/workbook/?of={of}", status)


def test_role_that_has_lost_the_list_since_gets_nothing(
    officer: Browser, session: PortalSession, session_factory: Factory
) -> None:
    asked_for(officer)
    session.execute(text("UPDATE people SET role = 'board_viewer' WHERE role = 'officer'"))
    session.commit()
    (request,) = do_requests(session, session_factory)
    assert request.status is JobStatus.REFUSED
    assert session.scalars(select(ListWorkbook.row_count)).one() is None


def test_list_of_too_many_rows_is_refused_in_a_sentence(officer: Browser, session: PortalSession) -> None:
    owner = make.person(session, Role.OFFICER, name="Olive").actor()
    act_as(session, owner)
    with pytest.raises(RuleBroken, match=f"at most {AT_ONCE:,} rows"):
        take_out(session, owner, AskedList("agencies", {}, AT_ONCE))
    act_as(session, Actor.system("test"))


def test_workbook_is_kept_for_fourteen_days(officer: Browser, session: PortalSession, session_factory: Factory) -> None:
    asked_for(officer)
    do_requests(session, session_factory)
    assert discard_workbooks(session, now() + timedelta(days=WORKBOOK_DAYS - 1)) == 0
    with travel(now() + timedelta(days=WORKBOOK_DAYS, minutes=1)):
        request_job(session, "discard_old_workbooks")
        (request,) = do_requests(session, session_factory)
    assert request.sentence == "1 old workbook deleted."


def test_short_list_leaves_at_once(browser: Open, session: Session) -> None:
    make.agency(session, "Police")
    session.commit()
    sheet = fetched(browser(Role.OFFICER).client, "/agencies/export/xlsx/").worksheets[0]
    assert sheet.max_row == 2
