"""How were cases graded, level by level and year by year, and how do agencies' own grades compare?"""

from __future__ import annotations

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.moderations import Moderation
from models.audits.moved_grades import Told, moved_grades_of
from models.core.addresses import list_address
from models.gates.pictures.scopes import BoardScope
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import ThematicReview
from models.rules.audits.sample_estimates import GOOD
from models.rules.documents.pictures import Picture
from models.rules.gates.pictures.grades import LevelGrades, grades_picture
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import SampleCase

YEARS = 3
"""So many years stand beneath one another."""


def grades_by_year(session: Session, scope: BoardScope) -> Picture:
    """The share of moderated cases that was good or better, by level, in the year and those before. One statement."""
    grade, level = aliased(ReferenceItem), aliased(ReferenceItem)
    is_level = and_(level.list_name == ReferenceList.LEVEL_OF_INTERVENTION, level.label == SampleCase.level)
    statement = (
        select(
            SampleCase.level, ThematicReview.year, func.count().filter(grade.code.in_(GOOD)), func.count(),
        )
        .select_from(Moderation)
        .join(SampleCase, SampleCase.id == Moderation.sample_case_id)
        .join(AuditSample, AuditSample.id == SampleCase.sample_id)
        .join(ThematicReview, ThematicReview.id == AuditSample.review_id)
        .join(grade, grade.id == Moderation.grade_id)
        .outerjoin(level, is_level)
        .where(AuditSample.status == SampleStatus.DRAWN, scope.of_kind())
        .where(ThematicReview.year.between(scope.year - YEARS + 1, scope.year))
        .group_by(SampleCase.level, ThematicReview.year)
        .order_by(func.min(level.rank).nulls_last(), SampleCase.level, ThematicReview.year)
    )  # fmt: skip
    if scope.agency_id is not None:
        audited = select(CaseAudit.sample_case_id).where(CaseAudit.agency_id == scope.agency_id)
        statement = statement.where(SampleCase.id.in_(audited))
    grades = [LevelGrades(level, year, good, count) for level, year, good, count in session.execute(statement)]
    return grades_picture(grades, scope.year, scope.words, list_address(Moderation))


def own_and_moderated(session: Session, scope: BoardScope) -> Picture:
    """Agencies' own overall grades by the moderated ones, in the year's reviews. Two statements."""
    href = list_address(CaseAudit, status=AuditStatus.MODERATED.value, agency_id=scope.agency_id)
    reviews, of = select(ThematicReview.id).where(scope.of_year()), f"{scope.words} of {scope.year}"
    return moved_grades_of(session, reviews, Told(of, scope.agency_id, href))
