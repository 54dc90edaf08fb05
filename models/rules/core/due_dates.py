"""On which day is something due, and how far off is it?

Days are calendar days of the partnership (Europe/London; `models.core.clock.london_day` tells the day of a moment),
so a clock change never moves a due date. Only what runs at a time of day needs a moment: `london_moment`.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.rules.core.counts import count_words, lower_first, noun_of

LONDON = ZoneInfo("Europe/London")
RETURN_DAYS = 14
"""Framework, self-evaluation: "complete and return their self-evaluation tool within a two-week period"."""

IMPACT_MONTHS = 12
"""Framework, impact: "further impact analysis 12 months after the completion of each thematic review"."""

RECENT_AUDIT_MONTHS = 12
"""Cases audited within this many months are left out of a draw unless its plan says otherwise."""


@dataclass(frozen=True, slots=True)
class DueDate:
    """Something due on a day: a key that stays the same when the day moves, its words, its page in the portal."""

    key: str
    due_on: date
    words: str
    path: str


def months_after(day: date, months: int) -> date:
    """The same day that many months later (earlier if negative); the last day of the month if that is shorter.

    >>> months_after(date(2024, 2, 29), 12), months_after(date(2026, 3, 31), -1)
    (datetime.date(2025, 2, 28), datetime.date(2026, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def return_due_on(sent_on: date) -> date:
    """The day by which an agency returns its self-evaluation: two weeks after it was sent, the same weekday.

    >>> return_due_on(date(2026, 3, 20))
    datetime.date(2026, 4, 3)
    """
    return sent_on + timedelta(days=RETURN_DAYS)


def impact_due_on(completed_on: date) -> date:
    """The day on which the impact of a review is looked at: twelve months after it was completed.

    >>> impact_due_on(date(2026, 6, 30))
    datetime.date(2027, 6, 30)
    """
    return months_after(completed_on, IMPACT_MONTHS)


def is_recent_audit(audited_on: date, today: date, months: int = RECENT_AUDIT_MONTHS) -> bool:
    """Whether a case was audited too recently to be drawn again: less than that many months ago.

    >>> is_recent_audit(date(2025, 7, 2), date(2026, 7, 1)), is_recent_audit(date(2025, 7, 1), date(2026, 7, 1))
    (True, False)
    """
    return today < months_after(audited_on, months)


def days_over(due_on: date, today: date) -> int:
    """Days past the due date; negative while there is time left, 0 on the day itself.

    >>> days_over(date(2026, 3, 28), date(2026, 3, 30)), days_over(date(2026, 3, 28), date(2026, 3, 27))
    (2, -1)
    """
    return (today - due_on).days


def is_overdue(due_on: date, today: date) -> bool:
    """Whether the due date has passed; on the day itself there is still time.

    >>> is_overdue(date(2026, 3, 28), date(2026, 3, 28))
    False
    """
    return days_over(due_on, today) > 0


def due_words(due_on: date, today: date) -> str:
    """How far off a due date is, in words.

    >>> [due_words(date(2026, 3, day), date(2026, 3, 10)) for day in (1, 9, 10, 11, 24)]
    ['9 days overdue', '1 day overdue', 'due today', 'due tomorrow', 'due in 14 days']
    """
    over = days_over(due_on, today)
    return f"{count_words(over, 'day')} overdue" if over > 0 else f"due {lower_first(distance(due_on, today))}"


def distance(day: date, today: date) -> str:
    """How far off a day is, to stand beside it.

    >>> [distance(date(2026, 3, day), date(2026, 3, 10)) for day in (1, 9, 10, 11, 24)]
    ['9 days late', '1 day late', 'Today', 'Tomorrow', 'In 14 days']
    """
    over = days_over(day, today)
    if over > 0:
        return f"{count_words(over, 'day')} late"
    return {0: "Today", -1: "Tomorrow"}.get(over, f"In {-over} days")


def short_day(day: date, today: date) -> str:
    """A day as it stands beside its distance: the year only when it is another one.

    >>> short_day(date(2026, 12, 3), date(2026, 3, 1)), short_day(date(2027, 1, 4), date(2026, 3, 1))
    ('3 December', '4 January 2027')
    """
    return in_words(day) if day.year != today.year else f"{day.day} {day:%B}"


def weekday(day: date) -> str:
    """Today as the first page says it.

    >>> weekday(date(2026, 11, 27))
    'Friday 27 November'
    """
    return f"{day:%A} {day.day} {day:%B}"


def due_sentence(count: int, nouns: tuple[str, str], first_on: date, today: date) -> str:
    """What is due, or overdue, in words to stand beside the count; `first_on` is the earliest day of them.

    >>> nouns, day = ("action", "actions"), date(2026, 3, 22)
    >>> [due_sentence(count, nouns, date(2026, 3, 1), day) for count in (1, 3)]
    ['action is overdue by 21 days', 'actions are overdue, the oldest by 21 days']
    >>> [due_sentence(count, nouns, date(2026, 3, 27), day) for count in (1, 3)]
    ['action is due in 5 days', 'actions are due, the first in 5 days']
    """
    verb = noun_of(count, f"{nouns[0]} is", f"{nouns[1]} are")
    over = days_over(first_on, today)
    if over > 0:
        return f"{verb} overdue{', the oldest' if count != 1 else ''} by {count_words(over, 'day')}"
    coming = due_words(first_on, today)
    return f"{verb} {coming}" if count == 1 else f"{verb} due, the first {coming.removeprefix('due ')}"


def in_words(day: date) -> str:
    """A day as people write it.

    >>> in_words(date(2026, 12, 3))
    '3 December 2026'
    """
    return f"{day.day} {day:%B %Y}"


def month_ends_before(day: date, count: int) -> tuple[date, ...]:
    """The last days of the months before that of a day, so many of them, the earliest first.

    >>> [str(end) for end in month_ends_before(date(2026, 3, 31), 2)]
    ['2026-01-31', '2026-02-28']
    """
    first = day.replace(day=1)
    return tuple(months_after(first, -back) - timedelta(days=1) for back in reversed(range(count)))


def remind_on(due_on: date, days_after: int) -> date:
    """The day of a reminder, that many days after the due date; before it if negative.

    >>> remind_on(date(2026, 4, 3), -7)
    datetime.date(2026, 3, 27)
    """
    return due_on + timedelta(days=days_after)


def london_moment(day: date, at: time) -> datetime:
    """The moment (UTC) when clocks in London show a time of a day.

    In the spring night whose hour from 01:00 is skipped, a time in that hour counts from the hour before, so it comes
    an hour later by the clock; in the autumn night that has the hour twice, the first one is meant. So a daily run
    comes exactly once a day.

    >>> london_moment(date(2026, 3, 28), time(7)).hour, london_moment(date(2026, 3, 29), time(7)).hour
    (7, 6)
    """
    return datetime.combine(day, at.replace(fold=0), tzinfo=LONDON).astimezone(UTC)
