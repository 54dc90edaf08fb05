"""What else becomes of an audit: returned, its case not known, taken back, its record missing or poor?"""

from __future__ import annotations

from datetime import date

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from models.audits.auditor_messages import tell_auditor
from models.audits.case_audits import AuditStatus, CaseAudit, RecordState, settle_cases
from models.core.clock import today
from models.core.errors import RuleBroken
from models.evidence.findings import Finding, Judgement, take_finding
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.sampling.sample_cases import SampleCase
from models.tools.answer_sheets import AnswerSheet, reopen_sheet


def return_audit(session: Session, audit: CaseAudit, *, reason: str, due_on: date) -> None:
    """Give an audit back with the reason and a new day; also one whose agency said that it does not know the case."""
    if audit.status not in (AuditStatus.SUBMITTED, AuditStatus.NOT_KNOWN):
        raise RuleBroken(f"{audit.reference} cannot be returned: {audit.status.label.lower()}.")
    if not reason.strip():
        raise RuleBroken("Say what should be changed.")
    if due_on < today():
        raise RuleBroken("Give a day that is still to come.")
    reopen_sheet(session, session.get_one(AnswerSheet, audit.sheet_id))
    audit.status = AuditStatus.RETURNED if audit.auditor_id else AuditStatus.TO_ASSIGN
    audit.return_reason, audit.due_on = reason.strip(), due_on
    session.flush()


def state_not_known(session: Session, audit: CaseAudit, *, note: str) -> None:
    """Record that the agency does not know the case: it has nothing to audit, and this counts as no audit."""
    _end(session, audit, AuditStatus.NOT_KNOWN, note)


def withdraw_audit(session: Session, audit: CaseAudit, *, reason: str) -> None:
    """Take an open audit back, with the reason, and tell its auditor; what was answered so far stays readable."""
    if not reason.strip():
        raise RuleBroken("Say why the audit is withdrawn.")
    _end(session, audit, AuditStatus.WITHDRAWN, reason)
    if audit.auditor_id is not None:
        tell_auditor(session, audit, audit.auditor_id)


def _end(session: Session, audit: CaseAudit, status: AuditStatus, note: str) -> None:
    if not audit.status.is_open:
        raise RuleBroken(f"{audit.reference} is open no longer: {audit.status.label.lower()}.")
    session.get_one(AnswerSheet, audit.sheet_id).is_open = False
    audit.status, audit.closing_note = status, note.strip()
    session.flush()


def state_record(session: Session, audit: CaseAudit, *, state: RecordState, note: str) -> None:
    """Say that the case's record is missing or poor. It stays in the sample: this becomes a finding (DOMAIN b9)."""
    if audit.status in (AuditStatus.NOT_KNOWN, AuditStatus.WITHDRAWN):
        raise RuleBroken(f"{audit.reference} is open no longer: {audit.status.label.lower()}.")
    if not note.strip():
        raise RuleBroken("Say what is missing from the record, or what is poor about it.")
    audit.record_state, audit.record_note = state, note.strip()
    session.flush()


def take_record_finding(session: Session, audit: CaseAudit, *, person_id: int | None) -> Finding:
    """Make a missing or poor record a finding about the agency that keeps the record, once per audit."""
    if audit.record_state is None:
        raise RuleBroken("Nobody has said that this record is missing or poor.")
    words = f"Record {audit.record_state.value} ({audit.reference}): {audit.record_note}"
    return take_finding(
        session,
        judgement=Judgement(source=Source.CASE_AUDIT, verdict=Verdict.CONCERN, text=words, strength=Strength.STRONG),
        review_id=audit.review_id,
        origin=f"case_audits:{audit.id}",
        agency_id=audit.agency_id,
        person_id=person_id,
    )


def record_finding_of(session: Session, audit: CaseAudit) -> Finding | None:
    """The finding that was made of a missing or poor record; None while there is none."""
    of_audit = select(Finding).where(Finding.review_id == audit.review_id, Finding.origin == f"case_audits:{audit.id}")
    return session.scalar(of_audit)


def settle_audits(session: Session) -> tuple[int, int]:
    """Carry what agencies have done behind their wall to the hub's records: cases audited, findings about records.

    Returns how many of each; running it again changes nothing.
    """
    cases = select(SampleCase).where(
        SampleCase.audited_on.is_(None), SampleCase.id.in_(select(CaseAudit.sample_case_id))
    )
    settled = settle_cases(session, session.scalars(cases.order_by(SampleCase.id)).all())
    origin = literal("case_audits:") + cast(CaseAudit.id, String)
    has_finding = select(Finding.id).where(Finding.review_id == CaseAudit.review_id, Finding.origin == origin).exists()
    stated = select(CaseAudit).where(CaseAudit.record_state.is_not(None), ~has_finding)
    owed = session.scalars(stated.order_by(CaseAudit.id)).all()
    for audit in owed:
        take_record_finding(session, audit, person_id=audit.auditor_id)
    return settled, len(owed)
