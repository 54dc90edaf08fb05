"""Which cases were really audited lately, so that their files are not read again so soon?

A case counts as audited when at least one agency has handed in its audit of it (also one that was returned for a change
since: the file has been read), or when its day of audit is on record: it is set once every agency that knows the case
has handed in, or by an officer by hand. A case that was only drawn, or whose audits are merely open, does not count.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.case_lists.case_frames import CaseFrame
from models.core.clock import LONDON
from models.rules.sampling.sample_plans import SamplePlan
from models.sampling.draw_sql import population_among
from models.sampling.sample_cases import SampleCase
from models.sampling.sample_previews import facts_of

RECENT_MONTHS = 12
_READ = (AuditStatus.SUBMITTED, AuditStatus.RETURNED, AuditStatus.MODERATED)


def recently_audited(session: Session, on: date) -> list[str]:
    """References of the cases, of any list, that were audited in the 12 months before a day, in order.

    A case that was audited counts also when its draw was voided afterwards. Source: published practice (a file is not
    audited twice within 12 months); DOMAIN.md b4.
    """
    since = on - timedelta(days=365)
    read = CaseAudit.status.in_(_READ) & (CaseAudit.submitted_at >= datetime.combine(since, time(), LONDON))
    by_agencies = select(CaseAudit.sample_case_id).where(read)
    audited = (SampleCase.audited_on >= since) | SampleCase.id.in_(by_agencies)
    return sorted(set(session.scalars(select(SampleCase.reference).where(audited))))


def audited_lately_in(session: Session, frame: CaseFrame, plan: SamplePlan, on: date) -> list[str]:
    """Those of them that a plan would otherwise draw from: cases of this frame, of its themes and its time frame."""
    audited = recently_audited(session, on)
    return population_among(session, facts_of(frame), plan, audited) if audited else []
