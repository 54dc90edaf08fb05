"""How do the agencies' own grades stand against the moderated ones, over the cases of a review?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from models.rules.core.counts import count_words, noun_of, spelt, upper_first
from models.rules.documents.pictures import Grid, GridRow, Picture, Square, heat

FEWEST_CASES: Final = 5
"""Fewer moderated cases than this say nothing about moderation, and much about a family: all of it is withheld."""


def moved_grades_picture(
    counts: Mapping[tuple[str, str], int],
    grades: Sequence[str],
    *,
    cases: int,
    others: int = 0,
    of: str = "this review",
    href: str = "",
) -> Picture:
    """Own grades down, moderated ones across, the same grade framed; `counts` by own and moderated grade.

    `grades` stand from the best to the worst. `cases` are the moderated cases, `others` the own grades on a scale that
    has other words, which are not compared; `of` says of which reviews. Fewer than five cases, or none to compare: no
    number at all.

    >>> counts = {("Good", "Good"): 4, ("Good", "Inadequate"): 2, ("Inadequate", "Good"): 1}
    >>> picture = moved_grades_picture(counts, ["Good", "Inadequate"], cases=5)
    >>> picture.says
    'Four of seven own grades stood. Where moderation moved one, it was downwards in two and upwards in one.'
    >>> [[(cell.words, cell.is_framed) for cell in row.cells] for row in picture.plot.rows]
    [[('4', True), ('2', False)], [('1', False), ('0', True)]]
    >>> moved_grades_picture(counts, ["Good", "Inadequate"], cases=4).table
    ()
    """
    title, headings = "Own grade and moderated grade", ("Own grade", *grades)
    total = sum(counts.values())
    if cases < FEWEST_CASES or not total:
        return Picture("moderated", title, _withheld(cases), None, headings, ())
    most = max(counts.values())
    rows = [(own, [counts.get((own, moderated), 0) for moderated in grades]) for own in grades]
    grid = tuple(
        GridRow(own, tuple(_cell(count, most, is_same=own == grades[at]) for at, count in enumerate(line)))
        for own, line in rows
    )
    left_out = (
        f" {upper_first(count_words(others, 'grade'))} on another scale {noun_of(others, 'is', 'are')} left out."
        if others
        else ""
    )
    return Picture(
        "moderated", title, _sentence(counts, grades, total),
        Grid("Own ↓ moderated →", tuple(grades), grid),
        headings, tuple((own, *(f"{count:,}" for count in line)) for own, line in rows),
        f"{count_words(total, 'own grade')} of {count_words(cases, 'moderated case')} of {of}. "
        f"Framed: both are the same.{left_out} It does not say which of the two is right.",
        href, "Open the case audits", shape="Table",
    )  # fmt: skip


def _cell(count: int, most: int, *, is_same: bool) -> Square:
    return Square(f"{count:,}", heat(count, most), is_framed=is_same)


def _withheld(cases: int) -> str:
    if cases < FEWEST_CASES:
        return f"Fewer than {spelt(FEWEST_CASES)} cases are moderated yet, so how own grades stood up is withheld."
    return "No own grade uses the words of the moderated grades, so nothing is compared."


def _sentence(counts: Mapping[tuple[str, str], int], grades: Sequence[str], total: int) -> str:
    places = {grade: place for place, grade in enumerate(grades)}
    steps = [(places[moderated] - places[own], count) for (own, moderated), count in counts.items()]
    stood, down = (sum(count for step, count in steps if fits(step)) for fits in (_same, _worse))
    up = total - stood - down
    if stood == total:
        return f"All {spelt(total)} own grades stood." if total > 1 else "The one own grade stood."
    which = f"{upper_first(spelt(stood)) if stood else 'None'} of {spelt(total)} own grades stood."
    if not (down and up):
        return f"{which} Where moderation moved one, it was always {'downwards' if down else 'upwards'}."
    return f"{which} Where moderation moved one, it was downwards in {spelt(down)} and upwards in {spelt(up)}."


def _same(step: int) -> bool:
    return step == 0


def _worse(step: int) -> bool:
    return step > 0
