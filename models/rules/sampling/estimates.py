"""What would auditing all cases of a frame have found, judging by those drawn at random from its strata?

Of one stratum: the exact interval of `finite_counts`. Of all strata together: the fewest (and the most) cases over all
divisions among the strata that a weighted combination of the strata's exact chances does not refuse
(`weighted_chances`). Neither assumes a normal distribution, so both hold at 95% however few cases a stratum gives; the
price is that the interval over all strata is wider than the usual one, which is too short for so few.

Cases without a grade, and cases that left the sample, count as drawn: as not good for the lower end of an interval, as
good for the upper one. So no interval leans on what became of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heapreplace
from math import exp, hypot, inf

from models.rules.sampling.finite_counts import TAIL, likely_range, log_tail
from models.rules.sampling.weighted_chances import design_weights, most_surprise

Drawn = tuple[int, int, int]
"""Of one stratum: cases there, cases drawn, cases of the kind among those drawn."""

Interval = tuple[float, float, float]
"""A share with its lower and its upper end."""


@dataclass(frozen=True)
class StratumResult:
    """What came of one stratum, in cases: `good` and `other` were graded, `unknown` were drawn and have no grade."""

    name: str
    population: int
    good: int
    other: int
    unknown: int = 0

    @property
    def graded(self) -> int:
        """Cases with a grade that counts."""
        return self.good + self.other

    @property
    def drawn(self) -> int:
        """Cases that the draw gave, whatever became of them."""
        return self.graded + self.unknown

    @property
    def share(self) -> float | None:
        """Good among the graded, from 0 to 1; None while nothing is graded.

        >>> StratumResult("Early help", 100, 3, 1).share, StratumResult("Early help", 100, 0, 0, 4).share
        (0.75, None)
        """
        return self.good / self.graded if self.graded else None

    @property
    def bounds(self) -> tuple[int, int]:
        """The fewest and the most good cases among all of the stratum, at 95%.

        >>> StratumResult("Early help", 100, 3, 1).bounds, StratumResult("Early help", 100, 3, 0, 1).bounds
        ((21, 99), (21, 100))
        """
        return (
            likely_range(self.population, self.drawn, self.good)[0],
            likely_range(self.population, self.drawn, self.good + self.unknown)[1],
        )


@dataclass(frozen=True)
class Estimate:
    """How many of all cases would be good: `low` to `high` at 95%, `expected` in the middle of things (None: no idea).

    Counts are cases; `good` of `graded` were seen.
    """

    population: int
    good: int
    graded: int
    unknown: int
    expected: float | None
    low: int
    high: int

    @property
    def shares(self) -> tuple[float, float]:
        """Both ends as shares of all cases, 0 to 1."""
        return (self.low / self.population, self.high / self.population) if self.population else (0.0, 1.0)

    @property
    def share(self) -> float | None:
        """The expected share; None where a stratum has no graded case, so that nothing stands for it."""
        return self.expected / self.population if self.expected is not None and self.population else None


def estimate_of(strata: Sequence[StratumResult]) -> Estimate:
    """All strata together: each counts by its size, not by how many cases it gave.

    The expected number is the sum of N times the share seen in each stratum (Cochran, Sampling Techniques, 3rd edition
    1977, section 5.3).

    >>> whole = estimate_of([StratumResult("All", 1502, 14, 6)])
    >>> whole.low, whole.high, round(whole.expected)
    (689, 1321, 1051)
    >>> parted = estimate_of([StratumResult("Early help", 1000, 1, 9), StratumResult("Protection", 100, 9, 1)])
    >>> parted.low, round(parted.expected), parted.high
    (28, 190, 539)
    """
    filled = [stratum for stratum in strata if stratum.population]
    known = [each.population * each.share for each in filled if each.share is not None]
    population = sum(stratum.population for stratum in filled)
    good = [(stratum.population, stratum.drawn, stratum.good) for stratum in filled]
    other = [(stratum.population, stratum.drawn, stratum.other) for stratum in filled]
    return Estimate(
        population=population,
        good=sum(stratum.good for stratum in filled),
        graded=sum(stratum.graded for stratum in filled),
        unknown=sum(stratum.unknown for stratum in filled),
        expected=sum(known) if len(known) == len(filled) and filled else None,
        low=fewest_together(good),
        high=population - fewest_together(other),
    )


def fewest_together(strata: Sequence[Drawn], tail: float = TAIL) -> int:
    """The fewest cases of a kind in all strata together that the draws do not refuse; each (population, drawn, seen).

    >>> fewest_together([(1502, 20, 14)]), fewest_together([(10, 10, 4), (50, 0, 0)])
    (689, 4)
    """
    return _reckoned(tuple(strata), tail)


@lru_cache(maxsize=1_000)
def _reckoned(strata: tuple[Drawn, ...], tail: float) -> int:
    """The same, kept by its numbers: it takes some milliseconds, and every page that shows a draw asks for it again."""
    settled = sum(seen for there, drawn, seen in strata if drawn == there)
    open_strata = [each for each in strata if 0 < each[1] < each[0]]
    if not open_strata:
        return settled
    if len(open_strata) == 1:
        return settled + likely_range(*open_strata[0], tail)[0]
    weights = design_weights([each[0] for each in open_strata], [each[1] for each in open_strata])
    return settled + _cheapest(open_strata, weights, most_surprise(weights, tail))


def _cheapest(strata: Sequence[Drawn], weights: Sequence[float], allowed: float) -> int:
    """The smallest sum of cases whose weighted surprise stays within what is allowed.

    The surprise of a stratum is convex in its number of cases (the hypergeometric chance is log-concave in it), so one
    price a case divides best: first the highest price that can be paid, then the cheapest cases that are left.
    """
    curves = [_Surprise(stratum, weight) for stratum, weight in zip(strata, weights, strict=True)]
    low, high = -40.0, 10.0  # logarithms of the price of one case
    for _ in range(40):
        middle = (low + high) / 2
        if sum(curve.at(curve.down_to(exp(middle))) for curve in curves) <= allowed:
            low = middle
        else:
            high = middle
    kinds = [curve.down_to(exp(low)) for curve in curves]
    left = allowed - sum(curve.at(kind) for curve, kind in zip(curves, kinds, strict=True))
    prices = [(curve.price(kind), number) for number, (curve, kind) in enumerate(zip(curves, kinds, strict=True))]
    heapify(prices)
    while prices[0][0] <= left:
        price, number = prices[0]
        left, kinds[number] = left - price, kinds[number] - 1
        heapreplace(prices, (curves[number].price(kinds[number]), number))
    return sum(kinds)


@dataclass(frozen=True)
class _Surprise:
    """How surprising what a stratum gave would be, by how many of its cases are of the kind."""

    stratum: Drawn
    weight: float

    def at(self, kind: int) -> float:
        """-ln P(at least so many seen), weighted."""
        return -self.weight * log_tail(*self.stratum, kind)

    def price(self, kind: int) -> float:
        """What one case fewer than `kind` costs; without end where fewer than were seen would be left."""
        return self.at(kind - 1) - self.at(kind) if kind > self.stratum[2] else inf

    def down_to(self, price: float) -> int:
        """The number of cases that is left when every case is taken away that costs at most the price."""
        there, drawn, seen = self.stratum
        low, high = seen, there - drawn + seen
        while low < high:
            middle = (low + high) // 2
            if self.price(middle) > price:
                low = middle + 1
            else:
                high = middle
        return low if self.price(low) > price else low - 1


@dataclass(frozen=True)
class Change:
    """The difference of two shares, later less earlier, and its ends at 95%; from -1 to 1."""

    difference: float
    low: float
    high: float

    @property
    def is_shown(self) -> bool:
        """Whether there is evidence of a change: the interval does not hold zero.

        >>> Change(0.2, -0.1, 0.5).is_shown, Change(0.2, 0.1, 0.3).is_shown
        (False, True)
        """
        return self.low > 0 or self.high < 0


def change_between(before: Interval, after: Interval) -> Change:
    """The change between two independent draws, from the share and both ends of each.

    Newcombe's hybrid (Statistics in Medicine 17, 1998, method 10; in general Zou and Donner, Statistics in Medicine 27,
    2008): low = d - sqrt((p2 - l2)^2 + (u1 - p1)^2), high = d + sqrt((u2 - p2)^2 + (p1 - l1)^2). It is given the exact
    ends of each draw in place of Wilson's, so that sizes of frames and of strata are in it.

    >>> change = change_between((0.5, 0.3, 0.7), (0.8, 0.6, 0.9))
    >>> round(change.difference, 3), round(change.low, 3), round(change.high, 3)
    (0.3, 0.017, 0.524)
    """
    (first, first_low, first_high), (then, then_low, then_high) = before, after
    difference = then - first
    down, up = hypot(then - then_low, first_high - first), hypot(then_high - then, first - first_low)
    return Change(difference, max(-1.0, difference - down), min(1.0, difference + up))
