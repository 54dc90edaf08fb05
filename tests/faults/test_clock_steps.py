"""What becomes of due runs and of signed-in people when the machine's clock is put hours forward or back?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from jobs.core.schedule import SCHEDULES, Schedule, ask_for_due_runs, due_moments
from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession
from models.documents.job_requests import JobRequest
from tests.assurance.figures import note_figure, scaled
from tests.web import Browser
from tests.work import sessions_of_the_portal

pytestmark = [pytest.mark.faults, pytest.mark.assures(23)]
BEGIN = datetime(2026, 5, 4, 1, 30, tzinfo=UTC)
STEPS = [timedelta(hours=hours) for hours in (5, -5, -3, 3, 26, -26, 0.5, -0.5)]
LOOK = timedelta(minutes=5)

Open = Callable[..., Browser]


def looked_at(sessions: sessionmaker[PortalSession], begin: datetime) -> datetime:
    """A scheduler looks every few minutes while the clock is stepped now and then; returns the latest time it saw."""
    moment = latest = begin
    for step in STEPS[: scaled(len(STEPS), ci=4)]:
        for _ in range(scaled(72, ci=24)):
            with time_machine.travel(moment, tick=False):
                ask_for_due_runs(sessions, now())
            moment += LOOK
            latest = max(latest, moment - LOOK)
        moment += step
    return latest


def wanted_runs(begin: datetime, until: datetime) -> Counter[str]:
    """The runs that are due in that time: each once. Of several missed at once the last is enough, as is stated."""
    return Counter(f"{schedule.name} {moment.isoformat()}" for schedule, moment in _due(begin, until))


def _due(begin: datetime, until: datetime) -> list[tuple[Schedule, datetime]]:
    return [(schedule, moment) for schedule in SCHEDULES for moment in due_moments(schedule, begin, until)]


def test_clock_put_forward_and_back_makes_no_run_twice_and_leaves_no_last_one_out(
    session_factory: sessionmaker[PortalSession], session: Session
) -> None:
    latest = looked_at(sessions_of_the_portal(session_factory), BEGIN)
    asked = Counter(session.scalars(select(JobRequest.unique_key).where(JobRequest.unique_key.is_not(None))))
    wanted = wanted_runs(BEGIN, latest)
    doubled, strange = [key for key, count in asked.items() if count > 1], sorted(asked.keys() - wanted.keys())
    last = {f"{schedule.name} {max(moments).isoformat()}" for schedule in SCHEDULES
            if (moments := due_moments(schedule, BEGIN, latest))}  # fmt: skip
    missed = sorted(last - asked.keys())
    tried = f"{len(asked)} runs of {len(SCHEDULES)} schedules, clock stepped by up to 26 hours, forward and back"
    note_figure(23, "clock stepped: runs asked for twice", reached=len(doubled), wanted="0", tried=tried,
                holds=not doubled)  # fmt: skip
    note_figure(23, "clock stepped: runs that were not due", reached=len(strange), wanted="0", tried=tried,
                holds=not strange)  # fmt: skip
    note_figure(23, "clock stepped: schedules without their last run", reached=len(missed), wanted="0", tried=tried,
                holds=not missed)  # fmt: skip
    assert (doubled, strange, missed) == ([], [], [])


@pytest.mark.parametrize("hours", [-26, -5, 5, 26])
def test_sign_in_outlives_no_step_of_the_clock_by_more_than_its_own_time(browser: Open, hours: float) -> None:
    """Forward: it is over, as after so long a pause. Back: it goes on, and ends when its own time is over."""
    with time_machine.travel(BEGIN, tick=False):
        officer = browser(Role.OFFICER)
        assert officer.client.get("/actions/").status_code == 200
    with time_machine.travel(BEGIN + timedelta(hours=hours), tick=False):
        assert officer.client.get("/actions/").status_code == (302 if hours > 0 else 200)
    with time_machine.travel(BEGIN + timedelta(hours=max(hours, 0), minutes=125), tick=False):
        assert officer.client.get("/actions/").status_code == 302
    with time_machine.travel(BEGIN + timedelta(minutes=126), tick=False):
        assert officer.client.get("/actions/").status_code == 302
