"""How far do the auditors of a review's cases agree, and does an agency grade higher than what is moderated?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.moderations import Moderation
from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.rules.audits.agreement import overall_question
from models.rules.audits.agreement_pictures import RatedQuestion, agreement_picture, differences_picture
from models.rules.documents.pictures import Picture
from models.rules.tools.questionnaires import Question
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from models.tools.tool_versions import ToolVersion

Given = Row[str, int, str, Any, str, list[str]]
"""An answer: its question's key, the case, the agency, the answer, the moderated grade, all grades from the best."""


def auditor_agreement(session: Session, review_id: int) -> list[Picture]:
    """The pictures of a review's moderated cases; none where too few are moderated. Two statements."""
    moderated = CaseAudit.review_id == review_id, CaseAudit.status == AuditStatus.MODERATED
    used = select(AnswerSheet.version_id).join(CaseAudit, CaseAudit.sheet_id == AnswerSheet.id).where(*moderated)
    tools = [version.questionnaire for version in session.scalars(select(ToolVersion).where(ToolVersion.id.in_(used)))]
    rated = {question.key: question for tool in tools for question in tool.graded()}
    overall = {question.key for tool in tools if (question := overall_question(tool)) is not None}
    if not rated:
        return []
    grades = (
        select(func.array_agg(ReferenceItem.label, order_by=(ReferenceItem.rank, ReferenceItem.id)))
        .where(ReferenceItem.list_name == ReferenceList.GRADE)
        .scalar_subquery()
    )
    given = SheetAnswer.question_key, CaseAudit.sample_case_id, Agency.name, SheetAnswer.value, ReferenceItem.label
    answers = session.execute(
        select(*given, grades)
        .select_from(CaseAudit)
        .join(Agency, Agency.id == CaseAudit.agency_id)
        .join(Moderation, Moderation.sample_case_id == CaseAudit.sample_case_id)
        .join(ReferenceItem, ReferenceItem.id == Moderation.grade_id)
        .join(SheetAnswer, SheetAnswer.sheet_id == CaseAudit.sheet_id)
        .where(*moderated, SheetAnswer.question_key.in_(rated))
        .order_by(Agency.name, CaseAudit.id)
    ).all()
    shown = (agreement_picture(_questions(rated, overall, answers)), differences_picture(_steps(overall, answers)))
    return [picture for picture in shown if picture is not None]


def _questions(rated: Mapping[str, Question], overall: Iterable[str], answers: Iterable[Given]) -> list[RatedQuestion]:
    """What was answered to each question, case by case; answers that are not counted on the scale say nothing."""
    counts: dict[str, dict[int, Counter[str]]] = {key: {} for key in rated}
    for key, case_id, _, value, _, _ in answers:
        if isinstance(value, str) and rated[key].level(value) is not None:
            counts[key].setdefault(case_id, Counter())[value] += 1
    scales = {key: [each.label for each in rated[key].options if each.weight is not None] for key in rated}
    return [
        RatedQuestion(
            rated[key].text,
            tuple(tuple(case[label] for label in scales[key]) for case in cases.values()),
            is_overall=key in overall,
        )
        for key, cases in counts.items()
    ]


def _steps(overall: Iterable[str], answers: Iterable[Given]) -> dict[str, list[int]]:
    """By agency, how many steps its own grade of each case stands above the moderated one."""
    steps: dict[str, list[int]] = {}
    for key, _, agency, own, moderated, grades in answers:
        if key in overall and own in grades:
            steps.setdefault(agency, []).append(grades.index(moderated) - grades.index(own))
    return steps
