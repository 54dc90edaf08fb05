"""What does the picture of agreeing, partly agreeing and conflicting sources say, review by review?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.rules.core.counts import count_words, is_or_are, list_words, lower_first, noun_of
from models.rules.documents.bars import Bar, Part
from models.rules.documents.pictures import Line, Mark, Picture, Rows, bar_marks, key_of
from models.rules.evidence.evidence_readers import ReadersAgreement
from models.rules.evidence.footings import hanging_words
from models.rules.evidence.paper_parts import MARK_TONES
from models.rules.evidence.triangulation import Mark as Agreement


@dataclass(frozen=True)
class ReviewMarks:
    """How many key lines of a review stand how, where they are read, and what their marks hang on, one each.

    `readers` is how far two readers of its evidence agreed; while they still read, no mark of it is told.
    """

    title: str
    counts: Mapping[Agreement, int]
    href: str
    hanging: tuple[str, ...] = ()
    readers: ReadersAgreement | None = None
    is_being_read: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def sources_picture(reviews: Sequence[ReviewMarks]) -> Picture:
    """Each review's key lines by what its sources say together; every bar is a whole.

    >>> marks = {Agreement.AGREE: 5, Agreement.PARTLY: 1, Agreement.CONFLICT: 2, Agreement.SILENT: 1}
    >>> sources_picture([ReviewMarks("Neglect", marks, "/")]).says
    'Of 9 key lines, 5 agree, 1 partly agrees, 2 are in conflict and 1 is silent.'
    """
    name, title = "sources", "Do the sources agree?"
    waiting = [review.title for review in reviews if review.is_being_read]
    reviews = [review for review in reviews if review.total and not review.is_being_read]
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
    agree, partly = totals[Agreement.AGREE], totals[Agreement.PARTLY]
    says = f"Of {count_words(whole, 'key line')}, {agree:,} {noun_of(agree, 'agrees', 'agree')}, "
    says += f"{partly:,} partly {noun_of(partly, 'agrees', 'agree')}, "
    says += f"{conflict:,} {is_or_are(conflict)} in conflict and {silent:,} {is_or_are(silent)} silent."
    base = f"{count_words(len(reviews), 'review')} with key lines. Silent: too few sources speak. "
    base += "Sources that agree may agree on a concern. "
    base += " ".join([hanging_words(words for review in reviews for words in review.hanging), *_reading(reviews)])
    base += f" Not shown while two people read the evidence: {list_words(waiting)}." if waiting else ""
    counted = [(review.title, *(f"{review.counts.get(mark, 0):,}" for mark in Agreement)) for review in reviews]
    return Picture(
        name, title, says, Rows(lines, tuple(key_of(bars, is_counted=True)), is_wide=False),
        ("Review", *(mark.label for mark in Agreement)),
        tuple(counted), base.strip(),
    )  # fmt: skip


def _reading(reviews: Sequence[ReviewMarks]) -> list[str]:
    """Of each review that two people have read, how far they agreed."""
    return [f"{review.title}: {lower_first(review.readers.told)}" for review in reviews if review.readers is not None]


def _parts(review: ReviewMarks) -> tuple[Part, ...]:
    return tuple(Part(mark.label, review.counts.get(mark, 0), MARK_TONES[mark]) for mark in Agreement)


def _counted(bar: Bar) -> tuple[Mark, ...]:
    """The parts of the whole, each with its number."""
    counts = [part.count for part in bar.parts if part.count]
    marks = zip(bar_marks(bar, bar.total), counts, strict=True)
    return tuple(Mark(mark.begins, mark.ends, mark.tone, f"{count:,}") for mark, count in marks)
