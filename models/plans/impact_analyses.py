"""Twelve months on: has the learning of a review been embedded, action by action?

Source: framework, "Impact analysis": further impact analysis 12 months after the completion of each thematic review to
ensure the learning has been embedded and forms part of ongoing practice.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Text, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.case_lists.case_frames import CaseFrame
from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.clock import today
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import Fact, Key
from models.core.references import Referenced
from models.core.words import choice_column, must, one_of
from models.partnership.people import Person
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import impact_due_on
from models.rules.sampling.sample_plans import parse_plan
from models.sampling.audit_samples import AuditSample, SampleBrief, SampleStatus, plan_sample


class Impact(Choice):
    """What an action has changed, a year on."""

    EMBEDDED = "embedded"
    PARTLY_EMBEDDED = "partly_embedded"
    NOT_EMBEDDED = "not_embedded"
    CANNOT_TELL = "cannot_tell"


class ImpactAnalysis(Referenced):
    """The impact analysis of one review, due 12 months after its completion.

    `sample_id` is an optional second draw by the same plan, so that grades then and now can be compared.
    """

    __tablename__ = "impact_analyses"
    __table_args__ = (
        must(
            "completed_on IS NULL OR conclusion <> ''",
            name="impact_concluded",
            field="conclusion",
            sentence="Write the conclusion before the impact analysis is complete.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(reason="The Business team's own work; the outcome is published.")
    reference_prefix = "IA"

    review_id: Mapped[int] = mapped_column(
        ForeignKey("thematic_reviews.id"), unique=True, info={"sentence": "The review has its impact analysis already."}
    )
    opened_on: Mapped[date]
    due_on: Mapped[date]
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("audit_samples.id"), index=True)
    conclusion: Mapped[str] = mapped_column(Text, server_default="")
    completed_on: Mapped[date | None]
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    sample: Mapped[AuditSample | None] = relationship(lazy="raise_on_sql")
    completed_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.due_on.year


class ImpactCheck(Record):
    """What one action has changed, with the evidence."""

    __tablename__ = "impact_checks"
    __table_args__ = (one_of("impact", Impact, "known_impact"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(reason="The Business team's own work; the outcome is published.")

    analysis_id: Mapped[int] = mapped_column(ForeignKey("impact_analyses.id", ondelete="CASCADE"), index=True)
    action_id: Mapped[int] = mapped_column(
        ForeignKey("actions.id", ondelete="CASCADE"), unique=True, info={"sentence": "The action is checked already."}
    )
    impact: Mapped[Impact] = mapped_column(choice_column(Impact))
    evidence: Mapped[str] = mapped_column(Text)
    checked_on: Mapped[date]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)


def open_impact_analysis(session: Session, review: ThematicReview, *, completed_on: date) -> ImpactAnalysis:
    """The review's impact analysis, due 12 months after its completion; an existing one is returned as it is."""
    analysis = analysis_of(session, review.id)
    if analysis is not None:
        return analysis
    analysis = ImpactAnalysis(review_id=review.id, opened_on=completed_on, due_on=impact_due_on(completed_on))
    session.add(analysis)
    session.flush()
    return analysis


def analysis_of(session: Session, review_id: int) -> ImpactAnalysis | None:
    """A review's impact analysis; None before it is completed."""
    return session.scalar(select(ImpactAnalysis).where(ImpactAnalysis.review_id == review_id))


@Fact
def impact_due(review_id: Key) -> ColumnElement[Any]:
    """The day on which a review's impact analysis is due; None before it is opened."""
    return select(ImpactAnalysis.due_on).where(ImpactAnalysis.review_id == review_id).scalar_subquery()


@Fact
def is_impact_complete(review_id: Key) -> ColumnElement[bool]:
    """Whether a review's impact analysis is complete."""
    return exists().where(ImpactAnalysis.review_id == review_id, ImpactAnalysis.completed_on.is_not(None))


def actions_to_check(session: Session, analysis: ImpactAnalysis) -> list[tuple[Action, ImpactCheck | None]]:
    """The actions of the review's plans, each with its check if it has one, in the plans' order."""
    statement = (
        select(Action, ImpactCheck)
        .join(ActionPlan, ActionPlan.id == Action.plan_id)
        .outerjoin(ImpactCheck, ImpactCheck.action_id == Action.id)
        .where(ActionPlan.review_id == analysis.review_id)
        .order_by(ActionPlan.reference, Action.number)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def check_impact(
    session: Session, analysis: ImpactAnalysis, action: Action, *, impact: Impact, evidence: str, person_id: int | None
) -> ImpactCheck:
    """Record what an action has changed. *Embedded* needs a complete action; every word needs evidence.

    Refuses an action of another review, and a complete analysis.
    """
    _refuse_complete(analysis)
    plan = session.get_one(ActionPlan, action.plan_id)
    if plan.review_id != analysis.review_id:
        raise RuleBroken("This action belongs to another review.")
    if not evidence.strip():
        raise RuleBroken("Say what shows the impact, or why nobody can tell.")
    if impact is Impact.EMBEDDED and action.completed_on is None:
        raise RuleBroken(f"{action.reference} is not complete yet, so it cannot be embedded.")
    check = session.scalar(select(ImpactCheck).where(ImpactCheck.action_id == action.id))
    check = check or ImpactCheck(analysis_id=analysis.id, action_id=action.id)
    check.impact, check.evidence, check.checked_on, check.checked_by_id = impact, evidence.strip(), today(), person_id
    session.add(check)
    session.flush()
    return check


def plan_redraw(
    session: Session, analysis: ImpactAnalysis, *, frame: CaseFrame, starts_on: date, ends_on: date
) -> AuditSample:
    """Plan a second draw by the review's own plan, from a new frame and for a new period; nothing else changes.

    Refuses a review without a finished draw, a frame of the first draw, and a second re-draw.
    """
    _refuse_complete(analysis)
    first = first_sample(session, analysis)
    if first is None:
        raise RuleBroken("The review has no finished draw whose plan could be used again.")
    if analysis.sample_id is not None:
        raise RuleBroken("The second draw is planned already.")
    if frame.id == first.frame_id:
        raise RuleBroken("Choose a frame of today's cases, not the one of the first draw.")
    content = {**first.plan, "exclusions": None}
    content["time_frame"] = {**content["time_frame"], "from": starts_on.isoformat(), "to": ends_on.isoformat()}
    sample = plan_sample(
        session,
        brief=SampleBrief(title=f"{first.title}: 12 months on", review_id=analysis.review_id),
        frame=frame,
        plan=parse_plan(content),
    )
    analysis.sample_id = sample.id
    session.flush()
    return sample


def first_sample(session: Session, analysis: ImpactAnalysis) -> AuditSample | None:
    """The review's own finished draw, the one that the second is compared with."""
    statement = select(AuditSample).where(
        AuditSample.review_id == analysis.review_id,
        AuditSample.status == SampleStatus.DRAWN,
        AuditSample.id != (analysis.sample_id or 0),
    )
    return session.scalar(statement.order_by(AuditSample.id).limit(1))


def complete_impact_analysis(
    session: Session, analysis: ImpactAnalysis, *, conclusion: str, person_id: int | None
) -> None:
    """Conclude. Refuses while an action is unchecked, and without a conclusion."""
    _refuse_complete(analysis)
    unchecked = [action for action, check in actions_to_check(session, analysis) if check is None]
    if unchecked:
        more = f" and {len(unchecked) - 1} more" if unchecked[1:] else ""
        raise RuleBroken(f"The impact of {unchecked[0].reference}{more} is not checked yet.")
    if not conclusion.strip():
        raise RuleBroken("Write the conclusion: is the learning part of ongoing practice?")
    analysis.conclusion, analysis.completed_on, analysis.completed_by_id = conclusion.strip(), today(), person_id
    session.flush()


def _refuse_complete(analysis: ImpactAnalysis) -> None:
    if analysis.completed_on is not None:
        raise RuleBroken(f"{analysis.reference} is complete and no longer changes.")
