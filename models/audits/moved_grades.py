"""How did the own grades of a review's moderated cases stand against the moderated ones?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.moderations import Moderation
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import ThematicReview
from models.rules.audits.agreement import overall_question
from models.rules.audits.moved_grades import FEWEST_CASES, moved_grades_picture
from models.rules.documents.pictures import Picture
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from models.tools.tool_versions import ToolVersion

Reviews = Select[int]
"""The ids of the reviews that are meant."""


@dataclass(frozen=True)
class Told:
    """Of which reviews a picture is, in words, of which agency's own grades, and the list of the audits."""

    of: str = "this review"
    agency_id: int | None = None
    href: str = ""


def moved_grades(session: Session, review_id: int) -> Picture | None:
    """The picture of own against moderated grades; None while no case of the review is moderated."""
    review = select(ThematicReview.id).where(ThematicReview.id == review_id)
    cases, asked = _used(session, review)
    return _compared(session, review, asked, cases, Told()) if cases else None


def moved_grades_of(session: Session, reviews: Reviews, told: Told) -> Picture:
    """The same of several reviews, of the own grades of all agencies or of one."""
    cases, asked = _used(session, reviews, told.agency_id)
    return _compared(session, reviews, asked, cases, told)


def _used(session: Session, reviews: Reviews, agency_id: int | None = None) -> tuple[int, dict[int, str]]:
    """How many cases are moderated, and which question of each tool asks for the own grade. One statement."""
    moderated = select(func.count()).where(Moderation.review_id.in_(reviews))
    if agency_id is not None:
        audited = select(CaseAudit.sample_case_id).where(CaseAudit.agency_id == agency_id)
        moderated = moderated.where(Moderation.sample_case_id.in_(audited))
    cases = moderated.scalar_subquery()
    used = (
        select(AnswerSheet.version_id)
        .join(CaseAudit, CaseAudit.sheet_id == AnswerSheet.id)
        .where(CaseAudit.review_id.in_(reviews), CaseAudit.status == AuditStatus.MODERATED)
    )
    rows = session.execute(select(ToolVersion, cases).where(ToolVersion.id.in_(used))).all()
    asked = {version.id: overall_question(version.questionnaire) for version, _ in rows}
    keys = {version_id: question.key for version_id, question in asked.items() if question is not None}
    return (rows[0][1] if rows else 0), keys


def _compared(session: Session, reviews: Reviews, keys: dict[int, str], cases: int, told: Told) -> Picture:
    """The grades, counted in one statement; in none where they are withheld."""
    if cases < FEWEST_CASES:
        return moved_grades_picture({}, (), cases=cases)
    grades = (
        select(func.array_agg(ReferenceItem.label, order_by=(ReferenceItem.rank, ReferenceItem.id)))
        .where(ReferenceItem.list_name == ReferenceList.GRADE)
        .scalar_subquery()
    )
    given = AnswerSheet.version_id, SheetAnswer.question_key, SheetAnswer.value, ReferenceItem.label
    statement = (
        select(*given, func.count(), grades)
        .select_from(CaseAudit)
        .join(Moderation, Moderation.sample_case_id == CaseAudit.sample_case_id)
        .join(ReferenceItem, ReferenceItem.id == Moderation.grade_id)
        .join(AnswerSheet, AnswerSheet.id == CaseAudit.sheet_id)
        .join(SheetAnswer, SheetAnswer.sheet_id == AnswerSheet.id)
        .where(CaseAudit.review_id.in_(reviews), CaseAudit.status == AuditStatus.MODERATED)
        .where(SheetAnswer.question_key.in_(set(keys.values())))
        .group_by(*given)
    )
    if told.agency_id is not None:
        statement = statement.where(CaseAudit.agency_id == told.agency_id)
    rows = session.execute(statement).all()
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
    return moved_grades_picture(counts, used, cases=cases, others=others, of=told.of, href=told.href)
