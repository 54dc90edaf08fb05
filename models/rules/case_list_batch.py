"""Which rows of a batch are plainly good, judged together column by column?"""

import re
from collections.abc import Callable, Iterable
from itertools import compress, repeat
from operator import not_
from typing import Any

from models.rules.case_list_batches import Batch
from models.rules.case_list_columns import (
    NO_DAY,
    TROUBLE,
    DateColumn,
    LevelColumn,
    OpenOrClosedColumn,
    Rendering,
    TextColumn,
)
from models.rules.case_list_repeats import RepeatFinder
from models.rules.case_list_report import Report
from models.rules.case_list_row import Columns, RowJudge
from models.rules.case_list_tally import Tally

_Reader = Callable[[Batch], Iterable[Any]]

# References of these shapes need no cleaning and can be neither an NHS number nor a postcode nor a blank nor a rounded
# number: a letter first and a digit last; digits, but not ten of them; a digit first and a letter last; thirteen
# signs or more (hashes, GUIDs); single spaces inside, a letter first and a digit last.
_PLAIN = (
    r"[A-Za-z][\w\-./]{0,79}\d|\d{1,9}|\d{11,80}|\d[\w\-./]{0,79}[A-Za-z]|[\w\-./]{13,80}"
    r"|[A-Za-z](?: ?[\w\-./]){1,79}(?<=\d)"
)
_PLAIN_REFERENCE = re.compile(_PLAIN, re.ASCII).fullmatch
_PLAIN_OR_TEN_DIGITS = re.compile(_PLAIN + r"|\d{10}", re.ASCII).fullmatch


class BatchJudge:
    """Judges a batch of rows together; what is not plainly good goes to the careful path."""

    def __init__(self, columns: Columns, report: Report, repeats: RepeatFinder | None, *, is_fast: bool) -> None:
        self.columns, self.report, self.repeats, self.is_fast = columns, report, repeats, is_fast
        self.tally = Tally(columns)
        self.row_judge = RowJudge(columns, report)
        self.is_plain = _PLAIN_OR_TEN_DIGITS if columns.has_local_ten_digits else _PLAIN_REFERENCE
        places = columns.places
        self.start, self.start_outs = _day_readers(columns.start, places.start, columns.rendering)
        self.end, self.end_outs = _day_readers(columns.end, places.end, columns.rendering)
        self.born, _outs = _day_readers(columns.born, places.born, columns.rendering)
        as_text = columns.rendering.text
        self.theme = _reader(columns.theme, places.theme, as_text(None))
        self.agency = _reader(columns.agency, places.agency, as_text(columns.fixed_agency))
        self.level = _reader(columns.level, columns.level_place, columns.rendering.rank(columns.fixed_rank))

    def judge(self, batch: Batch) -> list[tuple[Any, ...]]:
        """The values of the accepted rows, in order."""
        self.columns.trim()
        references = batch.column(self.columns.places.reference)
        ranks, themes, agencies = self.level(batch), self.theme(batch), self.agency(batch)
        flags = self._flags(batch, ranks, themes, agencies)  # reads the dates that the next lines show
        numbers = map(self.columns.rendering.number, batch.numbers)
        starts, ends = self.start_outs(batch), self.end_outs(batch)
        values = list(zip(numbers, references, ranks, themes, starts, ends, agencies, strict=False))
        hashes = list(map(hash, references))
        row_hashes = batch.hashes() if self.repeats is not None else []
        good = sum(flags)
        self.report.rows += good
        self.report.accepted += good
        self.tally.add(batch, compress(ranks, flags), flags if good < len(flags) else None)
        if good < len(flags):
            values = self._judge_others(batch, flags, values, hashes, row_hashes)
        if self.repeats is not None:
            self.repeats.add(batch.numbers, row_hashes, hashes)
        return values

    def _flags(self, batch: Batch, ranks: Iterable[Any], themes: Iterable[Any], agencies: Iterable[Any]) -> list[bool]:
        """Which rows are plainly good."""
        references = batch.column(self.columns.places.reference)
        borns, today = self.born(batch), self.columns.today
        starts = borns if self.columns.start is None else self.start(batch)
        ends = repeat(today) if self.columns.end is None else self.end(batch)
        plain = map(self.is_plain, references)
        flags = [
            born <= start <= end <= today
            and shape is not None
            and rank is not TROUBLE
            and theme is not TROUBLE
            and agency is not TROUBLE
            for born, start, end, shape, rank, theme, agency in zip(
                borns, starts, ends, plain, ranks, themes, agencies, strict=False
            )
        ]
        if not self.is_fast:
            return [False] * len(flags)
        if batch.widest > self.columns.heading_count:
            return [
                flag and len(row) <= self.columns.heading_count for flag, row in zip(flags, batch.rows(), strict=True)
            ]
        return flags

    def _judge_others(
        self, batch: Batch, flags: list[bool], values: list[Any], hashes: list[int], row_hashes: list[int]
    ) -> list[tuple[Any, ...]]:
        """Judges the rows without a flag one by one and corrects their hashes: 0 where nothing may be repeated."""
        for place in compress(range(len(flags)), map(not_, flags)):
            row = batch.row(place)
            judged = self.row_judge.judge(batch.numbers[place], row)
            values[place] = judged.values if judged else None
            hashes[place] = hash(judged.reference) if judged and judged.values else 0
            if judged is not None:
                self.report.rows += 1
                self.report.accepted += judged.values is not None
                self.tally.add_judged(row, judged)
            elif row_hashes:
                row_hashes[place] = 0
        return [row for row in values if row is not None]


def _reader(column: TextColumn | LevelColumn | OpenOrClosedColumn | None, place: int | None, constant: Any) -> _Reader:
    if column is None or place is None:
        return lambda batch: repeat(constant)
    outs = column.outs
    return lambda batch: list(map(outs.__getitem__, batch.column(place)))


def _day_readers(column: DateColumn | None, place: int | None, rendering: Rendering) -> tuple[_Reader, _Reader]:
    """How to read the day numbers to compare by, and after them the rendered dates, of a batch of rows."""
    if column is None or place is None:
        blank = rendering.day(None)
        return lambda batch: repeat(NO_DAY), lambda batch: repeat(blank)
    keys, outs = column.keys, column.outs
    return (
        lambda batch: list(map(keys.__getitem__, batch.column(place))),
        lambda batch: map(outs.__getitem__, batch.column(place)),
    )
