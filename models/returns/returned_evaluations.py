"""How many of the self-evaluations that each agency was asked for are in, and how many are late?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from models.core.access import Actor
from models.core.reading_once import filled_in, stated_once
from models.partnership.agencies import Agency
from models.returns.agency_returns import OPEN
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.own_reviews import of_followed_review, of_review
from models.reviews.thematic_reviews import Stage, ThematicReview


@dataclass(frozen=True)
class AgencyReturns:
    """What an agency was asked for: how many in all, how many are in, and how many are past their day."""

    agency_id: int
    agency: str
    asked: int
    returned: int
    late: int

    @property
    def to_come(self) -> int:
        """Those whose day is still to come."""
        return self.asked - self.returned - self.late


def of_open_reviews(actor: Actor, on: date) -> ColumnElement[bool]:
    """Whether a self-evaluation belongs to a review that is not closed and that the person runs or sponsors."""
    is_open = of_review(SelfEvaluation.review_id, ThematicReview.stage != Stage.CLOSED)
    return and_(is_open, of_followed_review(SelfEvaluation.review_id, actor, on))


def returns_by_agency(session: Session, actor: Actor, on: date) -> list[AgencyReturns]:
    """Each agency that was asked in the person's open reviews: who has most that is late first, then most to come.

    The session acts as that person. One statement.
    """
    rows: Any = session.execute(_by_agency(actor), filled_in(actor, on))
    returns = [AgencyReturns(*row) for row in rows]
    return sorted(returns, key=lambda each: (-each.late, -each.to_come, each.agency))


@stated_once
def _by_agency(actor: Actor, on: date) -> Select[int, str, int, int, int]:
    is_open = SelfEvaluation.status.in_(OPEN)
    late = func.count().filter(and_(is_open, SelfEvaluation.due_on < on))
    return (
        select(Agency.id, Agency.name, func.count(), func.count().filter(~is_open), late)
        .join(SelfEvaluation, SelfEvaluation.agency_id == Agency.id)
        .where(of_open_reviews(actor, on))
        .group_by(Agency.id)
    )
