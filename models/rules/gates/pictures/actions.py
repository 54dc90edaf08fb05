"""What does the picture of actions over time say, month by month?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import dropwhile, groupby

from models.rules.core.counts import count_words, list_words, part_is
from models.rules.core.due_dates import in_words
from models.rules.documents.bars import Bar, Part
from models.rules.documents.pictures import Columns, Key, Picture, piles

OVERDUE, IN_TIME, COMPLETE, EMBEDDED = "Overdue", "Open, in time", "Complete", "Complete and embedded"
STATES = ((EMBEDDED, "blue"), (COMPLETE, "green"), (IN_TIME, "grey"), (OVERDUE, "red"))
"""How an action stands, from the foot of a column up, each with its tone."""

_NOT_COUNTED = "Not counted"


@dataclass(frozen=True)
class Standing:
    """How many actions are overdue, open in time, complete but not embedded, and embedded."""

    overdue: int
    in_time: int
    complete: int
    embedded: int

    @property
    def done(self) -> int:
        return self.complete + self.embedded

    @property
    def total(self) -> int:
        """All actions.

        >>> Standing(9, 37, 21, 20).total, Standing(9, 37, 21, 20).done
        (87, 41)
        """
        return self.overdue + self.in_time + self.done


@dataclass(frozen=True)
class Month:
    """The actions at the end of a month, or on the last day so far; `standing` is None where nobody counted them."""

    on: date
    standing: Standing | None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The standing from the foot of a column up; no parts where it is not known."""
        if self.standing is None:
            return ()
        known = (self.standing.embedded, self.standing.complete, self.standing.in_time, self.standing.overdue)
        return tuple(Part(word, count, tone) for (word, tone), count in zip(STATES, known, strict=True))


def over_time_picture(months: Sequence[Month], words: str, href: str, *, is_over: bool = False) -> Picture:
    """Actions by how they stood, the earliest day first. `words` says of which reviews; `is_over`: all in the past.

    >>> december = Month(date(2025, 12, 31), Standing(2, 23, 6, 4))
    >>> now = Month(date(2026, 11, 27), Standing(9, 37, 21, 20))
    >>> september = Month(date(2026, 9, 30), Standing(11, 40, 16, 15))
    >>> over_time_picture([december, september, now], "all reviews", "/").says
    '41 of 87 actions are complete, up from 10 of 35 in December 2025. Overdue actions peaked at 11 in September.'
    """
    name, title, shape = "actions", "Actions over time", "Column chart"
    known = [(month.on, month.standing) for month in months if month.standing is not None]
    counted = list(dropwhile(lambda each: not each[1].total, known))  # before the first action there is nothing to tell
    if not counted:
        when = f" for {months[-1].on.year}" if is_over else " yet"
        says = (
            f"No action of an agreed plan is on record{when}; actions stand here by month once the Board agrees a plan."
        )
        return Picture(name, title, says, None, (), (), shape=shape)
    return Picture(
        name, title, _over_time(counted, is_over=is_over), _columns(months),
        ("Counted on", OVERDUE, IN_TIME, COMPLETE, EMBEDDED, "All"), tuple(_month_row(month) for month in months),
        _base_over_time(months, words), href, "Open these actions", shape=shape,
    )  # fmt: skip


def _columns(months: Sequence[Month]) -> Columns:
    """The columns; the key is read from the top down and has the figures of the last one."""
    plot = piles([Bar(f"{month.on:%b}", month.parts) for month in months])
    last = next(month for month in reversed(months) if month.standing is not None)
    key = tuple(Key(part.word, part.tone, part.count) for part in reversed(last.parts))
    return replace(plot, key=key)


def _month_row(month: Month) -> tuple[str, ...]:
    if month.standing is None:
        return in_words(month.on), *(_NOT_COUNTED,) * 5
    counts = [part.count for part in reversed(month.parts)]
    return in_words(month.on), *(f"{count:,}" for count in (*counts, month.standing.total))


def _over_time(counted: Sequence[tuple[date, Standing]], *, is_over: bool) -> str:
    (first_on, first), (last_on, last) = counted[0], counted[-1]
    says = f"{part_is(last.done, last.total, 'action', is_over=is_over)} complete"
    says = f"At the end of {last_on:%B %Y}, {says}" if is_over else says
    if len(counted) == 1:
        return f"{says}. {_late(last, is_over=is_over)}".strip()
    return f"{says}{_since(first_on, first, last)}. {_peak(counted, is_over=is_over)}"


def _late(standing: Standing, *, is_over: bool) -> str:
    still_open = standing.overdue + standing.in_time
    return f"{part_is(standing.overdue, still_open, 'open action', is_over=is_over)} overdue." if still_open else ""


def _since(on: date, first: Standing, last: Standing) -> str:
    """What it was at first. *Up* or *down* only where the number and the share have both moved that way."""
    then = f"{first.done:,} of {first.total:,} in {on:%B %Y}"
    if (first.done, first.total) == (last.done, last.total):
        return f", as in {on:%B %Y}"
    share = last.done * first.total - first.done * last.total
    if last.done > first.done and share >= 0:
        return f", up from {then}"
    if last.done < first.done and share <= 0:
        return f", down from {then}"
    return f"; it was {then}"


def _peak(counted: Sequence[tuple[date, Standing]], *, is_over: bool) -> str:
    """When most actions were overdue, of the days that were counted."""
    most = max(standing.overdue for _, standing in counted)
    days = [on for on, standing in counted if standing.overdue == most]
    last = counted[-1][0]
    if not most:
        return "None was overdue on any of the days counted."
    if len(days) == len(counted):
        return f"{count_words(most, 'action was', 'actions were')} overdue on each of the days counted."
    if days == [last]:
        return f"Overdue actions {'stood' if is_over else 'stand'} at {most:,}, the most on any of the days counted."
    months = [f"{on:%B}" if on.year == last.year else f"{on:%B %Y}" for on in days]
    if len(months) == 1:
        return f"Overdue actions peaked at {most:,} in {months[0]}."
    when = list_words(months) if len(months) <= 3 else f"{len(months)} of the months"
    return f"At most {count_words(most, 'action was', 'actions were')} overdue, in {when}."


def _base_over_time(months: Sequence[Month], words: str) -> str:
    last = next(month for month in reversed(months) if month.standing is not None)
    total = last.standing.total if last.standing else 0
    gaps = _gaps(months)
    base = f"Actions of agreed plans of {words}, at each month's end; {total:,} on {in_words(last.on)}. "
    return f"{base}{f'Not counted: {gaps}. ' if gaps else ''}It does not show how hard they are."


def _gaps(months: Sequence[Month]) -> str:
    """The months that nobody counted, neighbours together.

    >>> days = [date(2026, month, 28) for month in (1, 2, 3, 4, 5)]
    >>> _gaps([Month(day, None if day.month in (1, 2, 4) else Standing(0, 1, 0, 0)) for day in days])
    'Jan to Feb 2026 and Apr 2026'
    """
    stretches = [[month.on for month in part] for is_gap, part in groupby(months, _is_gap) if is_gap]
    ends = [(f"{days[0]:%b} to " if days[1:] else "", f"{days[-1]:%b %Y}") for days in stretches]
    return list_words([f"{first}{last}" for first, last in ends])


def _is_gap(month: Month) -> bool:
    return month.standing is None
