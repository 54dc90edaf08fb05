"""How do the answers to a question of a survey look, when no bar may show a number that is withheld?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models.rules.core.counts import list_words
from models.rules.documents.pictures import Line, Mark, Picture, Rows
from models.rules.feedback.small_numbers import Tally, in_words, published

_NAMED: Final = 3
"""Answers given equally often that the sentence names; more of them it does not."""


def answers_picture(question: str, tally: Tally, labels: Sequence[str], *, is_several: bool = False) -> Picture:
    """The answers as bars of their published numbers, out of those who answered; a withheld number has no bar at all.

    `is_several` says that people could choose more than one answer. Without a drawing where too few answered.

    >>> tally, labels = Tally(42, {"Yes": 31, "In part": 8, "No": 3}), ["Yes", "In part", "No"]
    >>> picture = answers_picture("Were you heard?", tally, labels)
    >>> picture.says
    'Given most often: “Yes”, by about 30 of about 40.'
    >>> [(line.label, line.value, [mark.ends for mark in line.marks]) for line in picture.plot.lines]
    [('Yes', 'about 30', [0.75]), ('In part', 'withheld', []), ('No', 'fewer than 5', [])]
    >>> answers_picture("Were you heard?", Tally(4, {"Yes": 4}), ["Yes", "No"]).plot is None
    True
    """
    lines = tally.published(labels)
    if not lines:
        return Picture("", question, "Too few answers to show.", None, ("Answer", "People"), ())
    whole = published(tally.total) or 0
    return Picture(
        "", question, _most(lines, tally.total),
        Rows(tuple(_line(*line, whole) for line in lines), has_track=True),
        ("Answer", "People"), tuple((label, words) for label, words, _ in lines),
        f"{in_words(tally.total).capitalize()} people answered{', and could choose several' if is_several else ''}.",
    )  # fmt: skip


def _line(label: str, words: str, number: int | None, whole: int) -> Line:
    return Line(label, (Mark(0.0, number / whole, "navy"),) if number else (), words)


def _most(lines: Sequence[tuple[str, str, int | None]], total: int) -> str:
    """Which answer was given most often, as far as the published numbers tell it."""
    most = max((number for _, _, number in lines if number), default=0)
    if not most:
        return "Which answer was given most often is withheld."
    first = [label for label, _, number in lines if number == most]
    if len(first) > _NAMED:
        return "No answer was given much more often than the others."
    each = " each" if first[1:] else ""
    named = list_words([f"“{label}”" for label in first])
    return f"Given most often: {named}, by {in_words(most)}{each} of {in_words(total)}."
