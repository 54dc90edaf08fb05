"""Is each due run done once over both changes of the clocks, with two schedulers, when they and the relay are killed?

The schedulers' clock runs thousands of times as fast as ours, over the night in which London's clocks change.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import text

from jobs.core.schedule import due_moments
from models.core.schedules import mark_written
from tests.assurance.figures import note_figure, scaled
from tests.databases import Database
from tests.faults.crew import fast_clock, ploughing_schedules
from tests.faults.farm import Farm

pytestmark = [pytest.mark.faults, pytest.mark.assures(23)]

HOURS = scaled(72, ci=8)
SECONDS = scaled(60, ci=8)  # that these hours take
CHANGES = {"spring": datetime(2026, 3, 28, 21, tzinfo=UTC), "autumn": datetime(2026, 10, 24, 21, tzinfo=UTC)}
VICTIMS = ("scheduler", "relay", "scheduler-2", "scheduler")


@pytest.mark.parametrize("change", CHANGES)
def test_each_due_run_is_done_once_over_a_clock_change_whoever_is_killed(database: Database, change: str) -> None:
    start, end = CHANGES[change], CHANGES[change] + timedelta(hours=HOURS)
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name,
        Farm(database, Path(name)) as farm,
    ):
        farm.await_finished(farm.ask("plough"))
        _remember(farm, start)
        clock = {"origin": time.time(), "start": start.isoformat(), "speed": HOURS * 3600 / SECONDS}
        farm.extra = {"scheduler": {"clock": clock}}
        farm.start("scheduler")
        farm.start("scheduler-2")
        kills = _kill_until(farm, fast_clock(**clock), end)  # type: ignore[arg-type]
        farm.await_true(lambda: _written_until(farm) > end)
        farm.stop("scheduler")
        farm.stop("scheduler-2")
        farm.await_true(lambda: farm.open_count() == 0, 180)
        asked, effects = _asked(farm, end), farm.effects()
    expected = Counter(
        f"{schedule.name} {moment.isoformat()}"
        for schedule in ploughing_schedules()
        for moment in due_moments(schedule, start, end)
    )
    missed, doubled = expected - Counter(asked.values()), [key for key in asked if effects[key] != 1]
    tried = f"{expected.total()} due runs over the {change} change, {kills} kills of scheduler and relay"
    holds = not missed and not doubled and Counter(asked.values()) == expected
    note_figure(23, "due runs missed or done twice", reached=missed.total() + len(doubled), wanted="0", tried=tried,
                holds=holds)  # fmt: skip
    assert Counter(asked.values()) == expected
    assert doubled == []


def _remember(farm: Farm, start: datetime) -> None:
    """The schedulers were at work until then."""
    with farm.sessions.begin() as session:
        for schedule in ploughing_schedules():
            mark_written(session, schedule.name, start)


def _kill_until(farm: Farm, clock: object, end: datetime) -> int:
    """Kill one after the other, both schedulers at once now and then, until the end has come; returns how many."""
    assert callable(clock)
    kills = 0
    for victim in cycle(VICTIMS):
        began = time.monotonic()
        farm.await_true(lambda began=began: time.monotonic() - began > 2.5, 10)
        if clock() > end:
            return kills
        farm.kill(victim)
        kills += 1
        if victim == "scheduler-2":  # nobody leads over some due times
            farm.kill("scheduler")
            kills += 1
    return kills


def _written_until(farm: Farm) -> datetime:
    with farm.sessions() as session:
        until: datetime = session.scalars(text("SELECT min(written_until_at) FROM schedule_marks")).one()
    return until


def _asked(farm: Farm, end: datetime) -> dict[int, str]:
    """The unique key of each request that a schedule has made for a moment until the end, by its number."""
    with farm.sessions() as session:
        rows = session.execute(text("SELECT id, unique_key FROM job_requests WHERE unique_key IS NOT NULL"))
        keys = {number: key for number, key in rows}
    return {number: key for number, key in keys.items() if datetime.fromisoformat(key.rpartition(" ")[2]) <= end}
