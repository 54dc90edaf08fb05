"""Which cases of a frame have the lowest tickets in each stratum? The database finds out in one pass over its rows.

The database hashes every row of the population once, counts the strata in the same pass, and hands over only the cases
whose ticket is below a bound that a small sample of the pages suggested; Python then computes the exact tickets of
those few. A stratum that comes back short is read again with a bound from its exact count, and finally without a bound.
So the result never depends on the bounds: it is that of `models.rules.sampling.draws.draw_from_rows`, found faster
(tests compare them).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import isqrt

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.core.planning import plan_with
from models.rules.sampling.draws import Draw, check_exclusions, settle_draw, tickets_needed
from models.rules.sampling.frame_slots import LAST_SLOT, FrameFacts, slots_of
from models.rules.sampling.populations import Population
from models.rules.sampling.sample_plans import SamplePlan, TimeRule
from models.rules.sampling.sampling import seed_prefix
from models.rules.sampling.ticket_bounds import EVERY, TicketBound, bound_for
from models.sampling.draw_statements import DrawStatements

PILOT_ROWS = 10_000
"""Frames up to this size are read without bounds; of larger ones about this many rows are read to guess them."""

FEWEST_LOOKED_FOR = 5
"""Cases looked for in every stratum at first, because a guess of none may be wrong by a few."""

ONE_SCAN = {
    "enable_indexscan": "off",
    "enable_indexonlyscan": "off",
    "enable_bitmapscan": "off",
    "jit": "off",
    "work_mem": "64MB",
}
"""The planner expects fewer rows than come and would walk an index; one parallel scan is twice as fast."""

_GET = "SELECT name, current_setting(name) FROM unnest(CAST(:names AS text[])) AS s (name)"


@dataclass
class _Found:
    """Cases by slot: all of them counted, and the references below the bounds."""

    counts: dict[int, int]
    several_count: int
    references: dict[int, list[str]]

    def add(self, slot: int, count: int, several_count: int, references: list[str] | None = None) -> None:
        self.counts[slot] = self.counts.get(slot, 0) + count
        self.several_count += several_count
        self.references.setdefault(slot, []).extend(references or ())


def read_population(
    session: Session, frame: FrameFacts, plan: SamplePlan, excluded: Collection[str] = ()
) -> Population:
    """How many cases of a frame each stratum of a plan has. Counts only: no seed is needed, nothing is drawn.

    Raises RuleBroken when `excluded` are not the plan's exclusions or the frame does not name all its levels.
    """
    check_exclusions(plan, excluded)
    statements = DrawStatements(frame, plan, slots_of(frame, plan), excluded)
    with one_scan(session):
        return _population(session, statements, _read(session, statements.counts(), statements.values()))


def population_among(session: Session, frame: FrameFacts, plan: SamplePlan, references: Collection[str]) -> list[str]:
    """Those of these references that are cases of the frame and meet the plan's themes and time frame, in order."""
    return sorted(levels_among(session, frame, plan, references))


def levels_among(
    session: Session, frame: FrameFacts, plan: SamplePlan, references: Collection[str]
) -> dict[str, int | None]:
    """The same, each with the rank of its highest level among the rows that count; None where none is recorded."""
    statements = DrawStatements(frame, plan, slots_of(frame, plan), references)
    return {case: rank for case, rank in session.execute(text(statements.excluded_levels()), statements.values())}


def draw_cases(
    session: Session,
    frame: FrameFacts,
    plan: SamplePlan,
    seed: str | int,
    excluded: Collection[str] = (),
    *,
    pilot_rows: int = PILOT_ROWS,
) -> Draw:
    """The draw of a plan from a frame by a seed: the same as `draw_from_rows`, read in one pass.

    `pilot_rows` changes the time a draw takes, never its result.

    Raises RuleBroken as `read_population` does, and when the plan does not fit the population (see `allocate`).
    """
    check_exclusions(plan, excluded)
    version = session.connection().dialect.server_version_info or (0,)
    statements = DrawStatements(frame, plan, slots_of(frame, plan), excluded, int(version[0]))
    prefix = seed_prefix(seed)
    with one_scan(session):
        bounds = _guessed_bounds(session, statements, pilot_rows)
        drawn = _read(session, statements.cases_below_bounds(), statements.bound_values(prefix, bounds))
        population = _population(session, statements, drawn)
        _complete(session, statements, prefix, drawn, tickets_needed(population, plan))
    names = statements.slots.names
    return settle_draw(plan, seed, population, {names[slot]: drawn.references.get(slot, []) for slot in names})


@contextmanager
def one_scan(session: Session) -> Iterator[None]:
    """Have the planner read frames by one parallel scan until the block ends (or the transaction, if it failed)."""
    before: dict[str, str] = dict(session.execute(text(_GET), {"names": list(ONE_SCAN)}).all())
    plan_with(session, ONE_SCAN)
    try:
        yield
    except RuleBroken:
        plan_with(session, before)
        raise
    plan_with(session, before)


def _read(session: Session, statements: Iterable[str], values: Mapping[str, object]) -> _Found:
    totals = _Found({}, 0, {})
    for statement in statements:
        for row in session.execute(text(statement), values):
            totals.add(*row)
    return totals


def _guessed_bounds(session: Session, statements: DrawStatements, pilot_rows: int) -> dict[int, TicketBound]:
    """Bounds from a sample of the frame's pages; every ticket where the sample says too little about a stratum."""
    frame, names = statements.frame, statements.slots.names
    if frame.row_count <= pilot_rows:
        return dict.fromkeys(names, EVERY)
    values = statements.values() | {"percent": 100 * pilot_rows / frame.row_count}
    seen: dict[int, int] = dict.fromkeys(names, 0) | dict(session.execute(text(statements.pilot()), values).all())
    weight = frame.case_count / pilot_rows
    guessed = Population({name: int(seen[slot] * weight) for slot, name in names.items()})
    try:
        needed = tickets_needed(guessed, statements.plan)
    except RuleBroken:  # a guess must not refuse a plan: read the counts first
        return {}
    # Two standard deviations (the root of the count) below what the sample showed.
    fewest = {slot: int((seen[slot] - 2 * isqrt(seen[slot])) * weight) for slot in names}
    return {slot: bound_for(max(needed[name], FEWEST_LOOKED_FOR), fewest[slot]) for slot, name in names.items()}


def _complete(
    session: Session, statements: DrawStatements, prefix: str, drawn: _Found, needed: Mapping[str, int]
) -> None:
    """Read those strata again that show fewer tickets than needed: with bounds from their counts, then without."""
    for bound in (bound_for, lambda _needed, _population: EVERY):
        short = {
            slot: needed[name]
            for slot, name in statements.slots.names.items()
            if len(drawn.references.get(slot, ())) < needed.get(name, 0)
        }
        if not short:
            return
        bounds = {slot: bound(count, drawn.counts[slot]) for slot, count in short.items()}
        again = _read(session, statements.cases_below_bounds(), statements.bound_values(prefix, bounds))
        drawn.references |= {slot: again.references[slot] for slot in short}


def _population(session: Session, statements: DrawStatements, drawn: _Found) -> Population:
    names = statements.slots.names
    if drawn.counts.keys() - names.keys():
        raise RuleBroken("The frame has rows of a level that it gives no name.")
    counts = {name: drawn.counts.get(slot, 0) for slot, name in names.items()}
    if not drawn.counts.get(LAST_SLOT):
        del counts[names[LAST_SLOT]]
    is_dated = statements.plan.time_frame.rule is TimeRule.ANY or statements.frame.undated_row_count == 0
    return Population(
        counts,
        excluded_count=_number(session, statements.excluded_count(), statements) if statements.excluded else 0,
        undated_row_count=0 if is_dated else _number(session, statements.undated_row_count(), statements),
        several_strata_count=drawn.several_count,
    )


def _number(session: Session, statement: str, statements: DrawStatements) -> int:
    return int(session.execute(text(statement), statements.values()).scalar_one())
