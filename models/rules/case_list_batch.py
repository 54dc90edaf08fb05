"""Which rows of a batch are plainly good, judged together column by column?"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import compress, repeat
from operator import itemgetter
from typing import Any

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
from models.rules.case_list_row import Columns, JudgedRow, RowJudge
from models.rules.case_list_tally import Tally

_Reader = Callable[[list[list[str]]], Iterable[Any]]

# References of these shapes need no cleaning and can be neither an NHS number nor a postcode nor a blank: a letter
# first and a digit last; digits, but not ten of them; sixteen letters and digits or more (hashes).
_PLAIN = r"[A-Za-z][\w\-./]{0,79}\d|\d{1,9}|\d{11,80}|[0-9A-Za-z]{16,80}"
_PLAIN_REFERENCE = re.compile(_PLAIN, re.ASCII).fullmatch
_PLAIN_OR_TEN_DIGITS = re.compile(_PLAIN + r"|\d{10}", re.ASCII).fullmatch
_CELL_MARK = "\x1f"


class BatchJudge:
    """Judges a batch of rows together; what is not plainly good goes to the careful path."""

    def __init__(self, columns: Columns, report: Report, repeats: RepeatFinder | None, *, is_fast: bool) -> None:
        self.columns, self.report, self.repeats, self.is_fast = columns, report, repeats, is_fast
        self.tally = Tally(columns)
        self.row_judge = RowJudge(columns, report)
        self.is_plain = _PLAIN_OR_TEN_DIGITS if columns.has_local_ten_digits else _PLAIN_REFERENCE
        self.reference = itemgetter(columns.places.reference)
        places = columns.places
        self.start, self.start_outs = _day_readers(columns.start, places.start, columns.rendering)
        self.end, self.end_outs = _day_readers(columns.end, places.end, columns.rendering)
        self.born, _outs = _day_readers(columns.born, places.born, columns.rendering)
        as_text = columns.rendering.text
        self.theme = _reader(columns.theme, places.theme, as_text(None))
        self.agency = _reader(columns.agency, places.agency, as_text(columns.fixed_agency))
        self.level = _reader(columns.level, columns.level_place, columns.rendering.rank(columns.fixed_rank))

    def judge(self, numbers: Sequence[int], rows: list[list[str]]) -> list[tuple[Any, ...]]:
        """The values of the accepted rows, in order."""
        self.columns.trim()
        references = list(map(self.reference, rows))
        ranks, themes, agencies = self.level(rows), self.theme(rows), self.agency(rows)
        flags = self._flags(rows, references, ranks, themes, agencies)  # reads the dates that the next lines show
        shown = map(self.columns.rendering.number, numbers)
        values = list(
            zip(shown, references, ranks, themes, self.start_outs(rows), self.end_outs(rows), agencies, strict=False)
        )
        hashes = list(map(hash, references))
        row_hashes = list(map(hash, map(_CELL_MARK.join, rows)))
        if all(flags):
            self.report.rows += len(rows)
            self.report.accepted += len(rows)
            self.tally.add(rows, compress(ranks, flags))
        else:
            values = self._judge_some(numbers, rows, flags, values, hashes, row_hashes)
        if self.repeats is not None:
            self.repeats.add(numbers, row_hashes, hashes)
        return values

    def _flags(
        self, rows: list[list[str]], references: list[str], ranks: Any, themes: Any, agencies: Any
    ) -> list[bool]:
        if not self.is_fast:
            return [False] * len(rows)
        borns = self.born(rows)
        starts = borns if self.columns.start is None else self.start(rows)
        ends = repeat(self.columns.today) if self.columns.end is None else self.end(rows)
        today = self.columns.today
        flags = [
            born <= start <= end <= today
            and rank is not TROUBLE
            and theme is not TROUBLE
            and agency is not TROUBLE
            and plain is not None
            for born, start, end, rank, theme, agency, plain in zip(
                borns, starts, ends, ranks, themes, agencies, map(self.is_plain, references), strict=False
            )
        ]
        if max(map(len, rows)) > self.columns.heading_count:
            flags = [flag and len(row) <= self.columns.heading_count for flag, row in zip(flags, rows, strict=True)]
        return flags

    def _judge_some(
        self,
        numbers: Sequence[int],
        rows: list[list[str]],
        flags: list[bool],
        values: list[tuple[Any, ...]],
        hashes: list[int],
        row_hashes: list[int],
    ) -> list[tuple[Any, ...]]:
        """Judges the rows without a flag one by one and corrects their hashes: 0 where nothing may be repeated."""
        good = sum(flags)
        self.report.rows += good
        self.report.accepted += good
        if good:
            self.tally.add(list(compress(rows, flags)), list(compress(self.level(rows), flags)))
        accepted = []
        for place, flag in enumerate(flags):
            if flag:
                accepted.append(values[place])
                continue
            judged = self.row_judge.judge(numbers[place], rows[place])
            hashes[place] = hash(judged.reference) if judged and judged.values else 0
            if judged is None:
                row_hashes[place] = 0
                continue
            self._count(rows[place], judged)
            if judged.values:
                accepted.append(judged.values)
        return accepted

    def _count(self, row: list[str], judged: JudgedRow) -> None:
        self.report.rows += 1
        self.report.accepted += judged.values is not None
        self.tally.add_judged(row, judged)


def _reader(column: TextColumn | LevelColumn | OpenOrClosedColumn | None, place: int | None, constant: Any) -> _Reader:
    if column is None or place is None:
        return lambda rows: repeat(constant)
    getter, outs = itemgetter(place), column.outs
    return lambda rows: list(map(outs.__getitem__, map(getter, rows)))


def _day_readers(column: DateColumn | None, place: int | None, rendering: Rendering) -> tuple[_Reader, _Reader]:
    """How to read the day numbers to compare by, and after them the rendered dates, of a batch of rows."""
    if column is None or place is None:
        blank = rendering.day(None)
        return lambda rows: repeat(NO_DAY), lambda rows: repeat(blank)
    getter, keys, outs = itemgetter(place), column.keys, column.outs
    return (
        lambda rows: list(map(keys.__getitem__, map(getter, rows))),
        lambda rows: map(outs.__getitem__, map(getter, rows)),
    )
