"""How small may several chances be together, when each counts by its weight?

Of a true hypothesis each stratum's chance p (of a result at least so far off) is at least as large as a number drawn
evenly from 0 to 1, so -ln p is at most exponential with mean 1. Their weighted sum is compared with the weighted sum of
exponentials: Fisher's combination (Statistical Methods for Research Workers, 1932), weighted as Good did (Journal of
the Royal Statistical Society B 17, 1955). Strata are drawn independently of each other, which this needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import exp, log

from models.rules.core.quantiles import falling_to

_LEAST = 0.05
"""No weight is less than this share of the largest; any weights keep the promise, these only keep the sum short."""


def design_weights(populations: Sequence[int], drawn: Sequence[int]) -> tuple[float, ...]:
    """How much the chance of each stratum counts: as its part in the standard error of the whole, largest 1.

    N sqrt((1 - n/N) / n), known before a case is read, so that nobody can choose weights by what was found.

    >>> [round(weight, 3) for weight in design_weights([100, 100, 400], [4, 4, 4])]
    [0.246, 0.246, 1.0]
    """
    raw = [there * ((1 - count / there) / count) ** 0.5 for there, count in zip(populations, drawn, strict=True)]
    most = max(raw, default=0.0)
    return tuple(max(_LEAST, round(weight / most, 6)) if most else 1.0 for weight in raw)


@lru_cache(maxsize=256)
def most_surprise(weights: tuple[float, ...], tail: float) -> float:
    """The value that a weighted sum of exponentials of mean 1 exceeds with the chance `tail`.

    >>> from math import log
    >>> round(most_surprise((1.0,), 0.025) + log(0.025), 9)
    0.0
    >>> round(2 * most_surprise((1.0, 1.0, 1.0), 0.025), 6)  # chi-squared with 6 degrees of freedom
    14.449375
    """
    return falling_to(tail, lambda value: _above(weights, value), 0.0, sum(weights) * (5 - log(tail)) * 2)


def _above(weights: Sequence[float], value: float) -> float:
    """P(sum > value), by uniformisation of the chain that leaves each stage at the rate 1 / weight."""
    fastest = 1 / min(weights)
    alive = _still_there(tuple(1 / weight / fastest for weight in weights))
    mean, total = fastest * value, 0.0
    chance, log_chance = 0.0, -mean
    for steps, share in enumerate(alive):
        chance = exp(log_chance)
        total += chance * share
        log_chance += log(mean / (steps + 1)) if mean else float("-inf")
    return total


@lru_cache(maxsize=256)
def _still_there(leaving: tuple[float, ...]) -> tuple[float, ...]:
    """The chance that the chain has not passed its last stage after so many steps, until hardly any is left."""
    at = [1.0, *[0.0] * (len(leaving) - 1)]
    alive = []
    while (left := sum(at)) > 1e-14:
        alive.append(left)
        moved = [share * leaves for share, leaves in zip(at, leaving, strict=True)]
        arrived = [0.0, *moved[:-1]]
        at = [share - gone + come for share, gone, come in zip(at, moved, arrived, strict=True)]
    return tuple(alive)
