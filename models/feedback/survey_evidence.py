"""What do the graded questions of a review's surveys say, each along its key line of enquiry?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, case, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from models.core.clock import today
from models.evidence.triangulations import Evidence, Reviews, evidence
from models.feedback.feedback_activities import FeedbackActivity
from models.feedback.surveys import Survey, SurveyResponse, speaking
from models.rules.core.counts import count_words
from models.rules.evidence.triangulation import Strength
from models.rules.feedback.small_numbers import SMALLEST
from models.rules.tools.questionnaires import Question
from models.tools.tool_versions import ToolVersion

Given = Mapping[tuple[int, str], Sequence[tuple[Any, int]]]
"""How often each answer was given, by survey and question."""


@evidence
def survey_answers(session: Session, reviews: Reviews) -> Iterator[Evidence]:
    """The graded questions of the reviews' surveys, each one piece of evidence; none while fewer than five answered."""
    count = select(func.count()).where(SurveyResponse.survey_id == Survey.id).scalar_subquery()
    rows = session.execute(
        select(
            Survey, FeedbackActivity.review_id, FeedbackActivity.audience, FeedbackActivity.title, ToolVersion, count
        )
        .join(FeedbackActivity, FeedbackActivity.id == Survey.activity_id)
        .join(ToolVersion, ToolVersion.id == Survey.version_id)
        .where(FeedbackActivity.review_id.in_(reviews))
        .order_by(Survey.id)
    ).all()
    heard = {survey.id: speaking(answered, is_open=survey.is_open(today())) for survey, *_, answered in rows}
    given = _given(session, {survey_id: people for survey_id, people in heard.items() if people >= SMALLEST})
    for survey, review_id, audience, title, version, _ in rows:
        for question in version.questionnaire.graded():
            level, answers = _graded(question, given[survey.id, question.key])
            if answers >= SMALLEST:
                words = f"{question.text} ({count_words(answers, 'answer')})"
                origin = f"surveys:{survey.id}/{question.key}"
                line = question.key_line_id
                said = (audience.source, line, level, words, origin, Strength.MODERATE, title)
                yield Evidence(*said, review_id=review_id)


def _given(session: Session, heard: Mapping[int, int]) -> Given:
    """What those of whom the results speak answered, the earliest first: `heard` says how many of each survey."""
    given: dict[tuple[int, str], list[tuple[Any, int]]] = defaultdict(list)
    if heard:
        place = func.row_number().over(partition_by=SurveyResponse.survey_id, order_by=SurveyResponse.id)
        by_place = select(SurveyResponse.survey_id, SurveyResponse.answers, place.label("place"))
        told = by_place.where(SurveyResponse.survey_id.in_(heard)).subquery()
        each = func.jsonb_each(told.c.answers).table_valued(column("key", Text), column("value", JSONB)).lateral()
        counts = (
            select(told.c.survey_id, each.c.key, each.c.value, func.count())
            .select_from(told.join(each, true()))
            .where(told.c.place <= case(heard, value=told.c.survey_id))
            .group_by(told.c.survey_id, each.c.key, each.c.value)
        )
        for survey_id, key, value, count in session.execute(counts):
            given[survey_id, key].append((value, count))
    return given


def _graded(question: Question, given: Sequence[tuple[Any, int]]) -> tuple[float, int]:
    """The mean level of the answers that are counted on the question's scale, and how many these are."""
    levels = [(level, count) for value, count in given if (level := question.level(value)) is not None]
    answers = sum(count for _, count in levels)
    return sum(level * count for level, count in levels) / answers if answers else 0, answers
