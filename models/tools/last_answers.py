"""What did an agency answer the last time it was asked the same?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from models.rules.tools.questionnaires import Question
from models.tools.answer_sheets import AnswerSheet, SheetAnswer, version_of

_LATEST = text(r"""
SELECT DISTINCT ON (answer.question_key) answer.*
FROM jsonb_to_recordset(:earlier) AS earlier (sheet_id int, place int, is_family boolean)
JOIN answer_sheets sheet ON sheet.id = earlier.sheet_id
JOIN tool_versions version ON version.id = sheet.version_id
CROSS JOIN jsonb_path_query(version.content, '$.sections[*].questions[*]') AS question
JOIN jsonb_to_recordset(:asked) AS asked (key text, kind text, words text, labels jsonb)
  ON asked.key = question->>'key' AND asked.kind = question->>'kind'
  AND (earlier.is_family OR asked.words = question->>'text')
JOIN sheet_answers answer ON answer.sheet_id = sheet.id AND answer.question_key = asked.key
WHERE answer.value NOT IN ('null', '[]') AND (asked.labels = '[]' OR asked.labels @> answer.value)
ORDER BY answer.question_key, earlier.place""")
"""The latest answer to each question that is asked and that may still be given: choices may have been reworded."""


def earlier_answers(
    session: Session, sheet: AnswerSheet, earlier: Sequence[tuple[AnswerSheet, bool]]
) -> dict[str, SheetAnswer]:
    """What an agency answered before to the questions of a sheet, by question key, from earlier sheets, latest first.

    A question is the same one when key and kind are, and either its text is too, or the sheet is said to be of the same
    family of tools (the flag beside it). Files belong to the answer they were uploaded for and are not offered. One
    statement, which brings one answer a question, however many sheets there are.
    """
    questions = version_of(session, sheet).questionnaire.questions()
    asked = [_asked(question) for question in questions if question.how.widget != "files"]
    places = enumerate(earlier)
    before = [{"sheet_id": other.id, "place": at, "is_family": is_family} for at, (other, is_family) in places]
    kinds = bindparam("earlier", before, type_=JSONB), bindparam("asked", asked, type_=JSONB)
    answers = session.scalars(select(SheetAnswer).from_statement(_LATEST.bindparams(*kinds)))
    return {answer.question_key: answer for answer in answers}


def _asked(question: Question) -> dict[str, Any]:
    return {"key": question.key, "kind": question.kind, "words": question.text, "labels": question.labels}
