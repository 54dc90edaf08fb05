"""How did the own grades of a review's moderated cases stand against the moderated ones?"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.moderations import Moderation
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.rules.audits.agreement import overall_question
from models.rules.audits.moved_grades import FEWEST_CASES, moved_grades_picture
from models.rules.documents.pictures import Picture
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from models.tools.tool_versions import ToolVersion


def moved_grades(session: Session, review_id: int) -> Picture | None:
    """The picture of own against moderated grades; None while no case of the review is moderated.

    One statement says how many cases are moderated on which tools; from five cases on a second counts their grades.
    """
    cases = select(func.count()).where(Moderation.review_id == review_id).scalar_subquery()
    used = (
        select(AnswerSheet.version_id)
        .join(CaseAudit, CaseAudit.sheet_id == AnswerSheet.id)
        .where(CaseAudit.review_id == review_id, CaseAudit.status == AuditStatus.MODERATED)
    )
    rows = session.execute(select(ToolVersion, cases).where(ToolVersion.id.in_(used))).all()
    count = rows[0][1] if rows else 0
    if count < FEWEST_CASES:
        return moved_grades_picture({}, (), cases=count) if count else None
    asked = {version.id: overall_question(version.questionnaire) for version, _ in rows}
    keys = {version_id: question.key for version_id, question in asked.items() if question is not None}
    return _compared(session, review_id, keys, count)


def _compared(session: Session, review_id: int, keys: dict[int, str], cases: int) -> Picture:
    """The grades, counted; `keys` names the question about the whole case of each version."""
    grades = (
        select(func.array_agg(ReferenceItem.label, order_by=(ReferenceItem.rank, ReferenceItem.id)))
        .where(ReferenceItem.list_name == ReferenceList.GRADE)
        .scalar_subquery()
    )
    given = AnswerSheet.version_id, SheetAnswer.question_key, SheetAnswer.value, ReferenceItem.label
    rows = session.execute(
        select(*given, func.count(), grades)
        .select_from(CaseAudit)
        .join(Moderation, Moderation.sample_case_id == CaseAudit.sample_case_id)
        .join(ReferenceItem, ReferenceItem.id == Moderation.grade_id)
        .join(AnswerSheet, AnswerSheet.id == CaseAudit.sheet_id)
        .join(SheetAnswer, SheetAnswer.sheet_id == AnswerSheet.id)
        .where(CaseAudit.review_id == review_id, CaseAudit.status == AuditStatus.MODERATED)
        .where(SheetAnswer.question_key.in_(set(keys.values())))
        .group_by(*given)
    ).all()
    counts: Counter[tuple[str, str]] = Counter()
    others, words = 0, rows[0][-1] if rows else []
    for version_id, key, own, moderated, count, _ in rows:
        if keys.get(version_id) != key or own is None:
            continue
        if own in words:
            counts[own, moderated] += count
        else:
            others += count
    used = [word for word in words if any(word in pair for pair in counts)]
    return moved_grades_picture(counts, used, cases=cases, others=others)
