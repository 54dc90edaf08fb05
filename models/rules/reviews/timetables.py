"""On which days does a review usually reach its stages, do planned days follow one another, and how do they look?

A stage is named by its place among the nine, counted from 0; a day that is not planned is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from models.rules.core.counts import count_words
from models.rules.core.due_dates import impact_due_on

_WEEKS_TO = (0, 1, 6, 12, 6, 4, 5, 0, 5)
"""Weeks a stage usually comes after the one before it. They are the portal's own proposal: of the framework are the two
weeks of a self-evaluation and the year before the impact analysis."""
COMPLETED = 6
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
_EDGE, _APART = 4.0, 9.0
"""How near, in hundredths of the picture, a month may stand to an end of it, and to the word Today."""


def usual_days(on: date, place: int = 0) -> list[date]:
    """The days on which the stages after one are usually reached, when that one is reached on a day; that day first.

    The impact analysis is twelve months after completion (framework, impact).

    >>> usual_days(date(2026, 10, 26))[:4]
    [datetime.date(2026, 10, 26), datetime.date(2026, 11, 2), datetime.date(2026, 12, 14), datetime.date(2027, 3, 8)]
    >>> usual_days(date(2027, 6, 24), COMPLETED)
    [datetime.date(2027, 6, 24), datetime.date(2028, 6, 24), datetime.date(2028, 7, 29)]
    """
    days = [on]
    for following in range(place + 1, len(_WEEKS_TO)):
        is_impact = following == COMPLETED + 1
        days.append(impact_due_on(days[-1]) if is_impact else days[-1] + timedelta(weeks=_WEEKS_TO[following]))
    return days


def out_of_order(days: Sequence[date | None]) -> list[tuple[int, int]]:
    """Each stage that is planned before an earlier one: its place, and that of the latest of those before it.

    >>> out_of_order([date(2026, 1, 9), None, date(2026, 1, 8), date(2026, 1, 9)])
    [(2, 0)]
    """
    wrong, latest = [], None
    for place, day in enumerate(days):
        if day is None:
            continue
        if latest is not None and day < latest[0]:
            wrong.append((place, latest[1]))
        else:
            latest = (day, place)
    return wrong


def against_plan(reached: date, planned: date) -> str:
    """How a stage was reached against its plan.

    >>> [against_plan(date(2026, 3, day), date(2026, 3, 10)) for day in (9, 10, 12)]
    ['1 day earlier than planned', 'As planned', '2 days later than planned']
    """
    days = (reached - planned).days
    if not days:
        return "As planned"
    return f"{count_words(abs(days), 'day')} {'later' if days > 0 else 'earlier'} than planned"


@dataclass(frozen=True)
class Span:
    """One stage as a bar: where it begins and how wide it is, in hundredths of the picture, and how far it is done."""

    number: int
    start: float
    width: float
    done: float


@dataclass(frozen=True)
class Timeline:
    """The stages up to completion side by side. `today` is None where it lies outside."""

    first_on: date
    last_on: date
    spans: tuple[Span, ...]
    months: tuple[tuple[float, str], ...]
    today: float | None

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days


def timeline(days: Sequence[date | None], today: date, reached: int) -> Timeline | None:
    """The picture of a review's days up to its completion; None while fewer than two are known, or all are one day.

    `reached` is the place of the stage the review is at: the stages before it are done, it is under way until today.

    >>> picture = timeline([date(2026, 1, 1), None, date(2026, 1, 11), date(2026, 1, 21)], date(2026, 1, 16), 2)
    >>> [(span.number, span.start, span.width, span.done) for span in picture.spans], picture.today
    ([(1, 0.0, 50.0, 50.0), (3, 50.0, 50.0, 25.0)], 75.0)
    """
    known = [(place, day) for place, day in enumerate(days[: COMPLETED + 1]) if day is not None]
    in_order = [day for _, day in known]
    if not known or in_order[0] >= in_order[-1] or out_of_order(in_order):
        return None
    first, last = in_order[0], in_order[-1]
    spans = []
    for (place, begins), (_, ends) in pairwise(known):
        until = ends if place < reached else min(max(today, begins), ends) if place == reached else begins
        start, end = _share(begins, first, last), _share(ends, first, last)
        spans.append(Span(place + 1, start, round(end - start, 2), round(_share(until, first, last) - start, 2)))
    mark = _share(today, first, last) if first <= today <= last else None
    return Timeline(first, last, tuple(spans), tuple(_months(first, last, mark)), mark)


def _share(day: date, first: date, last: date) -> float:
    return round(100 * (day - first).days / (last - first).days, 2)


def _months(first: date, last: date, mark: float | None) -> Iterator[tuple[float, str]]:
    """Where months begin, as many as can be read, none at the ends or on the word Today."""
    count = (last.year - first.year) * 12 + last.month - first.month
    step = max(1, round(count / 4))
    for number in range(1, count + 1, step):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        place = _share(date(year, month + 1, 1), first, last)
        if _EDGE <= place <= 100 - _EDGE and (mark is None or abs(place - mark) >= _APART):
            yield place, _MONTHS[month]
