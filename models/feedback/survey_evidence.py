"""What do the graded questions of a review's surveys say, each along its key line of enquiry?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from models.core.clock import today
from models.core.reading_once import ASKED_OF
from models.evidence.gathered_evidence import Along, Evidence, Reviews, evidence
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
def survey_answers(session: Session, reviews: Reviews, _is_along: Along) -> Iterator[Evidence]:
    """The graded questions of the reviews' surveys, each one piece of evidence; none while fewer than five answered."""
    rows = session.execute(_surveys(), {ASKED_OF.key: list(reviews)}).all()
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
        asked = {_SURVEYS.key: list(heard), _PEOPLE.key: list(heard.values())}
        for survey_id, key, value, count in session.execute(_answers(), asked):
            given[survey_id, key].append((value, count))
    return given


# The statements, each put together once: only the reviews, the surveys and how many people count differ

_SURVEYS: Any = bindparam("survey_ids", type_=ARRAY(Integer))
_PEOPLE: Any = bindparam("people", type_=ARRAY(Integer))


@cache
def _surveys() -> Select[*tuple[Any, ...]]:
    """The surveys of some reviews, each with its activity, its questions and how many people answered."""
    count = select(func.count()).where(SurveyResponse.survey_id == Survey.id).scalar_subquery()
    of_activity = FeedbackActivity.review_id, FeedbackActivity.audience, FeedbackActivity.title
    return (
        select(Survey, *of_activity, ToolVersion, count)
        .join(FeedbackActivity, FeedbackActivity.id == Survey.activity_id)
        .join(ToolVersion, ToolVersion.id == Survey.version_id)
        .where(FeedbackActivity.review_id.in_(ASKED_OF))
        .order_by(Survey.id)
    )


@cache
def _answers() -> Select[*tuple[Any, ...]]:
    """How often each answer was given in some surveys by the earliest so many people of each."""
    heard = (
        func.unnest(_SURVEYS, _PEOPLE)
        .table_valued(column("survey_id", Integer), column("people", Integer), name="heard")
        .render_derived()
    )
    first = select(SurveyResponse.answers).where(SurveyResponse.survey_id == heard.c.survey_id)
    told = first.order_by(SurveyResponse.id).limit(heard.c.people).lateral("told")
    each = func.jsonb_each(told.c.answers).table_valued(column("key", Text), column("value", JSONB)).lateral()
    return (
        select(heard.c.survey_id, each.c.key, each.c.value, func.count())
        .select_from(heard.join(told, true()).join(each, true()))
        .group_by(heard.c.survey_id, each.c.key, each.c.value)
    )


def _graded(question: Question, given: Sequence[tuple[Any, int]]) -> tuple[float, int]:
    """The mean level of the answers that are counted on the question's scale, and how many these are."""
    levels = [(level, count) for value, count in given if (level := question.level(value)) is not None]
    answers = sum(count for _, count in levels)
    return sum(level * count for level, count in levels) / answers if answers else 0, answers
