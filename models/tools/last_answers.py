"""What did an agency answer the last time it was asked the same?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.rules.tools.questionnaires import Question
from models.tools.answer_sheets import AnswerSheet, SheetAnswer, answers_of_sheets, version_of, versions_of


def earlier_answers(
    session: Session, sheet: AnswerSheet, earlier: Sequence[tuple[AnswerSheet, bool]]
) -> dict[str, SheetAnswer]:
    """What an agency answered before to the questions of a sheet, by question key, from earlier sheets, latest first.

    A question is the same one when key and kind are, and either its text is too, or the sheet is said to be of the same
    family of tools (the flag beside it). Files belong to the answer they were uploaded for and are not offered.
    """
    offered: dict[str, SheetAnswer] = {}
    questionnaire = version_of(session, sheet).questionnaire
    answers_of = answers_of_sheets(session, [other.id for other, _ in earlier])
    versions = versions_of(session, [other for other, _ in earlier])
    for other, is_family in earlier:
        before, answers = versions[other.version_id].questionnaire, answers_of[other.id]
        for question in questionnaire.questions():
            earlier_question, answer = before.question(question.key), answers.get(question.key)
            if (
                question.key in offered
                or answer is None
                or earlier_question is None
                or not _is_same(question, earlier_question, is_family)
            ):
                continue
            if _still_fits(question, answer.value):
                offered[question.key] = answer
    return offered


def _is_same(question: Question, other: Question, is_family: bool) -> bool:
    return question.kind == other.kind and question.how.widget != "files" and (is_family or question.text == other.text)


def _still_fits(question: Question, value: Any) -> bool:
    """Whether an old answer can still be given: the choices may have been reworded."""
    values = question.how.given(value)
    return bool(values) and (not question.labels or set(values) <= set(question.labels))
