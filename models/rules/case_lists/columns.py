"""What does each text of a mapped column become, and what is to be said of it? Read once for each different text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from models.core.errors import RuleBroken
from models.rules.case_lists.date_readings import DateReader, Oddity, Reading
from models.rules.case_lists.days.centuries import end_beside_start
from models.rules.case_lists.days.placeholders import DateRole
from models.rules.case_lists.files.epochs import since_1900
from models.rules.case_lists.levels import LevelFinder
from models.rules.case_lists.references.personal import personal_kind
from models.rules.case_lists.spellings import Spellings
from models.rules.case_lists.values import clean

MAX_DIFFERENT = 10_000
MAX_TEXT = 300
_DAYS_HELD = 50_000

NO_DAY, NO_END = 0, 10**7
"""Day numbers of a cell without a day: before all others, or for an end after all others, as an open case goes on."""

_Said = TypeVar("_Said")

Codes = tuple[str, ...]
"""What is to be said of a cell or a row: codes of a report's rejections and warnings."""

_UNREADABLE: Mapping[DateRole, str] = {"start": "unreadable_start", "end": "unreadable_end", "born": "unreadable_dob"}


class Rendering(NamedTuple):
    """How values leave the checker: as Python values, or as the texts of a COPY line."""

    text: Callable[[str | None], Any]
    day: Callable[[date | None], Any]
    rank: Callable[[int | None], Any]
    number: Callable[[int], Any]


class _Filled(dict[str, Any]):
    """A dictionary that asks `fill` once for each text it does not know."""

    def __init__(self, fill: Callable[[str], Any]) -> None:
        super().__init__()
        self.fill = fill

    def __missing__(self, raw: str) -> Any:
        value = self[raw] = self.fill(raw)
        return value


def said_of(texts: Sequence[str], said: Mapping[str, _Said]) -> Iterator[tuple[int, _Said]]:
    """The places of a column whose text is among those something is said of; most batches have none, seen at once.

    >>> list(said_of(["CIN", "", "CPP", ""], {"": ("missing_level",)}))
    [(1, ('missing_level',)), (3, ('missing_level',))]
    """
    if said and not said.keys().isdisjoint(texts):
        for place, text in enumerate(texts):
            if text in said:
                yield place, said[text]


class DateColumn:
    """One date column, by the texts of its cells, once they were looked up in `keys`.

    keys: the day number to compare by, `no_day` where there is none. outs: the rendered date. said: the codes of texts
    that have some. oddities: what was decided about a text that an officer should know. A placeholder is a blank; an
    error value of a spreadsheet is none, for a date was meant.
    """

    def __init__(self, reader: DateReader, role: DateRole, today: date, render: Callable[[date | None], Any]) -> None:
        self.reader, self.role, self.today, self.render = reader, role, today, render
        self.no_day = NO_END if role == "end" else NO_DAY
        self.is_1904 = False  # day numbers count from 1904
        self.keys = _Filled(self._fill)
        self.outs: dict[str, Any] = {}
        self.said: dict[str, Codes] = {}
        self.oddities: dict[str, tuple[Oddity, ...]] = {}

    def _fill(self, raw: str) -> int:
        text = clean(raw) or _hidden_by_cleaning(raw)
        reading = self.reader.read(since_1900(text) if self.is_1904 else text)
        self.outs[raw] = self.render(reading.day)
        if reading.oddities:
            self.oddities[raw] = reading.oddities
        codes = self._codes(reading)
        if codes:
            self.said[raw] = codes
        return reading.day.toordinal() if reading.day else self.no_day

    def _codes(self, reading: Reading) -> Codes:
        if reading.day is not None:
            return self.codes_of(reading.day)
        if reading.is_unreadable:
            return (_UNREADABLE[self.role],)
        if self.role != "start":
            return ()
        return ("placeholder_start" if "placeholder" in reading.oddities else "missing_start",)

    def codes_of(self, day: date) -> Codes:
        """What is to be said of a day by itself."""
        return (f"{self.role}_in_future",) if day > self.today else ()

    def number(self, raw: str) -> int | None:
        """The day number of a cell's text, or None."""
        key: int = self.keys[raw]
        return None if key == self.no_day else key

    def beside_start(self, raw: str, start: int) -> date:
        """The day of an end read again beside its row's start: the century of two digits, a month without a day."""
        day, begun = date.fromordinal(self.keys[raw]), date.fromordinal(start)
        oddities = self.oddities.get(raw, ())
        if "two_digit_year" in oddities:
            day = end_beside_start(day, begun, self.today)
        if "month_without_day" in oddities and (day.year, day.month) == (begun.year, begun.month):
            day = begun
        return day

    def trim(self) -> None:
        """Forget what was read when a column has very many different texts."""
        if len(self.keys) > _DAYS_HELD:
            for texts in (self.keys, self.outs, self.said, self.oddities):
                texts.clear()


def _hidden_by_cleaning(raw: str) -> str:
    """What stands in a cell that counts as blank elsewhere: an error value, #N/A or NULL; else nothing.

    >>> _hidden_by_cleaning(" #REF!"), _hidden_by_cleaning("\\u00a0\\u200b")
    ('#REF!', '')
    """
    return "".join(filter(str.isprintable, raw)).strip()


class TextColumn:
    """A theme or agency column: `outs` gives the rendered text, none where `said` has a code for it.

    Texts that differ in capitals or spaces only become one.
    """

    def __init__(self, heading: str, role: str, render: Callable[[str | None], Any]) -> None:
        self.heading, self.role, self.render = heading, role, render
        self.spellings = Spellings()
        self.outs = _Filled(self._fill)
        self.said: dict[str, Codes] = {}

    def _fill(self, raw: str) -> Any:
        _refuse_free_text(self.outs, self.heading)
        text = clean(raw)
        kind = personal_kind(text)
        if kind or len(text) > MAX_TEXT:
            self.said[raw] = (f"{kind}_in_{self.role}" if kind else f"{self.role}_too_long",)
            return self.render(None)
        return self.render(self.spellings.first(text) or None)


class LevelColumn:
    """A level column: `outs` gives the rendered rank, none where `said` has a code for the text."""

    def __init__(self, heading: str, finder: LevelFinder, render: Callable[[int | None], Any]) -> None:
        self.heading, self.finder, self.render = heading, finder, render
        self.outs = _Filled(self._fill)
        self.said: dict[str, Codes] = {}

    def _fill(self, raw: str) -> Any:
        _refuse_free_text(self.outs, self.heading)
        text = clean(raw)
        kind = personal_kind(text)
        rank = self.finder.find(text) if text and not kind else None
        if rank is None:
            self.said[raw] = (f"{kind}_in_level" if kind else "unmapped_level" if text else "missing_level",)
        return self.render(rank)


class OpenOrClosedColumn:
    """The level told by the end date: closed where it is a day; open while it is blank, or counts as blank."""

    said: Mapping[str, Codes] = {}

    def __init__(self, ends: DateColumn, open_rank: int, closed_rank: int, render: Callable[[int | None], Any]) -> None:
        self.ends, self.open_rank, self.closed_rank, self.render = ends, open_rank, closed_rank, render
        self.outs = _Filled(self._fill)

    def _fill(self, raw: str) -> Any:
        if len(self.outs) > _DAYS_HELD:
            self.outs.clear()
        return self.render(self.open_rank if self.ends.number(raw) is None else self.closed_rank)


def _refuse_free_text(texts: Mapping[str, Any], heading: str) -> None:
    if len(texts) >= MAX_DIFFERENT:
        raise RuleBroken(
            f"The column “{heading[:80]}” has more than {MAX_DIFFERENT:,} different values, so it holds no levels, "
            "themes or agencies; choose another column."
        )
