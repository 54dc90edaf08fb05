"""How many actions were overdue, open in time, complete and embedded at the end of a month?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Identity,
    Integer,
    Select,
    UniqueConstraint,
    and_,
    case,
    column,
    exists,
    func,
    or_,
    select,
    values,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import READ, RowPolicy
from models.core.clock import today
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.partnership.agencies import Agency
from models.partnership.hubs import HubKind
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.action_updates import due_days_before_moves
from models.plans.actions import Action
from models.plans.impact_analyses import Impact, ImpactCheck
from models.plans.presentations import Decision, Presentation
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import in_words
from models.rules.plans.presentations import Body


class ActionCount(Base):
    """The actions that one agency leads in agreed plans of one kind of review, as they stood at the end of a month.

    Each action is in one of the four counts. An agency without such an action has no row.
    """

    __tablename__ = "action_counts"
    __table_args__ = (
        UniqueConstraint(
            "counted_on", "kind", "agency_id", name="month_counted_once",
            info={"sentence": "These actions have been counted for that month already."},
        ),
        one_of("kind", HubKind, "known_counted_kind"),
        must(
            "extract(day FROM counted_on + 1) = 1",
            name="counted_at_the_end_of_a_month",
            field="counted_on",
            sentence="Actions are counted on the last day of a month.",
        ),
        must(
            "least(overdue_count, in_time_count, complete_count, embedded_count) >= 0",
            name="action_counts_from_none",
            field="overdue_count",
            sentence="A count is 0 or more.",
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        system=("select", "insert"),
        reason=(
            "What the portal itself has counted for the partnership; never edited. An agency reads its own actions, "
            "but not the impact checks, and these counts tell of both."
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    counted_on: Mapped[date]
    kind: Mapped[HubKind] = mapped_column(choice_column(HubKind))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    overdue_count: Mapped[int]
    in_time_count: Mapped[int]
    complete_count: Mapped[int]
    embedded_count: Mapped[int]

    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")


COUNTS = ("overdue_count", "in_time_count", "complete_count", "embedded_count")
"""The columns that count; together they are all actions. Complete are those that are not embedded."""


def count_actions(session: Session, on: date) -> int:
    """Keep how all actions of agreed plans stood at the end of a month; says how many rows that took.

    A month that is counted already stays as it is: nothing is written again or added. Refuses a day that is not the
    last of its month, and a month that is not over.
    """
    if (on + timedelta(days=1)).day != 1:
        raise RuleBroken(f"{in_words(on)} is not the last day of its month.")
    if on >= today():
        raise RuleBroken(f"Actions are counted for {on:%B %Y} when the month is over.")
    if session.scalar(select(exists().where(ActionCount.counted_on == on))):
        return 0
    standing = actions_at(session, on)
    if not standing:
        return 0
    # Two jobs at once have both come here: the second writes nothing over the first.
    written = insert(ActionCount).values(standing).on_conflict_do_nothing().returning(ActionCount.id)
    return len(session.scalars(written).all())


def actions_at(session: Session, on: date) -> list[dict[str, Any]]:
    """How actions stood at the end of a day, by kind of review and lead agency: the columns of an ActionCount.

    Worked out from what the records say now: the day the Board first agreed the plan, the day the action was done, the
    due date (where updates tell of a move since that day, the one before it), and the day of the impact check. So it
    cannot know what leaves no such day: that an action was added to its plan or given another lead after that day, that
    it was opened again, that a completion of an earlier day was confirmed only later, that an impact check was made
    anew, and due dates that were moved without an update (in the tracker an action was brought in from).
    The day after the month there is little of that, which is why a job counts then and the counts are kept.
    """
    moved = due_days_before_moves(session, on)
    statement = (
        standing(on, moved)
        .add_columns(ThematicReview.kind, Action.lead_agency_id.label("agency_id"))
        .group_by(ThematicReview.kind, Action.lead_agency_id)
        .order_by(ThematicReview.kind, Action.lead_agency_id)
    )
    return [{"counted_on": on, **row} for row in session.execute(statement).mappings()]


def standing(on: date, moved: Mapping[int, date] | None = None) -> Select[*tuple[Any, ...]]:
    """The four counts, in the order of COUNTS, of all actions of plans that were agreed by a day, on that day.

    `moved` has the due dates that some actions had on that day, by their ids, where they have others now. The statement
    joins the review, so it can be narrowed and grouped by it.
    """
    due_on, table = _due_days(moved or {})
    is_done = and_(Action.completed_on.is_not(None), Action.completed_on <= on)
    is_embedded = and_(is_done, ImpactCheck.impact == Impact.EMBEDDED, ImpactCheck.checked_on <= on)
    conditions = (
        and_(~is_done, due_on < on),
        and_(~is_done, due_on >= on),
        and_(is_done, func.coalesce(is_embedded, False).is_(False)),
        is_embedded,
    )
    counts = [func.count().filter(condition).label(name) for name, condition in zip(COUNTS, conditions, strict=True)]
    statement: Any = (
        select(*counts)
        .select_from(Action)
        .join(ActionPlan, ActionPlan.id == Action.plan_id)
        .join(ThematicReview, ThematicReview.id == ActionPlan.review_id)
        .outerjoin(ImpactCheck, ImpactCheck.action_id == Action.id)
        .where(ActionPlan.status != PlanStatus.DRAFT, _was_agreed(on))
    )
    narrowed: Select[Any] = statement if table is None else statement.outerjoin(table, table.c.action_id == Action.id)
    return narrowed


def of_agreed_plans() -> ColumnElement[bool]:
    """Whether an action is one of a plan that is no draft: what the counts of today are counted from."""
    return Action.plan_id.in_(select(ActionPlan.id).where(ActionPlan.status != PlanStatus.DRAFT))


def _due_days(moved: Mapping[int, date]) -> tuple[ColumnElement[date], Any]:
    """The due date of an action on the day, and the table to be joined for it where some have moved since."""
    if not moved:
        return Action.due_on.expression, None
    table = values(column("action_id", Integer), column("due_on", Date), name="moved").data(list(moved.items()))
    return func.coalesce(table.c.due_on, Action.due_on), table


def _was_agreed(on: date) -> ColumnElement[bool]:
    """Whether the Board had agreed a plan by the day. One that is agreed again has the day of its first meeting too.

    A plan that is no draft and has no day at all, as it was brought in, counts as agreed all along.
    """
    day = case((Presentation.decision == Decision.AGREED, Presentation.meets_on), else_=Presentation.changes_made_on)
    first = (
        select(func.min(day))
        .where(
            Presentation.plan_id == ActionPlan.id,
            Presentation.body == Body.BOARD,
            Presentation.decision.in_((Decision.AGREED, Decision.AGREED_WITH_CHANGES)),
        )
        .scalar_subquery()
    )
    return or_(ActionPlan.agreed_on.is_(None), func.least(ActionPlan.agreed_on, first) <= on)
