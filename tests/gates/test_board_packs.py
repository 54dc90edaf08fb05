"""Do the facts of the Board's pack say who is late, what is overdue, and how cases were graded, naming no case?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.audits.audit_outcomes import withdraw_audit
from models.audits.case_audits import audits_of_case
from models.audits.moderations import moderate_case
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.gates.board_packs import board_facts
from models.partnership.reference_items import ReferenceList, Service
from models.returns.section_11_returns import ask_partners
from models.rules.documents.papers import Occasion
from models.rules.gates.board_packs import CycleFacts, GradeFacts, LateFacts
from models.sampling.sample_cases import SampleCase
from tests import make, make_audits, make_tools


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
    facts = board_facts(session, _occasion(), year=scene.review.year)
    assert [(line.kind, line.count) for line in facts.quota] == [("Children", 1), ("Adults", 0), ("Combined", 0)]
    assert [review.reference for review in facts.reviews] == [scene.review.reference]
    assert facts.late == (LateFacts("Northfield Police", "Case audit", audit.reference, audit.due_on),)
    assert facts.overdue == (LateFacts("Northfield Police", action.text, action.reference, action.due_on),)
    missing = tuple(f"{name} (To be filled in)" for name in ("Northfield Police", "School", "Trust"))
    assert facts.cycles == (CycleFacts(cycle.title, cycle.due_on, 0, 3, missing),)
    assert facts.levels == ()
    assert board_facts(session, _occasion(), year=scene.review.year + 1).reviews == ()


def test_pack_counts_moderated_grades_by_level_and_is_closed_to_agencies(session: PortalSession) -> None:
    scene = make_audits.scene(session)
    audit, *_ = make_audits.opened(session, scene)
    make_audits.submitted(session, audit)
    withdraw_audit(session, audits_of_case(session, audit.sample_case_id)[1], reason="It will not come.")
    case = session.get_one(SampleCase, audit.sample_case_id)
    good = make.word(session, ReferenceList.GRADE, "good")
    moderate_case(session, case, grade_id=good.id, reason="Kept.", person_id=None)
    facts = board_facts(session, _occasion(), year=scene.review.year)
    assert facts.grades[:2] == ("Outstanding", "Good")
    graded = {level.level: level.counts[:2] for level in facts.levels}
    assert graded == {level: (0, int(level == case.stratum)) for level in ("Child in need", "Child protection plan")}
    assert {level.sample for level in facts.levels} == {scene.sample.reference}
    assert isinstance(facts.levels[0], GradeFacts)
    refused = pytest.raises(DBAPIError, match="permission denied")
    with make.acting(session, Role.AGENCY_MEMBER, scene.police), refused, session.begin_nested():
        board_facts(session, _occasion(), year=scene.review.year)
