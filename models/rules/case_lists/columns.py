"""What does each text of a mapped column become, read once for each different text of the column?"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from models.core.errors import RuleBroken
from models.rules.case_lists.date_readings import DateReader, Oddity
from models.rules.case_lists.days.centuries import end_beside_start
from models.rules.case_lists.files.epochs import since_1900
from models.rules.case_lists.levels import LevelFinder
from models.rules.case_lists.references.personal import personal_kind
from models.rules.case_lists.spellings import Spellings
from models.rules.case_lists.values import clean

MAX_DIFFERENT = 10_000
MAX_REFERENCE = 200
MAX_TEXT = 300
_DAYS_HELD = 50_000

TROUBLE: Final = object()
"""Stands for a cell that only the careful path may judge."""

NO_DAY = 0
BAD_START = BAD_BIRTH = 10**7
BAD_END = -1


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


class DayCell(NamedTuple):
    """One date cell: its day number or None, whether it cannot be read, the rendered date, and what was decided."""

    number: int | None
    is_unreadable: bool
    out: Any
    oddities: tuple[Oddity, ...] = ()


class DateColumn:
    """One date column. `keys` gives a day number to compare by, `outs` the rendered date; both by the cell's text.

    A blank gives `blank_key`, an unreadable text `bad_key`, chosen so that one chain of comparisons holds for good
    rows only. A placeholder is a blank; an error value of a spreadsheet is none, for a date was meant. `oddities` has
    the texts about which something was decided that an officer should know.
    """

    def __init__(self, reader: DateReader, blank_key: int, bad_key: int, render: Callable[[date | None], Any]) -> None:
        self.reader, self.blank_key, self.bad_key, self.render = reader, blank_key, bad_key, render
        self.no_day = render(None)
        self.is_1904 = False  # day numbers count from 1904
        self.keys = _Filled(self._fill)
        self.outs: dict[str, Any] = {}
        self.oddities: dict[str, tuple[Oddity, ...]] = {}
        self.unreadable: set[str] = set()

    def _fill(self, raw: str) -> int:
        text = clean(raw) or _hidden_by_cleaning(raw)
        day, oddities, is_unreadable = self.reader.read(since_1900(text) if self.is_1904 else text)
        self.outs[raw] = self.render(day)
        if oddities:
            self.oddities[raw] = oddities
        if day is not None:
            return day.toordinal()
        if is_unreadable:
            self.unreadable.add(raw)
        return self.bad_key if is_unreadable else self.blank_key

    def look(self, raw: str) -> DayCell:
        """The whole cell: its day number, whether it holds something that is not a date, and the rendered date."""
        key, out = self.keys[raw], self.outs[raw]
        number = None if out == self.no_day else key
        return DayCell(number, raw in self.unreadable, out, self.oddities.get(raw, ()))

    def beside_start(self, cell: DayCell, start: DayCell, today: int) -> DayCell:
        """The cell of an end read again beside its row's start: the century of two digits, a month without a day."""
        if cell.number is None or start.number is None:
            return cell
        day, begun = date.fromordinal(cell.number), date.fromordinal(start.number)
        if "two_digit_year" in cell.oddities:
            day = end_beside_start(day, begun, date.fromordinal(today))
        if "month_without_day" in cell.oddities and (day.year, day.month) == (begun.year, begun.month):
            day = begun
        return cell._replace(number=day.toordinal(), out=self.render(day))

    def trim(self) -> None:
        """Forget what was read when a column has very many different texts."""
        if len(self.keys) > _DAYS_HELD:
            self.keys.clear()
            self.outs.clear()
            self.oddities.clear()
            self.unreadable.clear()


def _hidden_by_cleaning(raw: str) -> str:
    """What stands in a cell that counts as blank elsewhere: an error value, #N/A or NULL; else nothing.

    >>> _hidden_by_cleaning(" #REF!"), _hidden_by_cleaning("\\u00a0\\u200b")
    ('#REF!', '')
    """
    return "".join(filter(str.isprintable, raw)).strip()


class TextColumn:
    """A theme or agency column: `outs` gives the rendered text, or TROUBLE for a personal number or a narrative.

    Texts that differ in capitals or spaces only become one.
    """

    def __init__(self, heading: str, render: Callable[[str | None], Any]) -> None:
        self.heading, self.render = heading, render
        self.spellings = Spellings()
        self.outs = _Filled(self._fill)
        self.has_trouble = False

    def _fill(self, raw: str) -> Any:
        _refuse_free_text(self.outs, self.heading)
        text = clean(raw)
        if len(text) > MAX_TEXT or personal_kind(text):
            self.has_trouble = True
            return TROUBLE
        return self.render(self.spellings.first(text) or None)


class LevelColumn:
    """A level column: `outs` gives the rendered rank, or TROUBLE where a person must look."""

    def __init__(self, heading: str, finder: LevelFinder, render: Callable[[int | None], Any]) -> None:
        self.heading, self.finder, self.render = heading, finder, render
        self.outs = _Filled(self._fill)
        self.has_trouble = False

    def _fill(self, raw: str) -> Any:
        _refuse_free_text(self.outs, self.heading)
        rank = self.rank(raw)
        self.has_trouble = self.has_trouble or rank is None
        return TROUBLE if rank is None else self.render(rank)

    def rank(self, raw: str) -> int | None:
        """The rank of a cell, None when blank, personal or not on the list."""
        text = clean(raw)
        return self.finder.find(text) if text and not personal_kind(text) else None

    def trim(self) -> None:
        """Nothing to forget: a column of very many different texts is refused."""


class OpenOrClosedColumn:
    """The level told by the end date: closed where it is a day; open while it is blank, or counts as blank."""

    def __init__(self, ends: DateColumn, open_rank: int, closed_rank: int, render: Callable[[int | None], Any]) -> None:
        self.ends, self.open_rank, self.closed_rank, self.render = ends, open_rank, closed_rank, render
        self.outs = _Filled(self._fill)
        self.has_trouble = False

    def _fill(self, raw: str) -> Any:
        return self.render(self.rank(raw))

    def rank(self, raw: str) -> int:
        """The rank told by an end date's cell."""
        return self.open_rank if self.ends.look(raw).number is None else self.closed_rank

    def trim(self) -> None:
        """Forget what was read when the column has very many different texts."""
        if len(self.outs) > _DAYS_HELD:
            self.outs.clear()


def _refuse_free_text(texts: Mapping[str, Any], heading: str) -> None:
    if len(texts) >= MAX_DIFFERENT:
        raise RuleBroken(
            f"The column “{heading[:80]}” has more than {MAX_DIFFERENT:,} different values, so it holds no levels, "
            "themes or agencies; choose another column."
        )
