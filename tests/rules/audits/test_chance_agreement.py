"""Are AC1, its interval and the paired differences those that independent packages give?"""

import json
import random
from pathlib import Path

import pytest

from models.rules.audits.grade_differences import grade_differences
from models.rules.core.chance_agreement import chance_agreement
from models.rules.core.quantiles import student_quantile
from tests.rules.distributions import scipy_stats

FIGURES = json.loads((Path(__file__).parents[1] / "independent_figures.json").read_text(encoding="utf-8"))
"""What irrCAC 0.4.4 and statsmodels 0.15.0 gave for 1,000 random tables each; irrCAC asks for an old `coverage`, so
neither can stand in the lock."""


def test_ac1_equals_an_independent_package_on_a_thousand_random_tables() -> None:
    assert len(FIGURES["agreement"]) == 1_000
    for cases, share, value, error, low, high in FIGURES["agreement"]:
        agreed = chance_agreement([tuple(map(int, case)) for case in cases.split()])
        assert agreed is not None
        assert (agreed.share, agreed.value, agreed.error) == pytest.approx((share, value, error), abs=1e-9)
        assert (agreed.low, agreed.high) == pytest.approx((max(-1.0, low), high), abs=1e-9)


def test_ac1_equals_the_published_example_of_four_raters_and_twelve_subjects() -> None:
    """Gwet, Handbook of Inter-Rater Reliability, 4th edition 2014, table 2.12: 0.775, standard error 0.143."""
    cases = "30000 03100 00400 00400 04000 11110 00040 31000 04000 00003 20000 00100"
    agreed = chance_agreement([tuple(map(int, case)) for case in cases.split()])
    assert agreed is not None
    assert (round(agreed.value, 3), round(agreed.error, 3), round(agreed.share, 3)) == (0.775, 0.143, 0.818)
    assert (round(agreed.low, 3), agreed.high) == (0.461, 1.0)


def test_agreement_stays_high_where_nearly_all_cases_have_one_grade() -> None:
    agreed = chance_agreement([(2, 0)] * 19 + [(1, 1)])
    assert agreed is not None
    assert agreed.value > 0.9


def test_quantiles_of_students_distribution_equal_an_independent_package() -> None:
    for degrees in (*range(1, 60), 100, 1_000, 20_000):
        assert student_quantile(degrees) == pytest.approx(scipy_stats().t.ppf(0.975, degrees), rel=1e-10)


def test_paired_differences_equal_an_independent_t_interval_on_a_thousand_random_agencies() -> None:
    dice = random.Random(15)
    for _ in range(1_000):
        steps = [dice.choice((-1, 0, 0, 1, 2)) for _ in range(dice.randint(5, 30))]
        (told,) = grade_differences({"Police": steps})
        if len(set(steps)) == 1:
            assert (told.low, told.high) == (steps[0], steps[0])
            continue
        ends = scipy_stats().ttest_1samp(steps, 0).confidence_interval(0.95)
        assert (told.steps, told.low, told.high) == pytest.approx(
            (sum(steps) / len(steps), ends.low, ends.high), abs=1e-9
        )


def test_agencies_with_fewer_than_five_cases_are_left_out() -> None:
    assert grade_differences({"Police": [1, 1, 1, 1]}) == ()
