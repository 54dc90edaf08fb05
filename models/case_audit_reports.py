"""What stands in one case audit, in a case's audits side by side, and in a sample's audits as a whole?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agencies import Agency
from models.answer_sheets import AnswerSheet, sheet_answers, version_of
from models.audit_samples import AuditSample
from models.case_audits import AuditStatus, CaseAudit, audits_of_case
from models.clock import london_day
from models.graded_answers import graded_answers
from models.moderations import Moderation, moderation_of
from models.people import Person
from models.reference_items import ReferenceItem
from models.rules.case_audit_report import (
    AgencyAudit,
    CaseAuditFacts,
    ModeratedFacts,
    ModerationFacts,
    answered_sections,
    overall_words,
    side_by_side,
)
from models.rules.triangulation import Source
from models.sample_cases import SampleCase
from models.thematic_reviews import ThematicReview
from models.triangulations import Evidence, evidence


def case_audit_facts(session: Session, audit_id: int) -> CaseAuditFacts:
    """One agency's audit, whole; raises NoResultFound where there is none that the asking person may see."""
    audit = session.get_one(CaseAudit, audit_id)
    case = session.get_one(SampleCase, audit.sample_case_id)
    column = _column(session, audit, session.get_one(Agency, audit.agency_id))
    return CaseAuditFacts(
        reference=audit.reference,
        case_reference=case.reference,
        stratum=case.stratum,
        review=_review_words(session.get(ThematicReview, audit.review_id)),
        agency=column.agency,
        auditor=column.auditor,
        auditor_role=audit.auditor_role,
        case_team=audit.case_team,
        status=audit.status.label,
        due_on=audit.due_on,
        submitted_on=london_day(audit.submitted_at) if audit.submitted_at else None,
        overall=column.overall,
        record=column.record,
        sections=answered_sections(column.asked, column.answers, column.notes),
    )


def moderation_facts(session: Session, sample_case_id: int) -> ModerationFacts:
    """A case's audits side by side with what was moderated; only audits that were handed in have a column."""
    case = session.get_one(SampleCase, sample_case_id)
    sample = session.get_one(AuditSample, case.sample_id)
    audits = audits_of_case(session, case.id)
    names = {one.id: one for one in session.scalars(select(Agency).where(Agency.id.in_({a.agency_id for a in audits})))}
    columns = tuple(_column(session, one, names[one.agency_id]) for one in audits if one.status.is_in)
    review = session.get(ThematicReview, sample.review_id) if sample.review_id else None
    return ModerationFacts(
        case_reference=case.reference,
        stratum=case.stratum,
        sample=f"{sample.reference} {sample.title}",
        review=_review_words(review),
        columns=columns,
        silent=tuple((names[one.agency_id].name, one.status.label) for one in audits if not one.status.is_in),
        sections=side_by_side(columns),
        moderated=_moderated(session, moderation_of(session, case.id)),
    )


def _review_words(review: ThematicReview | None) -> str:
    return f"{review.reference} {review.title}" if review is not None else ""


def _column(session: Session, audit: CaseAudit, agency: Agency) -> AgencyAudit:
    sheet = session.get_one(AnswerSheet, audit.sheet_id)
    answers = sheet_answers(session, sheet.id)
    auditor = session.get(Person, audit.auditor_id) if audit.auditor_id else None
    return AgencyAudit(
        reference=audit.reference,
        agency=agency.name,
        auditor=auditor.name if auditor is not None else "",
        status=audit.status.label,
        asked=version_of(session, sheet).questionnaire,
        answers={key: one.value for key, one in answers.items()},
        notes={key: one.note for key, one in answers.items()},
        record=f"{audit.record_state.label}: {audit.record_note}" if audit.record_state else "",
    )


def _moderated(session: Session, made: Moderation | None) -> ModeratedFacts | None:
    if made is None:
        return None
    person = session.get(Person, made.moderated_by_id) if made.moderated_by_id else None
    return ModeratedFacts(
        grade=session.get_one(ReferenceItem, made.grade_id).label,
        reason=made.reason,
        discussion=made.discussion,
        moderated_by=person.name if person is not None else "",
        moderated_on=london_day(made.moderated_at),
    )


def overall_grade(session: Session, audit: CaseAudit) -> str:
    """An agency's own grade of the whole case; empty when there is none."""
    sheet = session.get_one(AnswerSheet, audit.sheet_id)
    answers = {key: one.value for key, one in sheet_answers(session, sheet.id).items()}
    return overall_words(version_of(session, sheet).questionnaire, answers)


@dataclass(frozen=True)
class CaseRow:
    """One case of a sample with its audits by agency and its moderated grade."""

    case: SampleCase
    audits: dict[int, CaseAudit]
    grade: str

    @property
    def is_ready(self) -> bool:
        """Whether the case waits to be moderated: something is handed in and nothing is open."""
        states = [one.status for one in self.audits.values()]
        return not self.grade and any(one.is_in for one in states) and not any(one.is_open for one in states)


@dataclass(frozen=True)
class SampleAudits:
    """A sample's cases with their audits; `agencies` are the columns, by name."""

    agencies: tuple[Agency, ...]
    rows: tuple[CaseRow, ...]

    def count(self, *statuses: AuditStatus) -> int:
        """How many audits stand so."""
        return sum(one.status in statuses for row in self.rows for one in row.audits.values())

    @property
    def late_count(self) -> int:
        return sum(one.is_late for row in self.rows for one in row.audits.values())


def sample_audits(session: Session, sample_id: int) -> SampleAudits:
    """Every case of a sample that has audits, in the order of the draw, with each agency's audit."""
    cases = list(session.scalars(select(SampleCase).where(SampleCase.sample_id == sample_id).order_by(SampleCase.id)))
    audits = list(session.scalars(select(CaseAudit).where(CaseAudit.sample_case_id.in_([one.id for one in cases]))))
    ids = {one.agency_id for one in audits}
    agencies = tuple(session.scalars(select(Agency).where(Agency.id.in_(ids)).order_by(Agency.name)))
    grades = session.execute(
        select(Moderation.sample_case_id, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == Moderation.grade_id)
        .where(Moderation.sample_case_id.in_([one.id for one in cases]))
    )
    graded = {case_id: label for case_id, label in grades}
    by_case: dict[int, dict[int, CaseAudit]] = {}
    for one in audits:
        by_case.setdefault(one.sample_case_id, {})[one.agency_id] = one
    rows = (CaseRow(case, by_case[case.id], graded.get(case.id, "")) for case in cases if case.id in by_case)
    return SampleAudits(agencies, tuple(rows))


@evidence
def audited_answers(session: Session, review_id: int) -> Iterable[Evidence]:
    """Each graded answer, along a key line, of the audits that were handed in."""
    handed_in = CaseAudit.status.in_((AuditStatus.SUBMITTED, AuditStatus.MODERATED))
    sheets = select(CaseAudit.sheet_id).where(CaseAudit.review_id == review_id, handed_in)
    return graded_answers(session, sheets, Source.CASE_AUDIT)
