"""Which anonymous surveys does the demo show: one closed with its outcome told, one to be read, one still open?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.feedback.feedback_activities import FeedbackActivity
from models.feedback.surveys import QUESTIONS_FOR, Survey, answer_survey, open_survey
from models.reviews.thematic_reviews import ThematicReview
from models.rules.case_lists.demo import Dice
from models.rules.tools.questionnaires import Question, applies
from models.signatures.signables import tools_of
from models.tools.tool_versions import ToolVersion

_DICE = Dice("Triangulate demo: surveys")
_BETTER_FIRST = (0, 1, 1, 2, 0, 1, 3)
_WORDS = words_of("surveys", "words", tuple[str, ...])
_OUTCOME = """You told us that people mostly listened, and that you often did not know what was happening and why.

Every plan now has a page in plain words that stays with you. Visits are offered in the evening in two towns.
You also asked for one person who stays. That is harder: we have asked the Board for it and will write here again."""


def load_surveys(session: Session, reviews: list[ThematicReview], today: date) -> None:
    """Families answered and were told what came of it; front-line workers answered; practitioners are being asked."""
    families = _survey(session, reviews[0], "Survey of families", today - timedelta(days=215), 21, 34, today)
    families.outcome, families.outcome_published_on = _OUTCOME, today - timedelta(days=40)
    _survey(session, reviews[1], "Survey of front-line workers", today - timedelta(days=125), 21, 41, today)
    _survey(session, reviews[2], "Survey of practitioners on exploitation", today - timedelta(days=6), 21, 12, today)
    session.flush()


def _survey(
    session: Session, review: ThematicReview, title: str, opens_on: date, days: int, count: int, today: date
) -> Survey:
    """Open a survey, let people answer, and then set the days to when it was."""
    of_review = (FeedbackActivity.review_id == review.id, FeedbackActivity.title == title)
    activity = session.scalars(select(FeedbackActivity).where(*of_review)).one()
    tool = tools_of(session, review.id, QUESTIONS_FOR[activity.audience])[0]
    survey = open_survey(session, activity, tool, opens_on=opens_on, closes_on=today)
    asked = session.get_one(ToolVersion, survey.version_id).questionnaire
    for number in range(count):
        answers: dict[str, Any] = {}
        for question in asked.questions():
            if applies(question, answers):
                answers[question.key] = _answer(question, f"{title} {number} {question.key}")
        answer_survey(session, survey, answers=answers, receipt=f"demo-{survey.id}-{number}")
    survey.closes_on = opens_on + timedelta(days=days)
    session.flush()
    return survey


def _answer(question: Question, what: str) -> Any:
    """Mostly the better answers, now and then words, seldom nothing at all."""
    if question.how.widget == "textarea":
        return _DICE.pick(what, _WORDS) if question.is_required or _DICE.number(f"{what}?", 3) == 0 else None
    counted = [option.label for option in question.options if option.weight is not None]
    if counted:
        return counted[min(_DICE.pick(what, _BETTER_FIRST), len(counted) - 1)]
    return _DICE.pick(what, question.labels) if question.labels else None
