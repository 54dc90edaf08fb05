"""Is a plan read the same way every time, and is every malformed one refused in one sentence?"""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.errors import RuleBroken
from models.rules.sampling.sample_plans import TimeFrame, TimeRule, exclude, parse_plan, read_plan

PLAN: dict[str, Any] = {
    "time_frame": {"rule": "started_in", "from": "2025-01-01", "to": "2025-12-31"},
    "themes": ["Neglect", "b) Physical abuse", "neglect "],
    "strata": "level",
    "allocation": {"method": "proportional", "size": 40, "minimum": 2},
    "reserves": 3,
    "exclusions": {"months": 12, "count": 2, "fingerprint": "a" * 64},
}


def changed(path: str, value: object) -> dict[str, Any]:
    parts = copy.deepcopy(PLAN)
    *above, last = path.split("/")
    part = parts
    for name in above:
        part = part[name]
    part[last] = value
    return parts


def test_plan_is_read_and_written_back_the_same() -> None:
    plan = parse_plan(PLAN)
    assert plan.themes == ("neglect", "Physical abuse")
    assert parse_plan(plan.as_json()) == plan
    assert read_plan(json.dumps(PLAN)) == plan


def test_fingerprint_is_of_the_canonical_text_and_blind_to_spelling() -> None:
    plan = parse_plan(PLAN)
    assert plan.fingerprint() == hashlib.sha256(plan.canonical().encode()).hexdigest()
    assert json.loads(plan.canonical()) == plan.as_json()
    shuffled = dict(reversed(PLAN.items())) | {"themes": ["a) Physical abuse", "neglect"]}
    assert parse_plan(shuffled).fingerprint() == plan.fingerprint()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("time_frame/rule", "ended_in"),
        ("time_frame/to", "2025-12-30"),
        ("themes", None),
        ("themes", ["Neglect"]),
        ("strata", "agency"),
        ("allocation/method", "equal"),
        ("allocation/size", 41),
        ("allocation/minimum", 0),
        ("allocation", {"method": "neyman", "size": 40, "minimum": 2, "spreads": {"Early help": 433}}),
        ("reserves", None),
        ("exclusions", None),
        ("exclusions/months", 6),
        ("exclusions/fingerprint", "b" * 64),
    ],
)
def test_every_change_of_a_plan_changes_its_fingerprint(path: str, value: object) -> None:
    assert parse_plan(changed(path, value)).fingerprint() != parse_plan(PLAN).fingerprint()


def test_spreads_stand_in_a_plan_by_neyman_and_leave_every_other_as_it_was_written() -> None:
    neyman = changed("allocation", {"method": "neyman", "size": 9, "minimum": 0, "spreads": {"Early help": 433}})
    assert parse_plan(neyman).as_json()["allocation"] == neyman["allocation"]
    assert "spreads" not in parse_plan(PLAN).canonical()


def test_parts_that_may_be_left_out_have_their_defaults() -> None:
    short = {"time_frame": {"rule": "any"}, "strata": "theme", "allocation": {"method": "fixed", "size": 4}}
    plan = parse_plan(short)
    assert (plan.themes, plan.minimum, plan.reserves, plan.exclusions) == (None, 0, None, None)
    assert plan.time_frame == TimeFrame(TimeRule.ANY)


@pytest.mark.parametrize(
    "dates", [{"to": "2025-12-31"}, {"from": "2025-12-31"}, {"from": "2025-12-31", "to": "2025-12-31"}]
)
def test_open_at_has_one_date_however_it_is_given(dates: dict[str, str]) -> None:
    plan = parse_plan(changed("time_frame", {"rule": "open_at"} | dates))
    assert plan.time_frame == TimeFrame(TimeRule.OPEN_AT, date(2025, 12, 31), date(2025, 12, 31))


WRONG: list[tuple[str, object, str]] = [
    ("time_frame", None, "time frame"),
    ("time_frame", "any", "time frame"),
    ("time_frame", {"rule": "sometimes"}, "one of: started_in, open_at, ended_in, any"),
    ("time_frame", {"rule": ["any"]}, "one of"),
    ("time_frame", {"rule": "any", "from": "2025-01-01"}, "takes no dates"),
    ("time_frame", {"rule": "open_at"}, "needs its dates"),
    ("time_frame", {"rule": "open_at", "from": "2025-01-01", "to": "2025-12-31"}, "one date"),
    ("time_frame", {"rule": "started_in", "from": "2025-01-01"}, "needs its dates"),
    ("time_frame", {"rule": "started_in", "from": "2025-12-31", "to": "2025-01-01"}, "before it starts"),
    ("time_frame", {"rule": "any", "until": None}, "“until”"),
    ("time_frame/from", "01/01/2025", "2026-03-31"),
    ("time_frame/from", "2025-02-30", "2026-03-31"),
    ("time_frame/from", "20250101", "2026-03-31"),
    ("time_frame/from", 20250101, "2026-03-31"),
    ("themes", [], "themes"),
    ("themes", "Neglect", "themes"),
    ("themes", ["Neglect", 7], "theme"),
    ("themes", ["Neglect; Bullying"], "theme"),
    ("themes", ["  "], "theme"),
    ("themes", ["x"] * 501, "themes"),
    ("strata", None, "one of: level, theme, agency"),
    ("strata", "hub", "one of: level, theme, agency"),
    ("allocation", None, "allocation"),
    ("allocation", [40], "allocation"),
    ("allocation/method", "random", "one of: fixed, equal, proportional"),
    ("allocation/size", None, "from 1 to"),
    ("allocation/size", 0, "from 1 to"),
    ("allocation/size", -3, "from 1 to"),
    ("allocation/size", 100_001, "from 1 to"),
    ("allocation/size", 4.0, "whole number"),
    ("allocation/size", "40", "whole number"),
    ("allocation/size", True, "whole number"),
    ("allocation/size", {"Early help": 4}, "fixed allocation only"),
    ("allocation", {"method": "fixed", "size": {}}, "at least one case"),
    ("allocation", {"method": "fixed", "size": {"Early help": 0}}, "at least one case"),
    ("allocation", {"method": "fixed", "size": {"Early help": 1, "early  help": 2}}, "once"),
    ("allocation", {"method": "fixed", "size": {"Early help": -1}}, "Early help"),
    ("allocation/spreads", {"Early help": 433}, "Neyman allocation only"),
    ("allocation", {"method": "neyman", "size": 4}, "needs the spread of earlier grades"),
    ("allocation", {"method": "neyman", "size": 4, "spreads": {}}, "needs the spread of earlier grades"),
    ("allocation", {"method": "neyman", "size": 4, "spreads": {"Early help": 501}}, "500 thousandths at most"),
    ("allocation", {"method": "neyman", "size": 4, "spreads": {"Early help": 0.4}}, "spread for “Early help”"),
    ("allocation", {"method": "neyman", "size": {"A": 4}, "spreads": {"A": 4}}, "fixed allocation only"),
    ("allocation/minimum", -1, "minimum"),
    ("allocation/minimum", None, "minimum"),
    ("allocation/seed", 1, "“seed”"),
    ("reserves", -1, "reserves"),
    ("reserves", "3", "reserves"),
    ("exclusions", ["A-1"], "exclusions"),
    ("exclusions/fingerprint", "A" * 64, "64 hexadecimal"),
    ("exclusions/fingerprint", None, "64 hexadecimal"),
    ("exclusions/months", 0, "months"),
    ("exclusions/count", -1, "excluded cases"),
    ("seed", "31", "“seed”"),
]


@pytest.mark.parametrize(("path", "value", "words"), WRONG)
def test_malformed_plan_is_refused_in_one_sentence(path: str, value: object, words: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        parse_plan(changed(path, value))
    assert words in refusal.value.sentence
    assert refusal.value.sentence.endswith(".")
    assert "\n" not in refusal.value.sentence


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"plan"', "{]", b"\xff\xfe", "[" * 100_000, '{"strata": NaN}'])
def test_file_that_holds_no_plan_is_refused(text: str | bytes) -> None:
    with pytest.raises(RuleBroken):
        read_plan(text)


def test_file_that_says_something_twice_is_refused() -> None:
    with pytest.raises(RuleBroken, match="twice"):
        read_plan(json.dumps(PLAN)[:-1] + ', "strata": "theme"}')


def test_exclusions_are_fingerprinted_as_sorted_lines() -> None:
    kept = exclude(["B-2", "A-1", "B-2"], months=12)
    assert kept.fingerprint == hashlib.sha256(b"A-1\nB-2\n").hexdigest()
    assert kept.count == 2


DAY = date(2025, 6, 1)
DAYS = st.none() | st.dates(date(2025, 5, 25), date(2025, 6, 8))


@given(DAYS, DAYS)
def test_time_rules_say_what_their_words_say(started: date | None, ended: date | None) -> None:
    first, last = date(2025, 5, 30), date(2025, 6, 3)
    assert TimeFrame(TimeRule.ANY).holds(started, ended)
    started_in = TimeFrame(TimeRule.STARTED_IN, first, last).holds(started, ended)
    assert started_in is (started is not None and first <= started <= last)
    ended_in = TimeFrame(TimeRule.ENDED_IN, first, last).holds(started, ended)
    assert ended_in is (ended is not None and first <= ended <= last)
    open_at = TimeFrame(TimeRule.OPEN_AT, DAY, DAY).holds(started, ended)
    assert open_at is (started is not None and started <= DAY and (ended is None or ended > DAY))


@pytest.mark.parametrize(
    ("rule", "started", "ended", "lacks"),
    [
        (TimeRule.ANY, None, None, False),
        (TimeRule.STARTED_IN, None, DAY, True),
        (TimeRule.OPEN_AT, None, DAY, True),
        (TimeRule.ENDED_IN, None, None, True),
        (TimeRule.ENDED_IN, DAY, None, False),
        (TimeRule.ENDED_IN, None, DAY, False),
        (TimeRule.STARTED_IN, DAY, None, False),
    ],
)
def test_row_without_the_date_that_is_asked_for_is_known(
    rule: TimeRule, started: date | None, ended: date | None, lacks: bool
) -> None:
    assert TimeFrame(rule, DAY, DAY).lacks_date(started, ended) is lacks
