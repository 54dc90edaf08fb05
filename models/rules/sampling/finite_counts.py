"""How many of all cases are of a kind, when so many of those drawn at random were?

Model. Of `population` cases `kind` are of a kind; `drawn` are drawn without replacement, so the number seen is
hypergeometric: P(X = x) = C(kind, x) C(population - kind, drawn - x) / C(population, drawn).

Interval. Clopper and Pearson's (Biometrika 26, 1934) for a finite population: a test is inverted at each end, with half
of what the interval may miss in each tail (Buonaccorsi, The American Statistician 41, 1987). Its ends are numbers of
cases; whatever the true number is, it lies within in at least 95 of 100 draws.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import comb, exp, lgamma, log

TAIL = 0.025
"""What the interval may miss at each end: 2.5 in 100, so it holds at 95%."""

_CLOSE = 1e-7
"""Nearer to the tail than this a probability is worked out in whole numbers, for it may be the tail itself."""


@lru_cache(maxsize=4096)
def likely_range(population: int, drawn: int, seen: int, tail: float = TAIL) -> tuple[int, int]:
    """The fewest and the most cases of a kind among `population`, when `seen` of `drawn` were of it.

    The fewest is the smallest number under which `seen` or more come up more often than `tail`, the most the largest
    under which `seen` or fewer do. Whole cases; nothing drawn says nothing, everything drawn says all.

    >>> likely_range(1502, 20, 14), likely_range(1502, 0, 0), likely_range(20, 20, 14)
    ((689, 1321), (0, 1502), (14, 14))
    """
    most_there = population - (drawn - seen)
    fewest = _first(seen, most_there, lambda kind: _exceeds(population, drawn, seen, kind, tail))
    others = _first(drawn - seen, population - seen, lambda kind: _exceeds(population, drawn, drawn - seen, kind, tail))
    return fewest, population - others


def log_tail(population: int, drawn: int, seen: int, kind: int) -> float:
    """The natural logarithm of P(X >= seen) when `kind` of the population are of the kind; minus infinity for never.

    >>> round(exp(log_tail(40, 1, 1, 4)), 12), log_tail(40, 2, 0, 4), log_tail(40, 2, 2, 1)
    (0.1, 0.0, -inf)
    """
    low, high = max(seen, drawn - (population - kind)), min(drawn, kind)
    if low > high:
        return float("-inf")
    if seen <= drawn - (population - kind):
        return 0.0
    first = _log_comb(kind, low) + _log_comb(population - kind, drawn - low) - _log_comb(population, drawn)
    term = total = 1.0
    for number in range(low, high):
        term *= (kind - number) * (drawn - number)
        term /= (number + 1) * (population - kind - drawn + number + 1)
        total += term
        if total > 1e250:
            term, total, first = term / 1e250, total / 1e250, first + log(1e250)
    return min(0.0, first + log(total))


def _exceeds(population: int, drawn: int, seen: int, kind: int, tail: float) -> bool:
    """Whether P(X >= seen) is more than the tail; decided exactly where the two are all but the same."""
    probability = exp(log_tail(population, drawn, seen, kind))
    if abs(probability - tail) > _CLOSE:
        return probability > tail
    ways = sum(comb(kind, number) * comb(population - kind, drawn - number) for number in range(seen, drawn + 1))
    return Fraction(ways, comb(population, drawn)) > Fraction(str(tail))


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The smallest number from low to high at which a rule that stays true once it is true holds; high when none does.

    >>> _first(0, 9, lambda number: number * number > 20)
    5
    """
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _log_comb(total: int, part: int) -> float:
    return lgamma(total + 1) - lgamma(part + 1) - lgamma(total - part + 1)
