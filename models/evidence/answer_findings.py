"""Which finding does an answer on a sheet suggest, and has it been made already?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.evidence.findings import OF_ANSWERS, Finding, Judgement, take_finding
from models.rules.evidence.triangulation import Strength, Verdict, verdict_of
from models.rules.tools.questionnaires import Question
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from models.tools.key_lines import KeyLine


@dataclass(frozen=True)
class Suggestion:
    """What the form of a new finding starts with, to be amended."""

    text: str
    verdict: Verdict
    strength: Strength
    key_line_id: int | None


def origin_of(answer: SheetAnswer) -> str:
    """The origin that a finding made from an answer has."""
    return f"{OF_ANSWERS}{answer.id}"


def origin_expression() -> ColumnElement[str]:
    """The same in a statement about answers."""
    return func.concat(OF_ANSWERS, SheetAnswer.id)


def suggest_finding(
    session: Session, question: Question, answer: SheetAnswer, *, review_id: int, has_evidence: bool
) -> Suggestion:
    """The words of question, answer and note; the verdict from the answer's place on its scale, else mixed.

    An answer without a file to show for it is weak evidence. The question's key line counts when it is the review's.
    """
    level = question.level(answer.value)
    words = question.how.show(answer.value)
    text = f"{question.text} {words}" if words else question.text
    line = session.get(KeyLine, question.key_line_id) if question.key_line_id else None
    return Suggestion(
        text=f"{text}. {answer.note}".strip(". ") + "." if answer.note else text,
        verdict=Verdict.MIXED if level is None else verdict_of(level),
        strength=Strength.MODERATE if has_evidence else Strength.WEAK,
        key_line_id=line.id if line is not None and line.review_id == review_id else None,
    )


def findings_by_origin(session: Session, review_id: int) -> dict[str, int]:
    """The findings of a review that were taken from a record, by their origin."""
    rows = session.execute(
        select(Finding.origin, Finding.id).where(Finding.review_id == review_id, Finding.origin != "")
    )
    return {origin: number for origin, number in rows}


def take_answer_finding(
    session: Session, sheet: AnswerSheet, answer: SheetAnswer, *, review_id: int, judgement: Judgement,
    person_id: int | None,
) -> Finding:  # fmt: skip
    """Make a finding of an answer, once, about the agency that gave it."""
    return take_finding(
        session,
        review_id=review_id,
        judgement=judgement,
        origin=origin_of(answer),
        agency_id=sheet.agency_id,
        person_id=person_id,
    )
