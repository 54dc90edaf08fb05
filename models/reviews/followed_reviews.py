"""Which open reviews does a person follow, at which stage is each, and when is its next one planned?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Date, Select, case, cast, null, select, true
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.reading_once import filled_in, stated_once
from models.reviews.own_reviews import of_followed_review
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview, next_stage

_SEES_THE_TIMETABLE = frozenset({Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR, Role.BOARD_VIEWER})


@dataclass(frozen=True)
class FollowedReview:
    """One line of a home page: the review, its next stage, and when that is planned, where the person reads it."""

    review: ThematicReview
    next_stage: Stage | None
    next_on: date | None


def reviews_of(session: Session, actor: Actor, on: date, most: int = 8) -> list[FollowedReview]:
    """The open reviews that a person runs, sponsors or, for everybody else, may see; what is due first stands first.

    The session acts as that person. One statement.
    """
    rows = session.execute(_followed(actor, most), filled_in(actor, on))
    return [FollowedReview(row[0], next_stage(row[0].stage), row[1]) for row in rows]


@stated_once
def _followed(actor: Actor, on: date, most: int) -> Select[ThematicReview, date]:
    sees = actor.role in _SEES_THE_TIMETABLE
    next_on: ColumnElement[date] = _planned() if sees else cast(null(), Date)
    return (
        select(ThematicReview, next_on.label("next_on"))
        .where(ThematicReview.stage != Stage.CLOSED, _is_followed(actor, on))
        .order_by(next_on.asc().nulls_last(), ThematicReview.reference.desc())
        .limit(most)
    )


def _is_followed(actor: Actor, on: date) -> ColumnElement[bool]:
    is_followed: ColumnElement[bool] = (
        of_followed_review(ThematicReview.id, actor, on) if actor.role in (Role.OFFICER, Role.SPONSOR) else true()
    )
    return is_followed


def _planned() -> ColumnElement[date]:
    """The day for which the stage after the review's own is planned."""
    following = case(*[(ThematicReview.stage == stage, next_stage(stage)) for stage in Stage if next_stage(stage)])
    planned = select(ReviewStage.planned_on).where(
        ReviewStage.review_id == ThematicReview.id, ReviewStage.stage == following
    )
    return planned.correlate(ThematicReview).scalar_subquery()
