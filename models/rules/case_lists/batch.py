"""Which rows of a batch are plainly good, judged together column by column?"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from operator import and_, itemgetter, le, not_
from string import ascii_letters, digits
from typing import Any

from models.rules.case_lists.batches import Batch
from models.rules.case_lists.columns import (
    NO_DAY,
    TROUBLE,
    DateColumn,
    LevelColumn,
    OpenOrClosedColumn,
    Rendering,
    TextColumn,
)
from models.rules.case_lists.repeats import RepeatFinder
from models.rules.case_lists.report import Report
from models.rules.case_lists.row import Columns, RowJudge
from models.rules.case_lists.tally import Tally

_Reader = Callable[[Batch], list[Any]]
_FIRST, _LAST = itemgetter(0), itemgetter(-1)
_LONGEST = 80

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
        self.end, self.end_outs = _day_readers(columns.end, places.end, columns.rendering, columns.today)
        self.born, _outs = _day_readers(columns.born, places.born, columns.rendering)
        as_text = columns.rendering.text
        self.theme = _reader(columns.theme, places.theme, as_text(None))
        self.agency = _reader(columns.agency, places.agency, as_text(columns.fixed_agency))
        self.level = _reader(columns.level, columns.level_place, columns.rendering.rank(columns.fixed_rank))

    def judge(self, batch: Batch) -> list[list[Any]]:
        """The values of the accepted rows in order, one list for each column of a case row."""
        self.columns.trim()
        references = list(batch.column(self.columns.places.reference))
        ranks, themes, agencies = self.level(batch), self.theme(batch), self.agency(batch)
        flags = self._flags(batch, ranks, themes, agencies)  # reads the dates that the next lines show
        numbers = list(map(self.columns.rendering.number, batch.numbers))
        values = [numbers, references, ranks, themes, self.start_outs(batch), self.end_outs(batch), agencies]
        hashes = list(map(hash, references)) if self.repeats is not None else []
        row_hashes = batch.hashes() if self.repeats is not None else []
        good = sum(flags)
        self.report.rows += good
        self.report.accepted += good
        self.tally.add(batch, ranks, flags if good < len(flags) else None)
        if good < len(flags):
            values = self._judge_others(batch, flags, values, hashes, row_hashes)
        if self.repeats is not None:
            self.repeats.add(batch.numbers, row_hashes, hashes)
        return values

    def _flags(self, batch: Batch, ranks: list[Any], themes: list[Any], agencies: list[Any]) -> list[bool]:
        """Which rows are plainly good."""
        starts, ends = self.start(batch), self.end(batch)
        if not self.is_fast:
            return [False] * len(batch.numbers)
        flags = list(map(le, starts, ends))
        for doubt in self._doubts(batch, starts, ends):
            flags = list(map(and_, flags, doubt))
        columns = ((self.columns.level, ranks), (self.columns.theme, themes), (self.columns.agency, agencies))
        for column, outs in columns:
            if column is not None and column.has_trouble:
                flags = [flag and out is not TROUBLE for flag, out in zip(flags, outs, strict=True)]
        return flags

    def _doubts(self, batch: Batch, starts: list[int], ends: list[int]) -> Iterator[Iterable[bool]]:
        """Row by row what the batch as a whole leaves open: most batches are plain as a whole."""
        today, heading_count = self.columns.today, self.columns.heading_count
        if self.columns.born is not None:
            yield map(le, self.born(batch), starts if self.columns.start is not None else ends)
        if max(ends, default=today) > today:
            yield map(today.__ge__, ends)
        references = batch.column(self.columns.places.reference)
        if not are_plain(references):
            yield [self.is_plain(reference) is not None for reference in references]
        if batch.widest > heading_count:
            yield [len(row) <= heading_count for row in batch.rows()]

    def _judge_others(
        self, batch: Batch, flags: list[bool], values: list[list[Any]], hashes: list[int], row_hashes: list[int]
    ) -> list[list[Any]]:
        """Judges the rows without a flag one by one and corrects their hashes: 0 where nothing may be repeated."""
        dropped = []
        for place in compress(range(len(flags)), map(not_, flags)):
            row = batch.row(place)
            judged = self.row_judge.judge(batch.numbers[place], row)
            if judged and judged.values:
                for column, value in zip(values, judged.values, strict=True):
                    column[place] = value
            else:
                dropped.append(place)
            if hashes:
                hashes[place] = hash(judged.reference) if judged and judged.values else 0
            if judged is not None:
                self.report.rows += 1
                self.report.accepted += judged.values is not None
                self.tally.add_judged(row, judged)
            elif row_hashes:
                row_hashes[place] = 0
        return [_without(column, dropped) for column in values]


def _without(column: list[Any], places: list[int]) -> list[Any]:
    """A column without the cells at some places (in ascending order); a few are cut out singly, which is quicker."""
    if len(places) * 16 > len(column):
        gone = set(places)
        return [value for place, value in enumerate(column) if place not in gone]
    for place in reversed(places):
        del column[place]
    return column


_SIGNS = (ascii_letters + digits + "_-./").encode()


def are_plain(references: Sequence[str]) -> bool:
    """Whether all of them are plain in one of the two commonest ways: a letter first and a digit last, or all digits.

    >>> are_plain(["F1", "AB-12/3"]), are_plain(["00123", "7"]), are_plain(["F1", "1F"]), are_plain(["F 1"])
    (True, True, False, False)
    """
    lengths = set(map(len, references)) or {1}
    if not 0 < min(lengths) <= max(lengths) <= _LONGEST:
        return False
    text = "".join(references)
    if not text.isascii() or text.encode().translate(None, _SIGNS):
        return False
    if text.isdigit():
        return 10 not in lengths
    return "".join(map(_FIRST, references)).isalpha() and "".join(map(_LAST, references)).isdigit()


def _reader(column: TextColumn | LevelColumn | OpenOrClosedColumn | None, place: int | None, constant: Any) -> _Reader:
    if column is None or place is None:
        return lambda batch: [constant] * len(batch.numbers)
    outs = column.outs
    return lambda batch: list(map(outs.__getitem__, batch.column(place)))


def _day_readers(
    column: DateColumn | None, place: int | None, rendering: Rendering, missing: int = NO_DAY
) -> tuple[_Reader, _Reader]:
    """How to read the day numbers to compare by, and after them the rendered dates, of a batch of rows."""
    if column is None or place is None:
        blank = rendering.day(None)
        return lambda batch: [missing] * len(batch.numbers), lambda batch: [blank] * len(batch.numbers)
    keys, outs = column.keys, column.outs
    return (
        lambda batch: list(map(keys.__getitem__, batch.column(place))),
        lambda batch: list(map(outs.__getitem__, batch.column(place))),
    )
