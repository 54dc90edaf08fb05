"""Is the interval of a finite frame the one that an independent package gives, and does it hold as often as it says?"""

import random

from models.rules.sampling.finite_counts import TAIL, likely_range
from tests.rules.distributions import scipy_stats
from tests.rules.sampling.interval_coverage import coverage_of, known_strata

TABLES = 1_000


def test_ends_equal_those_found_with_an_independent_distribution_on_a_thousand_random_tables() -> None:
    dice = random.Random(15)
    for _ in range(TABLES):
        population = dice.randint(1, dice.choice([30, 300, 3_000]))
        drawn = dice.randint(0, min(population, 60))
        seen = dice.randint(0, drawn)
        assert likely_range(population, drawn, seen) == _inverted(population, drawn, seen)


def test_a_frame_of_a_hundred_thousand_has_the_same_ends() -> None:
    hypergeom = scipy_stats().hypergeom
    for drawn, seen in ((20, 14), (200, 0), (400, 400), (1_000, 317)):
        fewest, most = likely_range(100_000, drawn, seen)
        assert hypergeom.sf(seen - 1, 100_000, fewest, drawn) > TAIL or fewest == seen
        assert fewest == seen or hypergeom.sf(seen - 1, 100_000, fewest - 1, drawn) <= TAIL
        assert hypergeom.cdf(seen, 100_000, most, drawn) > TAIL
        assert most == 100_000 - drawn + seen or hypergeom.cdf(seen, 100_000, most + 1, drawn) <= TAIL


def test_a_chance_that_is_the_tail_itself_is_refused_and_not_rounded() -> None:
    assert likely_range(40, 1, 1) == (2, 40)  # one good case among forty comes up with 1/40, which is 2.5 in 100
    assert likely_range(40, 1, 0) == (0, 38)


def test_more_seen_never_moves_an_end_down() -> None:
    ends = [likely_range(140, 12, seen) for seen in range(13)]
    assert ends == sorted(ends)
    assert all(low <= 140 * seen / 12 <= high for seen, (low, high) in enumerate(ends))


def test_the_interval_holds_in_at_least_95_of_100_draws_of_each_stratum_of_the_demo() -> None:
    for stratum in known_strata(5, 0.7):
        assert coverage_of([stratum], draws=1_000, seed=15) >= 0.95 - 0.014  # two standard errors of a thousand draws


def _inverted(population: int, drawn: int, seen: int) -> tuple[int, int]:
    """The ends by trying every number of cases."""
    hypergeom = scipy_stats().hypergeom
    numbers = range(seen, population - drawn + seen + 1)
    above = hypergeom.sf(seen - 1, population, list(numbers), drawn)
    below = hypergeom.cdf(seen, population, list(numbers), drawn)
    allowed = TAIL * (1 + 1e-9)  # what equals the tail but for rounding is no more than it
    return numbers[(above > allowed).nonzero()[0][0]], numbers[(below > allowed).nonzero()[0][-1]]
