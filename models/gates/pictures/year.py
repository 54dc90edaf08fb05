"""Which reviews of a year stand at which stage, and on which days were they to reach the others?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from models.core.addresses import address_of
from models.gates.pictures.scopes import BoardScope, reviews_of, stages_of_year
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.pictures import Picture
from models.rules.gates.pictures.year import ReviewYear, Step, year_picture


def year_on_one_line(session: Session, scope: BoardScope, on: date) -> Picture:
    """The reviews that a scope holds over the months of its year; of an agency those it is invited to.

    Two statements, however many reviews there are.
    """
    return picture_of(scope.year, reviews_of(session, scope), stages_of_year(session, scope), on)


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
