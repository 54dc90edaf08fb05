"""What does the picture of embedded actions say: what has each changed, twelve months after its review?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.rules.core.counts import count_words, is_or_are, list_words
from models.rules.core.due_dates import distance
from models.rules.documents.bars import Bar, Part
from models.rules.documents.pictures import Line, Picture, Rows, bar_marks, key_of

CHECKS = (("Embedded", "green"), ("Partly", "amber"), ("Not", "red"), ("Cannot tell", "grey"), ("To check", "planned"))
"""What an impact check says of an action, each with its tone; last those nobody has checked yet."""


@dataclass(frozen=True)
class CheckedReview:
    """What impact checks say of a review's actions, in the order of CHECKS; when that is due, and where it is read."""

    title: str
    due_on: date
    is_complete: bool
    counts: tuple[int, int, int, int, int]
    href: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts)


def embedded_picture(reviews: Sequence[CheckedReview], year: int, words: str, href: str, *, on: date) -> Picture:
    """What became of the actions of each review whose impact analysis is due in a year; every bar is a whole.

    >>> review = CheckedReview("Neglect", date(2026, 8, 30), True, (2, 1, 1, 1, 0))
    >>> embedded_picture([review], 2026, "all reviews", "/", on=date(2026, 11, 27)).says
    'Of 5 actions checked, 2 are embedded, 1 is partly, 1 is not and of 1 nobody can tell.'
    """
    name, title = "embedded", "Embedded after twelve months"
    reviews = [review for review in reviews if review.total]
    if not reviews:
        says = f"No impact analysis is due in {year}; what became of each action stands here a year after its review."
        return Picture(name, title, says, None, (), ())
    bars = [
        Bar(each.title, tuple(Part(word, count, tone) for (word, tone), count in zip(CHECKS, each.counts, strict=True)))
        for each in reviews
    ]
    lines = tuple(_review_line(review, bar, on) for review, bar in zip(reviews, bars, strict=True))
    table = tuple(
        (each.title, *(f"{count:,}" for count in (*each.counts, each.total)), _state(each, on)) for each in reviews
    )
    total = sum(each.total for each in reviews)
    analyses = count_words(len(reviews), "impact analysis", "impact analyses")
    base = f"{count_words(total, 'action')} of {analyses} due in {year}, of {words}; figures: embedded of all. "
    return Picture(
        name, title, _embedded(reviews), Rows(lines, tuple(key_of(bars, is_counted=True))),
        ("Review", *(word for word, _ in CHECKS), "All", "Analysis"), table,
        f"{base}A check is a judgement, not proof of what brought a change about.", href, "Open the impact analyses",
    )  # fmt: skip


def _review_line(review: CheckedReview, bar: Bar, on: date) -> Line:
    counts = [part.count for part in bar.parts if part.count]
    marks = zip(bar_marks(bar, bar.total), counts, strict=True)
    told = tuple(replace(mark, words=f"{count:,}") for mark, count in marks)
    is_late = not review.is_complete and review.due_on < on
    tag = "" if review.is_complete else "Late" if is_late else f"due {review.due_on:%b}"
    value, text = f"{review.counts[0]:,} of {review.total:,}", bar.in_words.partition(": ")[2]
    return Line(review.title, told, value, review.href, tag, "red" if is_late else "", text=text)


def _state(review: CheckedReview, on: date) -> str:
    return "Complete" if review.is_complete else distance(review.due_on, on)


def _embedded(reviews: Sequence[CheckedReview]) -> str:
    embedded, partly, unchanged, unknown, waiting = (
        sum(column) for column in zip(*(each.counts for each in reviews), strict=True)
    )
    checked = embedded + partly + unchanged + unknown
    if not checked:
        return f"{count_words(waiting, 'action')} {is_or_are(waiting)} still to be checked."
    said = [f"{embedded:,} {is_or_are(embedded)} embedded"]
    said += [f"{partly:,} {is_or_are(partly)} partly"] if partly else []
    said += [f"{unchanged:,} {is_or_are(unchanged)} not"] if unchanged else []
    said += [f"of {unknown:,} nobody can tell"] if unknown else []
    more = f" {waiting:,} more {is_or_are(waiting)} to be checked." if waiting else ""
    return f"Of {count_words(checked, 'action')} checked, {list_words(said)}.{more}"
