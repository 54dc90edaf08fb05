"""Do the numbers of cases add up, stay within their strata, and come out as published allocations do?"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.errors import RuleBroken
from models.rules.sampling.allocation import (
    Allocation,
    allocate,
    largest_remainder,
    reserves_wanted,
    shortage_sentences,
)
from models.rules.sampling.sample_plans import SamplePlan, parse_plan

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared data folder is not beside the project")

POPULATIONS = st.dictionaries(st.sampled_from("ABCDEFGHIJ"), st.integers(0, 400), min_size=1)
SHARING = st.sampled_from(["equal", "proportional"])


def plan(method: str, size: object, minimum: int = 0, reserves: int | None = None) -> SamplePlan:
    return parse_plan(
        {
            "time_frame": {"rule": "any"},
            "strata": "level",
            "allocation": {"method": method, "size": size, "minimum": minimum},
            "reserves": reserves,
        }
    )


def asked(populations: dict[str, int], method: str, size: object, minimum: int = 0) -> dict[str, int]:
    return {name: allocation.asked for name, allocation in allocate(populations, plan(method, size, minimum)).items()}


@needs_shared
def test_published_allocations_are_ours() -> None:
    cases = json.loads((SHARED / "vectors" / "allocation.json").read_text(encoding="utf-8"))["cases"]
    assert len(cases) == 3
    for case in cases:
        assert asked(case["sizes"], "proportional", case["n"]) == case["expected"], case["name"]


@given(POPULATIONS, SHARING, st.integers(1, 5000))
def test_shares_add_up_to_the_number_asked(populations: dict[str, int], method: str, size: int) -> None:
    allocations = allocate(populations, plan(method, size))
    assert list(allocations) == list(populations)
    assert sum(allocation.asked for allocation in allocations.values()) == size
    assert sum(allocation.possible for allocation in allocations.values()) == min(size, sum(populations.values()))


@given(POPULATIONS, SHARING, st.integers(1, 5000))
def test_no_stratum_gives_more_than_it_has(populations: dict[str, int], method: str, size: int) -> None:
    for name, allocation in allocate(populations, plan(method, size)).items():
        assert 0 <= allocation.possible <= populations[name]
        assert allocation.shortage == allocation.asked - allocation.possible >= 0


@given(POPULATIONS, SHARING, st.integers(1, 400), st.integers(1, 12))
def test_every_stratum_gives_the_minimum_or_all_it_has(
    populations: dict[str, int], method: str, size: int, minimum: int
) -> None:
    floors = {name: min(minimum, there) for name, there in populations.items()}
    if sum(floors.values()) > size:
        with pytest.raises(RuleBroken, match="minimum"):
            allocate(populations, plan(method, size, minimum))
        return
    allocations = allocate(populations, plan(method, size, minimum))
    assert all(allocation.possible >= floors[name] for name, allocation in allocations.items())
    assert sum(allocation.asked for allocation in allocations.values()) == size


@given(POPULATIONS, st.integers(1, 2000))
def test_equal_shares_differ_by_one_at_most_among_strata_that_are_not_used_up(
    populations: dict[str, int], size: int
) -> None:
    allocations = allocate(populations, plan("equal", size))
    open_shares = [
        allocation.possible for name, allocation in allocations.items() if allocation.possible < populations[name]
    ]
    used_up = [
        populations[name] for name, allocation in allocations.items() if allocation.possible == populations[name]
    ]
    if open_shares:
        assert max(open_shares) - min(open_shares) <= 1
        assert max(used_up, default=0) <= min(open_shares) + 1


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), min_size=1), st.integers(0, 10**5))
def test_each_part_is_its_exact_share_rounded_up_or_down(weights: dict[str, int], total: int) -> None:
    parts = largest_remainder(weights, total)
    assert sum(parts.values()) == total
    everything = sum(weights.values())
    for name, weight in weights.items():
        if everything:
            assert total * weight // everything <= parts[name] <= -(-total * weight // everything)


def test_ties_go_to_the_stratum_listed_first() -> None:
    assert largest_remainder({"B": 5, "A": 5, "C": 5}, 4) == {"B": 2, "A": 1, "C": 1}


def test_fixed_number_is_asked_of_every_stratum_and_shortages_show() -> None:
    populations = {"Looked after": 90, "Early help": 3, "Universal": 0}
    allocations = allocate(populations, plan("fixed", 8))
    assert allocations == {
        "Looked after": Allocation(asked=8, possible=8),
        "Early help": Allocation(asked=8, possible=3),
        "Universal": Allocation(asked=8, possible=0),
    }
    assert shortage_sentences(populations, allocations) == [
        "Early help: the plan asks for 8 and there are only 3.",
        "Universal: the plan asks for 8 and there are none.",
    ]


def test_fixed_numbers_by_stratum_ask_nothing_of_the_others() -> None:
    populations = {"Looked after": 90, "Early help": 30, "Universal": 40}
    assert asked(populations, "fixed", {"early help": 4, "Universal": 2}) == {
        "Looked after": 0,
        "Early help": 4,
        "Universal": 2,
    }
    assert asked(populations, "fixed", {"Early help": 4}, minimum=1)["Universal"] == 1


def test_number_for_a_stratum_that_is_not_there_is_refused() -> None:
    with pytest.raises(RuleBroken, match="“Erly help”"):
        asked({"Early help": 30}, "fixed", {"Erly help": 4})


def test_share_of_a_small_stratum_passes_to_the_others() -> None:
    assert asked({"A": 3, "B": 90, "C": 90}, "equal", 30) == {"A": 3, "B": 14, "C": 13}


def test_neyman_gives_most_where_earlier_grades_were_mixed_and_the_widest_spread_where_none_is_known() -> None:
    populations = {"Protection": 100, "In need": 300, "Early help": 600, "Empty": 0}
    spreads = {"early  help".upper(): 250, "In need": 500}
    allocation = {"method": "neyman", "size": 35, "minimum": 1, "spreads": spreads}
    plan = parse_plan({"time_frame": {"rule": "any"}, "strata": "level", "allocation": allocation})
    given = {name: each.asked for name, each in allocate(populations, plan).items()}
    assert given == {"Protection": 5, "In need": 15, "Early help": 15, "Empty": 0}, "as 50, 150, 150 and 0"


def test_more_than_there_are_is_a_shortage_and_not_a_surplus() -> None:
    allocations = allocate({"A": 3, "B": 5, "C": 0}, plan("proportional", 12))
    assert sum(allocation.shortage for allocation in allocations.values()) == 4
    assert allocations["C"] == Allocation(0, 0)


@pytest.mark.parametrize("method", ["equal", "proportional", "fixed"])
def test_empty_population_gives_nothing_and_says_so(method: str) -> None:
    allocations = allocate({"A": 0, "B": 0}, plan(method, 4))
    assert all(allocation.possible == 0 for allocation in allocations.values())
    assert sum(allocation.shortage for allocation in allocations.values()) >= 4
    assert allocate({}, plan(method, 4)) == {}


@pytest.mark.parametrize(
    ("reserves", "selected", "wanted"), [(None, 8, 8), (None, 1, 2), (None, 0, 0), (3, 8, 3), (0, 8, 0)]
)
def test_reserves_are_as_many_as_selected_and_at_least_two_unless_the_plan_says(
    reserves: int | None, selected: int, wanted: int
) -> None:
    assert reserves_wanted(plan("fixed", 8, reserves=reserves), selected) == wanted
