"""How many rows of a case list have each level, theme, agency and start year?"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import compress
from typing import Any

from models.rules.case_lists.columns import TROUBLE, DateColumn, TextColumn
from models.rules.case_lists.files.batches import Batch
from models.rules.case_lists.levels import NOT_RECORDED
from models.rules.case_lists.report import Report
from models.rules.case_lists.row import Columns, JudgedRow
from models.rules.case_lists.values import clean

_DAYS_HELD = 50_000
LEFT_OUT = "(left out)"


class _Days:
    """The texts of one date column, counted by month or only seen, and what they come to once they are read."""

    def __init__(self, column: DateColumn | None) -> None:
        self.column = column
        self.texts: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.months: Counter[str] = Counter()
        self.first: int | None = None
        self.last: int | None = None

    def read(self) -> None:
        """Reads the texts counted so far and forgets them."""
        if self.column is None:
            return
        numbers = [(number, count) for raw, count in self.texts.items() if (number := self.column.look(raw).number)]
        for number, count in numbers:
            self.months[date.fromordinal(number).isoformat()[:7]] += count
        seen = [number for raw in self.seen if (number := self.column.look(raw).number)]
        days = [number for number, _count in numbers] + seen + [day for day in (self.first, self.last) if day]
        self.first, self.last = min(days, default=None), max(days, default=None)
        self.texts.clear()
        self.seen.clear()

    @property
    def years(self) -> Counter[int]:
        """The same by year."""
        years: Counter[int] = Counter()
        for month, count in self.months.items():
            years[int(month[:4])] += count
        return years

    def span(self) -> dict[str, str | None]:
        """The first and the last day, ISO, or None."""
        self.read()
        days = {"first": self.first, "last": self.last}
        return {name: date.fromordinal(number).isoformat() if number else None for name, number in days.items()}


class Tally:
    """Counts by the texts of the cells while rows pass, which is cheap, and reads the texts when it closes."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.themes: Counter[str] = Counter()
        self.agencies: Counter[str] = Counter()
        self.ranks: Counter[Any] = Counter()
        self.rejected_themes: Counter[str] = Counter()
        self.rejected_ranks: Counter[Any] = Counter()
        self.starts, self.ends = _Days(columns.start), _Days(columns.end)
        places = columns.places
        chosen = (
            (self.themes, places.theme),
            (self.agencies, places.agency),
            (self.starts.texts, places.start),
        )
        self.counters = [(counter, place) for counter, place in chosen if place is not None]

    def add(self, batch: Batch, ranks: Iterable[Any], flags: list[bool] | None) -> None:
        """Counts the good rows of a batch, those with a flag or all, and their rendered ranks."""
        for counter, place in self.counters:
            column = batch.column(place)
            counter.update(column if flags is None else compress(column, flags))
        self.ranks.update(ranks if flags is None else compress(ranks, flags))
        end = self.columns.places.end
        if end is not None:
            self.ends.seen.update(batch.column(end) if flags is None else compress(batch.column(end), flags))
        for days in (self.starts, self.ends):
            if len(days.texts) + len(days.seen) > _DAYS_HELD:
                days.read()

    def add_judged(self, row: list[str], judged: JudgedRow) -> None:
        """Counts one row from the careful path, rejected or not."""
        rank = self.columns.rendering.rank(judged.rank)
        cells = {place: row[place] if place < len(row) else "" for _counter, place in self.counters}
        for counter, place in self.counters:
            counter[cells[place]] += 1
        self.ranks[rank] += 1
        end = self.columns.places.end
        if end is not None and end < len(row):
            self.ends.seen.add(row[end])
        if judged.values is None:
            self.rejected_ranks[rank] += 1
            if self.columns.places.theme is not None:
                self.rejected_themes[cells[self.columns.places.theme]] += 1

    def close(self, report: Report, labels: Mapping[int, str]) -> None:
        """Writes the counts into the report, levels by their labels."""
        report.starts, report.ends = self.starts.span(), self.ends.span()
        report.by_start_month = dict(sorted(self.starts.months.items()))
        report.by_start_year = dict(sorted(self.starts.years.items()))
        report.by_theme = _by_text(self.themes, self.columns.theme)
        report.accepted_by_theme = _by_text(self.themes - self.rejected_themes, self.columns.theme)
        report.by_agency = _by_text(self.agencies, self.columns.agency)
        for column in filter(None, (self.columns.theme, self.columns.agency)):
            if (note := column.spellings.note(column.heading)) is not None:
                report.note(note)
        if self.columns.fixed_agency and report.rows:
            report.by_agency = {self.columns.fixed_agency: report.rows}
        words = {self.columns.rendering.rank(rank): label for rank, label in sorted(labels.items(), reverse=True)}
        report.by_level = _by_label(self.ranks, words)
        report.accepted_by_level = _by_label(self.ranks - self.rejected_ranks, words)


def _by_text(counts: Counter[str], column: TextColumn | None) -> dict[str, int]:
    merged: Counter[str] = Counter()
    if column is None:
        return {}
    for raw, count in counts.items():
        merged[LEFT_OUT if column.outs[raw] is TROUBLE else column.spellings.first(clean(raw))] += count
    return dict(sorted(merged.items()))


def _by_label(counts: Counter[Any], words: Mapping[Any, str]) -> dict[str, int]:
    """Highest level first; a blank, unknown or removed level counts as not recorded."""
    recorded = {label: counts[rank] for rank, label in words.items() if counts[rank]}
    rest = sum(count for rank, count in counts.items() if rank not in words)
    return {**recorded, NOT_RECORDED: rest} if rest else recorded
