"""Which facts stand in the Board's pack?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.moderations import GradesByLevel, grades_by_level
from models.gates.programmes import programme
from models.partnership.agencies import Agency
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.actions import Action
from models.returns.late_returns import late_returns
from models.returns.section_11_cycles import Section11Cycle, expected_partners
from models.returns.section_11_returns import missing_partners
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.papers import Occasion
from models.rules.gates.board_packs import BoardFacts, CycleFacts, GradeFacts, LateFacts, QuotaFacts, ReviewFacts
from models.sampling.audit_samples import AuditSample, SampleStatus

MOST_OVERDUE = 500
"""Overdue actions that a pack lists, the longest overdue first."""


def board_facts(session: Session, occasion: Occasion, *, year: int) -> BoardFacts:
    """The Board's pack of a year, as far as whoever asks may see it."""
    made = programme(session, year, on=occasion.made_on)
    found = _grades(session, year)
    words = tuple(dict.fromkeys(word for _, grades in found for word in grades.grades))
    return BoardFacts(
        occasion=occasion,
        year=year,
        quota=tuple(QuotaFacts(one.kind.label, one.count, one.allowed) for one in made.quota),
        reviews=tuple(
            ReviewFacts(
                one.review.reference, one.review.title, one.review.kind.label, one.review.stage.label,
                one.days_in_stage, one.planned_on, one.is_late, len(one.missing), one.acts_next,
            )
            for one in made.entries
        ),
        late=_late(session, occasion),
        overdue=_overdue(session, occasion),
        grades=words,
        levels=tuple(
            GradeFacts(reference, level, tuple(grades.counts[level].get(word, 0) for word in words))
            for reference, grades in found
            for level in grades.levels
        ),
        cycles=tuple(_cycle(session, one) for one in _cycles(session)),
    )  # fmt: skip


def _late(session: Session, occasion: Occasion) -> tuple[LateFacts, ...]:
    found = late_returns(session, occasion.made_on)
    keys = {one.agency_id for one in found}
    names = {one.id: one.name for one in session.scalars(select(Agency).where(Agency.id.in_(keys)))}
    made = (LateFacts(names.get(one.agency_id, ""), one.what, one.reference, one.due_on) for one in found)
    return tuple(sorted(made, key=lambda one: (one.due_on, one.agency, one.reference)))


def _overdue(session: Session, occasion: Occasion) -> tuple[LateFacts, ...]:
    rows = session.execute(
        select(Agency.name, Action.text, Action.reference, Action.due_on)
        .join(Agency, Agency.id == Action.lead_agency_id)
        .join(ActionPlan, ActionPlan.id == Action.plan_id)
        .where(ActionPlan.status != PlanStatus.DRAFT)
        .where(Action.completed_on.is_(None), Action.due_on < occasion.made_on)
        .order_by(Action.due_on, Action.reference)
        .limit(MOST_OVERDUE)
    )
    return tuple(LateFacts(*row) for row in rows)


def _grades(session: Session, year: int) -> list[tuple[str, GradesByLevel]]:
    """The drawn samples of the year's reviews in which a case was moderated, each with its grades by level."""
    statement = (
        select(AuditSample)
        .join(ThematicReview, ThematicReview.id == AuditSample.review_id)
        .where(ThematicReview.year == year, AuditSample.status == SampleStatus.DRAWN)
        .order_by(AuditSample.reference)
    )
    found = [(one.reference, grades_by_level(session, one.id)) for one in session.scalars(statement)]
    return [(reference, grades) for reference, grades in found if any(_moderated(grades))]


def _moderated(grades: GradesByLevel) -> list[int]:
    return [count for level in grades.levels for word, count in grades.counts[level].items() if word]


def _cycles(session: Session) -> Sequence[Section11Cycle]:
    return session.scalars(select(Section11Cycle).order_by(Section11Cycle.due_on.desc(), Section11Cycle.id)).all()


def _cycle(session: Session, cycle: Section11Cycle) -> CycleFacts:
    expected = expected_partners(session, cycle)
    missing = missing_partners(session, cycle)
    names = tuple(f"{one.agency.name} ({one.why})" for one in missing)
    return CycleFacts(str(cycle), cycle.due_on, len(expected) - len(missing), len(expected), names)
