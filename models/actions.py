"""What must be done, by whom and by when, and how is it going?"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, func, inspect, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.access import OWN_AGENCIES, OWN_PERSON, RowPolicy
from models.action_plans import ActionPlan, PlanStatus
from models.agencies import Agency
from models.db import Base, Record
from models.errors import RuleBroken
from models.people import Person
from models.recommendations import Recommendation
from models.reference_items import ReferenceItem
from models.words import must

_OWN_ACTION = f"lead_agency_id = ANY {OWN_AGENCIES}"


class Action(Record):
    """One action of a plan, one line each. The date first promised is kept when the due date moves."""

    __tablename__ = "actions"
    __table_args__ = (
        UniqueConstraint(
            "plan_id",
            "number",
            name="action_number_once",
            info={"sentence": "The plan already has that action number."},
        ),
        must(
            "starts_on IS NULL OR due_on >= starts_on",
            name="action_due_after_start",
            sentence="An action cannot be due before it starts.",
        ),
        must("number >= 1", name="action_from_one", sentence="Actions are counted from 1."),
        Index("ix_actions_open_due", "due_on", postgresql_where=text("completed_on IS NULL")),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        agency_reads=_OWN_ACTION,
        agency_writes=_OWN_ACTION,
        agency_updates=("brag_id", "completion_evidence", "impact_evidence", "row_version"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plans.id", ondelete="CASCADE"))
    recommendation_id: Mapped[int | None] = mapped_column(ForeignKey("recommendations.id"), index=True)
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(Text, unique=True)
    text: Mapped[str] = mapped_column(Text)
    lead_agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    other_agencies: Mapped[str] = mapped_column(Text, server_default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    owner_name: Mapped[str] = mapped_column(Text, server_default="")
    owner_role: Mapped[str] = mapped_column(Text, server_default="")
    starts_on: Mapped[date | None]
    due_on: Mapped[date]
    original_due_on: Mapped[date]
    success_measure: Mapped[str] = mapped_column(Text, server_default="")
    baseline: Mapped[str] = mapped_column(Text, server_default="")
    target: Mapped[str] = mapped_column(Text, server_default="")
    brag_id: Mapped[int | None] = mapped_column(ForeignKey("reference_items.id"), index=True)
    completion_evidence: Mapped[str] = mapped_column(Text, server_default="")
    impact_evidence: Mapped[str] = mapped_column(Text, server_default="")
    critical_friend_comment: Mapped[str] = mapped_column(Text, server_default="")
    board_decision: Mapped[str] = mapped_column(Text, server_default="")
    completed_on: Mapped[date | None]

    plan: Mapped[ActionPlan] = relationship(lazy="raise_on_sql")
    recommendation: Mapped[Recommendation | None] = relationship(lazy="raise_on_sql")
    lead_agency: Mapped[Agency] = relationship(lazy="raise_on_sql")
    owner: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    brag: Mapped[ReferenceItem | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.reference

    def check(self, session: Session) -> None:
        with session.no_autoflush:
            self._check_recommendation(session)
            if self.completed_on is not None and not (self.completion_evidence or "").strip():
                raise RuleBroken("An action is complete only with evidence; say what shows that it was done.")
            if inspect(self).transient or inspect(self).pending:
                self.original_due_on = self.due_on
                self.number = _next_number(session, self.plan_id)
            plan = session.get_one(ActionPlan, self.plan_id)
            self.reference = f"{plan.reference}/{self.number:02d}"

    def _check_recommendation(self, session: Session) -> None:
        if self.recommendation_id is None:
            return
        recommendation = session.get(Recommendation, self.recommendation_id)
        if recommendation is None or recommendation.plan_id != self.plan_id:
            raise RuleBroken("Choose a recommendation of the same plan.")


class ActionUpdate(Base):
    """A dated word on how an action is going. Added, never edited."""

    __tablename__ = "action_updates"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert"),
        agency_reads="EXISTS (SELECT 1 FROM actions a WHERE a.id = action_id)",
        agency_inserts=f"author_id = {OWN_PERSON} AND EXISTS (SELECT FROM actions a WHERE a.id = action_id)",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    brag_id: Mapped[int | None] = mapped_column(ForeignKey("reference_items.id"), index=True)

    action: Mapped[Action] = relationship(lazy="raise_on_sql")
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    brag: Mapped[ReferenceItem | None] = relationship(lazy="raise_on_sql")


def post_update(
    session: Session, action: Action, *, text: str, brag_id: int | None, author_id: int | None
) -> ActionUpdate:
    """Add a dated update and set the action's BRAG word from it. Refuses an empty text."""
    if not text.strip():
        raise RuleBroken("Write what has happened since the last update.")
    update = ActionUpdate(action_id=action.id, text=text.strip(), brag_id=brag_id, author_id=author_id)
    session.add(update)
    if brag_id is not None:
        action.brag_id = brag_id
    session.flush()
    return update


def _next_number(session: Session, plan_id: int) -> int:
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('actions'), :plan)"), {"plan": plan_id})
    highest = session.scalar(select(func.max(Action.number)).where(Action.plan_id == plan_id))
    return (highest or 0) + 1


def close_plan(session: Session, plan: ActionPlan) -> None:
    """Close a plan whose actions are all complete."""
    still_open = select(func.count()).where(Action.plan_id == plan.id, Action.completed_on.is_(None))
    count = session.scalar(still_open) or 0
    if count:
        raise RuleBroken(f"{count} actions of this plan are still open; complete them before you close it.")
    plan.status = PlanStatus.CLOSED
    session.flush()


def move_due_date(session: Session, action: Action, *, due_on: date, reason: str, author_id: int | None) -> None:
    """Give an action another due date, with a reason that stays among its updates; the original date is kept."""
    if action.completed_on is not None:
        raise RuleBroken("A complete action has no due date to move.")
    if not reason.strip():
        raise RuleBroken("Say why the due date moves.")
    old, action.due_on = action.due_on, due_on
    words = f"Due date moved from {old.isoformat()} to {due_on.isoformat()}: {reason.strip()}"
    session.add(ActionUpdate(action_id=action.id, text=words, author_id=author_id))
    session.flush()
