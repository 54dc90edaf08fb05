"""In which words is a moved due date kept among an action's updates, and which dates do they tell?"""

from __future__ import annotations

import re
from calendar import month_name
from datetime import date
from typing import Final

from models.rules.core.due_dates import in_words

_DAY: Final = rf"(\d{{1,2}}) ({'|'.join(month_name[1:])}) (\d{{4}})"
MOVED: Final = "Due date moved from "
"""How an update that a move left begins."""
_MOVED: Final = re.compile(f"{MOVED}{_DAY} to {_DAY}: ")


def moved_words(old: date, new: date, reason: str) -> str:
    """The update that a move leaves.

    >>> moved_words(date(2026, 3, 1), date(2026, 4, 30), "The nurse left.")
    'Due date moved from 1 March 2026 to 30 April 2026: The nurse left.'
    """
    return f"{MOVED}{in_words(old)} to {in_words(new)}: {reason}"


def moved_dates(words: str) -> tuple[date, date] | None:
    """The date before and the date after, of an update that a move left; None of any other.

    >>> moved_dates(moved_words(date(2026, 3, 1), date(2026, 4, 30), "The nurse left."))
    (datetime.date(2026, 3, 1), datetime.date(2026, 4, 30))
    >>> moved_dates("Due date moved, I think."), moved_dates("Due date moved from 31 June 2026 to 9 July 2026: x")
    (None, None)
    """
    told = _MOVED.match(words)
    if told is None:
        return None
    parts = told.groups()
    try:
        return _date(*parts[:3]), _date(*parts[3:])
    except ValueError:
        return None


def _date(day: str, month: str, year: str) -> date:
    return date(int(year), list(month_name).index(month), int(day))
