"""Is the order of a draw the one that Rivest's consistent sampler gives, on published and on random input?"""

import csv
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from consistent_sampler import sampler
from hypothesis import given
from hypothesis import strategies as st

from models.core.errors import RuleBroken
from models.rules.sampling.sampling import display_ticket, first_ticket, lowest, order, seed_text

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared data folder is not beside the project")

PLAIN = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
REFERENCES = st.lists(st.text(PLAIN, min_size=1, max_size=20), min_size=1, max_size=40, unique=True)
SEEDS = st.text(PLAIN, min_size=1, max_size=60).filter(lambda text: bool(text.strip()))


def vectors(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SHARED / "vectors" / name).read_text(encoding="utf-8"))
    return loaded


def shown(seed: str | int, references: list[str], digits: int = 9) -> list[tuple[str, str]]:
    return [(display_ticket(first_ticket(seed, reference), digits), reference) for reference in order(seed, references)]


def ids_of(case: dict[str, Any]) -> list[str]:
    return [str(reference) for reference in case.get("ids", range(100))]


@needs_shared
def test_documented_draws_without_replacement_are_ours() -> None:
    cases = vectors("consistent_sampler_documented.json")["cases"]
    assert len(cases) == 4
    for case in cases:
        assert case["with_replacement"] is False
        last = None if case["take"] is None else case["drop"] + case["take"]
        expected = [(row["ticket"], str(row["id"])) for row in case["expected"]]
        assert shown(case["seed"], ids_of(case), case["digits"])[case["drop"] : last] == expected, case["name"]


@needs_shared
def test_documented_tickets_are_ours() -> None:
    primitives = {
        primitive["call"]: primitive["expected"]
        for primitive in vectors("consistent_sampler_documented.json")["primitives"]
    }
    expected = primitives["first_fraction(id='AB-130', seed='01382438112797316654')"]
    assert first_ticket("01382438112797316654", "AB-130") == expected


@needs_shared
def test_documented_strata_are_a_filter_of_one_order() -> None:
    stratified = vectors("consistent_sampler_documented.json")["stratified"]
    pools = {"AB": [f"AB-{n}" for n in range(2000)], "CD": [f"CD-{n}" for n in range(1000)]}
    for name, pool in pools.items():
        expected = [(row["ticket"], row["id"]) for row in stratified["strata"][name]["expected"]]
        assert [pair for pair in shown(stratified["seed"], pool) if pair[0] < "0.01"] == expected
    combined = [
        reference for ticket, reference in shown(stratified["seed"], pools["AB"] + pools["CD"]) if ticket < "0.01"
    ]
    assert combined == stratified["combined_order_of_both_strata"]


def day(text: str) -> date:
    return date(int(text[6:]), int(text[3:5]), int(text[:2]))


def looked_after_children(need: str) -> set[str]:
    """Children with an episode of that need open on 31 March 2018."""
    on = date(2018, 3, 31)
    with (SHARED / "ssda903_episodes.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            row["CHILD"]
            for row in csv.DictReader(file)
            if row["CIN"] == need and day(row["DECOM"]) <= on and (not row["DEC"] or day(row["DEC"]) > on)
        }


def open_children_in_need(need: str) -> set[str]:
    with (SHARED / "cin_details.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            f"{row['LAchildID']}/{row['CINdetailsID']}"
            for row in csv.DictReader(file)
            if row["PrimaryNeedCode"] == need and not row["CINclosureDate"]
        }


@needs_shared
def test_generated_draws_from_the_real_frames_are_ours_to_the_last_case() -> None:
    cases = vectors("consistent_sampler_generated.json")["cases"]
    assert len(cases) == 5
    for case in cases:
        need = case["name"][-2:]
        pool = looked_after_children(need) if "looked after" in case["name"] else open_children_in_need(need)
        assert len(pool) == case["population"]
        drawn = shown(case["seed"], sorted(pool))
        take, reserve = case["take"], case["reserve"]
        assert drawn[:take] == [(row["ticket"], row["id"]) for row in case["sample"]]
        assert drawn[take : take + reserve] == [(row["ticket"], row["id"]) for row in case["reserves"]]
        whole = hashlib.sha256("\n".join(reference for _ticket, reference in drawn).encode()).hexdigest()
        assert whole == case["sha256_of_full_order_joined_by_newline"]


def rfc3797_order(key: str, pool: int, picks: int) -> list[tuple[str, int]]:
    """(MD5 in hexadecimal, number picked) by RFC 3797: another method, written here only to prove its vector file."""
    left = list(range(1, pool + 1))
    picked = []
    for turn in range(picks):
        count = turn.to_bytes(2, "big")
        digest = hashlib.md5(count + key.encode() + count, usedforsecurity=False).hexdigest()
        picked.append((digest.upper(), left.pop(int(digest, 16) % len(left))))
    return picked


@needs_shared
def test_rfc3797_worked_example_holds() -> None:
    vector = vectors("rfc3797.json")
    expected = [(row["md5"], row["selected"]) for row in vector["expected"]]
    assert rfc3797_order(vector["key"], vector["pool"], len(expected)) == expected


@given(SEEDS, REFERENCES)
def test_order_and_tickets_equal_the_published_sampler(seed: str, references: list[str]) -> None:
    theirs = [ticket[:2] for ticket in sampler(references, seed=seed_text(seed), with_replacement=False)]
    assert shown(seed, references) == theirs


@given(SEEDS, REFERENCES, st.integers(1, 20))
def test_ticket_is_cut_to_as_many_digits_as_the_published_sampler_cuts(seed: str, ids: list[str], digits: int) -> None:
    theirs = sampler(ids, seed=seed_text(seed), with_replacement=False, digits=digits)
    assert shown(seed, ids, digits) == [their[:2] for their in theirs]


@given(SEEDS, REFERENCES, st.data())
def test_removing_a_case_never_reorders_the_others(seed: str, references: list[str], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(references))
    whole = order(seed, references)
    assert order(seed, [ticket for ticket in references if ticket != gone]) == [
        ticket for ticket in whole if ticket != gone
    ]


@given(SEEDS, REFERENCES, st.integers(0, 50))
def test_a_larger_sample_keeps_the_smaller_one_as_its_head(seed: str, references: list[str], count: int) -> None:
    whole = order(seed, references)
    assert [reference for _ticket, reference in lowest(seed, reversed(references), count)] == whole[:count]


@pytest.mark.parametrize("seed", ["31", 31, "  31 ", "31\u00a0", "31\n"])
def test_blanks_around_a_seed_and_the_kind_of_number_make_no_difference(seed: str | int) -> None:
    assert seed_text(seed) == "31"
    assert order(seed, "abcd") == ["b", "a", "d", "c"]


def test_leading_nought_is_another_seed() -> None:
    assert first_ticket("0314159", "A-1") != first_ticket(314159, "A-1")


def test_two_ways_to_write_the_same_letter_are_one_seed() -> None:
    assert seed_text("cafe\u0301") == seed_text("caf\u00e9") == "caf\u00e9"


@pytest.mark.parametrize("seed", ["", "  ", "two\nlines", "bell\x07", "\ud800", "x" * 501])
def test_seed_that_cannot_be_read_aloud_is_refused(seed: str) -> None:
    with pytest.raises(RuleBroken, match="seed"):
        seed_text(seed)


def test_case_given_twice_is_refused() -> None:
    with pytest.raises(RuleBroken, match="twice"):
        order("a seed", ["A-1", "A-2", "A-1"])


@pytest.mark.parametrize(
    ("ticket", "digits", "text"),
    [
        ("0.9991234567890", 4, "0.9991234"),
        ("0.1299", 2, "0.12"),
        ("0.99", 9, "0.99"),
        ("0.000508333999", 9, "0.000508333"),
    ],
)
def test_ticket_is_cut_and_never_rounded(ticket: str, digits: int, text: str) -> None:
    assert display_ticket(ticket, digits) == text


def test_seed_of_five_hundred_characters_is_the_longest_one() -> None:
    assert seed_text("7" * 500) == "7" * 500
    with pytest.raises(RuleBroken, match="longer than 500 characters"):
        seed_text("7" * 501)
