"""Is each regular run requested exactly once, whatever the clocks, the schedulers and the power do?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from jobs.core.queue import JOBS
from jobs.core.schedule import FRIDAY, MONDAY, SCHEDULES, Schedule, ask_for_due_runs, due_moments
from jobs.core.service import system_sessions
from models.core.access import Actor
from models.core.clock import LONDON
from models.core.db import PortalSession
from models.core.rooms import load_rooms
from models.core.schedules import mark_written, take_the_lead, written_until
from models.documents.job_requests import JobRequest
from tests.databases import Database

PROJECT = Path(__file__).resolve().parents[2]
SEVEN = Schedule("reminders", "write_reminders", time(7, 0))
EVERY_MISSED = Schedule("harvest", "plough", time(7, 0), catches_up=True)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def london(moments: list[datetime]) -> list[str]:
    return [moment.astimezone(LONDON).strftime("%a %d %b %H:%M") for moment in moments]


@pytest.fixture
def sessions(session_factory: sessionmaker[PortalSession]) -> sessionmaker[PortalSession]:
    session_factory.configure(info=session_factory.kw["info"] | {"actor": Actor.system("test")})
    return session_factory


@pytest.fixture
def database_sessions(engine: Engine, database: Database) -> Iterator[sessionmaker[PortalSession]]:
    """Sessions that really commit, for what only several transactions can show."""
    yield system_sessions(engine)
    database.empty()


def requests(sessions: sessionmaker[PortalSession]) -> list[str]:
    with sessions() as session:
        return sorted(str(request.unique_key) for request in session.query(JobRequest))


@pytest.mark.parametrize(
    ("at", "day", "expected"),
    [
        (time(7, 0), utc(2026, 3, 28), ["Sat 28 Mar 07:00", "Sun 29 Mar 07:00", "Mon 30 Mar 07:00"]),
        (time(1, 30), utc(2026, 3, 28), ["Sat 28 Mar 01:30", "Sun 29 Mar 02:30", "Mon 30 Mar 01:30"]),
        (time(1, 0), utc(2026, 3, 28), ["Sat 28 Mar 01:00", "Sun 29 Mar 02:00", "Mon 30 Mar 01:00"]),
        (time(7, 0), utc(2026, 10, 23, 23), ["Sat 24 Oct 07:00", "Sun 25 Oct 07:00", "Mon 26 Oct 07:00"]),
        (time(1, 30), utc(2026, 10, 23, 23), ["Sat 24 Oct 01:30", "Sun 25 Oct 01:30", "Mon 26 Oct 01:30"]),
        (time(0, 0), utc(2026, 10, 23, 22), ["Sat 24 Oct 00:00", "Sun 25 Oct 00:00", "Mon 26 Oct 00:00"]),
    ],
)
def test_a_daily_run_is_due_once_a_day_when_the_clocks_change(at: time, day: datetime, expected: list[str]) -> None:
    moments = due_moments(Schedule("daily", "plough", at), day, day + timedelta(hours=70))
    assert london(moments) == expected


@pytest.mark.parametrize("start", [utc(2026, 3, 28, 20), utc(2026, 10, 24, 20), utc(2026, 12, 31, 20)])
@pytest.mark.parametrize("at", [time(0, 0), time(0, 59), time(1, 0), time(1, 30), time(2, 0), time(23, 59)])
def test_looking_every_quarter_of_an_hour_finds_the_same_runs_as_looking_once(start: datetime, at: time) -> None:
    schedule = Schedule("daily", "plough", at)
    steps = [start + timedelta(minutes=15 * count) for count in range(4 * 48 + 1)]
    moments = [moment for after, until in pairwise(steps) for moment in due_moments(schedule, after, until)]
    assert moments == due_moments(schedule, steps[0], steps[-1])
    assert len({moment.astimezone(LONDON).date() for moment in moments}) == len(moments) == 2


def test_the_autumn_repeat_of_an_hour_runs_the_first_time_only() -> None:
    moments = due_moments(Schedule("night", "plough", time(1, 30)), utc(2026, 10, 24, 12), utc(2026, 10, 25, 12))
    assert moments == [utc(2026, 10, 25, 0, 30)]


def test_a_weekly_run_keeps_to_its_days() -> None:
    schedule = Schedule("twice a week", "plough", time(7, 30), weekdays=(MONDAY, FRIDAY))
    moments = due_moments(schedule, utc(2026, 11, 20, 12), utc(2026, 11, 30, 12))
    assert london(moments) == ["Mon 23 Nov 07:30", "Fri 27 Nov 07:30", "Mon 30 Nov 07:30"]


@pytest.mark.parametrize("start", [utc(2026, 3, 28, 20), utc(2026, 10, 24, 20), utc(2026, 11, 23, 7, 5)])
def test_an_hourly_run_is_due_once_an_hour_also_when_the_clocks_change(start: datetime) -> None:
    schedule = Schedule("hourly", "plough", time(0, 10), is_hourly=True)
    steps = [start + timedelta(minutes=7 * count) for count in range(200)]
    moments = [moment for after, until in pairwise(steps) for moment in due_moments(schedule, after, until)]
    assert moments == due_moments(schedule, steps[0], steps[-1])
    assert {later - earlier for earlier, later in pairwise(moments)} == {timedelta(hours=1)}
    assert {moment.minute for moment in moments} == {10}


def test_a_run_due_at_the_very_moment_is_taken_once() -> None:
    moment = utc(2026, 11, 23, 7)
    assert due_moments(SEVEN, moment - timedelta(seconds=1), moment) == [moment]
    assert due_moments(SEVEN, moment, moment + timedelta(seconds=1)) == []


def test_a_new_portal_does_not_run_what_was_due_before_it(sessions: sessionmaker[PortalSession]) -> None:
    assert ask_for_due_runs(sessions, utc(2026, 11, 23, 12), [SEVEN]) == 0
    assert ask_for_due_runs(sessions, utc(2026, 11, 24, 6, 59), [SEVEN]) == 0
    assert ask_for_due_runs(sessions, utc(2026, 11, 24, 7, 0), [SEVEN]) == 1


def test_a_due_run_is_asked_for_once_however_often_somebody_looks(sessions: sessionmaker[PortalSession]) -> None:
    ask_for_due_runs(sessions, utc(2026, 11, 23, 6), [SEVEN])
    written = [ask_for_due_runs(sessions, utc(2026, 11, 23, 7, minute), [SEVEN]) for minute in range(5)]
    assert sum(written) == 1
    assert requests(sessions) == ["reminders 2026-11-23T07:00:00+00:00"]


def test_after_a_long_silence_the_last_run_is_made_up_for(sessions: sessionmaker[PortalSession]) -> None:
    ask_for_due_runs(sessions, utc(2026, 11, 20, 6), [SEVEN])
    assert ask_for_due_runs(sessions, utc(2026, 11, 23, 12), [SEVEN]) == 1
    assert requests(sessions) == ["reminders 2026-11-23T07:00:00+00:00"]


def test_a_schedule_that_catches_up_makes_up_for_each_run(sessions: sessionmaker[PortalSession]) -> None:
    ask_for_due_runs(sessions, utc(2026, 11, 20, 6), [EVERY_MISSED])
    assert ask_for_due_runs(sessions, utc(2026, 11, 23, 12), [EVERY_MISSED]) == 4


def test_a_scheduler_whose_memory_was_set_back_asks_for_nothing_twice(sessions: sessionmaker[PortalSession]) -> None:
    ask_for_due_runs(sessions, utc(2026, 11, 20, 6), [EVERY_MISSED])
    ask_for_due_runs(sessions, utc(2026, 11, 23, 12), [EVERY_MISSED])
    with sessions() as session:
        mark_written(session, "harvest", utc(2026, 11, 20, 6))
        session.commit()
    assert ask_for_due_runs(sessions, utc(2026, 11, 23, 12), [EVERY_MISSED]) == 0


def test_a_clock_set_back_repeats_nothing_and_forgets_nothing(sessions: sessionmaker[PortalSession]) -> None:
    ask_for_due_runs(sessions, utc(2026, 11, 23, 12), [SEVEN])
    assert ask_for_due_runs(sessions, utc(2026, 11, 23, 6), [SEVEN]) == 0
    with sessions() as session:
        assert written_until(session, "reminders") == utc(2026, 11, 23, 12)


def test_only_one_scheduler_leads_at_a_time(database_sessions: sessionmaker[PortalSession]) -> None:
    with database_sessions() as leader, database_sessions() as other:
        assert take_the_lead(leader)
        assert not take_the_lead(other)
        assert ask_for_due_runs(database_sessions, utc(2026, 11, 23, 12), [SEVEN]) == 0
        leader.rollback()
        assert take_the_lead(other)


def test_every_schedule_names_a_job_there_is() -> None:
    load_rooms("models", "jobs")
    assert {schedule.job for schedule in SCHEDULES} <= set(JOBS)
    assert len({schedule.name for schedule in SCHEDULES}) == len(SCHEDULES)


def test_every_job_is_scheduled_or_asked_for_somewhere() -> None:
    load_rooms("models", "jobs")
    rooms = (room for name in ("app", "admin_views", "jobs", "models") for room in (PROJECT / name).rglob("*.py"))
    source = "\n".join(path.read_text(encoding="utf-8") for path in rooms if "demo" not in path.parts)
    scheduled = {schedule.job for schedule in SCHEDULES}
    ours = [name for name, kind in JOBS.items() if kind.function.__module__.startswith("jobs.")]
    waiting = [name for name in ours if name not in scheduled and f'"{name.removeprefix("make_")}"' not in source]
    assert [name for name in waiting if f'"{name}"' not in source] == []
