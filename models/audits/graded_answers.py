"""What do the graded answers of handed-in sheets say, each along its key line of enquiry?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CTE, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.evidence.answer_findings import origin_expression
from models.evidence.findings import Finding
from models.evidence.triangulations import Evidence, Reviews, counted, evidence
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
def graded_answers(session: Session, reviews: Reviews) -> Iterator[Evidence]:
    """Each graded answer along a key line, as weak evidence of an audit or a self-evaluation that was handed in.

    Answers that are not counted on their scale say nothing.
    """
    sheets = _handed_in(reviews)
    graded = _graded_questions(session, sheets)
    given = sheets.c.review_id, AnswerSheet.version_id, sheets.c.source, SheetAnswer.question_key, SheetAnswer.value
    asked = _answers(select(*given, SheetAnswer.id, Agency.name), sheets, graded)
    answers = asked.join(Agency, Agency.id == AnswerSheet.agency_id).order_by(sheets.c.source, SheetAnswer.id)
    for review_id, version_id, source, key, value, answer_id, agency in session.execute(answers):
        question = graded[version_id].get(key)
        if question is not None and (level := question.level(value)) is not None:
            words = f"{question.text} {question.how.show(value)}"
            origin = f"sheet_answers:{answer_id}"
            line = question.key_line_id
            yield Evidence(Source(source), line, level, words, origin, said_by=agency, review_id=review_id)


@counted(graded_answers)
def graded_counts(session: Session, reviews: Reviews) -> Iterator[Evidence]:
    """The same for the matrix: how often each answer to each question was given, without those made into findings."""
    sheets = _handed_in(reviews)
    graded = _graded_questions(session, sheets)
    given = sheets.c.review_id, AnswerSheet.version_id, sheets.c.source, SheetAnswer.question_key, SheetAnswer.value
    of_review = Finding.review_id == sheets.c.review_id
    findings = select(Finding.id).where(of_review, Finding.origin == origin_expression()).correlate(SheetAnswer, sheets)
    counts = _answers(select(*given, func.count()), sheets, graded).where(~findings.exists()).group_by(*given)
    for review_id, version_id, source, key, value, count in session.execute(counts):
        question = graded[version_id].get(key)
        if question is not None and (level := question.level(value)) is not None:
            line = question.key_line_id
            yield Evidence(Source(source), line, level, question.text, "", count=count, review_id=review_id)


def _handed_in(reviews: Reviews) -> CTE:
    """The sheets that count, each with its source."""
    audits = select(CaseAudit.review_id, CaseAudit.sheet_id, literal(Source.CASE_AUDIT.value).label("source"))
    evaluations = select(SelfEvaluation.review_id, SelfEvaluation.sheet_id, literal(Source.SELF_EVALUATION.value))
    return union_all(
        audits.where(CaseAudit.review_id.in_(reviews), CaseAudit.status.in_(_AUDITED)),
        evaluations.where(SelfEvaluation.review_id.in_(reviews), SelfEvaluation.status.in_(_EVALUATED)),
    ).cte("handed_in")


def _graded_questions(session: Session, sheets: CTE) -> Graded:
    used = select(AnswerSheet.version_id).join(sheets, sheets.c.sheet_id == AnswerSheet.id)
    versions = session.scalars(select(ToolVersion).where(ToolVersion.id.in_(used)))
    return {
        version.id: {question.key: question for question in version.questionnaire.graded() if question.key_line_id}
        for version in versions
    }


def _answers(given: Select[*tuple[Any, ...]], sheets: CTE, graded: Graded) -> Select[*tuple[Any, ...]]:
    """The answers to graded questions, of these sheets."""
    keys = {key for questions in graded.values() for key in questions}
    return (
        given.select_from(SheetAnswer)
        .join(sheets, sheets.c.sheet_id == SheetAnswer.sheet_id)
        .join(AnswerSheet, AnswerSheet.id == SheetAnswer.sheet_id)
        .where(SheetAnswer.question_key.in_(keys))
    )
