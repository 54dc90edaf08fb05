"""Which day does the text of a date cell mean, and what had to be decided for it?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from models.rules.case_lists.days.centuries import YearWindow, window_of
from models.rules.case_lists.days.date_shapes import Moment, Shape, shape_of
from models.rules.case_lists.days.dates import LAST_SWAPPED, ColumnDates, DateOrder
from models.rules.case_lists.days.day_numbers import read_day_number
from models.rules.case_lists.days.placeholders import DateRole, is_day_for_none, is_short_end_for_none, is_word_for_none
from models.rules.case_lists.headings import ColumnChoice

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100

_LONDON = ZoneInfo("Europe/London")
_ANY_YEARS = YearWindow(1950)

Oddity = Literal[
    "placeholder",
    "two_digit_year",
    "month_without_day",
    "utc_stamp",
    "weekday_contradicts",
    "day_number",
    "rounded_midnight",
    "half_converted",
]
"""What was decided about a cell that an officer should know of."""


class Reading(NamedTuple):
    """What one cell means: a day, or none because it cannot be read, or none at all (blank, or a placeholder)."""

    day: date | None
    oddities: tuple[Oddity, ...] = ()
    is_unreadable: bool = False


_BLANK, _UNREADABLE, _NONE = Reading(None), Reading(None, is_unreadable=True), Reading(None, ("placeholder",))


@dataclass(frozen=True)
class DateReader:
    """Reads the cells of one column. Without a `role` nothing is taken for a placeholder.

    years: where two-digit years lie. is_half_converted: dates whose month nobody can mistake are marked; with
    `is_restoring` their day and month are swapped back too.
    """

    order: DateOrder
    role: DateRole | None = None
    years: YearWindow = _ANY_YEARS
    is_half_converted: bool = False
    is_restoring: bool = False

    def read(self, text: str) -> Reading:
        """What a cleaned text means.

        A month without a day is its first day; five digits are a spreadsheet's day number (1900 system), which is
        the next day's where it lies less than a millisecond before midnight; a time with an offset from UTC gives the
        day in London, any other time is dropped. Years outside 1900 to 2100 are unreadable.

        >>> reader = DateReader("day", "end", YearWindow(1977))
        >>> [str(reader.read(text).day) for text in ("08/02/2021", "15/06/29", "Mar-25", "45719.99999999999", "soon")]
        ['2021-02-08', '2029-06-15', '2025-03-01', '2025-03-04', 'None']
        >>> reader.read("31/12/9999")
        Reading(day=None, oddities=('placeholder',), is_unreadable=False)
        >>> reader.read("2025-06-02T23:00:00Z")
        Reading(day=datetime.date(2025, 6, 3), oddities=('utc_stamp',), is_unreadable=False)
        """
        shape = shape_of(text)
        if shape is None:
            return self._without_shape(text)
        if shape.kind == "serial":
            return self._read_serial(shape.first)
        year, month, day = self._arranged(shape)
        if self.role and self._stands_for_none(year, month, day):
            return _NONE
        meant = _day(self._full_year(year), month, day)
        if meant is None:
            return _UNREADABLE
        if len(year) == 4 and shape.weekday is None and shape.moment is None and shape.kind != "month":
            return self._restored(meant, ()) if shape.kind == "day" else Reading(meant)
        return self._read_dressed(shape, meant, is_short=len(year) == 2)

    def _without_shape(self, text: str) -> Reading:
        if not text:
            return _BLANK
        return _NONE if self.role and is_word_for_none(text, self.role) else _UNREADABLE

    def _full_year(self, year: str) -> int:
        return int(year) if len(year) == 4 else self.years.full(int(year))

    def _stands_for_none(self, year: str, month: int, day: int) -> bool:
        role = self.role or "born"
        if role == "end" and len(year) == 2 and is_short_end_for_none(year, month, day):
            return True
        return is_day_for_none(self._full_year(year), month, day, role)

    def _arranged(self, shape: Shape) -> tuple[str, int, int]:
        """Year as written, month and day."""
        first, middle, last = shape.first, shape.middle, shape.last
        if shape.kind != "numbers":
            return first, int(middle), int(last)
        if self.order == "year":
            return (
                (first, int(middle), int(last)) if len(last) == len(first) == 2 else ("0001", int(middle), int(first))
            )
        return (last, int(first), int(middle)) if self.order == "month" else (last, int(middle), int(first))

    def _read_dressed(self, shape: Shape, meant: date, *, is_short: bool) -> Reading:
        oddities: list[Oddity] = []
        if is_short:
            meant = self.years.settled(meant)
            oddities.append("two_digit_year")
        if shape.kind == "month":
            oddities.append("month_without_day")
        if shape.weekday is not None and shape.weekday != meant.weekday():
            oddities.append("weekday_contradicts")
        if shape.moment is not None:
            written, meant = meant, _london_day(meant, shape.moment)
            if meant != written:
                oddities.append("utc_stamp")
        return self._restored(meant, tuple(oddities)) if shape.kind == "day" else Reading(meant, tuple(oddities))

    def _read_serial(self, text: str) -> Reading:
        meant, is_rounded = read_day_number(text)
        if self.role and is_day_for_none(meant.year, meant.month, meant.day, self.role):
            return _NONE
        if meant.year > LATEST_YEAR:
            return _UNREADABLE
        return self._restored(meant, ("day_number", "rounded_midnight") if is_rounded else ("day_number",))

    def _restored(self, day: date, oddities: tuple[Oddity, ...]) -> Reading:
        if not self.is_half_converted or day.day > LAST_SWAPPED:
            return Reading(day, oddities)
        day = day.replace(month=day.day, day=day.month) if self.is_restoring else day
        return Reading(day, (*oddities, "half_converted"))


def reader_of(role: DateRole, dates: ColumnDates, choice: ColumnChoice, today: date) -> DateReader:
    """The reader of a column as its survey shows it; a person's choice wins."""
    order = choice.date_order or dates.order
    return DateReader(order, role, window_of(role, today), dates.is_half_converted, choice.restore_swapped_dates)


def _day(year: int, month: int, day: int) -> date | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _london_day(day: date, moment: Moment) -> date:
    zone = timezone(timedelta(minutes=moment.offset))
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight + timedelta(hours=moment.hour, minutes=moment.minute)).astimezone(_LONDON).date()
