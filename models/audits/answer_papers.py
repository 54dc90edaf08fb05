"""Which facts does a self-evaluation, a case audit or a Section 11 return show on paper, blank and filled in?"""

from __future__ import annotations

from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from models.audits.case_audit_reports import overall_grade, record_words
from models.audits.case_audits import CaseAudit
from models.core.clock import london_day
from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.partnership.people import name_of
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import Section11Return, standards_of
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.thematic_reviews import review_words
from models.rules.audits.answer_papers import BlankForm, FilledForm, asked_sections, written_sections
from models.rules.documents.papers import Occasion, day
from models.rules.evidence.paper_parts import NOBODY_NAMED
from models.rules.tools.questionnaires import progress
from models.sampling.sample_cases import SampleCase
from models.tools.answer_sheets import AnswerSheet, evidence_of, sheet_answers, version_of

T = TypeVar("T", SelfEvaluation, CaseAudit, Section11Return)

_KINDS: Final = {
    SelfEvaluation: "Self-evaluation",
    CaseAudit: "Case audit",
    Section11Return: "Section 11 return",
}
"""What each kind of form is called; the records behind them have agency, sheet, due day and status in common."""


def self_evaluation_form(session: Session, occasion: Occasion, *, record_id: int) -> FilledForm:
    """A self-evaluation as filled in so far. Refuses one that the person may not see."""
    record = _record(session, SelfEvaluation, record_id)
    facts = (("Review", review_words(session, record.review_id)), *_standing(record))
    return _filled(session, occasion, record, facts)


def case_audit_form(session: Session, occasion: Occasion, *, record_id: int) -> FilledForm:
    """A case audit as filled in so far. Refuses one that the person may not see."""
    record = _record(session, CaseAudit, record_id)
    case = session.get_one(SampleCase, record.sample_case_id)
    facts = (
        ("Case", case.reference),
        *case.places,
        ("Review", review_words(session, record.review_id)),
        ("Auditor", name_of(session, record.auditor_id)),
        ("Auditor's role", record.auditor_role),
        ("Team of the case", record.case_team),
        ("The record", record_words(record)),
        ("The agency's own grade", overall_grade(session, record)),
        *_standing(record),
    )
    return _filled(session, occasion, record, facts, notice=NOBODY_NAMED)


def section_11_form(session: Session, occasion: Occasion, *, record_id: int) -> FilledForm:
    """A Section 11 return with its scores, including the moderated ones that the person may see."""
    record = _record(session, Section11Return, record_id)
    cycle = session.get_one(Section11Cycle, record.cycle_id)
    facts = (("Cycle", cycle.title), *_standing(record))
    return _filled(session, occasion, record, facts, scores=tuple(standards_of(session, record)))


def blank_self_evaluation(session: Session, occasion: Occasion, *, record_id: int) -> BlankForm:
    """The empty form that was sent to an agency. Refuses one that the person may not see."""
    return _blank(session, occasion, _record(session, SelfEvaluation, record_id))


def blank_case_audit(session: Session, occasion: Occasion, *, record_id: int) -> BlankForm:
    """The empty form of a case audit. Refuses one that the person may not see."""
    return _blank(session, occasion, _record(session, CaseAudit, record_id))


def blank_section_11(session: Session, occasion: Occasion, *, record_id: int) -> BlankForm:
    """The empty form of a Section 11 return. Refuses one that the person may not see."""
    return _blank(session, occasion, _record(session, Section11Return, record_id))


def _record(session: Session, model: type[T], record_id: int) -> T:
    record = session.get(model, record_id)
    if record is None:
        raise RuleBroken("There is no such form that you may see.")
    return record


def _blank(session: Session, occasion: Occasion, record: T) -> BlankForm:
    sheet = session.get_one(AnswerSheet, record.sheet_id)
    questionnaire = version_of(session, sheet).questionnaire
    head = _head(session, occasion, record, sheet)
    return BlankForm(**head, introduction=questionnaire.introduction, sections=asked_sections(questionnaire))


def _filled(
    session: Session, occasion: Occasion, record: T, facts: tuple[tuple[str, str], ...], **more: Any
) -> FilledForm:
    sheet = session.get_one(AnswerSheet, record.sheet_id)
    questionnaire, answers = version_of(session, sheet).questionnaire, sheet_answers(session, sheet.id)
    values = {key: answer.value for key, answer in answers.items()}
    notes = {key: answer.note for key, answer in answers.items()}
    files = {
        key: tuple(document.file_name for document in documents)
        for key, documents in evidence_of(session, sheet.id).items()
    }
    return FilledForm(
        **_head(session, occasion, record, sheet),
        progress=progress(questionnaire, values).words,
        facts=facts,
        sections=written_sections(questionnaire, values, notes, files),
        **more,
    )


def _head(session: Session, occasion: Occasion, record: T, sheet: AnswerSheet) -> dict[str, Any]:
    version = version_of(session, sheet)
    return {
        "occasion": occasion,
        "kind": _KINDS[type(record)],
        "about": f"{record.__tablename__}:{record.id}",
        "agency_id": record.agency_id,
        "reference": record.reference,
        "title": version.questionnaire.title,
        "agency": session.get_one(Agency, record.agency_id).name,
        "tool": f"Version {version.number}, fingerprint {version.sha256[:16]}",
        "due_on": record.due_on,
    }


def _standing(record: T) -> tuple[tuple[str, str], ...]:
    handed_in = day(london_day(record.submitted_at)) if record.submitted_at else ""
    return (("Status", record.status.label), ("Handed in", handed_in))
