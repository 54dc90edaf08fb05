"""Which facts does a case's moderated result show, with the agencies' audits side by side?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.case_audit_reports import record_words
from models.audits.case_audits import CaseAudit, audits_of_case
from models.audits.moderations import Moderation, moderation_of
from models.core.clock import london_day
from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.partnership.people import Person, name_of
from models.partnership.reference_items import ReferenceItem
from models.reviews.thematic_reviews import review_words
from models.rules.audits.agreement import overall_words
from models.rules.audits.moderations import AgencyAudit, AuditSheet, ModeratedFacts, ModerationFacts, side_by_side
from models.rules.documents.papers import Occasion
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from models.tools.tool_versions import ToolVersion


def moderation_facts(session: Session, occasion: Occasion, *, case_id: int) -> ModerationFacts:
    """A case's audits side by side with what was moderated; only audits that were handed in have a column.

    Refuses a case that the person may not see. For staff: the database keeps moderated grades from agencies.
    """
    case = session.get(SampleCase, case_id)
    if case is None:
        raise RuleBroken("There is no such case that you may see.")
    sample, audits = session.get_one(AuditSample, case.sample_id), audits_of_case(session, case.id)
    keys = {audit.agency_id for audit in audits}
    names = {agency.id: agency.name for agency in session.scalars(select(Agency).where(Agency.id.in_(keys)))}
    handed_in = [audit for audit in audits if audit.status.is_in]
    sheets, auditors = _sheets(session, handed_in), _auditors(session, handed_in)
    return ModerationFacts(
        occasion=occasion,
        about=f"sample_cases:{case.id}",
        case_reference=case.reference,
        places=case.places,
        sample=f"{sample.reference} {sample.title}",
        review=review_words(session, sample.review_id),
        columns=tuple(
            _column(audit, names[audit.agency_id], auditors.get(audit.auditor_id or 0, ""), sheet)
            for audit, sheet in zip(handed_in, sheets, strict=True)
        ),
        silent=tuple((names[audit.agency_id], audit.status.label) for audit in audits if not audit.status.is_in),
        sections=side_by_side(sheets),
        moderated=_moderated(session, moderation_of(session, case.id)),
    )


def _sheets(session: Session, audits: Sequence[CaseAudit]) -> list[AuditSheet]:
    """What each audit asks, and what it answers; two statements for all of them."""
    ids = [audit.sheet_id for audit in audits]
    versions = session.execute(
        select(AnswerSheet.id, ToolVersion)
        .join(ToolVersion, ToolVersion.id == AnswerSheet.version_id)
        .where(AnswerSheet.id.in_(ids))
    )
    asked = {sheet_id: version.questionnaire for sheet_id, version in versions}
    answers: dict[int, list[SheetAnswer]] = {sheet_id: [] for sheet_id in ids}
    for answer in session.scalars(select(SheetAnswer).where(SheetAnswer.sheet_id.in_(ids))):
        answers[answer.sheet_id].append(answer)
    return [
        AuditSheet(
            asked=asked[sheet_id],
            answers={answer.question_key: answer.value for answer in answers[sheet_id]},
            notes={answer.question_key: answer.note for answer in answers[sheet_id]},
        )
        for sheet_id in ids
    ]


def _auditors(session: Session, audits: Sequence[CaseAudit]) -> dict[int, str]:
    ids = {audit.auditor_id for audit in audits}
    return {key: name for key, name in session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))}


def _column(audit: CaseAudit, agency: str, auditor: str, sheet: AuditSheet) -> AgencyAudit:
    own = overall_words(sheet.asked, sheet.answers)
    return AgencyAudit(audit.reference, agency, auditor, own, record_words(audit))


def _moderated(session: Session, moderation: Moderation | None) -> ModeratedFacts | None:
    if moderation is None:
        return None
    return ModeratedFacts(
        grade=session.get_one(ReferenceItem, moderation.grade_id).label,
        reason=moderation.reason,
        discussion=moderation.discussion,
        moderated_by=name_of(session, moderation.moderated_by_id),
        moderated_on=london_day(moderation.moderated_at),
    )
