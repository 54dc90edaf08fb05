"""Which audits of an agency has nobody yet, for its manager to give out?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.sample_cases import CaseStatus, SampleCase


def audits_to_assign(session: Session, agency_id: int, most: int) -> list[tuple[CaseAudit, SampleCase, str]]:
    """The agency's audits that nobody has and that may be assigned now, with case and review, those due first.

    At most so many. The session acts as somebody who may see them. One statement.
    """
    rows = session.execute(
        select(CaseAudit, SampleCase, ThematicReview.title)
        .join(SampleCase, SampleCase.id == CaseAudit.sample_case_id)
        .join(ThematicReview, ThematicReview.id == CaseAudit.review_id)
        .where(CaseAudit.agency_id == agency_id, CaseAudit.status == AuditStatus.TO_ASSIGN)
        .where(SampleCase.status == CaseStatus.SELECTED)
        .order_by(CaseAudit.due_on, CaseAudit.id)
        .limit(most)
    )
    return [(audit, case, title) for audit, case, title in rows]
