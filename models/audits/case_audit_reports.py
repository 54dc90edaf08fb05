"""What does one case audit say in a word, and how far are all audits of a sample, or of a review?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.audit_assignments import may_be_assigned
from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.moderations import Moderation
from models.core.choices import Choice
from models.core.clock import today
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem
from models.rules.audits.agreement import overall_words
from models.rules.core.counts import count_words
from models.rules.core.due_dates import days_over
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase
from models.tools.answer_sheets import AnswerSheet, values_of, version_of


def record_words(audit: CaseAudit) -> str:
    """What the auditor says about the case's record itself; empty when there is nothing to say."""
    return f"{audit.record_state.label}: {audit.record_note}" if audit.record_state else ""


def overall_grade(session: Session, audit: CaseAudit) -> str:
    """An agency's own grade of the whole case; empty when there is none."""
    questionnaire = version_of(session, session.get_one(AnswerSheet, audit.sheet_id)).questionnaire
    return overall_words(questionnaire, values_of(session, audit.sheet_id))


class CellState(Choice):
    """Where an agency's part in one case stands, in the words of the design."""

    NOT_ASSIGNED = "not_assigned"
    ASSIGNED = "assigned"
    STARTED = "started"
    RETURNED = "returned"
    LATE = "late"
    ON_HOLD = "on_hold"
    HANDED_IN = "handed_in"
    MODERATED = "moderated"
    NOT_INVOLVED = "not_involved"


_STATES = {
    AuditStatus.TO_ASSIGN: CellState.NOT_ASSIGNED,
    AuditStatus.ASSIGNED: CellState.ASSIGNED,
    AuditStatus.IN_PROGRESS: CellState.STARTED,
    AuditStatus.RETURNED: CellState.RETURNED,
    AuditStatus.SUBMITTED: CellState.HANDED_IN,
    AuditStatus.MODERATED: CellState.MODERATED,
}


@dataclass(frozen=True)
class CaseRow:
    """One case of a sample with its audits by agency and its moderated grade."""

    case: SampleCase
    audits: dict[int, CaseAudit]
    grade: str

    @property
    def is_pending(self) -> bool:
        """Whether a second person has yet to decide whether the case leaves the sample."""
        return self.case.status is CaseStatus.ELIMINATION_PROPOSED

    @property
    def is_ready(self) -> bool:
        """Whether the case waits to be moderated: something is handed in and nothing is open."""
        states = [audit.status for audit in self.audits.values()]
        return not self.grade and any(state.is_in for state in states) and not any(state.is_open for state in states)

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the case is still to come from an agency."""
        is_audited = self.case.status is CaseStatus.SELECTED and bool(self.audits)
        return is_audited and not any(audit.status.is_open for audit in self.audits.values())

    @property
    def progress(self) -> str:
        """How many of the audits that are to come are in; an agency that does not know the case owes none."""
        states = [audit.status for audit in self.audits.values()]
        return f"{sum(state.is_in for state in states)} of {sum(state.is_in or state.is_open for state in states)} in"

    def state(self, agency_id: int) -> CellState:
        """Where an agency's part stands. Nothing is to be done for a case that has left or may leave the sample."""
        audit = self.audits.get(agency_id)
        if audit is not None and audit.status.is_in:
            return _STATES[audit.status]
        if self.case.status is not CaseStatus.SELECTED:
            return CellState.ON_HOLD
        if audit is None or not audit.status.is_open:
            return CellState.NOT_INVOLVED
        return CellState.LATE if audit.is_late else _STATES[audit.status]

    def words(self, agency_id: int) -> str:
        """The state as people read it; what is late says by how many days."""
        state = self.state(agency_id)
        if state is not CellState.LATE:
            return state.label
        return f"{count_words(days_over(self.audits[agency_id].due_on, today()), 'day')} late"

    def to_assign(self, agency_id: int) -> CaseAudit | None:
        """The agency's audit where an auditor may be chosen for it together with others; None where not."""
        audit = self.audits.get(agency_id)
        return audit if audit is not None and may_be_assigned(audit, self.case) else None


@dataclass(frozen=True)
class SampleAudits:
    """A sample's cases with their audits; `agencies` are the columns, by name. `auditors` are names by their id."""

    sample: AuditSample
    agencies: tuple[Agency, ...]
    rows: tuple[CaseRow, ...]
    auditors: dict[int, str] = field(default_factory=dict)

    def count(self, *statuses: AuditStatus) -> int:
        """How many audits have one of these states."""
        return sum(audit.status in statuses for row in self.rows for audit in row.audits.values())

    @property
    def late_count(self) -> int:
        return sum(audit.is_late for row in self.rows for audit in row.audits.values())

    @property
    def assignable(self) -> list[CaseAudit]:
        """The audits that may be ticked to be assigned, case by case."""
        cells = (row.to_assign(agency.id) for row in self.rows for agency in self.agencies)
        return [audit for audit in cells if audit is not None]


def sample_audits(session: Session, sample_id: int) -> SampleAudits:
    """Every case of a sample that has audits, in the order of the draw, each with the agencies' audits.

    Among them are the cases without audits whose elimination waits for a second person, so that nobody misses them.
    """
    (audits,) = _audits_of(session, [session.get_one(AuditSample, sample_id)])
    return audits


def review_audits(session: Session, review_id: int) -> list[SampleAudits]:
    """The same of every sample that was drawn for a review, those that do not stand last; five statements for all."""
    drawn = select(AuditSample).where(AuditSample.review_id == review_id, AuditSample.drawn_at.is_not(None))
    does_not_stand = AuditSample.status == SampleStatus.VOID
    samples = session.scalars(drawn.order_by(does_not_stand, AuditSample.reference)).all()
    return _audits_of(session, samples) if samples else []


def _audits_of(session: Session, samples: Sequence[AuditSample]) -> list[SampleAudits]:
    ids = [sample.id for sample in samples]
    cases = session.scalars(select(SampleCase).where(SampleCase.sample_id.in_(ids)).order_by(SampleCase.id)).all()
    keys = [case.id for case in cases]
    read = session.execute(
        select(CaseAudit, Person.name)
        .outerjoin(Person, Person.id == CaseAudit.auditor_id)
        .where(CaseAudit.sample_case_id.in_(keys))
        .order_by(CaseAudit.id)
    )
    audits = [(audit, name) for audit, name in read]
    agencies = _agencies(session, {audit.agency_id for audit, _ in audits})
    rows = _rows(cases, [audit for audit, _ in audits], _grades(session, keys))
    names = {audit.auditor_id: name for audit, name in audits if audit.auditor_id is not None}
    return [_of_sample(sample, rows, agencies, names) for sample in samples]


def _of_sample(
    sample: AuditSample, rows: Sequence[CaseRow], agencies: Sequence[Agency], names: dict[int, str]
) -> SampleAudits:
    own = tuple(row for row in rows if row.case.sample_id == sample.id)
    keys = {key for row in own for key in row.audits}
    return SampleAudits(sample, tuple(agency for agency in agencies if agency.id in keys), own, names)


def _rows(cases: Sequence[SampleCase], audits: Sequence[CaseAudit], grades: dict[int, str]) -> list[CaseRow]:
    by_case: dict[int, dict[int, CaseAudit]] = {}
    for audit in audits:
        by_case.setdefault(audit.sample_case_id, {})[audit.agency_id] = audit
    return [
        CaseRow(case, by_case.get(case.id, {}), grades.get(case.id, ""))
        for case in cases
        if case.id in by_case or case.status is CaseStatus.ELIMINATION_PROPOSED
    ]


def _agencies(session: Session, ids: Collection[int]) -> Sequence[Agency]:
    return session.scalars(select(Agency).where(Agency.id.in_(ids)).order_by(Agency.name)).all()


def _grades(session: Session, case_ids: Sequence[int]) -> dict[int, str]:
    """The moderated grades of these cases, in a word."""
    statement = (
        select(Moderation.sample_case_id, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == Moderation.grade_id)
        .where(Moderation.sample_case_id.in_(case_ids))
    )
    return {case_id: label for case_id, label in session.execute(statement)}
