"""On which day does a reminder fall, given a due date and a rule?"""

from __future__ import annotations

from datetime import date, timedelta

CATCH_UP_DAYS = 7  # a reminder that could not be written on its day still goes out this much later, no more


def falls_on(due_on: date, offset_days: int, repeat_days: int | None, today: date) -> date | None:
    """The day of the reminder that is to go out by today, or None when there is none.

    `offset_days` counts from the due date: -7 is a week before, 0 the day itself, 1 the day after. A rule that reminds
    before the date stops after it. `repeat_days` repeats the reminder until then, or for as long as it is
    overdue. The last repetition stands for any that were missed.

    >>> falls_on(date(2026, 12, 1), -7, None, date(2026, 11, 24))
    datetime.date(2026, 11, 24)
    >>> falls_on(date(2026, 12, 1), -7, None, date(2026, 11, 23)) is None
    True
    >>> falls_on(date(2026, 12, 1), 1, 14, date(2026, 12, 20))
    datetime.date(2026, 12, 16)
    """
    first = due_on + timedelta(days=offset_days)
    is_over = offset_days < 0 and today > due_on
    if today < first or is_over:
        return None
    day = first + timedelta(days=(today - first).days // repeat_days * repeat_days) if repeat_days else first
    return day if (today - day).days <= CATCH_UP_DAYS else None
