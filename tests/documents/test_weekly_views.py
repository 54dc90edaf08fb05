"""Does a saved view wait for its owner every week as a workbook, with their rights, once, and for nobody else?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker
from time_machine import travel

from jobs.documents import saved_views
from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import PortalSession, act_as
from models.core.looks import Look, LookKind
from models.documents.exports import ExportRecord
from models.documents.job_requests import JobRequest, JobStatus, request_job
from models.documents.saved_views import BOOK_DAYS, NewView, SavedView, SavedViewBook, discard_books, save_view
from models.messages.messages import Message
from models.partnership.people import Person
from tests import make
from tests.web import Browser
from tests.work import do_request, do_requests, done

Open = Callable[..., Browser]
Factory = sessionmaker[PortalSession]


@pytest.fixture
def view(session: PortalSession) -> SavedView:
    """An officer's view of two of three agencies, mailed every week."""
    for name in ("Ardent trust", "Barrow trust", "Police"):
        make.agency(session, name)
    return weekly(
        session, make.person(session, Role.OFFICER, name="Olive"), "agencies", {"q": "trust", "sort": "-name"}
    )


def weekly(session: PortalSession, owner: Person, name: str, asked: dict[str, str]) -> SavedView:
    act_as(session, owner.actor())
    view = save_view(session, owner.actor(), NewView(name, "Mine, weekly", asked, is_weekly=True))
    act_as(session, Actor.system("test"))
    session.commit()
    return view


def week(session: PortalSession, factory: Factory, **equipment: object) -> list[JobRequest]:
    """What the schedule asks for on a Monday, and all that comes of it."""
    request_job(session, "ask_weekly_views")
    do_requests(session, factory)
    return do_requests(session, factory, **equipment)


def count(session: Session, model: type[object]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_owner_is_told_where_this_weeks_workbook_waits(
    browser: Open, session: PortalSession, session_factory: Factory, view: SavedView
) -> None:
    week(session, session_factory, address="https://portal.example")
    (letter,) = session.scalars(select(Message))
    assert letter.recipient_name == "Olive"
    assert f"https://portal.example/saved-views/{view.id}/" in letter.body
    assert "2 rows" in letter.body
    assert "Ardent" not in letter.body + letter.subject
    visitor = Browser(browser().client.application).enter(session.get_one(Person, view.owner_id), session)
    link = visitor.get(f"/saved-views/{view.id}/").find("a", string="Download the workbook")
    book = openpyxl.load_workbook(io.BytesIO(visitor.client.get(str(link["href"])).data))  # type: ignore[index]
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet["A"]][:3] == [sheet["A1"].value, "Barrow trust", "Ardent trust"]
    assert sheet.max_row == 3
    looked = session.scalars(select(Look).order_by(Look.id.desc())).first()
    assert looked is not None
    assert (looked.kind, looked.page) == (LookKind.DOWNLOAD, "saved_views.workbook")


def test_workbook_leaves_the_same_records_as_an_export(
    session: PortalSession, session_factory: Factory, view: SavedView
) -> None:
    week(session, session_factory)
    (export,) = session.scalars(select(ExportRecord))
    assert (export.list_name, export.file_kind, export.row_count) == ("Agencies", "xlsx", 2)
    assert (export.person_id, export.narrowed_by) == (view.owner_id, {"q": "trust", "sort": "-name"})
    (look,) = session.scalars(select(Look))
    assert (look.kind, look.page, look.row_count) == (LookKind.EXPORT, "agencies.export", 2)
    assert look.person_id == view.owner_id


def test_however_often_it_runs_there_is_one_letter_a_week(
    session: PortalSession, session_factory: Factory, view: SavedView
) -> None:
    with travel(datetime(2026, 11, 30, 6, 30, tzinfo=UTC), tick=False):
        week(session, session_factory)
        week(session, session_factory)
        asked = session.scalars(select(JobRequest.id).where(JobRequest.name == "mail_saved_view")).one()
        session.execute(update(JobRequest).where(JobRequest.id == asked).values(status="waiting", finished_at=None))
        again = do_request(session, session_factory, asked)
        assert again.sentence == "This week's workbook is made already."
        assert count(session, Message) == count(session, ExportRecord) == count(session, SavedViewBook) == 1
    with travel(datetime(2026, 12, 7, 6, 30, tzinfo=UTC), tick=False):
        week(session, session_factory)
        assert count(session, Message) == 2
        assert count(session, SavedViewBook) == 1


def test_workbook_of_a_manager_holds_their_agencys_rows_only(
    browser: Open, session: PortalSession, session_factory: Factory
) -> None:
    own, other = make.agency(session, "Ardent"), make.agency(session, "Barrow")
    plan = make.plan(session)
    for agency in (own, other):
        make.action(session, plan, agency=agency, text=f"Do it, {agency.name}")
    owner = make.person(session, Role.MANAGER, agency=own)
    mine = weekly(session, owner, "actions", {}).id
    week(session, session_factory)
    (book,) = session.scalars(select(SavedViewBook))
    words = "".join(
        str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0] for cell in row
    )
    assert book.row_count == 1
    assert "Do it, Ardent" in words
    assert "Barrow" not in words
    for role in Role:
        person = owner if role is Role.MANAGER else make.person(session, role, name=f"Nosy {role}", agency=own)
        act_as(session, person.actor())
        assert session.scalars(text("SELECT view_id FROM saved_view_books")).all() == [mine] * (person is owner)
        act_as(session, Actor.system("test"))


def test_role_that_may_no_longer_take_the_list_out_gets_nothing(
    session: PortalSession, session_factory: Factory, view: SavedView
) -> None:
    session.execute(update(Person).where(Person.id == view.owner_id).values(role=Role.BOARD_VIEWER))
    session.commit()
    (request,) = [each for each in _weeks_requests(session, session_factory) if each.name == "mail_saved_view"]
    assert request.status is JobStatus.REFUSED
    assert "may not take this list out" in request.sentence
    assert count(session, SavedViewBook) == count(session, Message) == count(session, ExportRecord) == 0


def _weeks_requests(session: PortalSession, factory: Factory) -> list[JobRequest]:
    week(session, factory)
    return list(session.scalars(select(JobRequest)))


def test_nobody_who_has_left_is_written_to(session: PortalSession, session_factory: Factory, view: SavedView) -> None:
    session.execute(update(Person).where(Person.id == view.owner_id).values(is_active=False))
    session.commit()
    week(session, session_factory)
    assert count(session, Message) == count(session, SavedViewBook) == 0


def test_view_that_is_too_long_for_a_workbook_is_refused_in_a_sentence(
    session: PortalSession, session_factory: Factory, view: SavedView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_views, "MOST_ROWS", 1)
    (request,) = [each for each in _weeks_requests(session, session_factory) if each.name == "mail_saved_view"]
    assert request.status is JobStatus.REFUSED
    assert "at most 1 rows; narrow the list" in request.sentence


def test_letter_says_what_the_view_asks_in_vain(
    session: PortalSession, session_factory: Factory, view: SavedView
) -> None:
    session.execute(update(SavedView).values(arguments={"q": "trust", "shade_id": "4"}, row_version=2))
    session.commit()
    assert done(week(session, session_factory))
    (letter,) = session.scalars(select(Message))
    assert "“Shade”, which this list no longer has" in letter.body


def test_workbook_that_no_later_one_replaced_is_deleted_in_time(
    session: PortalSession, session_factory: Factory, view: SavedView
) -> None:
    week(session, session_factory)
    assert discard_books(session, now() + timedelta(days=BOOK_DAYS - 1)) == 0
    assert discard_books(session, now() + timedelta(days=BOOK_DAYS + 1)) == 1


def test_workbook_is_its_owners_alone_also_where_the_view_is_shared(
    browser: Open, session: PortalSession, session_factory: Factory, view: SavedView
) -> None:
    session.execute(update(SavedView).values(shared_with=["administrator"], row_version=2))
    session.commit()
    week(session, session_factory)
    administrator = browser(Role.ADMINISTRATOR)
    page = administrator.get(f"/saved-views/{view.id}/")
    assert "Open this view" in page.get_text()
    assert "Download" not in page.get_text()
    assert administrator.client.get(f"/saved-views/{view.id}/workbook/").status_code == 302
