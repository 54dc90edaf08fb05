"""Do the facts of a meeting's pack say what changed, who is late and what is overdue, naming no case?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.audits.audit_outcomes import withdraw_audit
from models.audits.case_audits import audits_of_case
from models.audits.moderations import moderate_case
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.documents.job_requests import JobRequest
from models.gates.board_packs import board_facts
from models.partnership.reference_items import ReferenceList, Service
from models.returns.section_11_returns import ask_partners
from models.rules.documents.papers import Occasion
from models.rules.gates.board_packs import BoardFacts, CycleFacts, LateFacts
from models.rules.plans.presentations import Body
from models.sampling.sample_cases import SampleCase
from tests import make, make_audits, make_tools
from tests.web import Browser


def _occasion() -> Occasion:
    return Occasion(today(), "Arden Partnership", "Morgan Reed")


def test_pack_lists_late_audits_overdue_actions_of_agreed_plans_and_missing_partners(session: Session) -> None:
    scene, on = make_audits.scene(session), today()
    audit, *_ = make_audits.opened(session, scene)
    audit.due_on = on - timedelta(days=3)
    agreed, draft = make.plan(session, scene.review), make.plan(session, scene.review, title="A draft")
    make.board_agrees(session, agreed, on)
    action = make.action(session, agreed, scene.police, due_on=on - timedelta(days=5))
    make.action(session, agreed, scene.police, due_on=on, text="Due today.")
    make.action(session, draft, scene.police, due_on=on - timedelta(days=5), text="Of a draft.")
    make.agency(session, "School", covers=Service.CHILDREN)
    cycle = make_tools.section_11_cycle(session)
    ask_partners(session, cycle, person_id=None)
    facts = _pack(session, Body.BOARD, date(scene.review.year, 12, 1))
    assert [review.reference for review in facts.reviews] == [scene.review.reference]
    assert facts.late == (LateFacts("Northfield Police", "Case audit", audit.reference, audit.due_on),)
    told = action.text, action.reference, action.due_on, scene.review.title
    assert facts.overdue == (LateFacts("Northfield Police", *told),)
    missing = tuple(f"{name} (To be filled in)" for name in ("Northfield Police", "School", "Trust"))
    assert facts.cycles == (CycleFacts(cycle.title, cycle.due_on, 0, 3, missing),)
    assert _pack(session, Body.BOARD, date(scene.review.year + 1, 12, 1)).reviews == ()
    of_adults = _pack(session, Body.ADULTS_GROUP, date(scene.review.year, 12, 1))
    assert of_adults.reviews == (), "the review is for children"
    assert of_adults.overdue == ()


def test_pack_tells_what_changed_since_the_last_meeting_of_the_same_body(session: PortalSession) -> None:
    scene, on = make_audits.scene(session), today()
    plan = make.plan(session, scene.review)
    make.board_agrees(session, plan, on - timedelta(days=40))
    done = make.action(session, plan, scene.police, due_on=on + timedelta(days=5))
    make.action(session, plan, scene.police, due_on=on - timedelta(days=5), text="Fell overdue.")
    make.action(session, plan, scene.police, due_on=on - timedelta(days=45), text="Was overdue before.")
    done.completion_evidence, done.completed_on = "Seen.", on - timedelta(days=2)
    audit, *_ = make_audits.opened(session, scene)
    make_audits.submitted(session, audit)
    withdraw_audit(session, audits_of_case(session, audit.sample_case_id)[1], reason="It will not come.")
    good = make.word(session, ReferenceList.GRADE, "good")
    case = session.get_one(SampleCase, audit.sample_case_id)
    moderate_case(session, case, grade_id=good.id, reason="Kept.", person_id=None)
    session.flush()
    pack = _pack(session, Body.BOARD, on + timedelta(days=1))
    assert pack.since == on - timedelta(days=40), "the meeting that agreed the plan"
    assert "1 action was completed." in pack.changes
    assert "1 action fell overdue." in pack.changes
    assert "1 case was moderated." in pack.changes
    assert not any(change.startswith("Agreed") for change in pack.changes), "that was at the last meeting"
    other = _pack(session, Body.CHILDRENS_GROUP, on + timedelta(days=1))
    assert other.since is None
    refused = pytest.raises(DBAPIError, match="permission denied")
    with make.acting(session, Role.AGENCY_MEMBER, scene.police), refused, session.begin_nested():
        _pack(session, Body.BOARD, on)


def test_next_planned_meeting_is_offered_and_the_pack_asked_for_with_one_press(
    browser: Callable[..., Browser], session: PortalSession
) -> None:
    viewer = browser(Role.BOARD_VIEWER)
    page = viewer.get("/thematic-reviews/board/pack/")
    assert page.select_one("#meets_on")["value"] == today().isoformat(), "no meeting is planned"
    path = "/thematic-reviews/board/pack/"
    answer = viewer.send(path, body="adults_group", meets_on="2026-12-10", file="pdf")
    assert answer.status_code == 302
    asked = session.scalars(select(JobRequest).where(JobRequest.name == "make_board_pack")).one()
    assert asked.arguments == {"body": "adults_group", "meets_on": "2026-12-10"}
    assert viewer.send(path, body="nobody", meets_on="2026-12-10", file="pdf").status_code == 422
    viewer.get("/thematic-reviews/board/pack/board/2026-13-45/", 404)
    viewer.get("/thematic-reviews/board/pack/nobody/2026-12-10/", 404)


def _pack(session: Session, body: Body, day: date) -> BoardFacts:
    return board_facts(session, _occasion(), body=body.value, meets_on=day.isoformat())
