"""What would an import do, row by row, and how is it done in one transaction?

The check does the whole import within a savepoint and takes it back, so that it says exactly what acceptance will do:
the same rules, constraints and row policies, in the same order, with new agencies there for the people who follow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.core.refusals import REFUSALS, sentence_of
from models.rules.spreadsheets.cells import LONG, SHORT, one_line, same_ends
from models.rules.spreadsheets.tables import Table
from models.spreadsheets.import_facts import ImportFacts
from models.spreadsheets.sheet_kinds import Holds, SheetColumn, SheetKind, all_kinds
from models.spreadsheets.sheet_readings import Answers, Question, Row, SheetReading, folded, words_of

Progress = Callable[[float, str], None]
_EVERY = 50


@dataclass(frozen=True)
class Part:
    """The part of the whole that one sheet is, for the person who waits."""

    progress: Progress
    title: str
    start: float
    share: float

    def report(self, done: float) -> None:
        """Say how much of the sheet is done, from 0 to 1."""
        self.progress(100 * (self.start + self.share * done), self.title)


@dataclass
class SheetChoice:
    """What a person says of a sheet: what it holds, which column is which, and which word is meant by which."""

    sheet: str
    kind: str
    columns: dict[str, str]
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    is_ticked: bool = False


@dataclass
class Change:
    """A field that a row changes, in words."""

    heading: str
    old: str
    new: str


@dataclass
class RowReport:
    """What became of a row: its line, what it is called, the id of its record, its changes or its refusal."""

    line: int
    name: str
    record_id: int | None = None
    changes: list[Change] = field(default_factory=list)
    sentence: str = ""


@dataclass
class SheetReport:
    """What became of a sheet's rows."""

    sheet: str
    kind: str
    new: list[RowReport] = field(default_factory=list)
    changed: list[RowReport] = field(default_factory=list)
    refused: list[RowReport] = field(default_factory=list)
    unchanged_count: int = 0
    questions: list[Question] = field(default_factory=list)
    offers: dict[str, list[str]] = field(default_factory=dict)


def import_sheets(
    session: Session,
    tables: Sequence[Table],
    choices: Iterable[SheetChoice],
    facts: ImportFacts,
    progress: Progress = lambda percent, words: None,
) -> list[SheetReport]:
    """Bring the chosen sheets in, in the order in which they need each other; refused rows are left out.

    The caller commits, or takes everything back. Refuses a kind of rows that the person's role may not bring in.
    """
    order = list(all_kinds())
    named = {table.name: table for table in tables}
    wanted = sorted((choice for choice in choices if choice.kind), key=lambda choice: order.index(choice.kind))
    reports = []
    for number, choice in enumerate(wanted):
        kind = all_kinds()[choice.kind]
        if session.info["actor"].role not in kind.roles:
            raise RuleBroken(f"Your role may not bring in {kind.plural}.")
        part = Part(progress, kind.title, number / len(wanted), 1 / len(wanted))
        reports.append(_SheetImport(session, kind, named[choice.sheet], choice, facts).carry_out(part))
    return reports


def fingerprint(reports: Sequence[SheetReport]) -> str:
    """A mark of what an import does; the same when it is done again to the same records.

    >>> fingerprint([SheetReport("A", "agencies")]) == fingerprint([SheetReport("A", "agencies", unchanged_count=1)])
    False
    """
    facts = [asdict(report) for report in reports]
    for report in facts:
        for row in report["new"]:
            row["record_id"] = None
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class _SheetImport:
    """One sheet on its way in."""

    def __init__(
        self, session: Session, kind: SheetKind, table: Table, choice: SheetChoice, facts: ImportFacts
    ) -> None:
        self.session, self.kind, self.facts, self.choice = session, kind, facts, choice
        answers: Answers = choice.answers
        self.reading = SheetReading(session, kind, table, choice.columns, answers)
        self.report = SheetReport(choice.sheet, kind.name, questions=list(self.reading.questions.values()))
        self.report.offers = self._offers()

    def _offers(self) -> dict[str, list[str]]:
        """The words that may be chosen for those columns in which a word is unknown."""
        asked = {question.key for question in self.report.questions}
        return {key: self._offered(self.kind.column(key)) for key in asked}

    def _offered(self, column: SheetColumn) -> list[str]:
        if column.words is not None:
            return [words_of(member) for member in column.words]
        return self.reading.look_ups[column.key].offers()

    def carry_out(self, part: Part) -> SheetReport:
        rows = self.reading.rows
        for number, row in enumerate(rows):
            if number % _EVERY == 0:
                part.report(number / len(rows))
            self._take(row)
        return self.report

    def _take(self, row: Row) -> None:
        try:
            if row.refusal:
                raise RuleBroken(row.refusal)
            self._save(row)
        except REFUSALS as refusal:
            sentence = sentence_of(refusal)
            if sentence is None:
                raise
            self.report.refused.append(RowReport(row.number, row.name, sentence=sentence))

    def _save(self, row: Row) -> None:
        is_new = row.record is None
        values = self._new_values(row) if is_new else self._changed_values(row)
        if not is_new and not values:
            self.report.unchanged_count += 1
            return
        changes = [] if is_new else [self._in_words(row.record, key, value) for key, value in values.items()]
        with self.session.begin_nested():
            record = self._written(row, values)
            if is_new and self.choice.is_ticked and self.kind.stated.after and self.facts.letterhead:
                self.kind.stated.after(self.session, record, self.facts)
        (self.report.new if is_new else self.report.changed).append(RowReport(row.number, row.name, record.id, changes))

    def _written(self, row: Row, values: Mapping[str, Any]) -> Any:
        record = row.record if row.record is not None else self.kind.model()
        write = self.kind.stated.write or write_values
        write(self.session, record, values, self.facts)
        if self.kind.stated.refuse:
            self.kind.stated.refuse(self.session, record)
        return record

    # Which values a row brings

    def _new_values(self, row: Row) -> dict[str, Any]:
        missing = [
            column.heading for column in self.kind.columns if column.is_required and column.key not in row.values
        ]
        if missing:
            raise RuleBroken(f"“{missing[0]}” must be given.")
        given = {key: value for key, value in row.values.items() if value not in (None, "")}
        self._check_values(given, given, None)
        return given

    def _changed_values(self, row: Row) -> dict[str, Any]:
        """What the row says otherwise than the record; a key that is only spelled otherwise is none of it."""
        if self.kind.stated.is_never_changed:
            return {}
        changed = {
            key: value
            for key, value in row.values.items()
            if not self._is_same(row.record, self.kind.column(key), value)
        }
        self._check_values(changed, row.values, row.record)
        return changed

    def _is_same(self, record: Any, column: SheetColumn, value: Any) -> bool:
        if column.is_key_only:
            return True
        known = getattr(record, column.key)
        if any(column.key in keys for keys in self.kind.stated.keys) and folded(known) == folded(value):
            return True
        if column.holds is Holds.LINE:
            known = one_line(known or "")
        elif column.holds is Holds.TEXT:
            known = same_ends(known or "")
        return known == value or (known in (None, "") and value in (None, ""))

    def _check_values(self, values: Mapping[str, Any], row: Mapping[str, Any], record: Any) -> None:
        """What a form would refuse: texts that are too long, and records that are no longer offered."""
        for key, value in values.items():
            column = self.kind.column(key)
            most = {Holds.LINE: SHORT, Holds.TEXT: LONG}.get(column.holds)
            if most and value and len(value) > most:
                raise RuleBroken(f"“{column.heading}” must be {most:,} characters or fewer.")
            look_up = self.reading.look_ups.get(key)
            if look_up is not None and value in look_up.retired:
                raise RuleBroken(f"“{column.heading}”: {look_up.labels[value]} is no longer in use; choose another.")

    def _in_words(self, record: Any, key: str, value: Any) -> Change:
        column, look_up = self.kind.column(key), self.reading.look_ups.get(key)
        return Change(column.heading, words_of(getattr(record, key), look_up)[:500], words_of(value, look_up)[:500])


def write_values(session: Session, record: Any, values: Mapping[str, Any], facts: ImportFacts) -> None:
    """Set the attributes of a record, let it check itself, and write it. Raises what record or database refuse."""
    for key, value in values.items():
        is_text = value is None and not getattr(type(record), key).property.columns[0].nullable
        setattr(record, key, "" if is_text else value)
    save(session, record)


def save(session: Session, record: Any) -> None:
    """Let a record check itself, and write it."""
    record.check(session)
    session.add(record)
    session.flush()
