"""Does a manager get the plan on paper, see only their own agency's part, and say how it is going?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import sessionmaker

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.documents.documents import Document, DocumentFetch
from models.documents.job_requests import JobRequest
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.action_updates import ActionUpdate, move_due_date
from models.plans.actions import Action, close_plan
from models.plans.plan_reports import ReportScope, plan_report
from models.plans.recommendations import Recommendation
from models.rules.documents.fingerprints import in_groups
from models.rules.documents.letterheads import UNNAMED
from models.rules.documents.papers import Occasion
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser
from tests.work import do_requests, done

Open = Callable[..., Browser]
OURS, THEIRS = "Read ten files of ours.", "Brief the nurseries of theirs."


@pytest.fixture
def plan(session: PortalSession) -> ActionPlan:
    """A plan with a late action of one agency and an action of another."""
    give_starting_words(session)
    plan = make.plan(session)
    recommendation = make.recommendation(session, plan)
    late = today() - timedelta(days=5)
    make.action(session, plan, make.agency(session, "Ours"), text=OURS, due_on=today() + timedelta(days=30))
    make.action(
        session, plan, make.agency(session, "Theirs"), text=THEIRS, due_on=late, recommendation_id=recommendation.id
    )
    session.commit()
    return plan


def words(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_manager_of_the_partnership_downloads_the_plan_overdue_first(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], plan: ActionPlan
) -> None:
    manager = browser(Role.MANAGER)
    answer = manager.send(f"/action-plans/{plan.id}/pdf/", page=f"/action-plans/{plan.id}/")
    assert answer.status_code == 302
    assert done(do_requests(session, session_factory)) == ["The action plan is ready: 2 actions."]
    document = session.scalars(select(Document)).one()
    fetched = manager.client.get(f"/documents/{document.id}/download/")
    assert fetched.status_code == 200
    assert "attachment" in fetched.headers["Content-Disposition"]
    said = words(fetched.data)
    assert said.index(THEIRS) < said.index(OURS)
    assert plan.reference in said
    assert session.scalar(select(func.count()).select_from(DocumentFetch)) == 1


def test_the_page_says_what_the_paper_says(browser: Open, session: PortalSession, plan: ActionPlan) -> None:
    page = browser(Role.OFFICER).get(f"/action-plans/{plan.id}/report/")
    scope = ReportScope(plan_id=plan.id)
    report = plan_report(session, scope, Occasion(today(), UNNAMED, Role.OFFICER.label))
    said = page.get_text(" ", strip=True)
    assert in_groups(report.fingerprint) in said
    assert said.index(THEIRS) < said.index(OURS)
    assert "5 days overdue" in said


def test_agency_manager_gets_the_own_agencys_actions_only_on_page_list_export_and_paper(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], plan: ActionPlan
) -> None:
    manager = browser(Role.MANAGER, agency=make.agency(session, "Ours"))
    for path in (f"/action-plans/{plan.id}/", f"/action-plans/{plan.id}/report/", "/actions/", "/actions/export/csv/"):
        said = manager.client.get(path).text
        assert OURS in said, path
        assert THEIRS not in said, path
    manager.send(f"/action-plans/{plan.id}/pdf/", page=f"/action-plans/{plan.id}/")
    assert done(do_requests(session, session_factory)) == ["The action plan is ready: 1 action."]
    document = session.scalars(select(Document)).one()
    said = words(manager.client.get(f"/documents/{document.id}/download/").data)
    assert OURS in said
    assert THEIRS not in said
    session.commit()  # the next transaction is the portal's own again
    stranger = browser(Role.MANAGER, agency=make.agency(session, "Theirs"), name="Stranger")
    stranger.get(f"/documents/{document.id}/download/", status=404)


def test_agency_reads_its_recommendation_but_not_the_findings_behind_it(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    recommendation = session.scalars(select(Recommendation)).first()
    assert recommendation is not None
    page = f"/recommendations/{recommendation.id}/"
    sponsor, manager = browser(Role.SPONSOR), browser(Role.MANAGER, agency=make.agency(session, "Theirs"))
    for heading in ("Sources of its findings", "Findings it rests on"):
        assert heading in sponsor.get(page).get_text()
        assert heading not in manager.get(page).get_text()


def test_everybody_prints_what_the_filters_leave(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], plan: ActionPlan
) -> None:
    officer = browser(Role.OFFICER)
    assert officer.send("/actions/pdf/?late=yes", page="/actions/?late=yes").status_code == 302
    assert done(do_requests(session, session_factory)) == ["The action plan is ready: 1 action."]


def test_pressing_twice_makes_one_document(browser: Open, session: PortalSession, plan: ActionPlan) -> None:
    officer = browser(Role.OFFICER)
    tokens = officer.tokens(f"/action-plans/{plan.id}/")
    for _press in range(2):
        assert officer.client.post(f"/action-plans/{plan.id}/pdf/", data=tokens).status_code == 302
    assert session.scalar(select(func.count()).where(JobRequest.name == "make_plan_pdf")) == 1


def test_agency_manager_posts_progress_and_cannot_write_anything_else(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    manager = browser(Role.MANAGER, agency=make.agency(session, "Ours"))
    ours, theirs = session.scalars(select(Action).order_by(Action.number)).all()
    page = f"/actions/{ours.id}/progress/"
    assert manager.send(page, text="").status_code == 422
    assert manager.send(page, text="Six of ten files read.").status_code == 302
    assert session.scalars(select(ActionUpdate.text)).all() == ["Six of ten files read."]
    edit = f"/actions/{ours.id}/edit/"
    sent = manager.filled(edit, completion_evidence="The files.", text="Nothing", due_on="2030-01-01")
    assert manager.client.post(edit, data=sent).status_code == 302
    session.refresh(ours)
    assert (ours.completion_evidence, ours.text) == ("The files.", OURS)
    assert ours.due_on == today() + timedelta(days=30)
    for path in ("", "progress/", "edit/"):
        manager.get(f"/actions/{theirs.id}/{path}", status=404)


def test_the_date_first_agreed_stays_when_the_due_date_moves(session: PortalSession, plan: ActionPlan) -> None:
    action = session.scalars(select(Action)).first()
    assert action is not None
    first = action.due_on
    with pytest.raises(RuleBroken, match="why the due date moves"):
        move_due_date(session, action, due_on=date(2030, 1, 1), reason=" ", author_id=None)
    move_due_date(session, action, due_on=date(2030, 1, 1), reason="New provider.", author_id=None)
    assert (action.due_on, action.original_due_on) == (date(2030, 1, 1), first)


def test_a_plan_agreed_anew_gets_the_next_version_and_closes_only_when_all_is_done(
    session: PortalSession, plan: ActionPlan
) -> None:
    for _meeting in range(2):
        make.board_agrees(session, plan)
    assert (plan.status, plan.version) == (PlanStatus.AGREED, 2)
    with pytest.raises(RuleBroken, match="2 actions of this plan are still open"):
        close_plan(session, plan)


def test_an_action_is_complete_only_with_evidence(browser: Open, session: PortalSession, plan: ActionPlan) -> None:
    officer = browser(Role.OFFICER)
    action = session.scalars(select(Action)).first()
    assert action is not None
    done = f"/actions/{action.id}/done/"
    answer = officer.send(done, done_on=today().isoformat(), evidence=" ")
    assert answer.status_code == 422
    assert officer.send(done, done_on=today().isoformat(), evidence="Ten files, all seen.").status_code == 302
    assert action.completed_on is None
    officer.get(f"/actions/{action.id}/confirm/")
    officer.client.post(f"/actions/{action.id}/confirm/", data=officer.tokens(done) | {"confirmed": "1"})
    assert session.get_one(Action, action.id, populate_existing=True).completed_on is None


def test_plan_without_actions_is_not_closed_as_if_all_of_them_were_complete(session: PortalSession) -> None:
    with pytest.raises(RuleBroken, match="no action yet"):
        close_plan(session, make.plan(session))


def test_list_of_actions_begins_with_what_is_due_first_and_ends_with_what_is_complete(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    police = make.agency(session)
    for text, days in (("Later", 60), ("Done", -200), ("Late", -20)):
        action = make.action(session, plan, police, due_on=today() + timedelta(days=days), text=f"{text}.")
        if text == "Done":
            action.completion_evidence, action.completed_on = "Seen.", today()
    session.commit()
    rows = browser(Role.OFFICER).get("/actions/").select("tbody th")
    told = [row.get_text(" ", strip=True).split(".")[0] for row in rows]
    assert [text for text in told if text in ("Later", "Done", "Late")] == ["Late", "Later", "Done"]
