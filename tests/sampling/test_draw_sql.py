"""Does the database draw exactly what the plain reading of the rows draws?"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from models.case_lists.case_frames import CaseFrame
from models.case_lists.frame_rows import freeze, load_blocks
from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.rules.case_lists.fingerprints import canonical_text
from models.rules.sampling.draws import draw_from_rows
from models.rules.sampling.frame_slots import FrameFacts
from models.rules.sampling.populations import CaseRow
from models.rules.sampling.sample_certificate_checks import check_draw
from models.rules.sampling.sample_certificates import CertificateKind, FrameRecord, Occasion, make_certificate
from models.rules.sampling.sample_plans import SamplePlan, exclude, parse_plan
from models.sampling.draw_sql import ONE_SCAN, draw_cases, read_population
from models.sampling.draw_statements import ticket_tail
from models.sampling.sample_previews import facts_of
from tests import make

LEVELS = {1: "Early help", 2: "Child in need", 4: "Child protection", 5: "Looked after"}
CELLS = ["Neglect", "a) Neglect", "Bullying; neglect", "Exploitation|Bullying", "  ;", "Domestic abuse"]
DAYS = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 15), date(2025, 12, 31), date(2026, 1, 1)]

_COPY = """
INSERT INTO frame_rows SELECT 1, * FROM unnest(
    CAST(:numbers AS int[]), CAST(:references AS text[]), CAST(:ranks AS smallint[]), CAST(:themes AS text[]),
    CAST(:starts AS date[]), CAST(:ends AS date[]), CAST(:agencies AS text[]), CAST(:repeats AS boolean[]))"""


@pytest.fixture
def frame_session(owner_engine: Engine) -> Iterator[Session]:
    """A session that sees one empty frame (1) with the columns of the real one; rolled back."""
    with owner_engine.connect() as connection:
        transaction = connection.begin()
        connection.execute(text("CREATE SCHEMA draw_test"))
        connection.execute(
            text("CREATE TABLE draw_test.frame_rows (LIKE public.frame_rows) PARTITION BY LIST (frame_id)")
        )
        connection.execute(text("SET LOCAL search_path = draw_test"))
        connection.execute(text("CREATE TABLE one_frame PARTITION OF frame_rows FOR VALUES IN (1)"))
        yield Session(connection)
        transaction.rollback()


def load(session: Session, rows: list[CaseRow], table: str = "frame_rows") -> FrameFacts:
    """Put the rows in as the import does, and say what a frame's record would say."""
    times = Counter(row[1] for row in rows)
    session.execute(text(f"DELETE FROM {table}"))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    names = ("numbers", "references", "ranks", "themes", "starts", "ends", "agencies")
    values = {name: list(column) for name, column in zip(names, columns, strict=True)}
    values["repeats"] = [times[row[1]] > 1 for row in rows]
    session.execute(text(_COPY.replace("frame_rows", table)), values)
    return facts(rows)


def facts(rows: list[CaseRow]) -> FrameFacts:
    return FrameFacts(
        frame_id=1,
        row_count=len(rows),
        case_count=len({row[1] for row in rows}),
        levels=LEVELS,
        themes=Counter(row[3] for row in rows if row[3] is not None),
        agencies=Counter(row[6] for row in rows if row[6] is not None),
    )


def plan(excluded: tuple[str, ...] = (), **parts: Any) -> SamplePlan:
    content = {
        "time_frame": {"rule": "any"},
        "strata": "level",
        "allocation": {"method": "fixed", "size": 2},
    } | parts
    if excluded:
        kept = exclude(excluded, months=12)
        content["exclusions"] = {"months": 12, "count": kept.count, "fingerprint": kept.fingerprint}
    return parse_plan(content)


def row(number: int, reference: str, **cells: Any) -> CaseRow:
    return (number, reference, *(cells.get(name) for name in ("rank", "theme", "started", "ended", "agency")))  # type: ignore[return-value]


@st.composite
def some_rows(draw: st.DrawFn) -> list[CaseRow]:
    cells = st.tuples(
        st.sampled_from(["A-1", "A-2", "B-1", "Ünï-7", "C\\9", "it's", "D 4"]),
        st.sampled_from([None, *LEVELS]),
        st.sampled_from([None, *CELLS]),
        st.sampled_from([None, *DAYS]),
        st.sampled_from([None, 0, 1, 400]),
        st.sampled_from([None, "Police", "police ", "Health"]),
    )
    rows: list[CaseRow] = []
    for number, (reference, rank, theme, started, lasting, agency) in enumerate(draw(st.lists(cells, max_size=25)), 2):
        ended = started + timedelta(lasting) if started and lasting is not None else None
        rows.append((number, reference, rank, theme, started, ended, agency))
    return rows


@st.composite
def some_plans(draw: st.DrawFn) -> SamplePlan:
    rule = draw(st.sampled_from(["any", "started_in", "ended_in", "open_at"]))
    first, last = sorted([draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))])
    dates = {} if rule == "any" else {"from": last if rule == "open_at" else first, "to": last}
    method = draw(st.sampled_from(["fixed", "equal", "proportional"]))
    return plan(
        draw(st.sampled_from([(), ("A-1",), ("A-2", "not in the frame")])),
        time_frame={"rule": rule} | dates,
        themes=draw(st.sampled_from([None, ["Neglect"], ["bullying", "Domestic abuse"], ["Unheard of"]])),
        strata=draw(st.sampled_from(["level", "theme", "agency"])),
        allocation={"method": method, "size": draw(st.integers(1, 6))},
        reserves=draw(st.sampled_from([None, 0, 3])),
    )


def excluded_by(plan: SamplePlan) -> tuple[str, ...]:
    if plan.exclusions is None:
        return ()
    return ("A-1",) if plan.exclusions.count == 1 else ("A-2", "not in the frame")


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=some_rows(), plan=some_plans(), seed=st.sampled_from(["314159", "a word", "9"]))
def test_database_draws_what_the_plain_reading_draws(
    frame_session: Session, rows: list[CaseRow], plan: SamplePlan, seed: str
) -> None:
    frame = load(frame_session, rows)
    excluded = excluded_by(plan)
    plain = draw_from_rows(rows, LEVELS, plan, seed, excluded)
    assert draw_cases(frame_session, frame, plan, seed, excluded) == plain
    assert read_population(frame_session, frame, plan, excluded) == plain.population


def many_rows(count: int) -> list[CaseRow]:
    """A frame whose cases have one to four rows, in levels of very different size."""
    rows: list[CaseRow] = []
    for number in range(count):
        dice = sha256(str(number).encode()).digest()
        rank = 5 if dice[0] < 2 else 4 if dice[0] < 20 else 2 if dice[0] < 60 else None if dice[0] < 64 else 1
        started = date(2024, 1, 1) + timedelta(days=dice[1] * 3)
        ended = started + timedelta(days=dice[2]) if dice[2] < 128 else None
        reference = f"C-{number // 4 if dice[3] < 100 else number + count}"
        rows.append((number + 2, reference, rank, CELLS[dice[4] % 6], started, ended, f"Agency {dice[5] % 3}"))
    return rows


@pytest.mark.parametrize("strata", ["level", "theme", "agency"])
@pytest.mark.parametrize("pilot_rows", [60, 2000, 10_000])
def test_guessed_bounds_never_change_a_draw(frame_session: Session, strata: str, pilot_rows: int) -> None:
    rows = many_rows(6000)
    frame = load(frame_session, rows)
    asked = plan(
        strata=strata,
        time_frame={"rule": "started_in", "from": "2024-03-01", "to": "2025-12-31"},
        allocation={"method": "proportional", "size": 60, "minimum": 4},
    )
    drawn = draw_cases(frame_session, frame, asked, "a seed", pilot_rows=pilot_rows)
    assert drawn == draw_from_rows(rows, LEVELS, asked, "a seed")


@pytest.mark.parametrize("server_version", [17, 18])
def test_every_postgresql_reads_the_same_digits_off_a_hash(frame_session: Session, server_version: int) -> None:
    hashes = [sha256(str(number).encode()).digest() for number in range(200)] + [b"\xff" * 32, bytes(32)]
    sql = f"SELECT {ticket_tail(server_version)} FROM unnest(CAST(:hashes AS bytea[])) WITH ORDINALITY AS h (hash, at)"
    tails = frame_session.execute(text(f"{sql} ORDER BY at"), {"hashes": hashes}).scalars().all()
    assert tails == [int.from_bytes(digest, "big") % 10**9 for digest in hashes]


@pytest.mark.parametrize("times", [1, 40, 10**6])
def test_bounds_guessed_far_too_low_are_made_good(frame_session: Session, times: int) -> None:
    rows = [row(number, f"S-{number}", rank=1 + number % 2) for number in range(3000)]
    asked = plan(allocation={"method": "equal", "size": 40})
    frame = replace(load(frame_session, rows), case_count=3000 * times)
    drawn = draw_cases(frame_session, frame, asked, "a seed", pilot_rows=2500)
    assert drawn == draw_from_rows(rows, LEVELS, asked, "a seed")


def test_minimum_that_only_the_guess_breaks_is_no_refusal(frame_session: Session) -> None:
    rows = [row(number, f"S-{number}", rank=5 if number else 1) for number in range(3000)]
    asked = plan(allocation={"method": "equal", "size": 41, "minimum": 40})
    frame = replace(load(frame_session, rows), case_count=3000 * 100)
    drawn = draw_cases(frame_session, frame, asked, "a seed", pilot_rows=2999)
    assert drawn == draw_from_rows(rows, LEVELS, asked, "a seed")


def test_case_counts_once_in_its_highest_level_among_the_rows_that_meet_the_plan(frame_session: Session) -> None:
    rows = [
        row(2, "A-1", rank=1, started=date(2025, 2, 1)),
        row(3, "A-1", rank=2, started=date(2025, 3, 1)),
        row(4, "A-1", rank=5, started=date(2019, 1, 1)),
    ]
    asked = plan(time_frame={"rule": "started_in", "from": "2025-01-01", "to": "2025-12-31"})
    population = read_population(frame_session, load(frame_session, rows), asked)
    assert population.strata == {"Looked after": 0, "Child protection": 0, "Child in need": 1, "Early help": 0}
    assert population.several_strata_count == 1


def test_rows_without_dates_or_level_are_counted_and_not_dropped_silently(frame_session: Session) -> None:
    rows = [row(2, "A-1"), row(3, "A-2", started=date(2025, 3, 1)), row(4, "A-3", rank=5)]
    frame = load(frame_session, rows)
    everything = read_population(frame_session, frame, plan())
    assert everything.strata["Level not recorded"] == 2
    dated = read_population(frame_session, frame, plan(time_frame={"rule": "open_at", "to": "2025-12-31"}))
    assert (dated.case_count, dated.undated_row_count) == (1, 2)


def test_excluded_cases_are_left_out_and_counted(frame_session: Session) -> None:
    rows = [row(number, f"A-{number}", rank=5) for number in range(2, 8)]
    excluded = ("A-3", "A-4", "Z-9")
    asked = plan(excluded, allocation={"method": "fixed", "size": 10})
    draw = draw_cases(frame_session, load(frame_session, rows), asked, "a seed", excluded)
    assert draw.population.excluded_count == 2
    assert {case.reference for case in draw.strata[0].selected} == {"A-2", "A-5", "A-6", "A-7"}
    assert draw.strata[0].shortage == 6


def test_draw_with_other_exclusions_than_the_plan_has_is_refused(frame_session: Session) -> None:
    frame = load(frame_session, [row(2, "A-1", rank=5)])
    with pytest.raises(RuleBroken, match="excluded"):
        draw_cases(frame_session, frame, plan(("A-1",)), "a seed", ())


@pytest.mark.parametrize("rank", [0, 3, 6, -4])
def test_level_that_the_frame_does_not_name_is_refused(frame_session: Session, rank: int) -> None:
    rows = [row(2, "A-1", rank=rank), row(3, "A-2", rank=5)]
    frame = load(frame_session, rows)
    with pytest.raises(RuleBroken, match="level"):
        draw_cases(frame_session, frame, plan(), "a seed")
    with pytest.raises(RuleBroken, match="level"):
        draw_from_rows(rows, LEVELS, plan(), "a seed")


def test_planner_is_left_as_it_was(frame_session: Session) -> None:
    def setting(name: str) -> str:
        return str(frame_session.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())

    before = {name: setting(name) for name in ONE_SCAN}
    frame = load(frame_session, [row(2, "A-1", rank=3)])
    with pytest.raises(RuleBroken):
        read_population(frame_session, frame, plan())
    draw_cases(frame_session, load(frame_session, [row(2, "A-1", rank=5)]), plan(), "a seed")
    assert {name: setting(name) for name in ONE_SCAN} == before


def looked_after_rows(path: Path) -> list[CaseRow]:
    def day(written: str) -> date | None:
        return date(int(written[6:]), int(written[3:5]), int(written[:2])) if written else None

    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            row(number, line["CHILD"], rank=5, theme=line["CIN"], started=day(line["DECOM"]), ended=day(line["DEC"]))
            for number, line in enumerate(csv.DictReader(file), start=2)
        ]


def test_real_looked_after_children_are_drawn_as_the_published_sampler_draws(
    frame_session: Session, shared_data: Path
) -> None:
    frame = load(frame_session, looked_after_rows(shared_data / "ssda903_episodes.csv"))
    vectors = json.loads((shared_data / "vectors" / "consistent_sampler_generated.json").read_text(encoding="utf-8"))
    cases = [case for case in vectors["cases"] if "looked after" in case["name"]]
    assert len(cases) == 3
    for case in cases:
        asked = plan(
            time_frame={"rule": "open_at", "from": "2018-03-31", "to": "2018-03-31"},
            themes=[case["name"][-2:]],
            strata="theme",
            allocation={"method": "fixed", "size": case["take"]},
            reserves=case["reserve"],
        )
        (stratum,) = draw_cases(frame_session, frame, asked, case["seed"]).strata
        assert stratum.population == case["population"]
        assert [(case_drawn.ticket, case_drawn.reference) for case_drawn in stratum.selected] == [
            (v["ticket"], v["id"]) for v in case["sample"]
        ]
        assert [(reserve.ticket, reserve.reference) for reserve in stratum.reserves] == [
            (v["ticket"], v["id"]) for v in case["reserves"]
        ]


def frozen_frame(session: Session, rows: list[CaseRow]) -> CaseFrame:
    levels = {str(rank): word for rank, word in LEVELS.items()}
    frame = CaseFrame(title="Looked after", levels=levels, frozen_at=now())
    session.add(frame)
    session.flush()
    lines = ((str(frame.id), str(row[0]), row[1], str(row[2] or ""), *map(canonical_text, row[3:])) for row in rows)
    load_blocks(session, frame, ["".join("\t".join(line) + "\n" for line in lines).encode()])
    freeze(session, frame)
    return frame


def test_officer_draws_from_a_frozen_frame_and_a_stranger_repeats_the_draw(session: Session) -> None:
    officer = make.person(session, Role.OFFICER)
    act_as(session, Actor.person(officer.id, Role.OFFICER, None))
    rows = many_rows(3000)
    frame = frozen_frame(session, rows)
    asked = plan(strata="theme", allocation={"method": "proportional", "size": 20, "minimum": 2})
    draw = draw_cases(session, facts_of(frame), asked, "spoken aloud", pilot_rows=500)
    assert draw == draw_from_rows(rows, LEVELS, asked, "spoken aloud")
    record = FrameRecord(
        frame.reference, frame.fingerprint, frame.row_count, frame.case_count, facts_of(frame).levels, frame.frozen_at
    )
    occasion = Occasion("AS-1", "Neglect", "", CertificateKind.TYPED, "Officer", "", drawn_at=frame.frozen_at)
    certificate = json.loads(json.dumps(make_certificate(occasion, record, asked, draw)))
    assert check_draw(certificate, rows) is None
    assert "another one" in (check_draw(certificate, rows[:-1]) or "nothing")
