"""What do the graded answers of handed-in sheets say, each along its key line of enquiry?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CTE, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.evidence.answer_findings import origin_expression
from models.evidence.findings import Finding
from models.evidence.triangulations import Evidence, counted, evidence
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
def graded_answers(session: Session, review_id: int) -> Iterator[Evidence]:
    """Each graded answer along a key line, as weak evidence of an audit or a self-evaluation that was handed in.

    Answers that are not counted on their scale say nothing.
    """
    sheets = _handed_in(review_id)
    graded = _graded_questions(session, sheets)
    given = AnswerSheet.version_id, sheets.c.source, SheetAnswer.question_key, SheetAnswer.value
    asked = _answers(select(*given, SheetAnswer.id, Agency.name), sheets, graded)
    answers = asked.join(Agency, Agency.id == AnswerSheet.agency_id).order_by(sheets.c.source, SheetAnswer.id)
    for version_id, source, key, value, answer_id, agency in session.execute(answers):
        question = graded[version_id].get(key)
        if question is not None and (level := question.level(value)) is not None:
            words = f"{question.text} {question.how.show(value)}"
            origin = f"sheet_answers:{answer_id}"
            yield Evidence(Source(source), question.key_line_id, level, words, origin, said_by=agency)


@counted(graded_answers)
def graded_counts(session: Session, review_id: int) -> Iterator[Evidence]:
    """The same for the matrix: how often each answer to each question was given, without those made into findings."""
    sheets = _handed_in(review_id)
    graded = _graded_questions(session, sheets)
    given = AnswerSheet.version_id, sheets.c.source, SheetAnswer.question_key, SheetAnswer.value
    findings = select(Finding.id).where(Finding.review_id == review_id, Finding.origin == origin_expression())
    counts = _answers(select(*given, func.count()), sheets, graded).where(~findings.exists()).group_by(*given)
    for version_id, source, key, value, count in session.execute(counts):
        question = graded[version_id].get(key)
        if question is not None and (level := question.level(value)) is not None:
            yield Evidence(Source(source), question.key_line_id, level, question.text, "", count=count)


def _handed_in(review_id: int) -> CTE:
    """The sheets that count, each with its source."""
    audits = select(CaseAudit.sheet_id, literal(Source.CASE_AUDIT.value).label("source"))
    evaluations = select(SelfEvaluation.sheet_id, literal(Source.SELF_EVALUATION.value))
    return union_all(
        audits.where(CaseAudit.review_id == review_id, CaseAudit.status.in_(_AUDITED)),
        evaluations.where(SelfEvaluation.review_id == review_id, SelfEvaluation.status.in_(_EVALUATED)),
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
