"""Can a stranger repeat a draw from its certificate and the rows, and does every change show?"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.errors import RuleBroken
from models.rules.case_lists.fingerprints import canonical_line, fingerprint
from models.rules.sampling.commitments import commitment, seed_from
from models.rules.sampling.draws import draw_from_rows
from models.rules.sampling.populations import CaseRow
from models.rules.sampling.sample_certificate_checks import check_draw
from models.rules.sampling.sample_certificates import (
    CertificateKind,
    Elimination,
    FrameRecord,
    Occasion,
    make_certificate,
)
from models.rules.sampling.sample_plans import SamplePlan, exclude, parse_plan

LEVELS = {1: "Early help", 2: "Child in need", 5: "Looked after"}
SECRET = "0f" * 32
NOON = datetime(2026, 7, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))


def some_rows(count: int = 60) -> list[CaseRow]:
    return [
        (
            number,
            f"C-{number // 2 if number % 5 == 0 else number}",
            (1, 2, 5, None)[number % 7 % 4],
            ("Neglect", "a) Neglect; Bullying", None)[number % 3],
            date(2025, 1, 1) + timedelta(days=number * 5) if number % 11 else None,
            None,
            "Police",
        )
        for number in range(2, count)
    ]


def frame_of(rows: list[CaseRow]) -> FrameRecord:
    lines = (canonical_line((row[1], None if row[2] is None else LEVELS[row[2]], *row[3:])) for row in rows)
    return FrameRecord("CF-2026-01", fingerprint(lines), len(rows), len({row[1] for row in rows}), LEVELS, NOON)


def plan_for(excluded: list[str]) -> SamplePlan:
    kept = exclude(excluded, months=12)
    return parse_plan(
        {
            "time_frame": {"rule": "started_in", "from": "2025-01-01", "to": "2025-12-31"},
            "themes": ["neglect"],
            "strata": "level",
            "allocation": {"method": "fixed", "size": 4},
            "reserves": 3,
            "exclusions": {"months": 12, "count": kept.count, "fingerprint": kept.fingerprint},
        }
    )


def certificate(
    rows: list[CaseRow], kind: CertificateKind = CertificateKind.CEREMONY, gone: list[Elimination] | None = None
) -> dict[str, Any]:
    excluded = ["C-3", "C-8", "X-1"]
    plan, frame = plan_for(excluded), frame_of(rows)
    seed = seed_from(SECRET, "4 6 1") if kind is CertificateKind.CEREMONY else "31"
    occasion = Occasion(
        reference="AS-2026-01",
        title="Neglect, looked-after children",
        review="TR-2026-01",
        kind=kind,
        officer="An Officer",
        witness="A Witness",
        drawn_at=NOON,
        commitment=commitment(frame.fingerprint, plan.fingerprint(), SECRET) if kind == "ceremony" else None,
        secret=SECRET if kind == "ceremony" else None,
        public="4 6 1" if kind == "ceremony" else None,
        software_version="0.1.0",
    )
    draw = draw_from_rows(rows, LEVELS, plan, seed, excluded)
    data = make_certificate(occasion, frame, plan, draw, excluded=excluded, eliminations=gone or [])
    loaded: dict[str, Any] = json.loads(json.dumps(data))
    return loaded


@pytest.mark.parametrize("kind", list(CertificateKind))
def test_true_certificate_repeats_from_the_rows_in_any_order(kind: CertificateKind) -> None:
    data = certificate(some_rows(), kind)
    assert check_draw(data, some_rows()) is None
    assert check_draw(data, reversed(some_rows())) is None


def test_certificate_says_what_a_reader_needs() -> None:
    data = certificate(some_rows())
    assert data["times"]["drawn_at"] == "2026-07-01T12:00:00+00:00"
    assert data["times"]["revealed_at"] is None
    assert data["exclusions"]["references"] == ["C-3", "C-8", "X-1"]
    first = data["strata"][0]
    assert first["chance"]["words"] == f"{len(first['selected'])} in {first['population']}"
    drawn = [*first["selected"], *first["reserves"]]
    assert [case["position"] for case in drawn] == list(range(1, len(drawn) + 1))
    assert any("sha256sum" in step for step in data["how_to_check"])


def swapped(data: dict[str, Any]) -> None:
    cases = data["strata"][0]["selected"]
    cases[0], cases[1] = cases[1], cases[0]


def other_stratum_name(data: dict[str, Any]) -> None:
    data["strata"][0]["name"] = "Somebody"


CHANGES: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("frame is another one", lambda data: data["frame"].update(fingerprint="0" * 64)),
    ("rows, not", lambda data: data["frame"].update(rows=7)),
    ("cases, not", lambda data: data["frame"].update(cases=7)),
    ("frame is another one", lambda data: data["frame"]["levels"].update({"5": "In care"})),
    ("plan's fingerprint", lambda data: data["plan"]["allocation"].update(size=5)),
    ("plan's fingerprint", lambda data: data.update(plan_fingerprint=None)),
    ("excluded", lambda data: data["exclusions"]["references"].pop()),
    (
        "excluded",
        lambda data: data["exclusions"].update(references=[], count=0, fingerprint=exclude([], months=1).fingerprint),
    ),
    ("selected case 1 is", lambda data: data.update(seed="32")),
    ("seed", lambda data: data.update(seed=f" {data['seed']}")),
    ("population is", lambda data: data["strata"][0].update(population=1)),
    ("asked is", lambda data: data["strata"][0].update(asked=1)),
    ("shortage is", lambda data: data["strata"][0].update(shortage=1)),
    ("selected case 1 is", swapped),
    ("selected case 2 is", lambda data: data["strata"][0]["selected"][1].update(ticket="0.123456789")),
    ("of the kind", lambda data: data["strata"][0]["reserves"].pop()),
    ("reserve 1 is", lambda data: data["strata"][0]["reserves"].__setitem__(0, "C-1")),
    ("the chance is", lambda data: data["strata"][0].update(chance={})),
    ("strata are", other_stratum_name),
    ("strata are", lambda data: data["strata"].pop()),
    ("population is", lambda data: data["population"].update(undated_rows=0)),
]


@pytest.mark.parametrize(("sentence", "change"), CHANGES)
def test_each_change_to_a_certificate_is_named(sentence: str, change: Callable[[dict[str, Any]], None]) -> None:
    data = certificate(some_rows(), CertificateKind.TYPED)
    change(data)
    assert sentence in (check_draw(data, some_rows()) or "nothing")


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("commitment", {"commitment": "0" * 64}),
        ("commitment", {"secret": "1f" * 32}),
        ("secret part", {"secret": None}),
        ("seed is not", {"public": "4 6 2"}),
        ("public part", {"public": " "}),
    ],
)
def test_each_change_to_the_parts_of_the_seed_is_named(sentence: str, part: dict[str, Any]) -> None:
    assert sentence in (check_draw(certificate(some_rows()) | part, some_rows()) or "nothing")


@given(st.integers(0, 57), st.sampled_from(["gone", "twice", "level", "date"]))
def test_any_changed_row_is_another_frame(at: int, what: str) -> None:
    rows = some_rows()
    number, reference, _rank, theme, _started, ended, agency = rows[at]
    changed = {
        "gone": [],
        "twice": [rows[at], rows[at]],
        "level": [(number, reference, 5 if rows[at][2] != 5 else 1, theme, rows[at][4], ended, agency)],
        "date": [(number, reference, rows[at][2], theme, date(2020, 1, 1), ended, agency)],
    }
    rows[at : at + 1] = changed[what]
    assert "frame is another one" in (check_draw(MADE, rows) or "nothing")


MADE = certificate(some_rows())


def elimination(stratum: str, reference: str, replaced_by: str | None) -> Elimination:
    return Elimination(stratum, reference, "Duplicate", "An Officer", "A Manager", NOON, replaced_by)


def test_reserves_must_step_in_strictly_in_order() -> None:
    stratum = MADE["strata"][0]
    name = stratum["name"]
    selected = [case["reference"] for case in stratum["selected"]]
    first, second, third = (case["reference"] for case in stratum["reserves"])

    def checked(*gone: Elimination) -> str | None:
        return check_draw(certificate(some_rows(), gone=list(gone)), some_rows())

    assert checked(elimination(name, selected[1], first), elimination(name, first, second)) is None
    used_up = [elimination(name, case, by) for case, by in zip(selected, (first, second, third, None), strict=True)]
    assert checked(*used_up) is None
    assert f"replaced by {first}" in (checked(elimination(name, selected[0], second)) or "")
    assert "not among the selected" in (checked(elimination(name, first, second)) or "")
    assert "not among the selected" in (checked(elimination("Nowhere", selected[0], first)) or "")


@pytest.mark.parametrize("data", [None, [], {}, "draw", {"certificate": "draw", "version": 2}])
def test_anything_else_is_no_certificate(data: object) -> None:
    with pytest.raises(RuleBroken, match="not a draw certificate"):
        check_draw(data, [])


@pytest.mark.parametrize("part", ["algorithm", "plan", "kind", "frame", "exclusions", "seed", "strata", "eliminations"])
@pytest.mark.parametrize("value", [None, [], 7, "x"])
def test_certificate_with_a_broken_part_is_refused_or_differs(part: str, value: object) -> None:
    data = copy.deepcopy(MADE)
    data[part] = value
    if part == "eliminations" and value == []:
        assert check_draw(data, some_rows()) is None
        return
    try:
        said = check_draw(data, some_rows())
    except RuleBroken as refusal:
        said = refusal.sentence
    assert said
    assert said.endswith(".")


def test_draw_by_another_method_is_refused() -> None:
    with pytest.raises(RuleBroken, match="another method"):
        check_draw(copy.deepcopy(MADE) | {"algorithm": {"name": "systematic"}}, [])


def test_moments_are_told_in_utc() -> None:
    assert MADE["frame"]["frozen_at"] == NOON.astimezone(UTC).isoformat()
