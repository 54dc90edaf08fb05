"""How do the actions that one agency leads stand: by rating, late, soon, later, and which are due first?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.partnership.reference_items import ReferenceItem
from models.plans.actions import Action, is_overdue, rating_words
from models.plans.plan_rows import SOON_DAYS, PlanRow, colour_of, rows_where


@dataclass(frozen=True)
class RatingCount:
    """How many of an agency's actions carry a rating, open or complete; `rating_id` is None where they have none."""

    rating_id: int | None
    words: str
    colour: str
    count: int


@dataclass(frozen=True)
class OpenActions:
    """How many actions of an agency are not complete: past their day, due within 28 days, and later."""

    late: int
    soon: int
    later: int

    @property
    def total(self) -> int:
        return self.late + self.soon + self.later


def last_soon_day(on: date) -> date:
    """The last day that is called soon.

    >>> last_soon_day(date(2026, 11, 27))
    datetime.date(2026, 12, 25)
    """
    return on + timedelta(days=SOON_DAYS)


def ratings_of_agency(session: Session, agency_id: int) -> list[RatingCount]:
    """The ratings of an agency's actions, red first, unrated last, as far as whoever acts may see them."""
    rows: Any = session.execute(
        select(ReferenceItem, func.count())
        .select_from(Action)
        .outerjoin(ReferenceItem, ReferenceItem.id == Action.brag_id)
        .where(Action.lead_agency_id == agency_id)
        .group_by(ReferenceItem.id)
        .order_by(ReferenceItem.rank.desc().nulls_last(), ReferenceItem.id)
    )
    return [
        RatingCount(rating.id, rating_words(rating), colour_of(rating), count)
        if rating is not None
        else RatingCount(None, "Not rated yet", colour_of(None), count)
        for rating, count in rows
    ]


def open_actions_of(session: Session, agency_id: int, on: date) -> OpenActions:
    """How many of the agency's actions are open on a day, in one statement."""
    is_late, is_soon = is_overdue(on), Action.due_on.between(on, last_soon_day(on))
    is_later = Action.due_on > last_soon_day(on)
    own = select(*(func.count().filter(condition) for condition in (is_late, is_soon, is_later))).where(
        Action.lead_agency_id == agency_id, Action.completed_on.is_(None)
    )
    counts: Any = session.execute(own).one()
    return OpenActions(counts[0], counts[1], counts[2])


def first_open_rows(session: Session, agency_id: int, most: int) -> list[PlanRow]:
    """The agency's open actions that are due first, with rating, owner and when somebody last said how they go."""
    return rows_where(session, (Action.lead_agency_id == agency_id, Action.completed_on.is_(None)), most)
