"""What must be done, by whom and by when, and how is it going?"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    and_,
    case,
    exists,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, RowPolicy
from models.core.clock import london_day_of
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.references import PLAIN
from models.core.words import must, word_indexes
from models.partnership.agencies import Agency
from models.partnership.holdings import HoldingKind, holding
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.recommendations import Recommendation
from models.rules.core.counts import count_words

BLUE = "blue"
"""The code of the BRAG word for complete and evidenced, whatever a partnership calls it."""

_OWN_ACTION = f"lead_agency_id = ANY {OWN_AGENCIES}"


class Action(Record):
    """One action of a plan, one line each. The date first promised is kept when the due date moves."""

    __tablename__ = "actions"
    __table_args__ = (
        *word_indexes("actions"),
        UniqueConstraint(
            "plan_id",
            "number",
            name="action_number_once",
            info={"sentence": "The plan already has that action number."},
        ),
        must(
            "starts_on IS NULL OR due_on >= starts_on",
            name="action_due_after_start",
            field="due_on",
            sentence="An action cannot be due before it starts.",
        ),
        must(
            "target_count > 0",
            name="action_target_from_one",
            field="target_count",
            sentence="A number to reach is 1 or more.",
        ),
        must("number >= 1", name="action_from_one", sentence="Actions are counted from 1."),
        must(
            "completion_confirmed_by_id <> completion_claimed_by_id",
            name="completion_confirmed_by_another",
            sentence="A second person confirms the completion, not whoever stated it.",
        ),
        Index("ix_actions_open_due", "due_on", postgresql_where=text("completed_on IS NULL")),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=(
            "select",
            "update (brag_id, completion_evidence, impact_evidence, completion_claimed_on, completion_claimed_by_id,"
            " row_version)",
        ),
        agency_reads=_OWN_ACTION,
        agency_writes=_OWN_ACTION,
        agency_updates=(
            "brag_id",
            "completion_evidence",
            "impact_evidence",
            "completion_claimed_on",
            "completion_claimed_by_id",
            "row_version",
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plans.id", ondelete="CASCADE"))
    recommendation_id: Mapped[int | None] = mapped_column(ForeignKey("recommendations.id"), index=True)
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(Text, unique=True, info=PLAIN)
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
    target_count: Mapped[int | None]
    brag_id: Mapped[int | None] = mapped_column(ForeignKey("reference_items.id"), index=True)
    completion_evidence: Mapped[str] = mapped_column(Text, server_default="")
    impact_evidence: Mapped[str] = mapped_column(Text, server_default="")
    critical_friend_comment: Mapped[str] = mapped_column(Text, server_default="")
    board_decision: Mapped[str] = mapped_column(Text, server_default="")
    completion_claimed_on: Mapped[date | None]
    completion_claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    completion_confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    completed_on: Mapped[date | None]

    plan: Mapped[ActionPlan] = relationship(lazy="raise_on_sql")
    recommendation: Mapped[Recommendation | None] = relationship(lazy="raise_on_sql")
    lead_agency: Mapped[Agency] = relationship(lazy="raise_on_sql")
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id, lazy="raise_on_sql")
    brag: Mapped[ReferenceItem | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.reference

    def check(self, session: Session) -> None:
        with session.no_autoflush:
            plan = session.get_one(ActionPlan, self.plan_id)
            self._check_recommendation(session)
            if self.completed_on is not None and not (self.completion_evidence or "").strip():
                raise RuleBroken(
                    "An action is complete only with evidence; say what shows that it was done.",
                    field="completion_evidence",
                )
            self._check_word(session)
            if inspect(self).transient or inspect(self).pending:
                self._begin(session, plan)
            self.reference = f"{plan.reference}/{self.number:02d}"

    def _check_recommendation(self, session: Session) -> None:
        if self.recommendation_id is None:
            return
        recommendation = session.get(Recommendation, self.recommendation_id)
        if recommendation is None or recommendation.plan_id != self.plan_id:
            raise RuleBroken("Choose a recommendation of the same plan.", field="recommendation_id")

    def _check_word(self, session: Session) -> None:
        """A newly chosen rating must be one the action may have; a complete action does not lose its rating either."""
        if not inspect(self).attrs.brag_id.history.has_changes():
            return
        if self.brag_id is not None:
            rate_action(session, self, self.brag_id)
        elif self.completed_on is not None:
            raise RuleBroken(_stays_complete(self), field="brag_id")

    def _begin(self, session: Session, plan: ActionPlan) -> None:
        if plan.status is PlanStatus.CLOSED:
            raise RuleBroken(f"{plan.reference} is closed, so it takes no new actions.")
        self.original_due_on = self.due_on
        self.number = _next_number(session, self.plan_id)


def name_owner(session: Session, action: Action) -> None:
    """Give an action the name and the job of the person who owns it, where nobody is named yet."""
    if action.owner_id is not None and not action.owner_name:
        owner = session.get_one(Person, action.owner_id)
        action.owner_name, action.owner_role = owner.name, action.owner_role or owner.job_title


def rating_words(rating: ReferenceItem) -> str:
    """A rating with what it means, in one breath: the hint up to its first semicolon.

    >>> rating_words(ReferenceItem(label="Amber", hint="At risk; recovery named"))
    'Amber: at risk'
    >>> rating_words(ReferenceItem(label="Amber", hint=""))
    'Amber'
    """
    meaning = (rating.hint or "").partition(";")[0].strip()
    return f"{rating.label}: {meaning[:1].lower()}{meaning[1:]}" if meaning else rating.label


def owner_words(action: type[Action]) -> ColumnElement[str]:
    """The owner as plans name them, marked where that is a person who has left."""
    left = exists(1).where(Person.id == action.owner_id, Person.name == action.owner_name, Person.is_active.is_(False))
    return case((left, action.owner_name + Person.left_words), else_=action.owner_name)


def days_overdue(action: type[Action]) -> ColumnElement[int | None]:
    """For a list: whole days past the due date of an action that is not complete, else None."""
    london = london_day_of(func.now())
    return case((and_(action.completed_on.is_(None), action.due_on < london), london - action.due_on))


def rate_action(session: Session, action: Action, brag_id: int) -> None:
    """Give an action a BRAG rating. Blue means complete and evidenced: it needs a confirmed completion first.

    A complete action stays Blue until it is opened again (`models/plans/completions.py`). Source: DOMAIN b6, BRAG.
    """
    word = session.get(ReferenceItem, brag_id)
    if word is None or word.list_name is not ReferenceList.BRAG:
        raise RuleBroken("Choose one of the BRAG words.", field="brag_id")
    if word.code == BLUE and action.completed_on is None:
        raise RuleBroken(
            f"{word.label} means complete and evidenced: state the completion first, then a second person confirms it.",
            field="brag_id",
        )
    if word.code != BLUE and action.completed_on is not None:
        raise RuleBroken(_stays_complete(action), field="brag_id")
    action.brag_id = brag_id


def _stays_complete(action: Action) -> str:
    return f"{action.reference} is complete and keeps the word for it; an officer opens it again before it is rated."


def _next_number(session: Session, plan_id: int) -> int:
    # Held until the transaction ends, so that two people cannot take one number of a plan.
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('actions'), :plan)"), {"plan": plan_id})
    highest = session.scalar(select(func.max(Action.number)).where(Action.plan_id == plan_id))
    return (highest or 0) + 1


def open_due_on(action: Any) -> ColumnElement[date]:
    """The day an open action is due; nothing for a complete one, which so comes last."""
    return case((action.completed_on.is_(None), action.due_on))


def is_overdue(on: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether an action is still to be done after its day."""
    return and_(Action.completed_on.is_(None), Action.due_on < on)


def close_plan(session: Session, plan: ActionPlan) -> None:
    """Close a plan whose actions are all complete; refuses one without actions, for nothing has been done by it."""
    if session.scalar(select(Action.id).where(Action.plan_id == plan.id).limit(1)) is None:
        raise RuleBroken("This plan has no action yet, so there is nothing to close.")
    still_open = select(func.count()).where(Action.plan_id == plan.id, Action.completed_on.is_(None))
    count = session.scalar(still_open) or 0
    if count:
        words = count_words(count, "action of this plan is", "actions of this plan are")
        raise RuleBroken(f"{words} still open; every action must be complete before the plan is closed.")
    plan.status = PlanStatus.CLOSED
    session.flush()


def _pass_action(session: Session, action: Action, successor: Person, on: date) -> None:
    """Name another owner, also in the words that plans print where they named the one before."""
    before = session.get(Person, action.owner_id) if action.owner_id else None
    if before is None or action.owner_name in ("", before.name):
        action.owner_name, action.owner_role = successor.name, successor.job_title
    action.owner_id = successor.id


holding(
    HoldingKind(
        "actions", Action, Action.owner_id, ("open action", "open actions"),
        lambda on: Action.completed_on.is_(None), _pass_action, is_of_role=False,
    )
)  # fmt: skip
