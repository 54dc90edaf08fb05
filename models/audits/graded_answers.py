"""What do the graded answers of handed-in sheets say, each along its key line of enquiry?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import CTE, Select, Text, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.core.reading_once import ASKED_OF
from models.evidence.answer_findings import origin_expression
from models.evidence.findings import Finding
from models.evidence.gathered_evidence import Along, Evidence, Reviews, counted, evidence
from models.partnership.agencies import Agency
from models.returns.agency_returns import ReturnStatus
from models.returns.self_evaluations import SelfEvaluation
from models.rules.evidence.triangulation import Source
from models.rules.tools.questionnaires import Question
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from models.tools.tool_versions import ToolVersion

_AUDITED = AuditStatus.SUBMITTED, AuditStatus.MODERATED
_EVALUATED = ReturnStatus.SUBMITTED, ReturnStatus.CLOSED

Graded = dict[int, dict[str, Question]]
"""The questions that a scale grades and a key line places, by their key, of each version of a tool."""


@evidence
def graded_answers(session: Session, reviews: Reviews, is_along: Along) -> Iterator[Evidence]:
    """Each graded answer along a key line, as weak evidence of an audit or a self-evaluation that was handed in.

    Answers that are not counted on their scale say nothing.
    """
    graded = {
        version_id: {key: question for key, question in questions.items() if is_along(question.key_line_id)}
        for version_id, questions in _graded_questions(session, reviews).items()
    }
    answers = session.execute(_each_answer(), _asked(reviews, graded))
    for review_id, version_id, source, key, value, answer_id, agency in answers:
        question = graded[version_id].get(key)
        if question is not None and (level := question.level(value)) is not None:
            words = f"{question.text} {question.how.show(value)}"
            origin = f"sheet_answers:{answer_id}"
            line = question.key_line_id
            yield Evidence(Source(source), line, level, words, origin, said_by=agency, review_id=review_id)


@counted(graded_answers)
def graded_counts(session: Session, reviews: Reviews) -> Iterator[Evidence]:
    """The same for the matrix: how often each answer to each question was given, without those made into findings."""
    graded = _graded_questions(session, reviews)
    counts = session.execute(_how_often(), _asked(reviews, graded))
    for review_id, version_id, source, key, value, count in counts:
        question = graded[version_id].get(key)
        if question is not None and (level := question.level(value)) is not None:
            line = question.key_line_id
            yield Evidence(Source(source), line, level, question.text, "", count=count, review_id=review_id)


# The statements, each put together once: only the reviews and the questions differ

_QUESTIONS: Any = bindparam("question_keys", type_=Text, expanding=True)


def _asked(reviews: Reviews, graded: Graded) -> dict[str, list[Any]]:
    """What the statements are run with."""
    keys = {key for questions in graded.values() for key in questions}
    return {ASKED_OF.key: list(reviews), _QUESTIONS.key: sorted(keys)}


@cache
def _handed_in() -> CTE:
    """The sheets that count, each with its source."""
    audits = select(CaseAudit.review_id, CaseAudit.sheet_id, literal(Source.CASE_AUDIT.value).label("source"))
    evaluations = select(SelfEvaluation.review_id, SelfEvaluation.sheet_id, literal(Source.SELF_EVALUATION.value))
    return union_all(
        audits.where(CaseAudit.review_id.in_(ASKED_OF), CaseAudit.status.in_(_AUDITED)),
        evaluations.where(SelfEvaluation.review_id.in_(ASKED_OF), SelfEvaluation.status.in_(_EVALUATED)),
    ).cte("handed_in")


@cache
def _versions() -> Select[ToolVersion]:
    sheets = _handed_in()
    used = select(AnswerSheet.version_id).join(sheets, sheets.c.sheet_id == AnswerSheet.id)
    return select(ToolVersion).where(ToolVersion.id.in_(used))


def _graded_questions(session: Session, reviews: Reviews) -> Graded:
    versions = session.scalars(_versions(), {ASKED_OF.key: list(reviews)})
    return {
        version.id: {question.key: question for question in version.questionnaire.graded() if question.key_line_id}
        for version in versions
    }


@cache
def _each_answer() -> Select[*tuple[Any, ...]]:
    sheets = _handed_in()
    answers = _answers(SheetAnswer.id, Agency.name).join(Agency, Agency.id == AnswerSheet.agency_id)
    return answers.order_by(sheets.c.source, SheetAnswer.id)


@cache
def _how_often() -> Select[*tuple[Any, ...]]:
    sheets = _handed_in()
    of_review = Finding.review_id == sheets.c.review_id
    findings = select(Finding.id).where(of_review, Finding.origin == origin_expression()).correlate(SheetAnswer, sheets)
    return _answers(func.count()).where(~findings.exists()).group_by(*_given())


def _given() -> tuple[Any, ...]:
    sheets = _handed_in()
    return sheets.c.review_id, AnswerSheet.version_id, sheets.c.source, SheetAnswer.question_key, SheetAnswer.value


def _answers(*more: Any) -> Select[*tuple[Any, ...]]:
    """The answers to graded questions, of these sheets."""
    sheets = _handed_in()
    return (
        select(*_given(), *more)
        .select_from(SheetAnswer)
        .join(sheets, sheets.c.sheet_id == SheetAnswer.sheet_id)
        .join(AnswerSheet, AnswerSheet.id == SheetAnswer.sheet_id)
        .where(SheetAnswer.question_key.in_(_QUESTIONS))
    )
