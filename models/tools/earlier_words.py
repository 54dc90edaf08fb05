"""What stood, or was to stand, in an answer's place before somebody decided otherwise?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Kept = list[dict[str, Any]]


@dataclass(frozen=True)
class EarlierWords:
    """A value with the note beside it, who gave them and when. Files are not kept: nobody's are overwritten."""

    value: Any
    note: str
    person_id: int | None
    written_at: datetime | None


def earlier_words(kept: Sequence[dict[str, Any]]) -> list[EarlierWords]:
    """The earlier words that an answer keeps, the latest first.

    >>> [words.note for words in earlier_words(with_words([], EarlierWords(None, "See the plan.", 7, None)))]
    ['See the plan.']
    """
    return [_read(**words) for words in reversed(kept)]


def with_words(kept: Sequence[dict[str, Any]], words: EarlierWords) -> Kept:
    """What an answer keeps with further words put last; as it was when they say nothing, or are the last already.

    >>> with_words([], EarlierWords(None, "", 7, None))
    []
    """
    says_nothing = words.value in (None, []) and not words.note
    is_there = bool(kept) and (kept[-1]["value"], kept[-1]["note"]) == (words.value, words.note)
    if says_nothing or is_there:
        return list(kept)
    at = words.written_at.isoformat() if words.written_at else None
    return [*kept, {"value": words.value, "note": words.note, "person_id": words.person_id, "written_at": at}]


def _read(value: Any, note: str, person_id: int | None, written_at: str | None) -> EarlierWords:
    return EarlierWords(value, note, person_id, datetime.fromisoformat(written_at) if written_at else None)
