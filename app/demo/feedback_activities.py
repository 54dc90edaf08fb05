"""How were people heard in the demo's reviews, and who still waits to be told what came of it?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.feedback.feedback_activities import (
    Audience,
    FeedbackActivity,
    StaffLevel,
    Technique,
    agree_activity,
    engage_group,
    tell_outcome,
)
from models.feedback.feedback_groups import FeedbackGroup
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.case_lists.demo import Dice

_STAFF = Audience.PRACTITIONERS
_TOLD = "Told in the group's own meeting what the review found and what changes; a page in plain words was left there."


class _Activity(NamedTuple):
    title: str
    audience: Audience
    technique: Technique
    sensitivities: str
    groups: tuple[str, ...]
    summary: str
    held: bool = True


_BY_REVIEW = words_of("feedback_activities", "by_review", dict[int, tuple[_Activity, ...]])
"""By the review's place in the demo."""


def load_feedback_activities(
    session: Session, reviews: list[ThematicReview], groups: dict[str, FeedbackGroup], today: date
) -> None:
    """Activities agreed, held and summed up; the reviews that told everybody are those that went on to the end."""
    for place, entries in _BY_REVIEW.items():
        review = reviews[place]
        began = review.period_ends_on or today
        for number, entry in enumerate(entries):
            activity = _activity(session, review, entry, began, today)
            for name in entry.groups:
                _engage(session, review, activity, groups[name], today, is_told=number == 0)


def _activity(session: Session, review: ThematicReview, entry: _Activity, began: date, today: date) -> FeedbackActivity:
    activity = FeedbackActivity(
        review_id=review.id,
        title=entry.title,
        audience=entry.audience,
        technique=entry.technique,
        levels=[level.value for level in StaffLevel] if entry.audience is _STAFF else [],
        sensitivities=entry.sensitivities,
        planned_on=began + timedelta(days=84),
        held_on=min(began + timedelta(days=86), today) if entry.held else None,
        people_count=_people(entry.title) if entry.held else 0,
        summary=entry.summary,
    )
    activity.check(session)
    session.add(activity)
    session.flush()
    if review.stage is not Stage.SCOPING:
        agree_activity(session, activity, on=began + timedelta(days=45))
    return activity


def _people(what: str) -> int:
    return 6 + Dice("Triangulate demo").number(what, 9)


def _engage(
    session: Session, review: ThematicReview, activity: FeedbackActivity, group: FeedbackGroup, today: date,
    *, is_told: bool,
) -> None:  # fmt: skip
    """Who took part. After completion everybody has been told; at dissemination some have, before it nobody."""
    engagement = engage_group(session, activity, group, people_count=_people(f"{activity.title} {group.name}"))
    order = list(Stage)
    is_over = order.index(review.stage) >= order.index(Stage.COMPLETED)
    if is_over or (is_told and review.stage is Stage.DISSEMINATION):
        began = review.period_ends_on or today
        tell_outcome(session, engagement, on=min(began + timedelta(days=285), today), words=_TOLD)
