"""Is a review's impact looked at twelve months on, action by action, and only then called embedded?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

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
from models.core.errors import RuleBroken
from models.gates.review_gates import pass_gates
from models.partnership.reference_items import ReferenceList
from models.plans.actions import Action
from models.plans.impact_analyses import (
    Impact,
    ImpactAnalysis,
    analysis_of,
    check_impact,
    complete_impact_analysis,
    open_impact_analysis,
    plan_redraw,
)
from models.plans.impact_reports import impact_facts
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.plans.impact_reports import CheckedAction, GradeThenNow
from models.sampling.sample_cases import SampleCase
from tests import make, make_audits
from tests.pdf.pdf_review_facts import OCCASION
from tests.web import Browser

Open = Callable[..., Browser]


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A review in dissemination with a plan of one complete and one open action."""
    review = make.review(session, stage=Stage.DISSEMINATION)
    plan, agency = make.plan(session, review), make.agency(session)
    done = make.action(session, plan, agency)
    done.completion_evidence, done.completed_on = "Ten files.", date(2026, 5, 1)
    make.action(session, plan, agency, text="Train the team.")
    session.commit()
    return review


@pytest.fixture
def analysis(session: Session, review: ThematicReview) -> ImpactAnalysis:
    analysis = open_impact_analysis(session, review, completed_on=date(2026, 6, 30))
    session.commit()
    return analysis


def _actions(session: Session) -> list[Action]:
    return list(session.scalars(select(Action).order_by(Action.number)))


def test_completing_a_review_opens_its_impact_analysis_due_in_twelve_months(
    session: Session, review: ThematicReview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.gates.review_gates.GATES", ())
    assert pass_gates(session, review, on=date(2026, 6, 30)) is Stage.COMPLETED
    analysis = analysis_of(session, review.id)
    assert analysis is not None
    assert (analysis.reference, analysis.due_on) == ("IA-2027-01", date(2027, 6, 30))
    assert open_impact_analysis(session, review, completed_on=today()) is analysis


def test_officer_checks_every_action_then_concludes(browser: Open, session: Session, analysis: ImpactAnalysis) -> None:
    officer, path = browser(Role.OFFICER), f"/impact-analyses/{analysis.id}/"
    refused = officer.send(f"{path}conclude/", conclusion="Learning is part of practice.")
    assert refused.status_code == 422
    assert "is not checked yet" in refused.text
    for action, impact in zip(_actions(session), ("embedded", "cannot_tell"), strict=True):
        page = f"{path}check/{action.id}/"
        assert officer.send(page, impact=impact, evidence=" ").status_code == 422
        assert officer.send(page, impact=impact, evidence="Files of May.").status_code == 302
    assert officer.send(f"{path}conclude/", conclusion="Learning is part of practice.").status_code == 302
    session.expire_all()
    assert analysis.completed_on == today()
    said = browser(Role.BOARD_VIEWER).get(path).get_text()
    assert "Embedded" in said
    assert "No second draw has been made." in said


def test_open_action_is_not_embedded(session: Session, analysis: ImpactAnalysis) -> None:
    _, still_open = _actions(session)
    with pytest.raises(RuleBroken, match="not complete yet, so it cannot be embedded"):
        check_impact(session, analysis, still_open, impact=Impact.EMBEDDED, evidence="Seen.", person_id=None)


def test_action_of_another_review_is_refused(session: Session, analysis: ImpactAnalysis) -> None:
    other = make.plan(session, make.review(session, title="Another", kind=make.HubKind.ADULTS))
    strange = make.action(session, other, make.agency(session))
    with pytest.raises(RuleBroken, match="another review"):
        check_impact(session, analysis, strange, impact=Impact.CANNOT_TELL, evidence="?", person_id=None)


def test_complete_analysis_no_longer_changes(session: Session, analysis: ImpactAnalysis) -> None:
    for action in _actions(session):
        check_impact(session, analysis, action, impact=Impact.NOT_EMBEDDED, evidence="No change.", person_id=None)
    with pytest.raises(RuleBroken, match="Write the conclusion"):
        complete_impact_analysis(session, analysis, conclusion=" ", person_id=None)
    complete_impact_analysis(session, analysis, conclusion="Not yet part of practice.", person_id=None)
    with pytest.raises(RuleBroken, match="no longer changes"):
        check_impact(session, analysis, _actions(session)[0], impact=Impact.EMBEDDED, evidence="Now.", person_id=None)


def test_second_draw_needs_a_first(session: Session, analysis: ImpactAnalysis) -> None:
    with pytest.raises(RuleBroken, match="no finished draw"):
        plan_redraw(session, analysis, frame=None, starts_on=today(), ends_on=today())  # type: ignore[arg-type]


def test_facts_of_an_analysis_hold_every_action_checked_or_not(session: Session, analysis: ImpactAnalysis) -> None:
    done, still_open = _actions(session)
    officer = make.person(session, Role.OFFICER)
    check_impact(session, analysis, done, impact=Impact.EMBEDDED, evidence="Seen in May.", person_id=officer.id)
    facts = impact_facts(session, OCCASION, analysis_id=analysis.id)
    assert (facts.reference, facts.due_on, facts.completed_on, facts.completed_by) == (
        analysis.reference, date(2027, 6, 30), None, "",
    )  # fmt: skip
    assert facts.actions == (
        CheckedAction(done.reference, done.text, "embedded", "Embedded", "Seen in May."),
        CheckedAction(still_open.reference, "Train the team.", "", "", ""),
    )
    assert facts.grades == ()
    with pytest.raises(RuleBroken, match="no such impact analysis"):
        impact_facts(session, OCCASION, analysis_id=analysis.id + 1)


def test_facts_of_an_analysis_count_the_moderated_grades_of_both_draws(session: Session) -> None:
    scene = make_audits.scene(session)
    analysis = open_impact_analysis(session, scene.review, completed_on=date(2026, 6, 30))
    analysis.sample_id = make_audits.drawn(session, make_audits.frame(session, scene.review), seed="2").id
    audit, *_ = make_audits.opened(session, scene)
    make_audits.submitted(session, audit)
    withdraw_audit(session, audits_of_case(session, audit.sample_case_id)[1], reason="It will not come.")
    good = make.word(session, ReferenceList.GRADE, "good")
    case = session.get_one(SampleCase, audit.sample_case_id)
    moderate_case(session, case, grade_id=good.id, reason="Kept.", person_id=None)
    facts = impact_facts(session, OCCASION, analysis_id=analysis.id)
    assert facts.grades[:2] == (GradeThenNow("Outstanding", 0, 0), GradeThenNow("Good", 1, 0))


def test_agency_has_no_facts_of_an_impact_analysis(session: PortalSession, analysis: ImpactAnalysis) -> None:
    refused = pytest.raises(DBAPIError, match="permission denied")
    with make.acting(session, Role.AGENCY_MEMBER, make.agency(session)), refused, session.begin_nested():
        impact_facts(session, OCCASION, analysis_id=analysis.id)


def test_agencies_see_no_impact_analysis(browser: Open, session: Session, analysis: ImpactAnalysis) -> None:
    for role in (Role.MANAGER, Role.AGENCY_MEMBER):
        person = browser(role, agency=make.agency(session))
        person.get("/impact-analyses/", 403)
        person.get(f"/impact-analyses/{analysis.id}/", 403)
