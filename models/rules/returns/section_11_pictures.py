"""How many partners have returned Section 11, and how do their scores spread over the standards?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from models.rules.core.counts import count_words, list_words, noun_of, spelt, upper_first
from models.rules.documents.bars import Bar, Part
from models.rules.documents.pictures import Grid, GridRow, Key, Picture, Rows, Square, bar_rows, heat
from models.rules.returns.section_11 import HIGHEST, StandardSummary, told_apart

MODERATED: Final = "Moderated"
RETURNED: Final = "Returned"
ASKED: Final = "Asked"
LATE: Final = "Late"
NOT_ASKED: Final = "Not asked"
_TONES: Final = {MODERATED: "green", RETURNED: "blue", ASKED: "grey", LATE: "red", NOT_ASKED: "track"}
_LOW: Final = 1
"""Scores up to this one are what the sentence warns of."""
_NAMED: Final = 2


def partners_picture(counts: Mapping[str, int], hrefs: Mapping[str, str]) -> Picture:
    """The expected partners of a cycle by where their return stands, as one bar; `counts` by the words above.

    >>> picture = partners_picture({MODERATED: 3, RETURNED: 1, LATE: 1, NOT_ASKED: 1}, {})
    >>> picture.says
    'Four of six partners have returned it; three of them are moderated, and one is late.'
    >>> partners_picture({}, {}).says
    'No partner is asked.'
    """
    shown = {state: counts[state] for state in _TONES if counts.get(state)}
    total = sum(shown.values())
    bar = Bar("All partners", tuple(Part(state, count, _TONES[state]) for state, count in shown.items()))
    key = tuple(Key(state, _TONES[state], count, hrefs.get(state, "")) for state, count in shown.items())
    return Picture(
        "partners",
        "Who has returned it",
        _partners_words(shown, total),
        Rows(bar_rows([bar], with_numbers=True).lines, key, has_track=True, is_wide=True) if total else None,
        ("State", "Partners"),
        tuple((state, f"{count:,}") for state, count in shown.items()),
        f"{count_words(total, 'partner')} {noun_of(total, 'is', 'are')} expected to return it. "
        "That a return is there does not say how good it is.",
        shape="Stacked bar",
    )


def _partners_words(counts: Mapping[str, int], total: int) -> str:
    if not total:
        return "No partner is asked."
    moderated, late = counts.get(MODERATED, 0), counts.get(LATE, 0)
    back = moderated + counts.get(RETURNED, 0)
    if not back:
        said = f"None of the {spelt(total)} partners has returned it yet" if total > 1 else "The one partner is awaited"
        return f"{said}; {spelt(late)} {noun_of(late, 'is', 'are')} late." if late else f"{said}."
    said = f"{upper_first(spelt(back))} of {count_words_spelt(total)} {noun_of(back, 'has', 'have')} returned it"
    parts = [
        f"{spelt(moderated)} of them {noun_of(moderated, 'is', 'are')} moderated" if moderated else "",
        f"{spelt(late)} {noun_of(late, 'is', 'are')} late" if late else "",
    ]
    more = ", and ".join(part for part in parts if part)
    return f"{said}; {more}." if more else f"{said}."


def count_words_spelt(partners: int) -> str:
    """Partners as a sentence counts them.

    >>> count_words_spelt(1), count_words_spelt(12)
    ('one partner', '12 partners')
    """
    return f"{spelt(partners)} {noun_of(partners, 'partner')}"


def standards_picture(standards: Sequence[StandardSummary]) -> Picture:
    """How many returns stand at each score, standard by standard: the moderated score, else the partner's own.

    >>> trained = StandardSummary("Staff are trained.", 3, 2.3, 2.0, 1, 1, {3: 1, 2: 1, 0: 1})
    >>> picture = standards_picture([trained])
    >>> picture.says
    'One of three scores is 3, the best; one is 0 or 1, for “Staff are trained.”'
    >>> [(cell.words, cell.tone) for cell in picture.plot.rows[0].cells]
    [('1', 'h1'), ('1', 'h1'), ('0', ''), ('1', 'h1')]
    """
    told = told_apart([each.text for each in standards])
    standards = [replace(each, text=text) for each, text in zip(standards, told, strict=True)]
    scores = range(HIGHEST, -1, -1)
    given = sum(sum(each.standing.values()) for each in standards)
    headings = ("Standard", *(f"Score {score}" for score in scores))
    rows = [(each, [each.standing.get(score, 0) for score in scores]) for each in standards]
    grid = tuple(
        GridRow(each.text, tuple(Square(f"{count:,}", heat(count, sum(counts))) for count in counts))
        for each, counts in rows
    )
    moderated = sum(each.moderated_count for each in standards)
    return Picture(
        "standards", "Standards by score", _scores_words(standards, given) if given else "No standard is scored yet.",
        Grid("Standard ↓ score →", tuple(map(str, scores)), grid) if given else None, headings,
        tuple((each.text, *(f"{count:,}" for count in counts)) for each, counts in rows),
        f"Number of returns; {moderated:,} of {count_words(given, 'score')} {noun_of(moderated, 'is', 'are')} "
        "moderated, the others are the partners’ own. A score is a judgement, not a measurement.",
        is_wide=True, shape="Table",
    )  # fmt: skip


def _scores_words(standards: Sequence[StandardSummary], given: int) -> str:
    best = sum(each.standing.get(HIGHEST, 0) for each in standards)
    low = {each.text: sum(each.standing.get(score, 0) for score in range(_LOW + 1)) for each in standards}
    lowest = sum(low.values())
    of = f"of {spelt(given)} {noun_of(given, 'score')} {noun_of(best or 1, 'is', 'are')} {HIGHEST}, the best"
    said = f"{upper_first(spelt(best)) if best else 'None'} {of}"
    if not lowest:
        return f"{said}; none is 0 or 1."
    most = max(low.values())
    worst = [text for text, count in low.items() if count == most]
    which = list_words([f"“{text}”" for text in worst])
    of_them = f"{spelt(most)} each " if worst[1:] else f"{spelt(most)} of them "
    named = f", {'' if most == lowest else of_them}for {which}"
    where = named if len(worst) <= _NAMED else ""
    end = "" if where.endswith(".”") else "."
    return f"{said}; {spelt(lowest)} {noun_of(lowest, 'is', 'are')} 0 or 1{where}{end}"
