"""How long does a stratified draw take, beside a scan that hashes the same rows and beside the published sampler?

`bench(connection, rows)` makes a frame of so many rows in a schema of its own, draws 200 cases and 200 reserves over
five levels, and prints every contender of the same run in seconds with its ratio. The connection must belong to the
owner of the database; roll its transaction back afterwards. (Temporary tables would not do: no parallel worker reads
them.)
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from statistics import median

from consistent_sampler import sampler
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from models.rules.sampling.draws import Draw
from models.rules.sampling.frame_slots import FrameFacts, slots_of
from models.rules.sampling.sample_plans import SamplePlan, parse_plan
from models.rules.sampling.sampling import seed_prefix
from models.sampling.draw_sql import draw_cases, one_scan
from models.sampling.draw_statements import DrawStatements
from tests.benchmarks.memory import peak_of_memory

SEED = "benchmark 314159"
ROUNDS = 5
LEVELS = {1: "Universal", 2: "Early help", 3: "Child in need", 4: "Child protection", 5: "Looked after"}
THEMES = (
    "Neglect",
    "Domestic abuse",
    "Exploitation",
    "Physical abuse",
    "Sexual abuse",
    "Emotional abuse",
    "Harm",
    "Other",
)
PLAN = {
    "time_frame": {"rule": "started_in", "from": "2022-01-01", "to": "2024-12-31"},
    "themes": list(THEMES[:4]),
    "strata": "level",
    "allocation": {"method": "equal", "size": 200},
    "reserves": 40,
}

_TABLES = """
CREATE SCHEMA draw_bench;
SET LOCAL search_path = draw_bench;
CREATE TABLE frame_rows (
    frame_id int NOT NULL, row_number int NOT NULL, reference text COLLATE "C" NOT NULL, level_rank smallint,
    theme text, started_on date, ended_on date, agency text, is_repeated boolean NOT NULL DEFAULT false
) PARTITION BY LIST (frame_id);
CREATE TABLE frame_rows_1 PARTITION OF frame_rows FOR VALUES IN (1);
INSERT INTO frame_rows
SELECT 1, n, 'WM-' || lpad(n::text, 7, '0'),
       CASE WHEN dice < 0.48 THEN 1 WHEN dice < 0.78 THEN 2 WHEN dice < 0.93 THEN 3 WHEN dice < 0.98 THEN 4 ELSE 5 END,
       (CAST(:themes AS text[]))[1 + n % 8], date '2021-01-01' + (n * 7919 % 1826)::int, NULL, 'Agency ' || n % 7, false
FROM (SELECT n::bigint AS n, (n::bigint * 48271 % 2147483647 * 48271 % 2147483647)::float / 2147483647 AS dice
      FROM generate_series(1, :rows) AS n) AS numbers;
"""
_MATCHING = "frame_id = 1 AND theme = ANY (CAST(:themes AS text[])) AND started_on BETWEEN :starts_on AND :ends_on"
_HASHES = f"SELECT count(sha256(convert_to(:prefix || reference, 'UTF8'))) FROM frame_rows WHERE {_MATCHING}"
_REFERENCES = f"SELECT level_rank, reference FROM frame_rows WHERE {_MATCHING}"


def make_frame(connection: Connection, rows: int) -> FrameFacts:
    """A frame of so many cases, one row each, of which about three in ten match the plan."""
    for statement in _TABLES.strip().split(";")[:-1]:
        connection.execute(text(statement), {"themes": list(THEMES), "rows": rows})
    connection.execute(text("ANALYZE frame_rows"))
    return FrameFacts(1, rows, rows, LEVELS, dict.fromkeys(THEMES, rows // 8), {}, undated_row_count=0)


def drawn_by_the_published_sampler(connection: Connection, values: Mapping[str, object]) -> dict[int, list[str]]:
    """What one does with the package: fetch the references, order each stratum, take 80."""
    strata: dict[int, list[str]] = {}
    for rank, reference in connection.execute(text(_REFERENCES), values):
        strata.setdefault(rank, []).append(reference)
    return {rank: [ticket[1] for ticket in sampler(pool, seed=SEED, take=80)] for rank, pool in strata.items()}


def measured(contenders: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each contender, taken in turns."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _round in range(ROUNDS):
        for name, contender in contenders.items():
            start = time.perf_counter()
            contender()
            seconds[name].append(time.perf_counter() - start)
    return {name: median(taken) for name, taken in seconds.items()}


def bench(connection: Connection, rows: int = 1_000_000) -> list[str]:
    """Lines to print. Raises AssertionError when the draw is not the published sampler's."""
    frame, plan = make_frame(connection, rows), parse_plan(PLAN)
    session = Session(connection)
    values = DrawStatements(frame, plan, slots_of(frame, plan), ()).values() | {"prefix": seed_prefix(SEED)}
    before = peak_of_memory()
    draw = draw_cases(session, frame, plan, SEED)
    grown = peak_of_memory() - before
    check_same(draw, drawn_by_the_published_sampler(connection, values))

    def hash_scan() -> None:
        with one_scan(session):
            session.execute(text(_HASHES), values).scalar_one()

    seconds = measured(
        {
            "scan that hashes each row": hash_scan,
            "counts and draw (ours)": lambda: draw_cases(session, frame, plan, SEED),
            "consistent-sampler": lambda: drawn_by_the_published_sampler(connection, values),
        }
    )
    return report(rows, draw, plan, seconds, grown)


def check_same(draw: Draw, theirs: Mapping[int, list[str]]) -> None:
    """Both contenders must have drawn the same cases in the same order."""
    ours = {
        stratum.name: [case.reference for case in (*stratum.selected, *stratum.reserves)] for stratum in draw.strata
    }
    assert ours == {LEVELS[rank]: theirs[rank] for rank in sorted(LEVELS, reverse=True)}


def report(rows: int, draw: Draw, plan: SamplePlan, seconds: Mapping[str, float], grown: float) -> list[str]:
    """The lines of one run: seconds, and the ratio to the limit (the scan)."""
    limit = seconds["scan that hashes each row"]
    drawn = Counter({"selected": sum(len(stratum.selected) for stratum in draw.strata)})
    drawn["reserves"] = sum(len(stratum.reserves) for stratum in draw.strata)
    lines = [
        f"draw: {rows:,} rows, {draw.population.case_count:,} in the population, {drawn['selected']} + "
        f"{drawn['reserves']} reserves over {len(draw.strata)} strata by {plan.strata.value}"
    ]
    lines += [f"  {name:<28}{taken:8.3f} s   {taken / limit:5.2f} x the scan" for name, taken in seconds.items()]
    faster = seconds["consistent-sampler"] / seconds["counts and draw (ours)"]
    return [*lines, f"  ours is {faster:.1f} x as fast as consistent-sampler; our client grew by {grown:.1f} MiB"]
