"""Which facts does a case's moderated result show, with the agencies' audits side by side?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.case_audit_reports import record_words
from models.audits.case_audits import CaseAudit, audits_of_case
from models.audits.moderations import Moderation, moderation_of
from models.core.clock import london_day
from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.partnership.people import name_of
from models.partnership.reference_items import ReferenceItem
from models.reviews.thematic_reviews import review_words
from models.rules.audits.agreement import overall_words
from models.rules.audits.moderations import AgencyAudit, AuditSheet, ModeratedFacts, ModerationFacts, side_by_side
from models.rules.documents.papers import Occasion
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from models.tools.answer_sheets import AnswerSheet, sheet_answers, version_of


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
    sheets = [_sheet(session, audit) for audit in handed_in]
    return ModerationFacts(
        occasion=occasion,
        about=f"sample_cases:{case.id}",
        case_reference=case.reference,
        places=case.places,
        sample=f"{sample.reference} {sample.title}",
        review=review_words(session, sample.review_id),
        columns=tuple(
            _column(session, audit, names[audit.agency_id], sheet)
            for audit, sheet in zip(handed_in, sheets, strict=True)
        ),
        silent=tuple((names[audit.agency_id], audit.status.label) for audit in audits if not audit.status.is_in),
        sections=side_by_side(sheets),
        moderated=_moderated(session, moderation_of(session, case.id)),
    )


def _sheet(session: Session, audit: CaseAudit) -> AuditSheet:
    answers = sheet_answers(session, audit.sheet_id)
    return AuditSheet(
        asked=version_of(session, session.get_one(AnswerSheet, audit.sheet_id)).questionnaire,
        answers={key: answer.value for key, answer in answers.items()},
        notes={key: answer.note for key, answer in answers.items()},
    )


def _column(session: Session, audit: CaseAudit, agency: str, sheet: AuditSheet) -> AgencyAudit:
    own, auditor = overall_words(sheet.asked, sheet.answers), name_of(session, audit.auditor_id)
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
