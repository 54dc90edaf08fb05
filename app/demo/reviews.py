"""Which reviews do the demo's two years hold, so that every stage is there to be looked at?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.partnership.hubs import Hub, HubKind
from models.partnership.people import Person
from models.partnership.strategic_priorities import StrategicPriority
from models.reviews.review_stages import ReviewStage, settle_thresholds
from models.reviews.thematic_reviews import Stage, ThematicReview

YEAR = 2026


class _Review(NamedTuple):
    title: str
    kind: HubKind
    priority: str
    sponsor: str
    stage: Stage
    started_days_ago: int
    focus: str
    year: int = YEAR


REVIEWS = words_of("reviews", "reviews", tuple[_Review, ...])
"""The programme of this year, then what is left of the year before; other loaders name them by their place."""

_DAYS_TO_STAGE = {
    Stage.SCOPING: 21,
    Stage.EVIDENCE: 56,
    Stage.IMPROVEMENT_PLANNING: 140,
    Stage.PRESENTATION: 196,
    Stage.DISSEMINATION: 224,
    Stage.COMPLETED: 301,
}
_DAYS_A_YEAR_ON = {Stage.IMPACT_ANALYSIS: 668, Stage.CLOSED: 700}


def load_reviews(
    session: Session,
    hubs: dict[HubKind, Hub],
    people: dict[str, Person],
    priorities: dict[str, StrategicPriority],
    today: date,
) -> list[ThematicReview]:
    """Nine reviews with their timetables, counted back from today so that some stages are late."""
    reviews = []
    for entry in REVIEWS:
        started = today - timedelta(days=entry.started_days_ago)
        review = ThematicReview(
            title=entry.title,
            kind=entry.kind,
            year=entry.year,
            hub_id=hubs[entry.kind].id,
            priority_id=priorities[entry.priority].id,
            sponsor_id=people[entry.sponsor].id,
            focus=entry.focus,
            stage=entry.stage,
            period_starts_on=started - timedelta(days=365),
            period_ends_on=started,
        )
        settle_thresholds(session, review)
        session.add(review)
        session.flush()
        session.add_all(_timetable(review, started))
        reviews.append(review)
    session.flush()
    return reviews


def _timetable(review: ThematicReview, started: date) -> list[ReviewStage]:
    stages = list(Stage)
    reached = stages.index(review.stage)
    days_to = _DAYS_TO_STAGE | (_DAYS_A_YEAR_ON if reached >= stages.index(Stage.COMPLETED) else {})
    return [
        ReviewStage(
            review_id=review.id,
            stage=stage,
            planned_on=started + timedelta(days=days),
            reached_on=started + timedelta(days=days + 3) if stages.index(stage) <= reached else None,
        )
        for stage, days in days_to.items()
    ]
