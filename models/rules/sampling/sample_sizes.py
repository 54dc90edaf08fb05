"""What can a number of cases tell, how many would tell enough, and how are they best divided among the strata?

Formulas (Cochran, Sampling Techniques, 3rd edition 1977, sections 4.4, 5.5 and 5.9), for a share of one half, of which
a sample says least, at 95%, z = 1.96:

- give or take, one stratum: z sqrt(P (1 - P) / n x (N - n) / (N - 1)), in points (hundredths of all cases);
- give or take, all strata: z sqrt(sum of W^2 P (1 - P) / n x (N - n) / (N - 1)), W = the stratum's part of all cases;
- cases wanted for so many points: N n0 / (N - 1 + n0), n0 = z^2 P (1 - P) / points^2, rounded up;
- Neyman's division: n in proportion to N sqrt(P (1 - P)), P from the grades of an earlier draw.

They are for planning; what is said of a finished draw rests on exact intervals (`estimates`), which are wider where a
stratum gives few cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

from models.rules.core.counts import count_words
from models.rules.sampling.allocation import divided, neyman_weights
from models.rules.sampling.sample_plans import AllocationMethod

_Z: Final = 1.959963984540054
_WANTED: Final = 10
"""Points that a plan page reckons the number of cases for."""

_UNTOLD: Final = "nothing can be told of all, as a part that has cases gives none."


@dataclass(frozen=True)
class Earlier:
    """Of one stratum of an earlier draw: how many graded cases were good, of how many."""

    good: int
    graded: int

    @property
    def spread(self) -> float:
        """sqrt(P (1 - P)), with one good and one other case added, so that no stratum seems to be all alike.

        >>> Earlier(0, 0).spread, round(Earlier(4, 4).spread, 3)
        (0.5, 0.373)
        """
        share = (self.good + 1) / (self.graded + 2)
        return sqrt(share * (1 - share))

    @property
    def thousandths(self) -> int:
        """The spread as a plan holds it.

        >>> Earlier(0, 0).thousandths, Earlier(4, 4).thousandths
        (500, 373)
        """
        return round(1000 * self.spread)


def give_or_take(population: int, drawn: int) -> int | None:
    """In whole points, how far the share of the drawn may lie from that of all; None when nothing is drawn.

    >>> give_or_take(1502, 20), give_or_take(1502, 91), give_or_take(7, 7), give_or_take(9, 0)
    (22, 10, 0, None)
    """
    return give_or_take_of({"": population}, {"": drawn})


def give_or_take_of(populations: Mapping[str, int], drawn: Mapping[str, int]) -> int | None:
    """The same of all strata together, each by its size; None when one that has cases gives none.

    >>> give_or_take_of({"Early help": 1000, "Protection": 100}, {"Early help": 10, "Protection": 10})
    28
    """
    filled = {name: there for name, there in populations.items() if there}
    if not filled or any(not drawn.get(name) for name in filled):
        return None
    whole = sum(filled.values())
    variances = (_variance(there, drawn[name]) * (there / whole) ** 2 for name, there in filled.items())
    return round(100 * _Z * sqrt(sum(variances)))


def _variance(population: int, drawn: int) -> float:
    return 0.25 / drawn * (population - drawn) / (population - 1) if population > 1 else 0.0


def cases_wanted(population: int, points: int = _WANTED) -> int:
    """How many cases of so many would tell the share give or take so many points.

    >>> cases_wanted(1502), cases_wanted(1502, 5), cases_wanted(8), cases_wanted(0)
    (91, 307, 8, 0)
    """
    endless = _Z**2 * 0.25 / (points / 100) ** 2
    return ceil(population * endless / (population - 1 + endless)) if population else 0


@dataclass(frozen=True)
class SizeWords:
    """What a plan's size can tell: of each stratum in points (None: nothing), of all in a sentence, and how the same
    number would tell otherwise divided: the way, its numbers and its points.
    """

    points: Mapping[str, int | None]
    sentence: str
    ways: tuple[tuple[str, Mapping[str, int], int | None], ...]


def size_words(
    populations: Mapping[str, int], drawn: Mapping[str, int], earlier: Mapping[str, Earlier] | None = None
) -> SizeWords:
    """What a plan that draws so many cases of each stratum can tell.

    >>> size_words({"Early help": 1502}, {"Early help": 20}).sentence
    '20 of 1,502 cases: give or take 22 points at 95%. 91 cases would give 10, drawn from all alike.'
    """
    whole, total = sum(populations.values()), sum(drawn.values())
    reach, wanted = give_or_take_of(populations, drawn), cases_wanted(whole)
    sentence = f"{total:,} of {count_words(whole, 'case')}: "
    sentence += f"give or take {count_words(reach, 'point')} at 95%." if reach is not None else _UNTOLD
    if total < wanted:
        sentence += f" {count_words(wanted, 'case')} would give {_WANTED}, drawn from all alike."
    ways = divisions(populations, total, earlier) if len([there for there in populations.values() if there]) > 1 else {}
    return SizeWords(
        {name: give_or_take(there, drawn.get(name, 0)) for name, there in populations.items()},
        sentence,
        tuple((way, parts, give_or_take_of(populations, parts)) for way, parts in ways.items()),
    )


def divisions(
    populations: Mapping[str, int], total: int, earlier: Mapping[str, Earlier] | None = None
) -> dict[str, dict[str, int]]:
    """The same number of cases divided equally, in proportion and, where earlier grades are known, by Neyman.

    Every stratum that has cases gives at least one, where the number reaches so far.

    >>> ways = divisions({"Early help": 900, "Protection": 100}, 20, {"Early help": Earlier(9, 10)})
    >>> [(name, list(parts.values())) for name, parts in ways.items()]
    [('equally', [10, 10]), ('in proportion to size', [18, 2]), ('by the spread of earlier grades', [17, 3])]
    """
    ways = {
        "equally": divided(populations, total, AllocationMethod.EQUAL),
        "in proportion to size": divided(populations, total, AllocationMethod.PROPORTIONAL),
    }
    if earlier:
        filled = {name: there for name, there in populations.items() if there}
        weights = neyman_weights(filled, {name: known.thousandths for name, known in earlier.items()})
        ways["by the spread of earlier grades"] = divided(populations, total, AllocationMethod.PROPORTIONAL, weights)
    return ways
