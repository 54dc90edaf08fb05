"""Which reviews are a person's own to run, and which are theirs to follow?"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from models.core.access import Actor, Role
from models.partnership.memberships import hubs_run_by
from models.reviews.thematic_reviews import ThematicReview


def of_run_review(review_id: Any, actor: Actor, on: date) -> ColumnElement[bool]:
    """Whether a column names a review that the person runs: administrators run all, officers those of their hubs.

    For an administrator that holds also where no review is named; for everybody but officers it never holds.
    """
    if actor.role is Role.ADMINISTRATOR:
        return true()
    if actor.role is not Role.OFFICER:
        return false()
    hubs = hubs_run_by(actor.person_id, on)
    return of_review(review_id, ThematicReview.hub_id.in_(hubs))


def of_followed_review(review_id: Any, actor: Actor, on: date) -> ColumnElement[bool]:
    """Whether a column names a review that the person runs, or is lead sponsor of."""
    return or_(of_run_review(review_id, actor, on), of_review(review_id, ThematicReview.sponsor_id == actor.person_id))


def of_review(review_id: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a column names a review that meets a condition."""
    is_one: ColumnElement[bool] = review_id.in_(select(ThematicReview.id).where(condition))
    return is_one
