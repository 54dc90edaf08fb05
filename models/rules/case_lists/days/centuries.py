"""Which century does a year of two digits belong to, in a column that looks back, forward, or about today?"""

from datetime import date
from typing import NamedTuple

from models.rules.case_lists.days.placeholders import DateRole

_YEARS_BACK: dict[DateRole, int] = {"start": 80, "end": 49, "born": 99}
_ENDS_AHEAD = 50


class YearWindow(NamedTuple):
    """The hundred years in which the two-digit years of a column lie: `first` and the 99 after it.

    latest: the last day of them that can be meant, where there is one; a later day lies a hundred years before.
    """

    first: int
    latest: date | None = None

    def full(self, two_digits: int) -> int:
        """The year with its century.

        >>> YearWindow(1977).full(29), YearWindow(1977).full(99)
        (2029, 1999)
        """
        return self.first + (two_digits - self.first) % 100

    def settled(self, day: date) -> date:
        """The day itself, or the one a hundred years before where it is later than can be.

        >>> YearWindow(1927, date(2026, 3, 31)).settled(date(2026, 4, 1))
        datetime.date(1926, 4, 1)
        """
        return day if self.latest is None or day <= self.latest else in_year(day, day.year - 100)


def window_of(role: DateRole, today: date) -> YearWindow:
    """The window of a column, sliding with the day of the check.

    Starts lie about today: from 80 years back to 19 ahead. Ends look forward as well, for they may be planned: from
    49 years back to 50 ahead. Births look back only: never after today, up to a hundred years before.

    >>> today = date(2026, 3, 31)
    >>> [window_of(role, today).first for role in ("start", "end", "born")]
    [1946, 1977, 1927]
    """
    return YearWindow(today.year - _YEARS_BACK[role], today if role == "born" else None)


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes 28 where that year has none.

    >>> in_year(date(2000, 2, 29), 1900)
    datetime.date(1900, 2, 28)
    """
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def end_beside_start(end: date, start: date, today: date) -> date:
    """The end whose year has two digits, once its start is known: within the hundred years that follow the start.

    Only an end before its start, or after today, is in question. No end is put more than 50 years ahead: what would
    have to be stays before its start, which is then said.

    >>> today = date(2026, 3, 31)
    >>> end_beside_start(date(2052, 6, 15), date(1950, 3, 1), today), end_beside_start(date(2029, 6, 15), today, today)
    (datetime.date(1952, 6, 15), datetime.date(2029, 6, 15))
    >>> end_beside_start(date(2024, 6, 15), date(2025, 3, 1), today)
    datetime.date(2024, 6, 15)
    """
    if start <= end <= today:
        return end
    for century in (-100, 0, 100):
        other = in_year(end, end.year + century)
        if start <= other and other.year <= today.year + _ENDS_AHEAD:
            return other
    return end
