"""Which rows of a batch may be imported, what do they become, and what is wrong with the others?"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import compress, count
from operator import gt
from typing import Any

from models.rules.case_lists.columns import NO_DAY, Codes, LevelColumn, OpenOrClosedColumn, TextColumn, said_of
from models.rules.case_lists.date_notes import DateNotes
from models.rules.case_lists.day_cells import DayCells
from models.rules.case_lists.days.placeholders import DateRole
from models.rules.case_lists.files.batches import Batch
from models.rules.case_lists.references.codes import reference_codes
from models.rules.case_lists.references.shapes import odd_places
from models.rules.case_lists.repeats import RepeatFinder
from models.rules.case_lists.report import REJECTIONS, Report
from models.rules.case_lists.sheet_columns import SheetColumns
from models.rules.case_lists.tally import Tally
from models.rules.case_lists.values import clean

_Remarks = Iterator[tuple[int, Codes]]
_Days = dict[DateRole, DayCells]
_WordColumn = TextColumn | LevelColumn | OpenOrClosedColumn


class Judge:
    """Judges the rows of a list column by column, a batch at a time.

    Each rule looks at one column, or at two beside each other, and names the places of which it has something to say.
    What is said of a row is what the rules say of its place, in their order; it is rejected if any of that rejects.
    """

    def __init__(self, columns: SheetColumns, report: Report, repeats: RepeatFinder | None) -> None:
        self.columns, self.report, self.repeats = columns, report, repeats
        self.tally, self.date_notes = Tally(columns), DateNotes(columns)

    def judge(self, batch: Batch) -> list[list[Any]]:
        """The values of the accepted rows in order, one list for each column of a case row."""
        self.columns.trim()
        batch, odd = self._cases(batch)
        columns, places, rendering = self.columns, self.columns.places, self.columns.rendering
        ranks = _outs(batch, columns.level, columns.level_place, rendering.rank(columns.fixed_rank))
        themes = _outs(batch, columns.theme, places.theme, rendering.text(None))
        agencies = _outs(batch, columns.agency, places.agency, rendering.text(columns.fixed_agency))
        days = {column.role: DayCells(column, batch.column(place)) for column, place in columns.dates}
        if "start" in days and "end" in days:
            days["end"].read_beside(days["start"].keys)
        said: defaultdict[int, list[str]] = defaultdict(list)
        for place, codes in self._remarks(batch, odd, days):
            said[place] += codes
        rejected = self._tell(batch.numbers, said)
        self.tally.add(batch, ranks, rejected)
        self.date_notes.add(batch)
        no_days = [rendering.day(None)] * len(batch.numbers)
        starts, ends = (days[role].outs if role in days else no_days for role in ("start", "end"))
        numbers, references = list(map(rendering.number, batch.numbers)), self._references(batch, odd)
        values = [numbers, references, ranks, themes, starts, ends, agencies]
        if rejected:
            accepts = bytearray(b"\1" * len(numbers))
            for place in rejected:
                accepts[place] = 0
            values = [list(compress(column, accepts)) for column in values]
        self._seek_repeats(batch, odd, rejected, values[1])
        return values

    def _cases(self, batch: Batch) -> tuple[Batch, dict[int, str]]:
        """The batch without blank lines and those set aside; by place the references that are not plain, cleaned."""
        odd = self._odd_references(batch)
        aside = self.columns.set_aside
        others = {place for place, text in odd.items() if not text and not any(map(clean, batch.row(place)))}
        if aside and not aside.isdisjoint(batch.numbers):
            others |= {place for place, number in enumerate(batch.numbers) if number in aside}
        if not others:
            return batch, odd
        batch = batch.without(others)
        return batch, self._odd_references(batch)

    def _odd_references(self, batch: Batch) -> dict[int, str]:
        texts = batch.column(self.columns.places.reference)
        is_local = self.columns.has_local_ten_digits
        return {place: clean(texts[place]) for place in odd_places(texts, has_local_ten_digits=is_local)}

    def _remarks(self, batch: Batch, odd: dict[int, str], days: _Days) -> _Remarks:
        """What every rule says, by place."""
        columns, places = self.columns, self.columns.places
        for place, text in odd.items():
            yield place, reference_codes(text, has_local_ten_digits=columns.has_local_ten_digits)
        words = ((columns.level, columns.level_place), (columns.theme, places.theme), (columns.agency, places.agency))
        for column, lies in words:
            if column is not None and lies is not None:
                yield from said_of(batch.column(lies), column.said)
        for cells in days.values():
            yield from cells.remarks()
        yield from _beside_each_other(days)
        if batch.widest > columns.heading_count:
            for place, row in enumerate(batch.rows()):
                if any(map(clean, row[columns.heading_count :])):
                    yield place, ("too_many_cells",)

    def _tell(self, numbers: Sequence[int], said: dict[int, list[str]]) -> list[int]:
        """Writes into the report what is said; the places of rejected rows, in order."""
        rejected = []
        for place in sorted(said):
            faults = tuple(code for code in said[place] if code in REJECTIONS)
            for code in said[place]:
                if code not in REJECTIONS:
                    self.report.warn(code, (numbers[place],))
            if faults:
                self.report.reject(numbers[place], faults)
                rejected.append(place)
        self.report.rows += len(numbers)
        self.report.accepted += len(numbers) - len(rejected)
        return rejected

    def _references(self, batch: Batch, odd: dict[int, str]) -> list[Any]:
        references: list[Any] = list(batch.column(self.columns.places.reference))
        for place, text in odd.items():
            references[place] = self.columns.rendering.text(text)
        return references

    def _seek_repeats(self, batch: Batch, odd: dict[int, str], rejected: list[int], accepted: list[Any]) -> None:
        """Has the rows searched for repeats, by hashes of their cleaned references, 0 for a row that is rejected."""
        if self.repeats is None:
            return
        hashes = list(map(hash, batch.column(self.columns.places.reference)))
        for place, text in odd.items():
            hashes[place] = hash(text)
        for place in rejected:
            hashes[place] = 0
        self.repeats.add(batch.numbers, batch.hashes(), hashes, accepted)


def _beside_each_other(days: _Days) -> _Remarks:
    """What two dates of a row say of each other."""
    start, end, born = (days.get(role) for role in ("start", "end", "born"))
    if start and end:
        for place in compress(count(), map(gt, start.keys, end.keys)):
            yield place, ("end_before_start",)
    if start and born:
        for place in compress(count(), map(gt, born.keys, start.keys)):
            if start.keys[place] != NO_DAY:
                yield place, ("start_before_birth",)


def _outs(batch: Batch, column: _WordColumn | None, place: int | None, constant: Any) -> list[Any]:
    if column is None or place is None:
        return [constant] * len(batch.numbers)
    return list(map(column.outs.__getitem__, batch.column(place)))
