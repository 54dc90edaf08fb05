"""What do the graded answers of handed-in sheets say, each along its key line of enquiry?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.evidence.triangulations import Evidence, evidence
from models.partnership.agencies import Agency
from models.returns.agency_returns import ReturnStatus
from models.returns.self_evaluations import SelfEvaluation
from models.rules.evidence.triangulation import Source
from models.rules.tools.questionnaires import Questionnaire
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from models.tools.tool_versions import ToolVersion


@evidence
def audited_answers(session: Session, review_id: int) -> Iterable[Evidence]:
    """Each graded answer, along a key line, of the audits that were handed in."""
    handed_in = CaseAudit.status.in_((AuditStatus.SUBMITTED, AuditStatus.MODERATED))
    sheets = select(CaseAudit.sheet_id).where(CaseAudit.review_id == review_id, handed_in)
    return _graded_answers(session, sheets, Source.CASE_AUDIT)


@evidence
def self_evaluated(session: Session, review_id: int) -> Iterable[Evidence]:
    """Each graded answer, along a key line, of the self-evaluations that were handed in."""
    handed_in = SelfEvaluation.status.in_((ReturnStatus.SUBMITTED, ReturnStatus.CLOSED))
    sheets = select(SelfEvaluation.sheet_id).where(SelfEvaluation.review_id == review_id, handed_in)
    return _graded_answers(session, sheets, Source.SELF_EVALUATION)


def _graded_answers(session: Session, sheet_ids: Select[int], source: Source) -> Iterator[Evidence]:
    """Each answer of these sheets that a scale grades and a key line places, as weak evidence of a source.

    `sheet_ids` selects the ids of the sheets that count; answers that are not counted on their scale say nothing.
    """
    rows = session.execute(
        select(SheetAnswer, AnswerSheet.version_id, Agency.name)
        .join(AnswerSheet, AnswerSheet.id == SheetAnswer.sheet_id)
        .join(Agency, Agency.id == AnswerSheet.agency_id)
        .where(SheetAnswer.sheet_id.in_(sheet_ids))
        .order_by(SheetAnswer.id)
    ).all()
    tools: dict[int, Questionnaire] = {}
    for answer, version_id, agency in rows:
        if version_id not in tools:
            tools[version_id] = session.get_one(ToolVersion, version_id).questionnaire
        question = tools[version_id].question(answer.question_key)
        level = question.level(answer.value) if question is not None else None
        if question is None or level is None or question.key_line_id is None:
            continue
        text = f"{question.text} {question.how.show(answer.value)}"
        yield Evidence(source, question.key_line_id, level, text, f"sheet_answers:{answer.id}", said_by=agency)
