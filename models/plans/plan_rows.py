"""What does the row of an action say on the page of its plan, and what changes when it is changed there?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.core.clock import london_day, today
from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceItem
from models.plans.action_plans import ActionPlan
from models.plans.action_updates import ActionUpdate, move_due_date, post_update
from models.plans.actions import Action, owner_words, rate_action, rating_words
from models.rules.core.due_dates import distance, short_day

SOON_DAYS = 28
MOST_READ = 1000
"""Actions that are counted on a plan's page; all of them stand in the list."""

TAKEN_BACK = "Taken back: it stands as before."
"""What an update says of a change that was undone."""

_COLOURS = frozenset({"red", "amber", "green", "blue"})


@dataclass(eq=False)
class PlanRow:
    """One action of a plan as its row shows it."""

    action: Action
    agency: str
    owner: str
    heard_at: datetime | None
    rating: ReferenceItem | None

    @property
    def is_done(self) -> bool:
        return self.action.completed_on is not None

    @property
    def is_late(self) -> bool:
        return not self.is_done and self.action.due_on < today()

    @property
    def is_soon(self) -> bool:
        """Due from today on within 28 days; what is late is not soon."""
        return not self.is_done and today() <= self.action.due_on <= today() + timedelta(days=SOON_DAYS)

    def is_of(self, person_id: int | None) -> bool:
        """Whether it is open and that person's own."""
        return not self.is_done and person_id is not None and self.action.owner_id == person_id

    @property
    def colour(self) -> str:
        """The colour of the rating; grey for none, and for a word of a partnership's own."""
        return colour_of(self.rating)

    @property
    def stands(self) -> str:
        """The rating with its meaning."""
        return rating_words(self.rating) if self.rating is not None else "Not rated yet"

    @property
    def due(self) -> str:
        return short_day(self.action.due_on, today())

    @property
    def distance(self) -> str:
        return "" if self.is_done else distance(self.action.due_on, today()).lower()

    @property
    def heard(self) -> str:
        return "never" if self.heard_at is None else short_day(london_day(self.heard_at), today())

    @property
    def whose(self) -> str:
        """The agency and the owner, as far as they are known."""
        return ", ".join(part for part in (self.agency, self.owner) if part)

    @property
    def state(self) -> str:
        """What the row was opened on: version, rating, due date."""
        return f"{self.action.row_version}:{self.action.brag_id or ''}:{self.action.due_on.isoformat()}"


def colour_of(rating: ReferenceItem | None) -> str:
    """The colour of a rating.

    >>> colour_of(ReferenceItem(code="amber")), colour_of(ReferenceItem(code="parked")), colour_of(None)
    ('amber', 'grey', 'grey')
    """
    code = rating.code if rating is not None else ""
    return code if code in _COLOURS else "grey"


def rows_of(session: Session, plan: ActionPlan) -> list[PlanRow]:
    """The plan's actions as far as whoever acts may see them; those due first, then what is complete. At most 1,000."""
    return rows_where(session, (Action.plan_id == plan.id,), MOST_READ)


def rows_where(session: Session, conditions: Iterable[ColumnElement[bool]], most: int) -> list[PlanRow]:
    """The first actions that meet the conditions, in one statement; those due first, then what is complete."""
    heard = select(func.max(ActionUpdate.written_at)).where(ActionUpdate.action_id == Action.id).scalar_subquery()
    rows: Any = session.execute(
        select(Action, Agency.name, owner_words(Action), heard, ReferenceItem)
        .outerjoin(Agency, Agency.id == Action.lead_agency_id)
        .outerjoin(ReferenceItem, ReferenceItem.id == Action.brag_id)
        .where(*conditions)
        .order_by(Action.completed_on.is_not(None), Action.due_on, Action.number)
        .limit(most)
    )
    return [PlanRow(action, agency or "", owner, heard_at, rating) for action, agency, owner, heard_at, rating in rows]


def change_in_place(
    session: Session, action: Action, *, brag_id: int | None, due_on: date, reason: str, author_id: int | None
) -> None:
    """Give an action the rating and the due date that stand in its row of the plan; what stands so already stays.

    A moved date needs the reason. A reason given for a new rating alone is kept among the action's updates with it.
    Refuses what `move_due_date` and `rate_action` refuse, and taking a rating away.
    """
    if brag_id is None and action.brag_id is not None:
        raise RuleBroken("Choose one of the BRAG words.", field="brag_id")
    if brag_id is not None and brag_id != action.brag_id:
        if reason.strip() and due_on == action.due_on:
            post_update(session, action, text=reason, brag_id=brag_id, author_id=author_id)
        rate_action(session, action, brag_id)
    if due_on != action.due_on:
        move_due_date(session, action, due_on=due_on, reason=reason, author_id=author_id)
    session.flush()


@dataclass(frozen=True)
class Stood:
    """How an action was rated and when it was due before a change; `is_said` if that left words among its updates."""

    brag_id: int | None
    due_on: date
    is_said: bool = False


def change_back(session: Session, action: Action, before: Stood, *, author_id: int | None) -> None:
    """Give an action back the rating and the due date it had.

    What is said among its updates stays, for nobody changes these; another one says that it is taken back. Refuses what
    `rate_action` and `move_due_date` refuse.
    """
    if action.brag_id != before.brag_id:
        if before.is_said:
            post_update(session, action, text=TAKEN_BACK, brag_id=before.brag_id, author_id=author_id)
        if before.brag_id is not None:
            rate_action(session, action, before.brag_id)
        action.brag_id = before.brag_id
    if action.due_on != before.due_on:
        move_due_date(session, action, due_on=before.due_on, reason=TAKEN_BACK, author_id=author_id)
    session.flush()
