"""How far from its middle does Student's distribution still hold so much?"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import exp, lgamma, log, sqrt

_TINY = 1e-300


@lru_cache(maxsize=1024)
def student_quantile(degrees: int, tail: float = 0.025) -> float:
    """The value that Student's t with so many degrees of freedom exceeds with the chance `tail` (below one half).

    P(T > t) = I(x; degrees / 2, 1 / 2) / 2 with x = degrees / (degrees + t^2) (Abramowitz and Stegun 26.5.27), solved
    for t by halving; the incomplete beta function by Lentz's continued fraction.

    >>> round(student_quantile(4), 6), round(student_quantile(1000), 6)
    (2.776445, 1.962339)
    """
    low, high = 0.0, 1.0
    while _tail(high, degrees) > tail:
        high *= 2
    return falling_to(tail, lambda value: _tail(value, degrees), low, high)


def falling_to(wanted: float, of: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function of a number comes down to what is wanted, between two numbers; by halving.

    >>> round(falling_to(0.25, lambda number: 1 / number, 1, 10), 9)
    4.0
    """
    for _ in range(100):
        middle = (low + high) / 2
        if of(middle) > wanted:
            low = middle
        else:
            high = middle
    return high


def standard_error(values: list[float]) -> float:
    """The standard error of a mean; at least two values.

    >>> round(standard_error([1.0, 2.0, 3.0]), 6)
    0.57735
    """
    middle = sum(values) / len(values)
    return sqrt(sum((value - middle) ** 2 for value in values) / (len(values) - 1) / len(values))


def _tail(value: float, degrees: int) -> float:
    return _beta(degrees / (degrees + value * value), degrees / 2, 0.5) / 2


def _beta(at: float, first: float, second: float) -> float:
    """The regularised incomplete beta function."""
    if at in (0.0, 1.0):
        return at
    if at > (first + 1) / (first + second + 2):
        return 1 - _beta(1 - at, second, first)
    front = lgamma(first + second) - lgamma(first) - lgamma(second) + first * log(at) + second * log(1 - at)
    return exp(front) / first / _fraction(at, first, second)


def _fraction(at: float, first: float, second: float) -> float:
    """1 + d1/(1 + d2/(1 + ...)) of the incomplete beta function (Abramowitz and Stegun 26.5.8)."""
    value, over, under = 1.0, 1.0, 0.0
    for step in range(1, 400):
        half = step // 2
        if step % 2:
            part = -(first + half) * (first + second + half) * at / ((first + 2 * half) * (first + 2 * half + 1))
        else:
            part = half * (second - half) * at / ((first + 2 * half - 1) * (first + 2 * half))
        under = 1 / (1 + part * under or _TINY)
        over = 1 + part / over or _TINY
        value *= over * under
        if abs(over * under - 1) < 1e-15:
            break
    return value
