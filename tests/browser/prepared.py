"""What is put into the demonstration beforehand, so that a journey has as much to do as in a real review?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.servers.local_servers import join_servers
from models.audits.audit_openings import agencies_to_audit, open_case_audits
from models.audits.audit_outcomes import withdraw_audit
from models.audits.case_audit_reports import sample_audits
from models.audits.case_audits import AuditStatus, CaseAudit
from models.core.access import Actor
from models.core.clock import today
from models.core.db import make_engine, make_session_factory
from models.partnership.agencies import Agency
from models.reviews.invitations import Invitation, ReviewPart
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from models.signatures.sign_offs import SignOffSubject, sign
from models.signatures.signables import put_before_sponsor
from tests.make_audits import agreement


@contextmanager
def database_of(folder: Path) -> Iterator[Session]:
    """A session of the portal that runs on a folder, beside it; what is done in it is committed at the end."""
    servers = join_servers(folder)
    engine = make_engine(servers.jobs_url, pool_size=1)
    try:
        with make_session_factory(engine)(info={"actor": Actor.system("journeys")}) as session:
            yield session
            session.commit()
    finally:
        engine.dispose()
        servers.close()


def audits_for_more_agencies(session: Session, wanted: int) -> str:
    """Let more agencies audit the cases of a review, until so many audits want an auditor; the review's title."""
    waits = select(SampleCase.sample_id).join(CaseAudit).where(CaseAudit.status == AuditStatus.TO_ASSIGN)
    drawn = select(AuditSample).where(AuditSample.id.in_(waits), AuditSample.reference != "AS-2026-01")
    sample = session.scalars(drawn.order_by(AuditSample.id)).one()
    review = session.get_one(ThematicReview, sample.review_id)
    cases = sum(bool(row.audits) for row in sample_audits(session, sample.id).rows)
    invited = {agency.id for part in agencies_to_audit(session, review.id) for agency in part}
    others = select(Agency).where(Agency.is_active, Agency.id.not_in(invited)).order_by(Agency.name)
    more = session.scalars(others.limit(-(-wanted // cases))).all()
    agreement(session, *more)
    session.add_all(Invitation(review_id=review.id, part=ReviewPart.CASE_AUDIT, agency_id=agency.id) for agency in more)
    session.flush()
    asked = put_before_sponsor(session, review, SignOffSubject.INVITATIONS, person_id=None)
    sign(session, asked, review=review, person_id=review.sponsor_id or 0)
    open_case_audits(session, sample, due_on=today() + timedelta(days=30))
    return review.title


def cases_to_moderate(session: Session, reference: str) -> int:
    """Take back what is outstanding of cases that some agency has audited; how many may be moderated then."""
    sample = session.scalars(select(AuditSample).where(AuditSample.reference == reference)).one()
    for row in sample_audits(session, sample.id).rows:
        if any(audit.status.is_in for audit in row.audits.values()):
            for audit in row.audits.values():
                if audit.status.is_open:
                    withdraw_audit(session, audit, reason="It will not come.")
    session.expire_all()
    return sum(row.is_ready for row in sample_audits(session, sample.id).rows)


def review_of_sample(session: Session, reference: str) -> str:
    """The title of the review that a sample belongs to."""
    statement = select(ThematicReview.title).join(AuditSample, AuditSample.review_id == ThematicReview.id)
    return session.scalars(statement.where(AuditSample.reference == reference)).one()
