"""How many rows of a case list have each level, theme, agency and start year?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models.rules.case_lists.columns import DateColumn, TextColumn, said_of
from models.rules.case_lists.files.batches import Batch
from models.rules.case_lists.levels import NOT_RECORDED
from models.rules.case_lists.report import Report
from models.rules.case_lists.sheet_columns import SheetColumns
from models.rules.case_lists.values import clean

_DAYS_HELD = 50_000
LEFT_OUT = "(left out)"
_UNMAPPED = "unmapped_level"


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
        numbers = [(number, count) for raw, count in self.texts.items() if (number := self.column.number(raw))]
        for number, count in numbers:
            self.months[date.fromordinal(number).isoformat()[:7]] += count
        seen = [number for raw in self.seen if (number := self.column.number(raw))]
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

    def __init__(self, columns: SheetColumns) -> None:
        self.columns = columns
        self.themes: Counter[str] = Counter()
        self.agencies: Counter[str] = Counter()
        self.levels: Counter[str] = Counter()
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

    def add(self, batch: Batch, ranks: Sequence[Any], rejected: Sequence[int]) -> None:
        """Counts the rows of a batch, by their rendered ranks among others, and which of them are rejected."""
        for counter, place in self.counters:
            counter.update(batch.column(place))
        self.ranks.update(ranks)
        self.rejected_ranks.update(map(ranks.__getitem__, rejected))
        places, level = self.columns.places, self.columns.level
        if places.theme is not None:
            self.rejected_themes.update(map(batch.column(places.theme).__getitem__, rejected))
        if places.end is not None:
            self.ends.seen.update(batch.column(places.end))
        if level is not None and places.level is not None:
            texts = batch.column(places.level)
            self.levels.update(texts[place] for place, codes in said_of(texts, level.said) if _UNMAPPED in codes)
        for days in (self.starts, self.ends):
            if len(days.texts) + len(days.seen) > _DAYS_HELD:
                days.read()

    def close(self, report: Report, labels: Mapping[int, str]) -> None:
        """Writes the counts into the report, levels by their labels."""
        report.starts, report.ends = self.starts.span(), self.ends.span()
        report.by_start_month = dict(sorted(self.starts.months.items()))
        report.by_start_year = dict(sorted(self.starts.years.items()))
        report.by_theme = _by_text(self.themes, self.columns.theme)
        report.accepted_by_theme = _by_text(self.themes - self.rejected_themes, self.columns.theme)
        for raw, count in self.levels.items():
            report.unmapped_levels[clean(raw)[:100]] += count
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
        merged[LEFT_OUT if raw in column.said else column.spellings.first(clean(raw))] += count
    return dict(sorted(merged.items()))


def _by_label(counts: Counter[Any], words: Mapping[Any, str]) -> dict[str, int]:
    """Highest level first; a blank, unknown or removed level counts as not recorded."""
    recorded = {label: counts[rank] for rank, label in words.items() if counts[rank]}
    rest = sum(count for rank, count in counts.items() if rank not in words)
    return {**recorded, NOT_RECORDED: rest} if rest else recorded
