"""Which agency audits which drawn case, through whom, by when, and how far is each audit?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, Select, Text, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, RowPolicy
from models.core.choices import Choice
from models.core.clock import london_day, now, today
from models.core.errors import RuleBroken
from models.core.references import Referenced
from models.core.words import choice_column, must, one_of, word_indexes
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.returns.late_returns import late_rows, late_source
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.sample_cases import SampleCase
from models.tools.answer_sheets import AnswerSheet, close_sheet

_OWN = f"agency_id = ANY {OWN_AGENCIES}"
_OPEN = "'to_assign', 'assigned', 'in_progress', 'returned'"


class AuditStatus(Choice):
    """Where one agency's audit of one case stands."""

    TO_ASSIGN = "to_assign"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted", "Handed in"
    RETURNED = "returned", "Returned for change"
    MODERATED = "moderated"
    NOT_KNOWN = "not_known", "Case not known"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether the agency still has something to do.

        >>> [one.value for one in AuditStatus if one.is_open]
        ['to_assign', 'assigned', 'in_progress', 'returned']
        """
        return self in (AuditStatus.TO_ASSIGN, *IN_HAND)

    @property
    def is_in(self) -> bool:
        """Whether the audit is there to be read beside the others.

        >>> [one.value for one in AuditStatus if one.is_in]
        ['submitted', 'moderated']
        """
        return self in (AuditStatus.SUBMITTED, AuditStatus.MODERATED)


IN_HAND = (AuditStatus.ASSIGNED, AuditStatus.IN_PROGRESS, AuditStatus.RETURNED)
"""The states in which somebody is to fill the form in."""

OPEN = (AuditStatus.TO_ASSIGN, *IN_HAND)


class RecordState(Choice):
    """What is wrong with the record itself. That is a finding, never a reason to leave a case out."""

    MISSING = "missing"
    POOR = "poor"


class CaseAudit(Referenced):
    """One agency's audit of one drawn case. Names no person: the reference of the drawn case is a pseudonym.

    `case_team` is the team that works with the case in that agency. Source: framework, "The audits process".
    """

    __tablename__ = "case_audits"
    is_about_cases = True
    __table_args__ = (
        *word_indexes("case_audits"),
        one_of("status", AuditStatus, "known_audit_status"),
        one_of("record_state", RecordState, "known_record_state"),
        UniqueConstraint(
            "sample_case_id", "agency_id",
            name="case_audited_once_per_agency", info={"sentence": "That agency has its audit of this case already."},
        ),
        must(
            "(status IN ('assigned', 'in_progress', 'submitted', 'returned', 'moderated')) <= (auditor_id IS NOT NULL)",
            name="audit_has_auditor", sentence="An audit needs its auditor.",
        ),
        must(
            "(status IN ('submitted', 'moderated')) <= (submitted_at IS NOT NULL)",
            name="audit_handed_in_at", sentence="An audit is handed in at a moment.",
        ),
        must(
            "status <> 'withdrawn' OR closing_note <> ''",
            name="withdrawn_with_reason", sentence="Say why the audit is withdrawn.",
        ),
        Index("open_case_audits", "due_on", postgresql_where=text(f"status IN ({_OPEN})")),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=(
            "select",
            "update (status, auditor_id, auditor_role, case_team, record_state, record_note, row_version)",
        ),
        sponsor=("select", "update (status, closing_note, row_version)"),
        agency_reads=_OWN,
        agency_writes=f"{_OWN} AND status IN ({_OPEN})",
        agency_leaves=f"{_OWN} AND status IN ({_OPEN}, 'submitted', 'not_known')",
        agency_updates=(
            *("status", "auditor_id", "auditor_role", "case_team", "submitted_at", "submitted_by_id"),
            *("closing_note", "record_state", "record_note", "row_version"),
        ),
    )
    reference_prefix = "CA"

    sample_case_id: Mapped[int] = mapped_column(ForeignKey("sample_cases.id", ondelete="CASCADE"))
    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("answer_sheets.id"), unique=True)
    status: Mapped[AuditStatus] = mapped_column(
        choice_column(AuditStatus), server_default=AuditStatus.TO_ASSIGN, index=True
    )
    due_on: Mapped[date]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    auditor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    auditor_role: Mapped[str] = mapped_column(Text, server_default="")
    case_team: Mapped[str] = mapped_column(Text, server_default="")
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    return_reason: Mapped[str] = mapped_column(Text, server_default="")
    closing_note: Mapped[str] = mapped_column(Text, server_default="")
    record_state: Mapped[RecordState | None] = mapped_column(choice_column(RecordState))
    record_note: Mapped[str] = mapped_column(Text, server_default="")

    sample_case: Mapped[SampleCase] = relationship(lazy="raise_on_sql")
    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")
    sheet: Mapped[AnswerSheet] = relationship(lazy="raise_on_sql")
    auditor: Mapped[Person | None] = relationship(foreign_keys=auditor_id, lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return today().year

    @property
    def is_late(self) -> bool:
        """Whether the agency still has something to do after the day it was due."""
        return AuditStatus(self.status).is_open and self.due_on < today()


def audits_of_case(session: Session, case_id: int) -> list[CaseAudit]:
    """A case's audits, by the agency's name."""
    statement = select(CaseAudit).join(Agency, Agency.id == CaseAudit.agency_id)
    return list(session.scalars(statement.where(CaseAudit.sample_case_id == case_id).order_by(Agency.name)))


def may_enter(audit: CaseAudit, person_id: int, *, is_officer: bool) -> bool:
    """Whether somebody may fill an audit in now: its auditor, or an officer, while it is in an auditor's hands."""
    return audit.status in IN_HAND and (is_officer or audit.auditor_id == person_id)


def begin_audit(session: Session, audit: CaseAudit) -> None:
    """Mark an assigned audit as in progress, once its first answer is given."""
    if audit.status is AuditStatus.ASSIGNED:
        audit.status = AuditStatus.IN_PROGRESS
        session.flush()


def submit_audit(session: Session, audit: CaseAudit, *, person_id: int, is_officer: bool = False) -> None:
    """Hand an audit in; its answers are fixed from now on. Refuses everybody but its auditor and officers."""
    if audit.status not in IN_HAND:
        raise RuleBroken(f"{audit.reference} cannot be handed in: {audit.status.label.lower()}.")
    if not may_enter(audit, person_id, is_officer=is_officer):
        raise RuleBroken("Only the assigned auditor may enter answers and hand the audit in.")
    close_sheet(session, session.get_one(AnswerSheet, audit.sheet_id))
    audit.status, audit.submitted_at, audit.submitted_by_id = AuditStatus.SUBMITTED, now(), person_id
    session.flush()


def settle_case(session: Session, case: SampleCase) -> bool:
    """Note on which day a case was audited, once every agency that knows it has handed in; says whether it did so now.

    An agency that does not know the case, and an audit taken back, do not count. From that day the case is left out
    of draws for 12 months.
    """
    return settle_cases(session, [case]) == 1


def settle_cases(session: Session, cases: Collection[SampleCase]) -> int:
    """The same of several cases, whose audits are read at once; says how many were audited now."""
    counted = select(CaseAudit).where(
        CaseAudit.sample_case_id.in_([case.id for case in cases]),
        CaseAudit.status.not_in((AuditStatus.NOT_KNOWN, AuditStatus.WITHDRAWN)),
    )
    audits_of: dict[int, list[CaseAudit]] = {case.id: [] for case in cases}
    for audit in session.scalars(counted):
        audits_of[audit.sample_case_id].append(audit)
    audited = [case for case in cases if case.audited_on is None and _is_audited(audits_of[case.id])]
    for case in audited:
        case.audited_on = max(london_day(audit.submitted_at) for audit in audits_of[case.id] if audit.submitted_at)
    session.flush()
    return len(audited)


def _is_audited(counted: Collection[CaseAudit]) -> bool:
    return bool(counted) and all(audit.status.is_in for audit in counted)


@late_source
def late_audits(on: date) -> Select[Any]:
    """Case audits that were to be handed in before a day."""
    return late_rows(CaseAudit, "Case audit").where(CaseAudit.status.in_(OPEN), CaseAudit.due_on < on)
