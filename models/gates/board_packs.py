"""Which facts does the Board's pack show?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.moderations import GradesByLevel, grades_by_level
from models.core.published_heads import latest_head
from models.gates.programmes import programme
from models.partnership.agencies import Agency
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.actions import Action
from models.returns.late_returns import late_returns
from models.returns.section_11_cycles import Section11Cycle, expected_partners
from models.returns.section_11_returns import missing_partners
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.papers import Occasion
from models.rules.gates.board_packs import (
    BoardFacts,
    CycleFacts,
    GradeFacts,
    HeadFacts,
    LateFacts,
    QuotaFacts,
    ReviewFacts,
)
from models.sampling.audit_samples import AuditSample, SampleStatus

MOST_OVERDUE = 500
"""Overdue actions that a pack lists, the longest overdue first."""


def board_facts(session: Session, occasion: Occasion, *, year: int) -> BoardFacts:
    """The Board's pack of a year, as far as the person may see it."""
    year_programme = programme(session, year, on=occasion.made_on)
    graded = _grades(session, year)
    words = tuple(dict.fromkeys(word for _, grades in graded for word in grades.grades))
    return BoardFacts(
        occasion=occasion,
        year=year,
        quota=tuple(QuotaFacts(line.kind.label, line.count, line.allowed) for line in year_programme.quota),
        reviews=tuple(
            ReviewFacts(
                entry.review.reference, entry.review.title, entry.review.kind.label, entry.review.stage.label,
                entry.days_in_stage, entry.planned_on, entry.is_late, len(entry.missing), entry.acts_next,
            )
            for entry in year_programme.entries
        ),
        late=_late(session, occasion),
        overdue=_overdue(session, occasion),
        grades=words,
        levels=tuple(
            GradeFacts(reference, level, tuple(grades.counts[level].get(word, 0) for word in words))
            for reference, grades in graded
            for level in grades.levels
        ),
        cycles=tuple(_cycle(session, cycle) for cycle in _cycles(session)),
        head=_head(session),
    )  # fmt: skip


def _late(session: Session, occasion: Occasion) -> tuple[LateFacts, ...]:
    late = late_returns(session, occasion.made_on)
    keys = {record.agency_id for record in late}
    names = {agency.id: agency.name for agency in session.scalars(select(Agency).where(Agency.id.in_(keys)))}
    facts = (
        LateFacts(names.get(record.agency_id, ""), record.what, record.reference, record.due_on) for record in late
    )
    return tuple(sorted(facts, key=lambda fact: (fact.due_on, fact.agency, fact.reference)))


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
    graded = [(sample.reference, grades_by_level(session, sample.id)) for sample in session.scalars(statement)]
    return [(reference, grades) for reference, grades in graded if any(_moderated(grades))]


def _moderated(grades: GradesByLevel) -> list[int]:
    return [count for level in grades.levels for word, count in grades.counts[level].items() if word]


def _head(session: Session) -> HeadFacts | None:
    published = latest_head(session)
    return HeadFacts(published.published_on, str(published)) if published is not None else None


def _cycles(session: Session) -> Sequence[Section11Cycle]:
    return session.scalars(select(Section11Cycle).order_by(Section11Cycle.due_on.desc(), Section11Cycle.id)).all()


def _cycle(session: Session, cycle: Section11Cycle) -> CycleFacts:
    expected = expected_partners(session, cycle)
    missing = missing_partners(session, cycle)
    names = tuple(f"{partner.agency.name} ({partner.why})" for partner in missing)
    return CycleFacts(str(cycle), cycle.due_on, len(expected) - len(missing), len(expected), names)
