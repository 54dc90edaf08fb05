"""Which texts of a column are one theme in several spellings?"""

from collections.abc import Iterator

from models.rules.case_lists.notes import Note
from models.rules.core.counts import count_words

_NAMED = 5


class Spellings:
    """Texts that differ in capitals or spaces only are one; it is spelled as it came first.

    >>> spellings = Spellings(); [spellings.first(text) for text in ("Neglect", "NEGLECT", "Self harm", "Selfharm")]
    ['Neglect', 'Neglect', 'Self harm', 'Self harm']
    """

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._others: dict[str, list[str]] = {}

    def first(self, text: str) -> str:
        """The spelling of a cleaned text that came first."""
        key = "".join(text.split()).casefold()
        spelling = self._first.setdefault(key, text)
        if spelling != text and text not in self._others.setdefault(key, []):
            self._others[key].append(text)
        return spelling

    def note(self, heading: str) -> Note | None:
        """What was joined in a column; None when every text has one spelling."""
        if not self._others:
            return None
        more = " and others" if len(self._others) > _NAMED else ""
        return Note(
            "joined_spellings",
            f"In the column “{heading[:80]}” spellings that differ in capitals or spaces only count as one, "
            f"{count_words(len(self._others), 'time')}: {'; '.join(self._pairs())}{more}. "
            "Nothing to do unless they mean different things.",
        )

    def _pairs(self) -> Iterator[str]:
        for key, others in list(self._others.items())[:_NAMED]:
            yield f"“{self._first[key]}” (also {', '.join(f'“{other}”' for other in others[:_NAMED])})"
