"""How often does an interval hold the number that is true, when a known frame is drawn from again and again?

    .venv/bin/python -m tests.rules.sampling.interval_coverage

prints what docs/method.md shows: 10,000 draws of each stratum of the demonstration's children's list, and of all
of them together, at three sizes and two shares of good cases.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from models.rules.sampling.estimates import Estimate, StratumResult, estimate_of

DRAWS = 10_000


@dataclass(frozen=True)
class Known:
    """A stratum of which everything is known: its cases, how many are drawn, how many are good."""

    name: str
    population: int
    drawn: int
    good: int


DEMO_STRATA = {
    "Looked after child": 830,
    "Child protection plan": 366,
    "Child in need plan": 2_807,
    "Early help": 1_540,
}
"""The children's list of the demonstration: cases by level."""

SIZES = (2, 5, 10)
SHARES = (0.7, 0.9)


def known_strata(drawn: int, share: float) -> list[Known]:
    """The demo's strata with so many cases drawn of each; each has eight points fewer good ones than the one before."""
    return [
        Known(name, there, drawn, round(there * (share - 0.08 * place)))
        for place, (name, there) in enumerate(DEMO_STRATA.items())
    ]


def coverage_of(strata: Sequence[Known], *, draws: int = DRAWS, seed: int = 15) -> float:
    """The share of draws, cases taken without replacement, whose interval holds the number of good cases."""
    dice = random.Random(seed)
    true = sum(stratum.good for stratum in strata)
    held = 0
    for _ in range(draws):
        estimate = _estimate(tuple((each.name, each.population, each.drawn, _drawn(dice, each)) for each in strata))
        held += estimate.low <= true <= estimate.high
    return held / draws


def _drawn(dice: random.Random, stratum: Known) -> int:
    return sum(number < stratum.good for number in dice.sample(range(stratum.population), stratum.drawn))


@cache
def _estimate(results: tuple[tuple[str, int, int, int], ...]) -> Estimate:
    return estimate_of([StratumResult(name, there, good, drawn - good) for name, there, drawn, good in results])


def report(draws: int = DRAWS) -> list[str]:
    """The lines that are printed: a stratum a line, then all together; a size and a share of good cases a column."""
    columns = [(size, share) for size in SIZES for share in SHARES]
    frames = [known_strata(size, share) for size, share in columns]
    names = [*DEMO_STRATA, "All together"]
    kinds = [[[frame[place]] for frame in frames] for place in range(len(DEMO_STRATA))] + [frames]
    head = f"{'Drawn of each / good from':26}" + "".join(f"{f'{size} / {share:.0%}':>10}" for size, share in columns)
    return [head] + [
        f"{name:26}" + "".join(f"{100 * coverage_of(strata, draws=draws):>9.2f}%" for strata in row)
        for name, row in zip(names, kinds, strict=True)
    ]


if __name__ == "__main__":
    print("\n".join(report()))
