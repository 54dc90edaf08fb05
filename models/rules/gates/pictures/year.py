"""How does a year of reviews stand on one line: which stages are passed, which are planned, and what is late?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from models.rules.core.counts import count_words, list_words, noun_of, spelt, upper_first
from models.rules.core.due_dates import in_words, months_after
from models.rules.documents.pictures import Key, Line, Mark, Picture, Rows, Tick

COMPLETED: Final = 7
CLOSED: Final = 9
_AWAITED: Final = (
    "proposal", "scoping", "evidence", "improvement planning", "presentation", "dissemination", "completion",
    "impact analysis", "closing",
)  # fmt: skip
_BOTH: Final = 2
_NAMED: Final = 2
"""Late reviews that the sentence names; the others it counts."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a review: its number among the nine, its word, the planned day and the day it was reached."""

    number: int
    word: str
    planned_on: date
    reached_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReviewYear:
    """A review of the year: the stage it is at, the days of its stages in their order, and where it is read."""

    title: str
    stage: int
    word: str
    steps: tuple[Step, ...]
    href: str = ""
    is_on_hold: bool = False

    @property
    def following(self) -> Step | None:
        """The next stage, where a day is planned for it."""
        return next((step for step in self.steps if step.number == self.stage + 1), None)

    def late_days(self, on: date) -> int:
        """By how many days the next stage is late; 0 while there is time, and for what is on hold or closed."""
        if self.is_on_hold or self.following is None:
            return 0
        return max(0, (on - self.following.planned_on).days)

    def standing(self, on: date) -> str:
        """How it runs against its timetable.

        >>> steps = (Step(1, "Proposed", date(2026, 1, 5)), Step(2, "Scoping", date(2026, 2, 2)))
        >>> [ReviewYear("Neglect", 1, "Proposed", steps).standing(date(2026, 2, day)) for day in (2, 16)]
        ['to plan', '14 days late']
        >>> ReviewYear("Neglect", 2, "Scoping", steps).standing(date(2026, 2, 2))
        'no day planned'
        """
        if self.stage == CLOSED:
            return "closed"
        if self.is_on_hold:
            return "on hold"
        if self.following is None:
            return "no day planned"
        late = self.late_days(on)
        return f"{count_words(late, 'day')} late" if late else "to plan"


def year_picture(year: int, reviews: Sequence[ReviewYear], on: date) -> Picture:
    """The reviews of a year as rows of stages over its months, with today's line; stages as a table.

    >>> steps = (Step(1, "Proposed", date(2026, 1, 5), date(2026, 1, 5)), Step(2, "Scoping", date(2026, 2, 2)))
    >>> picture = year_picture(2026, [ReviewYear("Neglect", 1, "Proposed", steps)], date(2026, 2, 16))
    >>> picture.says
    'The one review does not run to plan: Neglect is 14 days late for its scoping.'
    >>> picture.table[1]
    ('Neglect', '2 Scoping', '2 February 2026', '–')
    >>> year_picture(2026, [], date(2026, 2, 16)).says
    'No reviews are planned for 2026 yet.'
    """
    rows = tuple(
        (review.title, f"{step.number} {step.word}", in_words(step.planned_on), _reached(step))
        for review in reviews
        for step in review.steps
    )
    window = _Window.over(year, reviews, on)
    return Picture(
        "year", "The year on one line", _sentence(year, reviews, on),
        _plot(reviews, window, on) if rows else None, ("Review", "Stage", "Planned", "Reached"), rows,
        _base(year, reviews, window), is_wide=True, shape="Timeline",
    )  # fmt: skip


def _reached(step: Step) -> str:
    return in_words(step.reached_on) if step.reached_on else "–"


def _sentence(year: int, reviews: Sequence[ReviewYear], on: date) -> str:
    if not reviews:
        return f"No reviews are planned for {year} yet."
    running = [review for review in reviews if review.stage != CLOSED]
    if not running:
        return f"{_all(len(reviews))} reviews are closed." if reviews[1:] else "The one review is closed."
    late = sorted((review for review in running if review.late_days(on)), key=lambda review: -review.late_days(on))
    in_time = sum(review.standing(on) == "to plan" for review in running)
    parts = [*_late_parts(late, on), *_other_parts(reviews, on)]
    first, joint = _first(in_time, len(running), is_whole=len(running) == len(reviews))
    return f"{first}{joint if parts else ''}{'; '.join(parts)}."


def _first(in_time: int, count: int, *, is_whole: bool) -> tuple[str, str]:
    """How many run to plan, and what joins it with the rest."""
    of = "" if is_whole else "open "
    if count == 1:
        runs, joint = ("runs", "; ") if in_time else ("does not run", ": ")
        return f"The one {of}review {runs} to plan", joint
    if in_time in (0, count):
        none = "Neither" if count == _BOTH else "None"
        which = _all(count) if in_time else f"{none} of the {spelt(count)}"
        return f"{which} {of}reviews {'run' if in_time else 'runs'} to plan", "; "
    return (
        f"{upper_first(spelt(in_time))} of {spelt(count)} {of}reviews {noun_of(in_time, 'runs', 'run')} to plan",
        "; ",
    )


def _all(count: int) -> str:
    return "Both" if count == _BOTH else f"All {spelt(count)}"


def _late_parts(late: Sequence[ReviewYear], on: date) -> list[str]:
    named = [
        f"{review.title} is {count_words(review.late_days(on), 'day')} late for its {_AWAITED[review.stage]}"
        for review in late[:_NAMED]
    ]
    others = len(late) - len(named)
    more = [f"{spelt(others)} more {noun_of(others, 'is', 'are')} late"] if others > 0 else []
    return [list_words([*named, *more])] if named else []


def _other_parts(reviews: Sequence[ReviewYear], on: date) -> Iterator[str]:
    counted = {"on hold": "{} on hold", "no day planned": "{} without a day for the next stage", "closed": "{} closed"}
    for standing, words in counted.items():
        count = sum(review.standing(on) == standing for review in reviews)
        if count:
            yield f"{spelt(count)} {words.format(noun_of(count, 'is', 'are'))}"


@dataclass(frozen=True, slots=True)
class _Window:
    """The months that are shown, from the first day of a quarter to the last of one."""

    first: date
    after: date

    @classmethod
    def over(cls, year: int, reviews: Sequence[ReviewYear], on: date) -> _Window:
        days = [day for review in reviews for step in review.steps if step.number <= COMPLETED for day in _days(step)]
        first = max(min([*days, date(year, 1, 1)]), date(year - 1, 1, 1))
        runs = any(review.stage < COMPLETED for review in reviews)
        last = min(max([*days, date(year, 12, 31), *([on] if runs else [])]), date(year + 1, 12, 31))
        return cls(_quarter(first), months_after(_quarter(last), 3))

    def share(self, day: date) -> float:
        """Where a day stands, from 0 to 1; what lies outside stands at the edge."""
        return min(1.0, max(0.0, (day - self.first).days / (self.after - self.first).days))

    def ticks(self) -> Iterator[Tick]:
        """Each quarter by its month, with the year where one begins."""
        day = self.first
        while day < self.after:
            is_first = day.month == 1 or day == self.first
            yield Tick(self.share(day), f"{day:%b} {day.year}" if is_first else f"{day:%b}")
            day = months_after(day, 3)


def _days(step: Step) -> Iterator[date]:
    yield step.planned_on
    if step.reached_on:
        yield step.reached_on


def _quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _plot(reviews: Sequence[ReviewYear], window: _Window, on: date) -> Rows:
    lines = tuple(
        Line(
            review.title,
            tuple(_marks(review, window, on)),
            f"{review.stage} {review.word}",
            review.href,
            review.standing(on) if review.stage < CLOSED else "",
            "red" if review.late_days(on) else "",
        )
        for review in reviews
    )
    tones = {mark.tone for line in lines for mark in line.marks}
    known = (("Passed", "navy"), ("Late", "red"), ("Planned", "planned"))
    now = window.share(on) if window.first <= on < window.after else None
    key = tuple(Key(words, tone) for words, tone in known if tone in tones)
    return Rows(lines, key, tuple(window.ticks()), now=now, is_wide=True)


def _marks(review: ReviewYear, window: _Window, on: date) -> Iterator[Mark]:
    """The stages of a review end to end; the number stands on the widest part of each."""
    begins = [_day_of(review, step, on) for step in review.steps]
    is_open = bool(review.steps) and review.stage < CLOSED and review.steps[-1].number >= COMPLETED
    ends = [*begins[1:], *(window.after if is_open else day for day in begins[-1:])]
    for step, first, last in zip(review.steps, begins, ends, strict=True):
        if step.number == CLOSED:
            continue
        parts = _parts(review, step, (first, last), on)
        shares = [(window.share(begin), window.share(end), tone) for begin, end, tone in parts]
        shown = [part for part in shares if part[1] > part[0]]
        widest = max(shown, key=lambda part: part[1] - part[0], default=None)
        for part in shown:
            yield Mark(*part, str(step.number) if part is widest else "")


def _day_of(review: ReviewYear, step: Step, on: date) -> date:
    """The day on which a stage begins: the day it was reached, or the planned one, which is today at the earliest."""
    if step.number <= review.stage:
        return step.reached_on or step.planned_on
    return max(step.planned_on, on)


def _parts(review: ReviewYear, step: Step, days: tuple[date, date], on: date) -> Iterator[tuple[date, date, str]]:
    """A stage in its tones: what is passed, what of it is late, what is still planned."""
    first, last = days
    if step.number != review.stage:
        yield first, last, "navy" if step.number < review.stage else "planned"
        return
    late_from = on - timedelta(days=review.late_days(on))
    yield first, max(first, min(late_from, on)), "navy"
    if late_from < on:
        yield max(first, late_from), on, "red"
    if review.following is not None:
        yield max(first, on), last, "planned"


def _base(year: int, reviews: Sequence[ReviewYear], window: _Window) -> str:
    words = dict(sorted((step.number, step.word) for review in reviews for step in review.steps))
    named = list_words([f"{number} {word}" for number, word in words.items()])
    is_beyond = any(step.planned_on >= window.after for review in reviews for step in review.steps)
    until = window.after - timedelta(days=1)
    beyond = f" What is planned after {until:%B %Y} is in the table only." if is_beyond else ""
    return (
        f"{upper_first(spelt(len(reviews)))} {noun_of(len(reviews), 'review')} of the programme of {year}. "
        f"Stages: {named}. "
        f"A bar says how long a stage takes, not how much of its work is done.{beyond}"
    )
