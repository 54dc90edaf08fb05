"""Are the figures that a plan page tells the ones that the formulas give?"""

import random
from math import sqrt

import pytest

from models.rules.sampling.sample_sizes import Earlier, cases_wanted, divisions, give_or_take, give_or_take_of
from tests.rules.distributions import scipy_stats


@pytest.fixture(scope="module")
def deviations() -> float:
    """How many standard deviations hold 95 of 100 on both sides."""
    return float(scipy_stats().norm.ppf(0.975))


def test_twenty_of_1502_cases_give_or_take_22_points_and_91_would_give_10() -> None:
    assert (give_or_take(1502, 20), cases_wanted(1502), give_or_take(1502, 91)) == (22, 91, 10)


def test_one_stratum_and_one_stratum_of_several_are_told_alike_on_a_thousand_random_plans(deviations: float) -> None:
    dice = random.Random(15)
    for _ in range(1_000):
        population = dice.randint(2, 5_000)
        drawn = dice.randint(1, population)
        expected = 100 * deviations * sqrt(0.25 / drawn * (population - drawn) / (population - 1))
        assert give_or_take(population, drawn) == round(expected)


def test_the_number_wanted_is_the_smallest_that_is_enough(deviations: float) -> None:
    for population in (12, 96, 97, 500, 1502, 100_000):
        wanted = cases_wanted(population)
        reach = [deviations * sqrt(0.25 / n * (population - n) / (population - 1)) for n in (wanted, wanted - 1)]
        assert reach[0] <= 0.1 < reach[1]


def test_nothing_can_be_told_of_all_while_a_stratum_gives_nothing() -> None:
    assert give_or_take_of({"Early help": 10, "Protection": 5}, {"Early help": 4}) is None
    assert give_or_take_of({"Early help": 10, "Protection": 0}, {"Early help": 10}) == 0
    assert give_or_take_of({}, {}) is None


def test_neyman_gives_more_to_a_stratum_whose_earlier_grades_were_spread() -> None:
    earlier = {"Early help": Earlier(20, 20), "Protection": Earlier(10, 20)}
    ways = divisions({"Early help": 500, "Protection": 500}, 20, earlier)
    parts = ways["by the spread of earlier grades"]
    assert parts == {"Early help": 6, "Protection": 14}
    assert all(sum(each.values()) == 20 for each in ways.values())


def test_no_division_takes_more_than_there_is_or_forgets_a_stratum() -> None:
    ways = divisions({"Early help": 900, "Protection": 3, "None": 0}, 12, {"Early help": Earlier(1, 2)})
    for parts in ways.values():
        assert parts["None"] == 0
        assert 1 <= parts["Protection"] <= 3
        assert sum(parts.values()) == 12
