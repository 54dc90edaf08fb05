"""What do all strata together allow to be said, and does it hold as often as it says?"""

import json
import random
from math import inf
from pathlib import Path

import pytest

from models.rules.gates.pictures.grades import wilson
from models.rules.sampling.estimates import StratumResult, change_between, estimate_of, fewest_together
from models.rules.sampling.finite_counts import TAIL, likely_range, log_tail
from models.rules.sampling.weighted_chances import design_weights, most_surprise
from tests.rules.distributions import scipy_stats
from tests.rules.sampling.interval_coverage import coverage_of, known_strata

FIGURES = json.loads((Path(__file__).parents[1] / "independent_figures.json").read_text(encoding="utf-8"))


def test_what_is_allowed_together_equals_fishers_chi_squared_where_all_strata_weigh_the_same() -> None:
    for count in range(1, 12):
        expected = scipy_stats().chi2.ppf(1 - TAIL, 2 * count) / 2
        assert most_surprise((1.0,) * count, TAIL) == pytest.approx(expected, abs=1e-9)


def test_what_is_allowed_together_is_the_convolution_where_they_weigh_differently() -> None:
    value = most_surprise((1.0, 0.5), TAIL)  # P(E + E' / 2 > v) = 2 exp(-v) - exp(-2 v)
    gamma = scipy_stats().gamma
    left = 2 * gamma.sf(value, 1) - gamma.sf(2 * value, 1)
    assert left == pytest.approx(TAIL, abs=1e-12)


def test_the_fewest_together_are_the_fewest_of_all_divisions_tried_by_hand() -> None:
    dice = random.Random(15)
    for _ in range(60):
        strata = [_stratum(dice) for _ in range(dice.randint(2, 3))]
        assert fewest_together(strata) == _tried(strata)


def test_a_stratum_that_was_audited_whole_is_counted_and_one_not_drawn_from_is_open() -> None:
    whole = StratumResult("Protection", 6, 4, 2)
    assert (estimate_of([whole]).low, estimate_of([whole]).high) == (4, 4)
    estimate = estimate_of([whole, StratumResult("Early help", 50, 0, 0)])
    assert (estimate.low, estimate.high, estimate.expected) == (4, 54, None)


def test_cases_without_a_grade_count_against_the_lower_end_and_for_the_upper_one() -> None:
    unknown = StratumResult("Early help", 140, 7, 3, unknown=2)
    worst, best = likely_range(140, 12, 7), likely_range(140, 12, 9)
    assert unknown.bounds == (worst[0], best[1])
    estimate = estimate_of([unknown])
    assert (estimate.low, estimate.high) == unknown.bounds


def test_all_strata_together_hold_in_at_least_95_of_100_draws() -> None:
    assert coverage_of(known_strata(3, 0.7), draws=1_000) >= 0.95
    assert coverage_of(known_strata(2, 0.95), draws=1_000) >= 0.95


def test_change_between_two_draws_equals_newcombes_where_it_is_given_wilsons_ends() -> None:
    for good, count, later, of, low, high in FIGURES["changes"]:
        before, after = (good / count, *wilson(good, count)), (later / of, *wilson(later, of))
        change = change_between(before, after)
        assert (change.low, change.high) == pytest.approx((low, high), abs=1e-9)


def test_change_equals_newcombes_published_example() -> None:
    """56 of 70 against 48 of 80, Newcombe 1998, table II, example (a), method 10: 0.0524 to 0.3339."""
    change = change_between((48 / 80, *wilson(48, 80)), (56 / 70, *wilson(56, 70)))
    assert (round(change.low, 4), round(change.high, 4)) == (0.0524, 0.3339)


def _stratum(dice: random.Random) -> tuple[int, int, int]:
    population = dice.randint(4, 25)
    drawn = dice.randint(1, min(6, population - 1))
    return population, drawn, dice.randint(0, drawn)


def _tried(strata: list[tuple[int, int, int]]) -> int:
    """The fewest by trying every division among the strata."""
    weights = design_weights([each[0] for each in strata], [each[1] for each in strata])
    best = {0: 0.0}
    for (population, drawn, seen), weight in zip(strata, weights, strict=True):
        costs = {kind: -weight * log_tail(population, drawn, seen, kind) for kind in range(population + 1)}
        together: dict[int, float] = {}
        for number, spent in best.items():
            for kind, cost in costs.items():
                together[number + kind] = min(together.get(number + kind, inf), spent + cost)
        best = together
    allowed = most_surprise(weights, TAIL)
    return min(number for number, spent in best.items() if spent <= allowed)
