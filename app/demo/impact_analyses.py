"""What has the learning of the demo's earlier reviews changed, a year on?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.case_audits import audit_whole_sample
from app.demo.samples import SEED, draw_before_witness, drawable, freeze
from app.demo.words import words_of
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.people import Person
from models.plans.impact_analyses import (
    Impact,
    ImpactAnalysis,
    actions_to_check,
    check_impact,
    complete_impact_analysis,
    open_impact_analysis,
    plan_redraw,
)
from models.reviews.thematic_reviews import ThematicReview
from models.rules.case_lists.demo import children_by_level
from models.sampling.audit_samples import SampleBrief, plan_sample


class _Check(NamedTuple):
    impact: Impact
    words: str


_WORDS = words_of("impact_analyses", "words", tuple[_Check, ...])
_CONCLUSION = (
    "Two of five actions are part of ongoing practice and one is on its way. The letters to families are taken up again"
    " under the Board's priority on neglect; the count of disagreements becomes part of the quarterly figures."
)


_THEN, _NOW = (2, 3, 2, 1, 2), (1, 2, 1, 0, 1)
"""How well each level's cases of both draws went: 0 the best, 3 the worst."""

_OF_EACH = 5
"""Cases of each level: so many must be graded before anything is said of all of them."""

_LEVELS = ("b)", "c)")
"""How the statuses of the lists of both draws begin: child protection plans and children in need."""

_DAYS_TO_CHECK = 9
"""So long after an analysis is due are its actions checked."""

_ONE_IN = 12  # of the county's children, for the lists of the two draws


def load_impact_analyses(
    session: Session, reviews: list[ThematicReview], agencies: dict[str, Agency], people: dict[str, Person], today: date
) -> None:
    """One opened, one half done, one complete with a second draw; each after the day its review was completed."""
    _, half, whole = (_open(session, reviews[place], today) for place in (6, 7, 8))
    _check(session, half, reviews[7], 2, today)
    _check(session, whole, reviews[8], len(_WORDS), today)
    _draw_twice(session, whole, reviews[8], agencies, people)
    officer_id = session.get_one(Hub, reviews[8].hub_id).officer_id
    complete_impact_analysis(session, whole, conclusion=_CONCLUSION, person_id=officer_id)
    whole.completed_on = whole.due_on + timedelta(days=26)
    session.flush()


def _open(session: Session, review: ThematicReview, today: date) -> ImpactAnalysis:
    began = review.period_ends_on or today
    return open_impact_analysis(session, review, completed_on=began + timedelta(days=304))


def _draw_twice(
    session: Session, analysis: ImpactAnalysis, review: ThematicReview, agencies: dict[str, Agency],
    people: dict[str, Person],
) -> None:  # fmt: skip
    """The review's own draw, audited and moderated, and a second one by the same plan after its completion."""
    began, over = review.period_ends_on or analysis.opened_on, analysis.due_on - timedelta(days=40)
    frame = _frame(session, review, people["officer"], began)
    period = {"rule": "started_in", "from": "2020-01-01", "to": began.isoformat()}
    first = plan_sample(
        session,
        brief=SampleBrief(title=review.title, review_id=review.id),
        frame=frame,
        plan=drawable(session, frame, _OF_EACH, period),
    )
    draw_before_witness(session, first, frame, people, "2 5 5 1 6 3 4 1 2 6")
    audit_whole_sample(session, review, first, agencies, people, began + timedelta(days=120), _THEN)
    frame = _frame(session, review, people["officer"], over)
    second = plan_redraw(session, analysis, frame=frame, starts_on=analysis.opened_on, ends_on=over)
    draw_before_witness(session, second, frame, people, "6 1 3 3 5 2 6 4 4 1")
    audit_whole_sample(session, review, second, agencies, people, analysis.due_on, _NOW)


def _frame(session: Session, review: ThematicReview, officer: Person, until: date) -> CaseFrame:
    demo_list = children_by_level(f"{SEED} {until}", until)
    at = demo_list.headings.index("Case status")
    rows = [row for row in demo_list.rows if row[at].startswith(_LEVELS)]
    few = replace(demo_list, title=f"{review.title}, {until:%B %Y}", rows=rows[::_ONE_IN])
    return freeze(session, few, review, officer, until, ImportChoice(columns={"level": "Case status"}))


def _check(session: Session, analysis: ImpactAnalysis, review: ThematicReview, count: int, today: date) -> None:
    officer_id = session.get_one(Hub, review.hub_id).officer_id
    for (action, _), (impact, evidence) in list(zip(actions_to_check(session, analysis), _WORDS, strict=False))[:count]:
        check = check_impact(session, analysis, action, impact=impact, evidence=evidence, person_id=officer_id)
        check.checked_on = min(analysis.due_on + timedelta(days=_DAYS_TO_CHECK), today)
    session.flush()
