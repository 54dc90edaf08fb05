"""Which day is the number by which a spreadsheet keeps a date?"""

import re
from datetime import date, timedelta
from math import floor

EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet, as far as days from 1 March 1900 on are concerned."""

_MILLISECOND = 1 / 86_400_000
# Five digits are 18 May 1927 and later; seven only the last day of all, 31 December 9999, which stands for none.
_DAY_NUMBER = re.compile(r"[1-9]\d{4}(?:\.\d+)?|2958465(?:\.\d+)?")


def is_day_number(text: str) -> bool:
    """Whether a text can be a day number.

    >>> is_day_number("45720"), is_day_number("45719.99999999999"), is_day_number("4120")
    (True, True, False)
    """
    return _DAY_NUMBER.fullmatch(text) is not None


def whole_days(number: float) -> int:
    """The whole days of a day number: what lies less than a millisecond before midnight is that midnight.

    >>> whole_days(45719.99999999999), whole_days(45719.999988426), whole_days(45720.5)
    (45720, 45719, 45720)
    """
    return floor(number + _MILLISECOND)


def read_day_number(text: str, epoch: date = EPOCH) -> tuple[date, bool]:
    """The day of a day number, and whether a rounding error before midnight was mended.

    >>> read_day_number("43831"), read_day_number("43830.99999999999")
    ((datetime.date(2020, 1, 1), False), (datetime.date(2020, 1, 1), True))
    """
    number = float(text)
    days = whole_days(number)
    return epoch + timedelta(days=min(days, 2_958_465)), days > number
