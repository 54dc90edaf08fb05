"""Who is heard in the demo's reviews, what did they say, and who still waits for the outcome? All made up."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.assurance_tools import AssuranceTool, ToolKind
from models.feedback_activities import Audience, FeedbackActivity, Technique, engage_group, tell_outcome
from models.feedback_groups import FeedbackGroup, FoundThrough, GroupKind
from models.rules.questionnaires import Question, applies
from models.signables import tools_of
from models.surveys import QUESTIONS_FOR, Survey, SurveyResponse
from models.thematic_reviews import ThematicReview
from models.tool_versions import freeze_tool

_GROUPS = (
    ("Parents' circle, Northfield children's centre", GroupKind.FAMILIES, FoundThrough.SERVICE_PROVIDER),
    ("Young carers' forum", GroupKind.CARERS, FoundThrough.COMMUNITY_GROUP),
    ("Youth council of three secondary schools", GroupKind.SERVICE_USERS, FoundThrough.SCHOOL),
    ("Care leavers' evening", GroupKind.SERVICE_USERS, FoundThrough.AGENCY),
    ("Residents' meeting, Elm House", GroupKind.SERVICE_USERS, FoundThrough.SERVICE_PROVIDER),
    ("Carers of adults with dementia", GroupKind.CARERS, FoundThrough.COMMUNITY_GROUP),
    ("Fathers' Saturday club", GroupKind.FAMILIES, FoundThrough.COMMUNITY_GROUP),
    ("Families of children with complex needs", GroupKind.FAMILIES, FoundThrough.SCHOOL),
    ("Women's refuge house meeting", GroupKind.SERVICE_USERS, FoundThrough.SERVICE_PROVIDER),
    ("Health visitors, all four districts", GroupKind.PRACTITIONERS, FoundThrough.AGENCY),
    ("Duty social workers", GroupKind.PRACTITIONERS, FoundThrough.AGENCY),
    ("Neighbourhood police officers", GroupKind.PRACTITIONERS, FoundThrough.AGENCY),
    ("School support staff", GroupKind.PRACTITIONERS, FoundThrough.SCHOOL),
    ("Housing officers", GroupKind.PRACTITIONERS, FoundThrough.AGENCY),
)


class _Heard(NamedTuple):
    """One activity: which review (its place), who, how, the groups (their places), how long ago, and what was said."""

    review: int
    title: str
    audience: Audience
    technique: Technique
    groups: tuple[int, ...]
    days_ago: int
    summary: str
    is_told: bool = False


_USERS, _STAFF = Audience.SERVICE_USERS, Audience.PRACTITIONERS
_HEARD = (
    _Heard(
        0, "Conversations with parents", _USERS, Technique.INDIVIDUAL_CONVERSATION, (0, 6), 190,
        "Parents felt talked about, not talked with. What helped was one person who came back. Nobody had asked the "
        "children what a good day looks like.", True,
    ),
    _Heard(
        0, "Survey of families", _USERS, Technique.SURVEY, (0, 7), 200,
        "Most families knew whom to ring. Fewer than half had seen their plan written down.", True,
    ),
    _Heard(
        0, "Practitioners on neglect", _STAFF, Technique.ONLINE_SURVEY, (9, 10), 185,
        "Practitioners know the signs and miss time with the family. Support staff see most and are asked least.",
    ),
    _Heard(
        1, "Residents and carers on being heard", _USERS, Technique.FOCUS_GROUP, (4, 5), 95,
        "People said that help came with conditions. Those who were visited by the same person let them in.",
    ),
    _Heard(
        1, "Questions to front-line staff", _STAFF, Technique.INDIVIDUAL_QUESTIONS, (11, 13), 90,
        "Housing officers know of hoarding first and do not know the pathway. Police refer and rarely hear back.",
    ),
    _Heard(2, "Young people on exploitation", _USERS, Technique.SURVEY, (2, 1), 0, ""),
    _Heard(2, "Practitioners on county lines", _STAFF, Technique.ONLINE_SURVEY, (11, 12), 0, ""),
    _Heard(3, "Residents on their wishes", _USERS, Technique.FOCUS_GROUP, (), 0, ""),
)  # fmt: skip


def load_feedback(session: Session, reviews: list[ThematicReview], today: date) -> None:
    """Fourteen groups, some never heard; activities planned, agreed and held; one survey open and one closed."""
    groups = [
        FeedbackGroup(name=name, kind=kind, found_through=through, contact="Ask the group's own lead first.")
        for name, kind, through in _GROUPS
    ]
    session.add_all(groups)
    session.flush()
    for entry in _HEARD:
        activity = _activity(session, reviews[entry.review], entry, today)
        for place in entry.groups:
            engaged = engage_group(session, activity, groups[place], people_count=6 + place)
            if entry.is_told:
                told_on = today - timedelta(days=20)
                tell_outcome(session, engaged, on=told_on, words="A letter and a visit: what we heard, what changes.")
        if activity.technique.is_survey:
            _survey(session, reviews[entry.review], activity, entry, today)


def _activity(session: Session, review: ThematicReview, entry: _Heard, today: date) -> FeedbackActivity:
    began = review.period_ends_on or today
    is_scoping = not entry.groups
    made = FeedbackActivity(
        review_id=review.id,
        title=entry.title,
        audience=entry.audience,
        technique=entry.technique,
        levels=["managers", "practitioners", "support_staff"] if entry.audience is _STAFF else [],
        sensitivities="Some have lived through what the review is about: nobody is pressed, and support is at hand.",
        agreed_on=None if is_scoping else began + timedelta(days=16),
        planned_on=today - timedelta(days=entry.days_ago) if entry.days_ago else today + timedelta(days=14),
        held_on=today - timedelta(days=entry.days_ago) if entry.days_ago else None,
        people_count=sum(6 + place for place in entry.groups) if entry.days_ago else 0,
        summary=entry.summary,
    )
    made.check(session)
    session.add(made)
    session.flush()
    return made


def _survey(session: Session, review: ThematicReview, activity: FeedbackActivity, entry: _Heard, today: date) -> None:
    """An open survey where nothing was held yet; else a closed one with its answers, its outcome told."""
    kind: ToolKind = QUESTIONS_FOR[activity.audience]
    tool: AssuranceTool = tools_of(session, review.id, kind)[0]
    dice = Random(f"survey of {activity.title}")  # noqa: S311 (made-up answers, the same at every load)
    ended = activity.held_on
    version = freeze_tool(session, tool, person_id=None)
    survey = Survey(
        activity_id=activity.id,
        version_id=version.id,
        token="".join(dice.choices("abcdefghjkmnpqrstuvwxyz23456789", k=24)),
        opens_on=(ended or today) - timedelta(days=14),
        closes_on=ended or today + timedelta(days=14),
        closed_on=ended,
    )
    if entry.is_told and ended is not None:
        survey.outcome = "Thank you. Plans are now written with families, and each says what a good day looks like."
        survey.outcome_published_on = today - timedelta(days=20)
    session.add(survey)
    session.flush()
    questions = list(version.questionnaire.questions())
    for number in range(34 if ended else 12):
        given = _response(questions, dice)
        day = survey.opens_on + timedelta(days=dice.randrange(14))
        session.add(SurveyResponse(survey_id=survey.id, receipt=f"demo-{number}", given_on=day, answers=given))
    session.flush()


def _response(questions: list[Question], dice: Random) -> dict[str, object]:
    """One made-up response: mostly the better half of each scale; words now and then."""
    given: dict[str, object] = {}
    for question in questions:
        if not applies(question, given):
            continue
        if question.labels:
            chosen = question.labels[min(dice.randrange(len(question.labels)), dice.randrange(len(question.labels)))]
            given[question.key] = [chosen] if question.how.widget == "checkboxes" else chosen
        elif question.how.widget == "textarea" and (question.is_required or dice.random() < 0.3):
            given[question.key] = dice.choice(_WORDS)
        elif question.how.widget == "number":
            given[question.key] = dice.randrange(1, 9)
    return given


_WORDS = (
    "One person who came back each week made the difference.",
    "I had to tell the same story four times.",
    "They listened, and it was in the plan.",
    "Nobody rang back when they said they would.",
    "It helped that the meeting was at our school.",
)
