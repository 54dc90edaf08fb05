"""What does the picture of agreeing and conflicting sources say, review by review?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.rules.core.counts import count_words, is_or_are
from models.rules.documents.bars import Bar, Part
from models.rules.documents.pictures import Line, Mark, Picture, Rows, bar_marks, key_of
from models.rules.evidence.triangulation import Mark as Agreement

TONES: Mapping[Agreement, str] = {Agreement.AGREE: "green", Agreement.CONFLICT: "red", Agreement.SILENT: "grey"}


@dataclass(frozen=True)
class ReviewMarks:
    """How many key lines of a review agree, conflict or are silent, and where they are read."""

    title: str
    counts: Mapping[Agreement, int]
    href: str

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def sources_picture(reviews: Sequence[ReviewMarks]) -> Picture:
    """Each review's key lines by what its sources say together; every bar is a whole.

    >>> marks = {Agreement.AGREE: 5, Agreement.CONFLICT: 2, Agreement.SILENT: 1}
    >>> sources_picture([ReviewMarks("Neglect", marks, "/")]).says
    'Of 8 key lines, 5 agree, 2 are in conflict and 1 is silent.'
    """
    name, title = "sources", "Do the sources agree?"
    reviews = [review for review in reviews if review.total]
    if not reviews:
        says = "No review of the year has evidence along its key lines yet."
        return Picture(name, title, says, None, (), ())
    totals = {mark: sum(review.counts.get(mark, 0) for review in reviews) for mark in Agreement}
    whole = sum(totals.values())
    bars = [Bar(review.title, _parts(review)) for review in reviews]
    lines = tuple(
        Line(bar.label, _counted(bar), f"{bar.total:,}", review.href) for bar, review in zip(bars, reviews, strict=True)
    )
    conflict, silent = totals[Agreement.CONFLICT], totals[Agreement.SILENT]
    says = f"Of {count_words(whole, 'key line')}, {totals[Agreement.AGREE]:,} agree, "
    says += f"{conflict:,} {is_or_are(conflict)} in conflict and {silent:,} {is_or_are(silent)} silent."
    base = f"{count_words(len(reviews), 'review')} with key lines. Silent: fewer than two sources speak. "
    base += "Sources that agree may agree on a concern."
    return Picture(
        name, title, says, Rows(lines, tuple(key_of(bars, is_counted=True)), is_wide=False),
        ("Review", *(mark.label for mark in Agreement)),
        tuple((review.title, *(f"{review.counts.get(mark, 0):,}" for mark in Agreement)) for review in reviews), base,
    )  # fmt: skip


def _parts(review: ReviewMarks) -> tuple[Part, ...]:
    return tuple(Part(mark.label, review.counts.get(mark, 0), TONES[mark]) for mark in Agreement)


def _counted(bar: Bar) -> tuple[Mark, ...]:
    """The parts of the whole, each with its number."""
    counts = [part.count for part in bar.parts if part.count]
    marks = zip(bar_marks(bar, bar.total), counts, strict=True)
    return tuple(Mark(mark.begins, mark.ends, mark.tone, f"{count:,}") for mark, count in marks)
