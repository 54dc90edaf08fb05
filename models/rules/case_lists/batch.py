"""Which rows of a batch are plainly good, judged together column by column?"""

from collections.abc import Callable, Iterable, Iterator
from itertools import compress
from operator import and_, le, not_
from typing import Any

from models.rules.case_lists.columns import (
    NO_DAY,
    TROUBLE,
    DateColumn,
    LevelColumn,
    OpenOrClosedColumn,
    Rendering,
    TextColumn,
)
from models.rules.case_lists.date_notes import DateNotes, OddRows, add_judged
from models.rules.case_lists.files.batches import Batch
from models.rules.case_lists.references.shapes import are_plain, plain_flags
from models.rules.case_lists.repeats import RepeatFinder
from models.rules.case_lists.report import Report
from models.rules.case_lists.row import Columns, RowJudge
from models.rules.case_lists.tally import Tally

_Reader = Callable[[Batch], list[Any]]


class BatchJudge:
    """Judges a batch of rows together; what is not plainly good goes to the careful path."""

    def __init__(self, columns: Columns, report: Report, repeats: RepeatFinder | None, *, is_fast: bool) -> None:
        self.columns, self.report, self.repeats, self.is_fast = columns, report, repeats, is_fast
        self.tally = Tally(columns)
        self.date_notes = DateNotes(columns)
        self.row_judge = RowJudge(columns, report)
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
        odd = self.date_notes.of_good_rows(batch, flags)
        if good < len(flags):
            values = self._judge_others(batch, flags, values, (hashes, row_hashes), odd)
        self.date_notes.add(odd)
        if self.repeats is not None:
            self.repeats.add(batch.numbers, row_hashes, hashes, values[1])
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
            is_local = self.columns.has_local_ten_digits
            yield plain_flags(references, has_local_ten_digits=is_local)
        if self.columns.set_aside:
            yield [number not in self.columns.set_aside for number in batch.numbers]
        if batch.widest > heading_count:
            yield [len(row) <= heading_count for row in batch.rows()]

    def _judge_others(
        self,
        batch: Batch,
        flags: list[bool],
        values: list[list[Any]],
        both_hashes: tuple[list[int], list[int]],
        odd: OddRows,
    ) -> list[list[Any]]:
        """Judges the rows without a flag one by one and corrects their hashes: 0 where nothing may be repeated."""
        hashes, row_hashes = both_hashes
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
                add_judged(odd, batch.numbers[place], judged)
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
