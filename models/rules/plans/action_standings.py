"""How far is an action that counts what it reaches?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from models.rules.core.due_dates import days_over, distance


def count_reached(target: int | None, said: Iterable[int | None]) -> int | None:
    """How much of a number was reached when it was last said, the latest first; None where nothing is counted.

    >>> count_reached(214, [None, 151, 40]), count_reached(214, [None]), count_reached(None, [3])
    (151, 0, None)
    """
    return None if target is None else next((count for count in said if count is not None), 0)


def left_words(target: int, reached: int, due_on: date | None, today: date) -> str:
    """What is left of a number, and the time for it; of what is complete, which is due no more, only what was missed.

    >>> day = date(2026, 3, 10)
    >>> left_words(214, 151, date(2026, 3, 30), day), left_words(214, 151, date(2026, 3, 1), day)
    ('63 to go, in 20 days', '63 to go, 9 days late')
    >>> left_words(214, 214, date(2026, 3, 30), day), left_words(214, 200, None, day), left_words(5, 4, day, day)
    ('all reached', '14 not reached', '1 to go today')
    """
    left = target - reached
    if left <= 0:
        return "all reached"
    if due_on is None:
        return f"{left:,} not reached"
    return f"{left:,} to go, {distance(due_on, today).lower()}" if days_over(due_on, today) else f"{left:,} to go today"
