"""What does a colleague's answer say that was given meanwhile, and what stood in an answer's place before?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.formats import show_moment
from models.partnership.people import Person
from models.rules.tools.questionnaires import Question
from models.tools.answer_sheets import SheetAnswer, plain_note
from models.tools.earlier_words import EarlierWords, earlier_words

MINE, THEIRS = "mine", "theirs"
"""What somebody decides who was stopped: their own answer stands, or the colleague's."""


@dataclass(frozen=True)
class Said:
    """An answer in words, with the note beside it, who gave it and when. `seen` is its row version."""

    words: str
    note: str
    who: str
    when: str
    seen: int = 0


def names_of(session: Session, people: Iterable[int | None]) -> dict[int, str]:
    """The names of people by id; those whom the asking person may not see are left out."""
    keys = {key for key in people if key is not None}
    if not keys:
        return {}
    return {key: name for key, name in session.execute(select(Person.id, Person.name).where(Person.id.in_(keys)))}


def said_now(session: Session, question: Question, answer: SheetAnswer) -> Said:
    """What is kept as the answer to a question."""
    who = names_of(session, [answer.answered_by_id]).get(answer.answered_by_id or 0, "")
    words = question.how.show(answer.value)
    return Said(words, answer.note, who or "A colleague", show_moment(answer.answered_at), answer.row_version)


def said_before(
    session: Session, asked: Mapping[str, Question], answers: Mapping[str, SheetAnswer]
) -> dict[str, list[Said]]:
    """The earlier words of answers by question key, the latest first; nothing for an answer that has none."""
    kept = {key: earlier_words(answer.earlier) for key, answer in answers.items() if key in asked and answer.earlier}
    names = names_of(session, (words.person_id for several in kept.values() for words in several))
    return {key: [_said(asked[key], words, names) for words in several] for key, several in kept.items()}


def _said(question: Question, words: EarlierWords, names: Mapping[int, str]) -> Said:
    who = names.get(words.person_id or 0, "")
    return Said(question.how.show(words.value), words.note, who, show_moment(words.written_at))


class SentAnswer(NamedTuple):
    """What a person sent for one question.

    `seen` is the row version of the answer they had before them, `decision` whether theirs or a colleague's is to
    stand, `taken_off` the number of a file to be taken off.
    """

    given: list[str]
    note: str | None
    seen: int
    decision: str = ""
    taken_off: str = ""


def with_files_of(held: SheetAnswer | None, answer: SentAnswer) -> SentAnswer:
    """The answer with the files that stand now but the one taken off, so that nobody's files are lost.

    Only its note can meet a colleague's.
    """
    value, note, seen = (held.value, held.note, held.row_version) if held is not None else (None, "", 0)
    given = [number for number in map(str, value or ()) if number != answer.taken_off]
    is_note_same = answer.note is None or plain_note(answer.note) == note
    return answer._replace(given=given, seen=seen if is_note_same else answer.seen)
