"""What does one case audit say in a word, and how far are all audits of a sample?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.moderations import Moderation
from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceItem
from models.rules.audits.agreement import overall_words
from models.sampling.sample_cases import CaseStatus, SampleCase
from models.tools.answer_sheets import AnswerSheet, values_of, version_of


def record_words(audit: CaseAudit) -> str:
    """What the auditor says about the case's record itself; empty when there is nothing to say."""
    return f"{audit.record_state.label}: {audit.record_note}" if audit.record_state else ""


def overall_grade(session: Session, audit: CaseAudit) -> str:
    """An agency's own grade of the whole case; empty when there is none."""
    questionnaire = version_of(session, session.get_one(AnswerSheet, audit.sheet_id)).questionnaire
    return overall_words(questionnaire, values_of(session, audit.sheet_id))


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


@dataclass(frozen=True)
class SampleAudits:
    """A sample's cases with their audits; `agencies` are the columns, by name."""

    agencies: tuple[Agency, ...]
    rows: tuple[CaseRow, ...]

    def count(self, *statuses: AuditStatus) -> int:
        """How many audits have one of these states."""
        return sum(audit.status in statuses for row in self.rows for audit in row.audits.values())

    @property
    def late_count(self) -> int:
        return sum(audit.is_late for row in self.rows for audit in row.audits.values())


def sample_audits(session: Session, sample_id: int) -> SampleAudits:
    """Every case of a sample that has audits, in the order of the draw, each with the agencies' audits.

    Among them are the cases without audits whose elimination waits for a second person, so that nobody misses them.
    """
    cases = list(session.scalars(select(SampleCase).where(SampleCase.sample_id == sample_id).order_by(SampleCase.id)))
    audits = list(session.scalars(select(CaseAudit).where(CaseAudit.sample_case_id.in_([case.id for case in cases]))))
    ids = {audit.agency_id for audit in audits}
    agencies = tuple(session.scalars(select(Agency).where(Agency.id.in_(ids)).order_by(Agency.name)))
    grades = session.execute(
        select(Moderation.sample_case_id, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == Moderation.grade_id)
        .where(Moderation.sample_case_id.in_([case.id for case in cases]))
    )
    graded = {case_id: label for case_id, label in grades}
    by_case: dict[int, dict[int, CaseAudit]] = {}
    for audit in audits:
        by_case.setdefault(audit.sample_case_id, {})[audit.agency_id] = audit
    rows = (
        CaseRow(case, by_case.get(case.id, {}), graded.get(case.id, ""))
        for case in cases
        if case.id in by_case or case.status is CaseStatus.ELIMINATION_PROPOSED
    )
    return SampleAudits(agencies, tuple(rows))
