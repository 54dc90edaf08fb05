"""To which bodies were a review's findings and recommendations presented, and what was decided?"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, String, Text, case, cast, func, select
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.clock import today
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import Fact, Key, values_of
from models.core.words import choice_column, must, one_of
from models.plans.action_plans import ActionPlan, PlanStatus
from models.reviews.thematic_reviews import ThematicReview
from models.rules.plans.presentations import Body, bodies_missing, may_hear


class PresentationStatus(Choice):
    """Whether the meeting has taken place."""

    PLANNED = "planned"
    HELD = "held"


class Decision(Choice):
    """What a body decided on the improvement plan."""

    AGREED = "agreed"
    AGREED_WITH_CHANGES = "agreed_with_changes"
    NOT_AGREED = "not_agreed"


class Presentation(Record):
    """One meeting at which one body heard the findings of one review."""

    __tablename__ = "presentations"
    __table_args__ = (
        one_of("body", Body, "known_body"),
        one_of("status", PresentationStatus, "known_presentation_status"),
        one_of("decision", Decision, "known_decision"),
        must(
            "status <> 'held' OR decided <> ''",
            name="held_meeting_says_what_was_decided",
            field="decided",
            sentence="Write what was decided; a meeting that noted the findings decided to note them.",
        ),
        must(
            "decision IS NULL OR (plan_id IS NOT NULL AND status = 'held')",
            name="decision_is_on_a_plan",
            field="plan_id",
            sentence="Name the plan that was decided on.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        agency_reads="EXISTS (SELECT FROM challenges c WHERE c.presentation_id = presentations.id)",
        reason="An agency reads of the meetings at which it was challenged; the outcome it reads in the agreed plan.",
    )

    label_key: ClassVar[str] = "called"

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id"), index=True)
    body: Mapped[Body] = mapped_column(choice_column(Body))
    meets_on: Mapped[date] = mapped_column(index=True)
    agenda_line: Mapped[str] = mapped_column(Text, server_default="")
    status: Mapped[PresentationStatus] = mapped_column(
        choice_column(PresentationStatus), server_default=PresentationStatus.PLANNED
    )
    decided: Mapped[str] = mapped_column(Text, server_default="")
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("action_plans.id"), index=True)
    decision: Mapped[Decision | None] = mapped_column(choice_column(Decision))
    changes_made_on: Mapped[date | None]

    called: Mapped[str] = column_property(
        case({body.value: body.label for body in Body}, value=cast(body, String))
        + func.to_char(meets_on, ", FMDD FMMonth YYYY"),
        deferred=True,
    )

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    plan: Mapped[ActionPlan | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return f"{self.body.label}, {self.meets_on.day} {self.meets_on:%B %Y}"


@Fact
def bodies_held(review_id: Key) -> ColumnElement[list[str]]:
    """The bodies that have heard a review's findings."""
    held = Presentation.review_id == review_id, Presentation.status == PresentationStatus.HELD
    return values_of(select(Presentation.body).where(*held))


def held_bodies(session: Session, review_id: int) -> set[Body]:
    """The bodies that have heard a review's findings."""
    return {Body(word) for word in bodies_held(session, review_id)}


def missing_presentations(session: Session, review_id: int) -> list[Body]:
    """The bodies that have still to hear a review's findings, in the order in which they do."""
    return bodies_missing(held_bodies(session, review_id))


def hold_presentation(
    session: Session,
    presentation: Presentation,
    *,
    on: date,
    decided: str,
    decision: Decision | None = None,
    plan: ActionPlan | None = None,
) -> None:
    """Record that a meeting was held, what it decided, and its decision on the plan if there was one.

    When the Board agreed the plan, the plan is agreed from that day; agreed with changes, it is so once the changes
    are made (`confirm_changes`). Refuses a future day, a meeting held already, a group before the Board, a decision
    without its plan, and another review's plan.
    """
    _refuse_meeting(session, presentation, on)
    if not decided.strip():
        raise RuleBroken("Write what was decided; a meeting that noted the findings decided to note them.")
    if decision is not None:
        _refuse_plan(presentation, plan)
    presentation.status, presentation.meets_on, presentation.decided = PresentationStatus.HELD, on, decided.strip()
    presentation.decision, presentation.plan_id = decision, plan.id if plan is not None else None
    if plan is not None and presentation.body is Body.BOARD and decision is Decision.AGREED:
        _agree(plan, on)
    session.flush()


def _refuse_meeting(session: Session, presentation: Presentation, on: date) -> None:
    if presentation.status is PresentationStatus.HELD:
        raise RuleBroken("This meeting is on record as held already.")
    if on > today():
        raise RuleBroken("A meeting is recorded when it has been held, not before.")
    if not may_hear(presentation.body, held_bodies(session, presentation.review_id)):
        raise RuleBroken("The findings go to the Executive Board first; its meeting is not on record yet.")


def _refuse_plan(presentation: Presentation, plan: ActionPlan | None) -> None:
    if plan is None:
        raise RuleBroken("Name the plan that was decided on.")
    if plan.review_id != presentation.review_id:
        raise RuleBroken(f"{plan.reference} is the plan of another review.")


def _agree(plan: ActionPlan, on: date) -> None:
    """A plan that is agreed again gets the next version."""
    if plan.status in (PlanStatus.COMPLETED, PlanStatus.CLOSED):
        raise RuleBroken("A completed plan cannot be agreed again.")
    if plan.status is PlanStatus.AGREED:
        plan.version += 1
    plan.status, plan.agreed_on = PlanStatus.AGREED, on


def confirm_changes(session: Session, presentation: Presentation, *, on: date) -> None:
    """Confirm that the changes the Board asked for are made: from that day the plan is agreed."""
    is_open = presentation.decision is Decision.AGREED_WITH_CHANGES and presentation.changes_made_on is None
    if presentation.body is not Body.BOARD or not is_open or presentation.plan_id is None:
        raise RuleBroken("The Board has asked for no changes that are still to be made.")
    _agree(session.get_one(ActionPlan, presentation.plan_id), on)
    presentation.changes_made_on = on
    session.flush()
