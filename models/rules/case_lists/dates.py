"""Which day does the text of a date cell mean, given the order of day, month and year that its whole column shows?"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from models.rules.case_lists.values import clean

DateOrder = Literal["day", "month", "year"]
"""Which part comes first where a date is three numbers: 16/05/2019, 05/16/2019 or 19/05/16."""

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?(?:Z|[+-]\d{2}:?\d{2})?)?"
# \2: the second separator must be the first one again, so that "2019-05/16" is no date.
_YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})" + _TIME, re.IGNORECASE)
_MONTH_ONLY = re.compile(r"(\d{4})[-/](\d{1,2})")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_THREE_NUMBERS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})" + _TIME, re.IGNORECASE)
_DAY_NAMED_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[- /.]([A-Za-z]{3,9})[- /.,]+(\d{4}|\d{2})" + _TIME)
_NAMED_MONTH_DAY = re.compile(r"([A-Za-z]{3,9})[- .](\d{1,2})(?:st|nd|rd|th)?[, -]+(\d{4})" + _TIME)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SERIALS = range(10_000, 73_051)  # 18 May 1927 to 31 December 2099
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


@dataclass(frozen=True)
class ColumnDates:
    """The order of one column's dates, decided over the whole column, and how sure that is.

    order: which part comes first in dates of three numbers. is_ambiguous: such dates occur and none proves the order
    (day first is assumed). is_mixed: some prove one order and some another, so the minority cannot be read.
    """

    order: DateOrder
    is_ambiguous: bool = False
    is_mixed: bool = False


@dataclass
class DateEvidence:
    """Counts of the different texts of one column that speak for each order."""

    day: int = 0
    month: int = 0
    year: int = 0
    unproven: int = 0
    plain_year_first: int = 0

    def add(self, texts: Iterable[str]) -> None:
        """Counts each text once; give the different texts of the column."""
        for text in texts:
            vote = _vote(clean(text))
            if vote:
                setattr(self, vote, getattr(self, vote) + 1)

    def decide(self) -> ColumnDates:
        """The column's order: the most proofs win, day first where nothing is proven or two orders tie.

        >>> evidence = DateEvidence(); evidence.add(["05/06/2019", "16/05/2019"]); evidence.decide()
        ColumnDates(order='day', is_ambiguous=False, is_mixed=False)
        """
        proofs: dict[DateOrder, int] = {"day": self.day, "month": self.month, "year": self.year}
        proven = sum(1 for count in proofs.values() if count)
        if proven:
            return ColumnDates(max(proofs, key=lambda order: proofs[order]), is_mixed=proven > 1)
        if self.unproven:
            return ColumnDates("day", is_ambiguous=True)
        return ColumnDates("year" if self.plain_year_first else "day")


def _vote(text: str) -> str:
    if _YEAR_FIRST.fullmatch(text) or _MONTH_ONLY.fullmatch(text) or _COMPACT.fullmatch(text):
        return "plain_year_first"
    numbers = _THREE_NUMBERS.fullmatch(text)
    if not numbers:
        return ""
    first, middle, last = int(numbers[1]), int(numbers[3]), int(numbers[4])
    if first > 31:
        return "year" if len(numbers[4]) == 2 else ""
    if first > 12:
        return "day" if middle <= 12 else ""
    if middle > 12:
        return "month" if middle <= 31 and last else ""
    return "unproven"


def decide_order(texts: Iterable[str]) -> ColumnDates:
    """The order of day, month and year in a column, from all its texts and never row by row.

    >>> decide_order(["01/02/2020", "03/04/2020"])
    ColumnDates(order='day', is_ambiguous=True, is_mixed=False)
    >>> decide_order(["2020-02-01", "01/25/2020", ""]).order, decide_order(["2018-08"]).order
    ('month', 'year')
    """
    evidence = DateEvidence()
    evidence.add(set(texts))
    return evidence.decide()


def read_date(text: str, order: DateOrder) -> date | None:
    """The day a cleaned text means in a column of that order, or None when it cannot be read.

    A month without a day is its first day; five digits are a spreadsheet's day number (1900 system); two-digit
    years 00 to 29 are 2000 to 2029; times are dropped. Years outside 1900 to 2100 are unreadable.

    >>> read_date("08/02/2021", "day"), read_date("2018-08", "day"), read_date("43831", "day")
    (datetime.date(2021, 2, 8), datetime.date(2018, 8, 1), datetime.date(2020, 1, 1))
    >>> read_date("May be 8 Jan 2000", "day"), read_date("31/02/2020", "day"), read_date("8 Jan 2000", "month")
    (None, None, datetime.date(2000, 1, 8))
    """
    if not text.isascii():
        return None
    for pattern, parts in _READINGS:
        match = pattern.fullmatch(text)
        if match:
            return _day(*parts(match, order))
    return _from_serial(text)


def _day(year: int, month: int, day: int) -> date | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 30 else 1900)


def _month(name: str) -> int:
    name = name.casefold()
    for number, month in enumerate(_MONTHS, 1):
        if month.startswith(name) or name == month[:4]:
            return number
    return 0


def _three_numbers(match: re.Match[str], order: DateOrder) -> tuple[int, int, int]:
    first, middle, last = match[1], match[3], match[4]
    if order == "year":
        return (_full_year(first), int(middle), int(last)) if len(last) == len(first) == 2 else (0, 0, 0)
    if order == "month":
        return _full_year(last), int(first), int(middle)
    return _full_year(last), int(middle), int(first)


def _from_serial(text: str) -> date | None:
    if not _SERIAL.fullmatch(text) or int(text[:5]) not in _SERIALS:
        return None
    return date(1899, 12, 30) + timedelta(days=int(text[:5]))


_Parts = Callable[[re.Match[str], DateOrder], tuple[int, int, int]]
_READINGS: tuple[tuple[re.Pattern[str], _Parts], ...] = (
    (_YEAR_FIRST, lambda match, order: (int(match[1]), int(match[3]), int(match[4]))),
    (_THREE_NUMBERS, _three_numbers),
    (_MONTH_ONLY, lambda match, order: (int(match[1]), int(match[2]), 1)),
    (_COMPACT, lambda match, order: (int(match[1]), int(match[2]), int(match[3]))),
    (_DAY_NAMED_MONTH, lambda match, order: (_full_year(match[3]), _month(match[2]), int(match[1]))),
    (_NAMED_MONTH_DAY, lambda match, order: (int(match[3]), _month(match[1]), int(match[2]))),
)
