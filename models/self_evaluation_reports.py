"""What does a self-evaluation say as a whole, for paper and for the triangulation?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agencies import Agency
from models.answer_sheets import AnswerSheet, evidence_of, sheet_answers, version_of
from models.clock import london_day
from models.graded_answers import graded_answers
from models.rules.questionnaires import Progress, asked_questions, progress
from models.rules.triangulation import Source
from models.self_evaluations import ReturnStatus, SelfEvaluation
from models.thematic_reviews import ThematicReview
from models.triangulations import Evidence, evidence


@dataclass(frozen=True)
class AnswerFacts:
    """One question that applies, with its answer in words; empty words where it is not answered."""

    text: str
    is_required: bool
    key_line: str
    words: str
    note: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class SectionFacts:
    """A heading with its answers."""

    title: str
    introduction: str
    answers: tuple[AnswerFacts, ...]


@dataclass(frozen=True)
class SheetFacts:
    """A whole sheet: of a self-evaluation, a Section 11 return, a case audit."""

    title: str
    version: int
    sha256: str
    progress: Progress
    sections: tuple[SectionFacts, ...]


@dataclass(frozen=True)
class SelfEvaluationFacts:
    """A self-evaluation with its sheet."""

    reference: str
    agency: str
    review_reference: str
    review_title: str
    status: str
    sent_on: date
    due_on: date
    submitted_on: date | None
    sheet: SheetFacts


def sheet_facts(session: Session, sheet: AnswerSheet) -> SheetFacts:
    """Everything on a sheet, in the tool's own order; questions that do not apply are left out."""
    version = version_of(session, sheet)
    asked, answers, files = version.questionnaire, sheet_answers(session, sheet.id), evidence_of(session, sheet.id)
    values: dict[str, Any] = {key: one.value for key, one in answers.items()}
    applies = asked_questions(asked, values)
    sections = tuple(
        SectionFacts(
            section.title,
            section.introduction,
            tuple(
                AnswerFacts(
                    one.text, one.is_required, one.key_line, one.how.show(values.get(one.key)),
                    answers[one.key].note if one.key in answers else "",
                    tuple(file.file_name for file in files.get(one.key, ())),
                )
                for one in section.questions
                if one in applies
            ),
        )
        for section in asked.sections
    )  # fmt: skip
    return SheetFacts(asked.title, version.number, version.sha256, progress(asked, values), sections)


def self_evaluation_facts(session: Session, record_id: int) -> SelfEvaluationFacts:
    """A self-evaluation for paper. Raises NoResultFound where there is none, or none that whoever asks may see."""
    record = session.get_one(SelfEvaluation, record_id)
    review = session.get(ThematicReview, record.review_id)
    return SelfEvaluationFacts(
        reference=record.reference,
        agency=session.get_one(Agency, record.agency_id).name,
        review_reference=review.reference if review is not None else "",
        review_title=review.title if review is not None else "",
        status=record.status.label,
        sent_on=london_day(record.sent_at),
        due_on=record.due_on,
        submitted_on=london_day(record.submitted_at) if record.submitted_at else None,
        sheet=sheet_facts(session, session.get_one(AnswerSheet, record.sheet_id)),
    )


@evidence
def self_evaluated(session: Session, review_id: int) -> Iterable[Evidence]:
    """Each graded answer, along a key line, of the self-evaluations that were handed in."""
    handed_in = SelfEvaluation.status.in_((ReturnStatus.SUBMITTED, ReturnStatus.CLOSED))
    sheets = select(SelfEvaluation.sheet_id).where(SelfEvaluation.review_id == review_id, handed_in)
    return graded_answers(session, sheets, Source.SELF_EVALUATION)
