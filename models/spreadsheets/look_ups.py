"""Which record does a name in a spreadsheet mean, and which was probably meant where none is called so?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.core.labels import label_key
from models.rules.spreadsheets.cells import fold
from models.rules.spreadsheets.matches import near_words
from models.spreadsheets.sheet_kinds import SheetColumn

_NAMED_BY = ("reference", "name", "title", "label", "text", "code", "email")
MOST_OFFERED = 200


class UnknownWord(RuleBroken):
    """A cell names something that there is not; `near` are the words that may have been meant."""

    def __init__(self, word: str, near: list[str], sentence: str) -> None:
        super().__init__(sentence)
        self.word, self.near = word, near


class LookUp:
    """The records that a column may name, by each of the words they go by.

    `answers` are a person's: word as it stands in the file (folded) -> the record's own words.
    """

    def __init__(self, session: Session, column: SheetColumn, answers: Mapping[str, str]) -> None:
        target: Any = column.target
        self.target, self.heading, self.answers = target, column.heading, answers
        names = [name for name in _NAMED_BY if hasattr(target, name)]
        label, mail = getattr(target, label_key(target)), getattr(target, "email", None)
        scope = [getattr(target, column.scope)] if column.scope else []
        is_active = [target.is_active] if hasattr(target, "is_active") else []
        wanted = select(target.id, label, *(getattr(target, name) for name in names), *scope, *is_active)
        rows: Sequence[Any] = session.execute(column.narrow(wanted) if column.narrow else wanted).all()
        self.labels: dict[int, str] = {row[0]: str(row[1]) for row in rows}
        self.scopes = {row[0]: row[len(names) + 2] for row in rows} if scope else {}
        self.retired = {row[0] for row in rows if not row[-1]} if is_active else set[int]()
        self.index: dict[str, set[int]] = defaultdict(set)
        for row in rows:
            for word in (*row[2 : len(names) + 2], *_together(target, row, names)):
                if word:
                    self.index[fold(str(word))].add(row[0])
        self.is_mailed = mail is not None

    def find(self, word: str, scope: Any = None) -> int:
        """The id of the record that a word means, among those of a scope where the column has one.

        Raises UnknownWord where there is none, RuleBroken where there are several.
        """
        answered = self.answers.get(fold(word))
        keys = self._within(self._named(answered or word), scope)
        if len(keys) == 1:
            return next(iter(keys))
        if keys:
            by = "write the e-mail address instead" if self.is_mailed else "their names must tell them apart first"
            raise RuleBroken(f"{len(keys)} records are called “{word[:60]}”; {by}.")
        near = near_words(word, [label for key, label in self.labels.items() if key not in self.retired])
        meant = f" Did you mean {' or '.join(f'“{label[:60]}”' for label in near[:3])}?" if near else ""
        raise UnknownWord(word, near, f"Nothing is called “{word[:60]}”.{meant}")

    def _named(self, word: str) -> set[int]:
        mailed = word.rpartition("<")[2].removesuffix(">") if word.endswith(">") else ""
        left = getattr(self.target, "left_words", "")
        tries = (word, mailed, word.removesuffix(left) if left else "")
        return next((self.index[fold(text)] for text in tries if text and fold(text) in self.index), set())

    def _within(self, keys: set[int], scope: Any) -> set[int]:
        return {key for key in keys if not self.scopes or self.scopes[key] == scope}

    def offers(self) -> list[str]:
        """The words that may be chosen instead of an unknown one, while they are few."""
        labels = [label for key, label in self.labels.items() if key not in self.retired]
        return sorted(set(labels), key=fold)[:MOST_OFFERED]


def _together(target: Any, row: Any, names: list[str]) -> list[str]:
    """The reference and the title together, as forms offer records that have both."""
    if not {"reference", "title"} <= set(names):
        return []
    return [f"{row[2 + names.index('reference')]}: {row[2 + names.index('title')]}"]
