"""Which facts stand in a self-evaluation or a case audit on paper, blank and filled in?"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.agencies import Agency
from models.answer_sheets import AnswerSheet, version_of
from models.case_audits import CaseAudit
from models.clock import london_day
from models.errors import RuleBroken
from models.people import Person
from models.rules.answer_papers import BlankForm, FilledForm, WrittenAnswer, WrittenSection, asked_sections
from models.rules.papers import Occasion, day
from models.sample_cases import SampleCase
from models.self_evaluation_reports import SheetFacts, sheet_facts
from models.self_evaluations import SelfEvaluation
from models.thematic_reviews import ThematicReview

NOBODY_NAMED = "The case is called by its reference only."


def self_evaluation_form(session: Session, occasion: Occasion, *, record_id: int) -> FilledForm:
    """A self-evaluation as it is filled in so far. Refuses one that whoever asks may not see."""
    record = _record(session, SelfEvaluation, record_id)
    sheet = sheet_facts(session, session.get_one(AnswerSheet, record.sheet_id))
    facts = (("Review", _review(session, record.review_id)), *_standing(record))
    head = _head(session, occasion, record, "Self-evaluation", "self_evaluations")
    return FilledForm(**head, **_filled(sheet), facts=facts)


def case_audit_form(session: Session, occasion: Occasion, *, record_id: int) -> FilledForm:
    """A case audit as it is filled in so far. Refuses one that whoever asks may not see."""
    record = _record(session, CaseAudit, record_id)
    case = session.get_one(SampleCase, record.sample_case_id)
    auditor = session.get(Person, record.auditor_id) if record.auditor_id else None
    facts = (
        ("Case", case.reference),
        ("Level of intervention", case.stratum),
        ("Review", _review(session, record.review_id)),
        ("Auditor", auditor.name if auditor is not None else ""),
        ("Auditor's role", record.auditor_role),
        ("Team of the case", record.case_team),
        ("The record", f"{record.record_state.label}: {record.record_note}" if record.record_state else ""),
        *_standing(record),
    )
    sheet = sheet_facts(session, session.get_one(AnswerSheet, record.sheet_id))
    head = _head(session, occasion, record, "Case audit", "case_audits")
    return FilledForm(**head, **_filled(sheet), facts=facts, notice=NOBODY_NAMED)


def blank_self_evaluation(session: Session, occasion: Occasion, *, record_id: int) -> BlankForm:
    """The empty form that was sent to an agency. Refuses one that whoever asks may not see."""
    return _blank(session, occasion, _record(session, SelfEvaluation, record_id), "Self-evaluation", "self_evaluations")


def blank_case_audit(session: Session, occasion: Occasion, *, record_id: int) -> BlankForm:
    """The empty form of a case audit. Refuses one that whoever asks may not see."""
    return _blank(session, occasion, _record(session, CaseAudit, record_id), "Case audit", "case_audits")


def _blank(session: Session, occasion: Occasion, record: Any, kind: str, table: str) -> BlankForm:
    version = version_of(session, session.get_one(AnswerSheet, record.sheet_id))
    asked = version.questionnaire
    return BlankForm(
        **_head(session, occasion, record, kind, table),
        title=asked.title,
        tool=_tool(version.number, version.sha256),
        introduction=asked.introduction,
        sections=asked_sections(asked),
    )


def _record(session: Session, model: type[Any], record_id: int) -> Any:
    record = session.get(model, record_id)
    if record is None:
        raise RuleBroken("There is no such form that you may see.")
    return record


def _head(session: Session, occasion: Occasion, record: Any, kind: str, table: str) -> dict[str, Any]:
    return {
        "occasion": occasion,
        "kind": kind,
        "about": f"{table}:{record.id}",
        "agency_id": record.agency_id,
        "reference": record.reference,
        "agency": session.get_one(Agency, record.agency_id).name,
        "due_on": record.due_on,
    }


def _standing(record: Any) -> tuple[tuple[str, str], ...]:
    handed_in = day(london_day(record.submitted_at)) if record.submitted_at else ""
    return (("Status", record.status.label), ("Handed in", handed_in))


def _review(session: Session, review_id: int) -> str:
    review = session.get(ThematicReview, review_id)
    return f"{review.reference} {review.title}" if review is not None else ""


def _tool(number: int, sha256: str) -> str:
    return f"Version {number}, fingerprint {sha256[:16]}"


def _filled(sheet: SheetFacts) -> dict[str, Any]:
    sections = tuple(
        WrittenSection(
            one.title,
            one.introduction,
            tuple(
                WrittenAnswer(each.text, each.words, each.note, each.key_line, each.files, each.is_required)
                for each in one.answers
            ),
        )
        for one in sheet.sections
    )
    tool, words = _tool(sheet.version, sheet.sha256), sheet.progress.words
    return {"title": sheet.title, "tool": tool, "progress": words, "sections": sections}
