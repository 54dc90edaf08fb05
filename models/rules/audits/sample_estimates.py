"""What does a drawn sample say of all cases of its frame, in words and as a picture, and when may nothing be said?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from models.rules.audits.moved_grades import FEWEST_CASES
from models.rules.core.counts import count_words, noun_of, signed, spelt
from models.rules.documents.pictures import Line, Mark, Picture, Rows, Tick
from models.rules.sampling.estimates import Estimate, StratumResult, change_between, estimate_of

GOOD: Final = ("outstanding", "good")
"""The codes of the grades that are good or better."""

NO_GRADE: Final = ("not_applicable", "cannot_tell")
"""Grades that say nothing of a case, so that it counts as one without a grade."""

TITLE: Final = "From the sample to all cases"
ALL: Final = "All cases"
CHANGE: Final = "Change between two draws"
FIGURES: Final = ("Cases", "Graded", "Good or better", "Of all cases, likely")
"""What the table of an estimate counts."""
REFUSALS: Final = {
    "void": "was voided",
    "quick": "was a quick draw, with no witness to its seed",
    "typed": "has a seed that one person typed, so nobody can show that its cases were not chosen by hand",
}
"""Why no statement can be made, by what the draw is."""

TICKS: Final = (Tick(0.0, "0%"), Tick(0.5, "50%"), Tick(1.0, "100%"))


def no_estimate(reason: str) -> Picture:
    """The picture that is not drawn, and why: one of REFUSALS.

    >>> no_estimate("void").says
    'Nothing can be said of all cases: this draw was voided.'
    """
    return _undrawn(f"Nothing can be said of all cases: this draw {REFUSALS[reason]}.")


def _undrawn(says: str) -> Picture:
    return Picture("estimate", TITLE, says, None, (), (), shape="Dot plot")


def estimate_picture(strata: Sequence[StratumResult], *, hides_few: bool = False) -> Picture:
    """How many of all cases would be good or better, all together and of each stratum; `hides_few` withholds those with
    fewer than five graded cases, for papers that leave the hub.

    >>> picture = estimate_picture([StratumResult("Early help", 1502, 14, 6)])
    >>> picture.says.split(". ")[1]
    'Had all 1,502 been audited, between 689 and 1,321 of them probably would have been (95%).'
    >>> estimate_picture([StratumResult("Early help", 1502, 3, 1)]).plot is None
    True
    """
    whole = estimate_of(strata)
    if whole.graded < FEWEST_CASES:
        says = f"Fewer than {spelt(FEWEST_CASES)} cases are graded yet, so nothing is said of all cases."
        return _undrawn(says)
    told = [stratum for stratum in strata if stratum.population]
    parts = [each for each in told if not hides_few or each.graded >= FEWEST_CASES] if len(told) > 1 else []
    lines = [whole_line(ALL, whole), *(_stratum_line(stratum) for stratum in parts)]
    table = [whole_row(ALL, whole)]
    table += [_row(each.name, each.population, each.good, each.graded, each.bounds) for each in parts]
    return Picture(
        "estimate", TITLE, estimate_sentence(whole), Rows(tuple(lines), ticks=TICKS),
        ("Part of the draw", *FIGURES), tuple(table),
        _base(whole, len(told) - len(parts) if hides_few and len(told) > 1 else 0), shape="Dot plot",
    )  # fmt: skip


def change_words(before: Sequence[StratumResult], after: Sequence[StratumResult]) -> str:
    """How the share that would be good or better has changed among all cases, from one draw to the next, in words.

    >>> change_words([StratumResult("All", 1502, 8, 12)], [StratumResult("All", 1400, 17, 3)])[:69]
    'Good or better among all cases: 40% then, 85% now, a change of +45 po'
    >>> change_words([StratumResult("All", 1502, 8, 12)], [StratumResult("All", 1400, 10, 10)]).split(". ")[-1]
    'There is no evidence of a change: none at all would fit as well.'
    >>> change_words([StratumResult("All", 1502, 1, 1)], [StratumResult("All", 1400, 10, 10)])
    'Fewer than five cases of a draw are graded, so nothing is said of a change among all cases.'
    """
    then, now = estimate_of(before), estimate_of(after)
    if min(then.graded, now.graded) < FEWEST_CASES:
        few = f"Fewer than {spelt(FEWEST_CASES)} cases of a draw are graded"
        return f"{few}, so nothing is said of a change among all cases."
    if then.share is None or now.share is None:
        return "A part of a draw has no graded case, so nothing is said of a change among all cases."
    change = change_between((then.share, *then.shares), (now.share, *now.shares))
    low, high, middle = (signed(100 * each) for each in (change.low, change.high, change.difference))
    verdict = "There is no evidence of a change: none at all would fit as well."
    if change.is_shown:
        verdict = f"There is evidence of a change for the {'better' if change.low > 0 else 'worse'}."
    return (
        f"Good or better among all cases: {then.share:.0%} then, {now.share:.0%} now, a change of {middle} points, "
        f"likely between {low} and {high} (95%). {verdict}"
    )


def change_picture(before: Sequence[StratumResult], after: Sequence[StratumResult]) -> Picture:
    """What two draws say of all cases then and now, and of the change; not drawn where nothing is said of one.

    >>> picture = change_picture([StratumResult("All", 1502, 8, 12)], [StratumResult("All", 1400, 17, 3)])
    >>> picture.says[-45:], [row[-1] for row in picture.table]
    ('There is evidence of a change for the better.', ['289 to 958', '872 to 1,354'])
    >>> change_picture([StratumResult("All", 1502, 1, 1)], [StratumResult("All", 1400, 10, 10)]).plot is None
    True
    """
    says, then, now = change_words(before, after), estimate_of(before), estimate_of(after)
    if not _may_compare(then, now):
        return Picture("change", CHANGE, says, None, (), (), shape="Dot plot")
    lines = (whole_line("Then", then, is_strong=False), whole_line("Now", now))
    return Picture(
        "change", CHANGE, says, Rows(lines, ticks=TICKS), ("Draw", *FIGURES),
        (whole_row("Then", then), whole_row("Now", now)),
        f"{_base(replace(now, unknown=then.unknown + now.unknown), 0)} It cannot say why.", shape="Dot plot",
    )  # fmt: skip


def no_change(reason: str) -> Picture:
    """The picture of a change that is not drawn as one of the draws allows no statement: one of REFUSALS.

    >>> no_change("quick").says[:79]
    'Nothing can be said of a change among all cases: one of the draws was a quick d'
    """
    says = f"Nothing can be said of a change among all cases: one of the draws {REFUSALS[reason]}."
    return Picture("change", CHANGE, says, None, (), (), shape="Dot plot")


def _may_compare(then: Estimate, now: Estimate) -> bool:
    return min(then.graded, now.graded) >= FEWEST_CASES and None not in (then.share, now.share)


def estimate_sentence(whole: Estimate) -> str:
    """What was seen, and what that says of all cases.

    >>> estimate_sentence(estimate_of([StratumResult("Early help", 1502, 1, 19)]))[:51]
    '1 of 20 audited cases was good or better. Had all 1'
    """
    audited = f"{whole.good:,} of {count_words(whole.graded, 'audited case')} {noun_of(whole.good, 'was', 'were')}"
    return (
        f"{audited} good or better. Had all {whole.population:,} been audited, between {whole.low:,} and "
        f"{whole.high:,} of them probably would have been (95%)."
    )


def _base(whole: Estimate, withheld: int) -> str:
    words = [
        "Good or better: moderated as Good or Outstanding. Dot: the share seen, each part of the draw by its size;"
    ]
    words.append("line: what is likely of all cases, exact for a finite list, at 95%.")
    if whole.unknown:
        without = count_words(whole.unknown, "drawn case has", "drawn cases have")
        words.append(f"{without} no grade or left the sample; the line holds whatever theirs would have been.")
    if whole.share is None:
        words.append("A part of the draw has no graded case yet, so there is no dot for all cases.")
    if withheld:
        words.append(f"Parts with fewer than {spelt(FEWEST_CASES)} graded cases are not shown by themselves.")
    return " ".join(words)


def _stratum_line(stratum: StratumResult) -> Line:
    low, high = stratum.bounds
    shares = low / stratum.population, high / stratum.population
    value = f"{stratum.good:,} of {stratum.graded:,}"
    return _line(stratum.name, stratum.share, shares, value, is_whole=False)


def whole_line(name: str, whole: Estimate, *, href: str = "", is_strong: bool = True) -> Line:
    """A draw as a whole in a picture: its share and what is likely of all cases."""
    value = f"{whole.good:,} of {whole.graded:,}"
    return _line(name, whole.share, whole.shares, value, is_whole=is_strong, href=href)


def whole_row(name: str, whole: Estimate) -> tuple[str, ...]:
    """A draw as a whole in the picture's table.

    >>> whole_row("AS-1", estimate_of([StratumResult("Early help", 1502, 14, 6)]))
    ('AS-1', '1,502', '20', '14', '689 to 1,321')
    """
    return _row(name, whole.population, whole.good, whole.graded, (whole.low, whole.high))


def _line(
    name: str, share: float | None, ends: tuple[float, float], value: str, *, is_whole: bool, href: str = ""
) -> Line:
    tone, (low, high) = ("blue" if is_whole else "grey"), ends
    dots = (Mark(share, share, tone, kind="dot"),) if share is not None else ()
    text = f"likely {round(100 * low)}% to {round(100 * high)}% of all"
    return Line(name, (Mark(low, high, tone, kind="line"), *dots), value, href, is_strong=is_whole, text=text)


def _row(name: str, population: int, good: int, graded: int, ends: tuple[int, int]) -> tuple[str, ...]:
    return name, f"{population:,}", f"{graded:,}", f"{good:,}", f"{ends[0]:,} to {ends[1]:,}"
