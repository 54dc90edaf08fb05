"""How does the demo answer any questionnaire, always the same way?"""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.documents.evidence_files import SentFile
from models.rules.tools.questionnaires import Question, asked_questions
from models.tools.answer_sheets import AnswerSheet, Given, add_evidence, save_answer, sheet_answers, version_of

_WORDS = words_of("answers", "words", tuple[str, ...])
_ABOUT = words_of("answers", "about", dict[str, str])
_NOTES = words_of("answers", "notes", tuple[str, ...])
_CSV = b"Team,Files read,As they should be\nNorth,10,8\nSouth,10,7\n"


def answer_sheet(
    session: Session, sheet: AnswerSheet, *, seed: int, today: date, person_id: int | None, share: float = 1.0
) -> None:
    """Answer the first part of a sheet. `seed` makes agencies differ; the same seed answers the same."""
    asked = version_of(session, sheet).questionnaire
    most = round(share * sum(1 for _ in asked.questions()))
    for place, question in enumerate(asked.questions()):
        values = {key: answer.value for key, answer in sheet_answers(session, sheet.id).items()}
        if place >= most or question not in asked_questions(asked, values):
            continue
        if question.how.widget == "files":
            if (seed + place) % 2 == 0:
                name = f"Audit of files, {today.year}.csv"
                add_evidence(session, sheet, SentFile(BytesIO(_CSV), name), key=question.key, person_id=person_id)
            continue
        given, note = _given(question, seed + place, today), _NOTES[(seed + place) % len(_NOTES)]
        save_answer(session, sheet, Given(question.key, given, note=note), person_id=person_id)


def _given(question: Question, number: int, today: date) -> list[str]:
    """One answer: ratings mostly in the upper half, a few low; the first offered answers of choices."""
    counted = [option.label for option in question.options if option.weight is not None] or list(question.labels)
    if question.how.widget == "radio":
        return [counted[(0, 1, 1, 2, 1, 0, 3)[number % 7] % len(counted)]]
    if question.how.widget == "checkboxes":
        return counted[: 1 + number % 2]
    if question.how.widget == "number":
        return [str(4 + number % 9)]
    if question.how.widget == "date":
        return [(today - timedelta(days=40 + number % 30)).isoformat()]
    about = question.text.lower()
    return [next((words for word, words in _ABOUT.items() if word in about), _WORDS[number % len(_WORDS)])]
