"""Which reviews of a year stand at which stage, and on which days were they to reach the others?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.addresses import address_of
from models.gates.pictures.scopes import BoardScope
from models.reviews.invitations import Invitation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.pictures import Picture
from models.rules.gates.pictures.year import ReviewYear, Step, year_picture


def year_on_one_line(session: Session, scope: BoardScope, on: date) -> Picture:
    """The reviews of a scope over the months of its year, combined ones too; of an agency those it is invited to.

    Two statements, however many reviews there are.
    """
    chosen = select(ThematicReview).where(scope.of_year()).order_by(ThematicReview.reference)
    if scope.agency_id is not None:
        invited = select(Invitation.id).where(
            Invitation.review_id == ThematicReview.id, Invitation.agency_id == scope.agency_id
        )
        chosen = chosen.where(invited.exists())
    reviews = list(session.scalars(chosen))
    keys = [review.id for review in reviews]
    stages = session.scalars(select(ReviewStage).where(ReviewStage.review_id.in_(keys))) if keys else ()
    return picture_of(scope.year, reviews, stages, on)


def picture_of(year: int, reviews: Iterable[ThematicReview], stages: Iterable[ReviewStage], on: date) -> Picture:
    """The same from reviews and stages that were read already."""
    steps: dict[int, list[Step]] = {}
    for each in stages:
        step = Step(each.stage.number, each.stage.label, each.planned_on, each.reached_on)
        steps.setdefault(each.review_id, []).append(step)
    lines = [_line(review, steps.get(review.id, [])) for review in reviews]
    return year_picture(year, lines, on)


def _line(review: ThematicReview, steps: list[Step]) -> ReviewYear:
    in_order = tuple(sorted(steps, key=lambda step: step.number))
    number, word = review.stage.number, review.stage.label
    return ReviewYear(review.title, number, word, in_order, address_of(review), review.is_on_hold)
