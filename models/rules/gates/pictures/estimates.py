"""What do the draws of a year's reviews say of all cases, and of which may nothing be said?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.rules.audits.moved_grades import FEWEST_CASES
from models.rules.audits.sample_estimates import (
    FIGURES,
    REFUSALS,
    TICKS,
    change_words,
    estimate_sentence,
    whole_line,
    whole_row,
)
from models.rules.core.counts import count_words, list_words, lower_first, spelt
from models.rules.documents.pictures import Line, Picture, Rows
from models.rules.sampling.estimates import Estimate, StratumResult, estimate_of

NAME: Final = "estimates"
TITLE: Final = "From the samples to all cases"
_FEW: Final = "Too few graded"
_REFUSED: Final = "No statement"


@dataclass(frozen=True)
class DrawResults:
    """A draw: its title and the page of its review, what came of its strata, or by which of REFUSALS it says nothing.

    `earlier` is the draw of which it is the second, by the same plan.
    """

    title: str
    href: str
    strata: tuple[StratumResult, ...] = ()
    refusal: str = ""
    earlier: DrawResults | None = None

    @property
    def whole(self) -> Estimate:
        """All its strata together."""
        return estimate_of(self.strata)

    @property
    def is_told(self) -> bool:
        """Whether it says something of all cases."""
        return not self.refusal and sum(stratum.graded for stratum in self.strata) >= FEWEST_CASES


def estimates_picture(draws: Sequence[DrawResults]) -> Picture:
    """Each draw with what is likely of all its cases, and the change where one repeats another; with those that say
    nothing and why.

    >>> good = DrawResults("Neglect", "/", (StratumResult("Early help", 1502, 14, 6),))
    >>> picture = estimates_picture([good, DrawResults("Hoarding", "/", refusal="quick")])
    >>> picture.says.split(". ")[0], [line.value for line in picture.plot.lines]
    ('“Neglect”: 14 of 20 audited cases were good or better', ['14 of 20', 'No statement'])
    >>> again = DrawResults("A year on", "/", (StratumResult("Early help", 1400, 17, 3),), earlier=good)
    >>> estimates_picture([good, again]).says.split(". ")[2]
    'Good or better among all cases: 70% then, 85% now, a change of +15 points, likely between −14 and +42 (95%)'
    >>> estimates_picture([DrawResults("Hoarding", "/", refusal="void")]).says
    'Nothing can be said of all cases: “Hoarding” was voided.'
    >>> estimates_picture([]).says
    'No sample of the year’s reviews has been drawn yet.'
    """
    told = [draw for draw in draws if draw.is_told]
    if not draws:
        return _undrawn("No sample of the year’s reviews has been drawn yet.")
    if not told:
        return _undrawn(" ".join(_unsaid(draws)))
    again = [draw for draw in told if draw.earlier is not None and draw.earlier.is_told]
    latest = [draw for draw in told if draw not in [each.earlier for each in again]]
    says = " ".join([_said(latest), *(_changed(draw, is_named=len(latest) > 1) for draw in again)])
    base = (
        "Good or better: moderated as Good or Outstanding. Dot: the share seen, each part of a draw by its size; line: "
        "what is likely of all cases, exact for a finite list, at 95%."
    )
    plot = Rows(tuple(map(_line, draws)), ticks=TICKS, is_wide=True)
    return Picture(
        NAME, TITLE, says, plot, ("Draw", *FIGURES), tuple(map(_row, draws)), " ".join([base, *_unsaid(draws)]),
        is_wide=True, shape="Dot plot",
    )  # fmt: skip


def _undrawn(says: str) -> Picture:
    return Picture(NAME, TITLE, says, None, (), (), shape="Dot plot")


def _said(told: Sequence[DrawResults]) -> str:
    """The whole sentence of one draw; of several how likely their shares are."""
    if len(told) == 1:
        return f"“{told[0].title}”: {estimate_sentence(told[0].whole)}"
    shares = ((draw.title, *draw.whole.shares) for draw in told)
    parts = [f"{round(100 * low)}% to {round(100 * high)}% in “{title}”" for title, low, high in shares]
    return f"Had all cases been audited, so many probably would have been good or better (95%): {list_words(parts)}."


def _changed(draw: DrawResults, *, is_named: bool) -> str:
    """The change since the draw that it repeats; with its title where several draws are told."""
    words = change_words(draw.earlier.strata if draw.earlier else (), draw.strata)
    return f"Since the draw before “{draw.title}”: {lower_first(words)}" if is_named else words


def _unsaid(draws: Sequence[DrawResults]) -> list[str]:
    """Of which draws nothing is said, and why."""
    refused = [f"“{draw.title}” {REFUSALS[draw.refusal]}" for draw in draws if draw.refusal]
    few = sum(not draw.refusal and not draw.is_told for draw in draws)
    words = [f"Nothing can be said of all cases: {list_words(refused)}."] if refused else []
    if few:
        verb = "has" if few == 1 else "have"
        words.append(f"{count_words(few, 'draw')} {verb} fewer than {spelt(FEWEST_CASES)} graded cases yet.")
    return words


def _line(draw: DrawResults) -> Line:
    if draw.is_told:
        return whole_line(draw.title, draw.whole, href=draw.href)
    return Line(draw.title, (), _REFUSED if draw.refusal else _FEW, draw.href)


def _row(draw: DrawResults) -> tuple[str, ...]:
    if draw.is_told:
        return whole_row(draw.title, draw.whole)
    return draw.title, "–", "–", "–", _REFUSED if draw.refusal else _FEW
