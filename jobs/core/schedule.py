"""What runs by the clock, and how is each due run requested exactly once?

The scheduler also seals the change log, every second: it needs nothing but the database, and always runs.
"""

from __future__ import annotations

import time as clock_time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from jobs.core.service import leave_on_term, system_sessions
from models.core.change_log import BATCH, seal_waiting
from models.core.clock import LONDON, london_day, now
from models.core.db import PortalSession, make_engine
from models.core.schedules import mark_written, take_the_lead, written_until
from models.documents.job_requests import request_job

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
EVERY_DAY = tuple(range(7))
LOOK_SECONDS = 15.0
SEAL_SECONDS = 1.0
MOST_BATCHES = 50  # so many are sealed at once; then the clock is looked at, however many still wait

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Schedule:
    """A job at a time of day in London, on some days of the week, or of the month; or every hour at that time's minute.

    After a time when no scheduler ran, `catches_up` requests every missed run; otherwise only the last one is.
    """

    name: str
    job: str
    at: time
    weekdays: tuple[int, ...] = EVERY_DAY
    month_days: tuple[int, ...] = ()
    catches_up: bool = False
    is_hourly: bool = False


SCHEDULES = (
    Schedule("count actions", job="count_actions", at=time(0, 30), month_days=(1,), catches_up=True),
    Schedule("discard stale lists", job="discard_stale_lists", at=time(0, 10), is_hourly=True),
    Schedule("erase stale imports", job="erase_stale_imports", at=time(0, 15), is_hourly=True),
    Schedule("scan waiting files", job="scan_waiting_files", at=time(0, 20), is_hourly=True),
    Schedule("forget old sign-ins", job="forget_old_sign_ins", at=time(3, 40)),
    Schedule("discard old workbooks", job="discard_old_workbooks", at=time(3, 45)),
    Schedule("retention", job="erase_due", at=time(3, 50)),
    Schedule("publish the log's end", job="publish_log_head", at=time(4, 15)),
    Schedule("settle case audits", job="settle_case_audits", at=time(6, 45)),
    Schedule("weekly views", job="ask_weekly_views", at=time(6, 30), weekdays=(MONDAY,)),
    Schedule("reminders", job="write_reminders", at=time(7, 0)),
    Schedule("weekly digest", job="write_digests", at=time(7, 30), weekdays=(MONDAY,)),
)


def run(
    database_url: str,
    *,
    schedules: Sequence[Schedule] = SCHEDULES,
    look_seconds: float = LOOK_SECONDS,
    seal_seconds: float = SEAL_SECONDS,
) -> None:
    """Request due runs and seal the change log until told to stop.

    Any number of schedulers may run: one leads and one seals at a time, none runs or seals twice.
    """
    leave_on_term()
    sessions = system_sessions(make_engine(database_url, pool_size=1))
    looks_at = 0.0
    while True:
        try:
            seal_changes(sessions)
            if clock_time.monotonic() >= looks_at:
                looks_at = clock_time.monotonic() + look_seconds
                ask_for_due_runs(sessions, now(), schedules)
        except DBAPIError as trouble:
            log.warning("scheduler waits", fault=type(trouble).__name__)
        clock_time.sleep(min(seal_seconds, look_seconds))


def seal_changes(sessions: sessionmaker[PortalSession], *, most: int = BATCH, batches: int = MOST_BATCHES) -> int:
    """Seal what waits in the change log, each batch in a transaction of its own; returns how many records it were."""
    total = 0
    for _ in range(batches):
        with sessions.begin() as session:
            count = seal_waiting(session, most)
        total += count
        if count < most:
            break
    return total


def ask_for_due_runs(
    sessions: sessionmaker[PortalSession], until: datetime, schedules: Sequence[Schedule] = SCHEDULES
) -> int:
    """Write a request for each run that has become due, and remember it, in one transaction; returns how many.

    A schedule seen for the first time starts counting now. Another scheduler in the middle of this: nothing is done.
    """
    with sessions.begin() as session:
        if not take_the_lead(session):
            return 0
        return sum(_ask_for(session, schedule, until) for schedule in schedules)


def _ask_for(session: PortalSession, schedule: Schedule, until: datetime) -> int:
    since = written_until(session, schedule.name)
    if since is not None and since >= until:
        return 0
    moments = due_moments(schedule, since, until) if since else []
    due = moments if schedule.catches_up else moments[-1:]
    requests = [
        request_job(
            session,
            schedule.job,
            {"due_on": london_day(moment).isoformat()},
            unique_key=f"{schedule.name} {moment.isoformat()}",
        )
        for moment in due
    ]
    mark_written(session, schedule.name, until)
    return sum(number is not None for number in requests)


def due_moments(schedule: Schedule, after: datetime, until: datetime) -> list[datetime]:
    """The moments (UTC) at which a schedule is due, later than `after` and not later than `until`.

    Once a day whatever the clocks do: a time that the spring change skips is taken an hour later by the new clock, a
    time that the autumn change repeats is taken the first time.

    >>> early = Schedule("tidy up", "tidy_up", time(1, 30))
    >>> moments = due_moments(early, datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC))
    >>> [moment.astimezone(LONDON).strftime("%H:%M") for moment in moments]
    ['02:30']
    """
    if schedule.is_hourly:
        return _hourly(schedule.at.minute, after, until)
    first, last = london_day(after) - timedelta(days=1), london_day(until)
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    moments = (_moment(schedule.at, day) for day in days if _is_one(schedule, day))
    return [moment for moment in moments if after < moment <= until]


def _is_one(schedule: Schedule, day: date) -> bool:
    is_of_month = not schedule.month_days or day.day in schedule.month_days
    return is_of_month and day.weekday() in schedule.weekdays


def _hourly(minute: int, after: datetime, until: datetime) -> list[datetime]:
    first = after.astimezone(UTC).replace(minute=minute, second=0, microsecond=0)
    hours = int((until - first) / timedelta(hours=1)) + 1
    moments = (first + timedelta(hours=count) for count in range(hours))
    return [moment for moment in moments if after < moment <= until]


def _moment(at: time, day: date) -> datetime:
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)
