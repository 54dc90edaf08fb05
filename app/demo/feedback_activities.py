"""How were people heard in the demo's reviews, and who still waits to be told what came of it?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.feedback_groups import (
    ADULTS,
    CARE_LEAVERS,
    CARERS,
    FRONT_LINE,
    HEALTH_VISITORS,
    MANAGERS,
    PARENTS,
    RESIDENTS,
    YOUNG,
)
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

_USERS, _STAFF = Audience.SERVICE_USERS, Audience.PRACTITIONERS
_TOLD = "Told in the group's own meeting what the review found and what changes; a page in plain words was left there."
_GENTLE = "Some live with what is asked about. A worker they know is in the room; anybody may stop at any time."
_ANONYMOUS = "Nobody is named. Answers are read together with others; fewer than five are never shown."


class _Activity(NamedTuple):
    title: str
    audience: Audience
    technique: Technique
    sensitivities: str
    groups: tuple[str, ...]
    summary: str
    held: bool = True


_BY_REVIEW: dict[int, tuple[_Activity, ...]] = {
    0: (
        _Activity(
            "Conversations with parents", _USERS, Technique.INDIVIDUAL_CONVERSATION, _GENTLE, (PARENTS, CARERS),
            "Parents felt watched more than helped until somebody did something practical. One worker who stayed"
            " counted for more than any plan.",
        ),
        _Activity(
            "Survey of families", _USERS, Technique.SURVEY, _ANONYMOUS, (),
            "Most were listened to; fewer knew what was happening and why. Help came late for about half.",
        ),
        _Activity(
            "Health visitors' focus group", _STAFF, Technique.FOCUS_GROUP, "Held away from line managers.",
            (HEALTH_VISITORS, MANAGERS),
            "Practitioners know the signs and hesitate to write the word. Caseloads leave no room for a second visit.",
        ),
    ),
    1: (
        _Activity(
            "Adults who declined help", _USERS, Technique.INDIVIDUAL_CONVERSATION,
            "At home, at the adult's own pace; nobody is asked about their belongings.", (ADULTS,),
            "Being asked what mattered to them came after being told what had to change. They wanted one person.",
        ),
        _Activity(
            "Survey of front-line workers", _STAFF, Technique.ONLINE_SURVEY, _ANONYMOUS, (FRONT_LINE,),
            "Workers would stay longer with an adult if the form allowed it. Few know when to ask for legal advice.",
        ),
    ),
    2: (
        _Activity(
            "Young people's forum, two evenings", _USERS, Technique.FOCUS_GROUP, _GENTLE, (YOUNG, CARE_LEAVERS),
            "They were asked who they had been with before they were asked whether they were safe.",
        ),
        _Activity(
            "Survey of practitioners on exploitation", _STAFF, Technique.ONLINE_SURVEY, _ANONYMOUS, (FRONT_LINE,),
            "", False,
        ),
    ),
    3: (
        _Activity(
            "Residents' own words", _USERS, Technique.INDIVIDUAL_CONVERSATION,
            "Short visits with a familiar carer near by; consent is asked again each time.", (), "", False,
        ),
    ),
    5: (
        _Activity(
            "Care leavers look back", _USERS, Technique.FOCUS_GROUP, _GENTLE, (CARE_LEAVERS,),
            "The move came on a birthday, not when somebody was ready.",
        ),
        _Activity(
            "Questions to both services", _STAFF, Technique.INDIVIDUAL_QUESTIONS, "Answers go to the hub only.",
            (MANAGERS,), "Each service waits for the other to begin; both would begin at fifteen.",
        ),
    ),
    6: (
        _Activity(
            "Parents who educate at home", _USERS, Technique.INDIVIDUAL_CONVERSATION, "Parents choose the place.",
            (PARENTS,), "Most welcome a visit when it brings something; a visit that only checks closes the door.",
        ),
        _Activity(
            "Focus group of visiting staff", _STAFF, Technique.FOCUS_GROUP, "No child is named.", (FRONT_LINE,),
            "Nobody is sure who may ask to see a child, so few do.",
        ),
    ),
    7: (
        _Activity(
            "Adults and their carers", _USERS, Technique.FOCUS_GROUP, _GENTLE, (ADULTS, CARERS, RESIDENTS),
            "They wanted the money safe and the relationship kept. Most were offered one or the other.",
        ),
        _Activity(
            "Questions to bank and care staff", _STAFF, Technique.INDIVIDUAL_QUESTIONS, "Answers go to the hub only.",
            (FRONT_LINE,), "The signs are known; the telephone number is not.",
        ),
    ),
    8: (
        _Activity(
            "Parents of newborn babies", _USERS, Technique.INDIVIDUAL_CONVERSATION, _GENTLE, (PARENTS,),
            "Fathers were in the house and not in the plan.",
        ),
        _Activity(
            "Midwives and health visitors", _STAFF, Technique.FOCUS_GROUP, "Held away from line managers.",
            (HEALTH_VISITORS,), "The handover works where both meet the family once together.",
        ),
    ),
}  # fmt: skip
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
    made = FeedbackActivity(
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
    made.check(session)
    session.add(made)
    session.flush()
    if review.stage is not Stage.SCOPING:
        agree_activity(session, made, on=began + timedelta(days=45))
    return made


def _people(what: str) -> int:
    return 6 + Dice("Triangulate demo").number(what, 9)


def _engage(
    session: Session, review: ThematicReview, activity: FeedbackActivity, group: FeedbackGroup, today: date,
    *, is_told: bool,
) -> None:  # fmt: skip
    """Who took part. After completion everybody has been told; at dissemination some have, before it nobody."""
    made = engage_group(session, activity, group, people_count=_people(f"{activity.title} {group.name}"))
    order = list(Stage)
    is_over = order.index(review.stage) >= order.index(Stage.COMPLETED)
    if is_over or (is_told and review.stage is Stage.DISSEMINATION):
        began = review.period_ends_on or today
        tell_outcome(session, made, on=min(began + timedelta(days=285), today), words=_TOLD)
