"""What do the rows of a sheet say, cell by cell, and which records do they mean?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import london_day
from models.core.errors import RuleBroken
from models.rules.core.counts import list_words
from models.rules.spreadsheets.cells import day_reader, fold, one_line, read_day, read_number, read_text, read_yes
from models.rules.spreadsheets.matches import near_words
from models.rules.spreadsheets.tables import Line, Table
from models.spreadsheets.look_ups import LookUp, UnknownWord
from models.spreadsheets.sheet_kinds import Holds, SheetColumn, SheetKind

Read = Callable[[str], Any]
Answers = Mapping[str, Mapping[str, str]]
_MANY = 20
"""Line numbers that a sentence names."""


@dataclass
class Row:
    """One row as it was read: the values it gives by attribute, the record it means, and why it is refused."""

    number: int
    name: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    record: Any = None
    refusal: str = ""


@dataclass
class Question:
    """A word that nothing is called, with the lines it stands in and the words that may have been meant."""

    key: str
    heading: str
    word: str
    near: list[str]
    lines: list[int] = field(default_factory=list)


class SheetReading:
    """One sheet read as rows of one kind, each matched with the record it means.

    `columns`: attribute -> heading. `answers`: attribute -> word of the file (folded) -> the word that is meant.
    """

    def __init__(
        self, session: Session, kind: SheetKind, table: Table, columns: Mapping[str, str], answers: Answers
    ) -> None:
        self.session, self.kind, self.table = session, kind, table
        self.places = {key: table.headings.index(heading) for key, heading in columns.items()}
        self.answers = answers
        self.look_ups: dict[str, LookUp] = {}
        self.questions: dict[tuple[str, str], Question] = {}
        self._readers = {column.key: self._reader(column) for column in self._columns_read()}
        self.rows = [self._row(line) for line in table.lines]
        self._match()
        self._refuse_repeats()

    def _columns_read(self) -> list[SheetColumn]:
        """The columns that the sheet has; those that depend on another come after it."""
        there = [column for column in self.kind.columns if column.key in self.places]
        return sorted(there, key=lambda column: bool(column.scope))

    def _reader(self, column: SheetColumn) -> Read:
        if column.holds is Holds.RECORD:
            self.look_ups[column.key] = LookUp(self.session, column, self.answers.get(column.key, {}))
            return read_text
        if column.holds is Holds.DAY:
            reader = day_reader(line.cells[self.places[column.key]] for line in self.table.lines)
            return lambda cell: read_day(cell, reader)
        if column.holds is Holds.WORD:
            return lambda cell: self._word(column, one_line(read_text(cell)))
        plain: dict[Holds, Read] = {Holds.YES: read_yes, Holds.NUMBER: read_number, Holds.TEXT: read_text}
        return plain.get(column.holds, lambda cell: one_line(read_text(cell)))

    def _word(self, column: SheetColumn, text: str) -> Any:
        """A fixed word by its label or the word that is stored. Raises UnknownWord for any other."""
        if not text or column.words is None:
            return None
        known = {fold(str(name)): member for member in column.words for name in (member.value, _label(member))}
        meant = self.answers.get(column.key, {}).get(fold(text), text)
        if fold(meant) in known:
            return known[fold(meant)]
        labels = [_label(member) for member in column.words]
        raise UnknownWord(text, near_words(text, labels), f"“{text[:60]}” is none of its words: {list_words(labels)}.")

    def _row(self, line: Line) -> Row:
        row = Row(line.number)
        for column in self._columns_read():
            try:
                self._read_cell(row, column, line.cells[self.places[column.key]])
            except UnknownWord as unknown:
                self._ask(column, unknown, line.number)
                row.refusal = row.refusal or f"{column.heading}: {unknown.sentence}"
            except RuleBroken as refusal:
                row.refusal = row.refusal or f"“{column.heading}” {refusal.sentence}"
        row.name = self._name(line)
        return row

    def _read_cell(self, row: Row, column: SheetColumn, cell: str) -> None:
        value = self._readers[column.key](cell)
        if value in (None, ""):
            if not column.is_kept_when_empty:
                row.values[column.key] = value
            return
        if column.holds is Holds.RECORD:
            scope = row.values.get(column.scope)
            value = self.look_ups[column.key].find(one_line(value), scope)
        row.values[column.key] = value

    def _ask(self, column: SheetColumn, unknown: UnknownWord, number: int) -> None:
        name = (column.key, fold(unknown.word))
        question = self.questions.setdefault(name, Question(column.key, column.heading, unknown.word, unknown.near))
        question.lines.append(number)

    def _name(self, line: Line) -> str:
        """What a row is called on the checking page: the words of the first key it gives."""
        for keys in self.kind.stated.keys:
            words = [one_line(line.cells[self.places[key]])[:80] for key in keys if key in self.places]
            if any(words):
                return ", ".join(filter(None, words))
        return f"Line {line.number}"

    # Which record a row means

    def _match(self) -> None:
        known = list(self.session.scalars(select(self.kind.model)))
        indexes = [self._index(known, keys) for keys in self.kind.stated.keys]
        for row in self.rows:
            if not row.refusal:
                self._match_row(row, indexes)

    def _index(self, records: Sequence[Any], keys: Sequence[str]) -> dict[tuple[Any, ...], list[Any]]:
        index: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
        for record in records:
            index[tuple(folded(getattr(record, key)) for key in keys)].append(record)
        return index

    def _match_row(self, row: Row, indexes: Sequence[Mapping[tuple[Any, ...], list[Any]]]) -> None:
        for keys, index in zip(self.kind.stated.keys, indexes, strict=True):
            records = index.get(_key(row, keys), []) if self._holds_for(row, keys) else []
            if len(records) > 1:
                row.refusal = f"{len(records)} {self.kind.plural} answer to this row; the portal cannot tell which."
            if records:
                row.record = records[0]
                break
        self._refuse_unknown_reference(row)

    def _holds_for(self, row: Row, keys: Sequence[str]) -> bool:
        """Whether a row is known by a key: it gives all of it, and no longer key that this one is a part of."""
        longer = (known for known in self.kind.stated.keys if set(known) > set(keys))
        return is_whole(row, keys) and not any(is_whole(row, known) for known in longer)

    def _refuse_unknown_reference(self, row: Row) -> None:
        for column in self.kind.columns:
            given = row.values.get(column.key) if column.is_key_only else None
            if given and folded(given) != folded(getattr(row.record, column.key, None)):
                row.refusal = (
                    f"There is no {self.kind.noun} whose {column.heading.lower()} is “{given}”; "
                    "leave that cell empty for a new one."
                )

    def _refuse_repeats(self) -> None:
        """Rows that mean the same record are refused together: nobody knows which of them holds."""
        means = {id(row): self._identity(row) for row in self.rows if not row.refusal}
        counts = Counter(identity for identity in means.values() if identity)
        lines = defaultdict(list)
        for row in self.rows:
            lines[means.get(id(row))].append(row)
        for identity, count in counts.items():
            if count > 1:
                numbers = list_words([f"{row.number}" for row in lines[identity][:_MANY]])
                for row in lines[identity]:
                    row.refusal = f"Lines {numbers} are the same {self.kind.noun}; keep one of them."

    def _identity(self, row: Row) -> tuple[Any, ...] | None:
        if row.record is not None:
            return ("known", row.record.id)
        whole = next((keys for keys in self.kind.stated.keys if is_whole(row, keys)), None)
        return ("new", *whole, *_key(row, whole)) if whole else None


def is_whole(row: Row, keys: Sequence[str]) -> bool:
    """Whether a row gives every part of a key."""
    return all(row.values.get(key) not in (None, "") for key in keys)


def _key(row: Row, keys: Sequence[str]) -> tuple[Any, ...]:
    return tuple(folded(row.values[key]) for key in keys)


def folded(value: Any) -> Any:
    """A value as keys compare it: texts without capitals and odd spaces, moments by their day, the rest as it is."""
    if isinstance(value, datetime):
        return london_day(value)
    return fold(value) if isinstance(value, str) and not hasattr(value, "label") else value


def _label(member: Any) -> str:
    return str(getattr(member, "label", member.value))


def words_of(value: Any, look_up: LookUp | None = None) -> str:
    """A value as the checking page shows it."""
    if value is None or value == "":
        return "nothing"
    if look_up is not None:
        return look_up.labels.get(value, "another record")
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return str(getattr(value, "label", value))
