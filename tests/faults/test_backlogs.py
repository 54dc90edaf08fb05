"""Does a long backlog stay one entry for each request, and does what somebody waits for go first?"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from jobs.core.relay import FEED
from models.core.access import Role
from models.documents.job_requests import JobRequest, JobStatus
from tests import make
from tests.databases import Database
from tests.faults.farm import Farm

pytestmark = pytest.mark.faults

WAITING = 2_000
PATIENCE_SECONDS = 2.0  # the figure of the checklist; a loaded machine gets five times as long


@pytest.fixture
def farm(database: Database) -> Iterator[Farm]:
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name,
        Farm(database, Path(name), extra={"worker": {"takes_long": True}}) as farm,
    ):
        yield farm


def ask_for_many(farm: Farm, name: str, count: int) -> None:
    with farm.sessions.begin() as session:
        session.execute(insert(JobRequest), [{"name": name, "arguments": {}} for _ in range(count)])
        session.execute(text("SELECT pg_notify('job_requests', '')"))


def entries(farm: Farm) -> int:
    """How many entries were ever put on a queue."""
    with farm.sessions() as session:
        return int(session.scalar(text("SELECT sum(queued_count) FROM job_requests")) or 0)


def finished(farm: Farm, name: str) -> int:
    with farm.sessions() as session:
        done = text("SELECT count(*) FROM job_requests WHERE name = :name AND status = 'done'")
        return int(session.scalar(done, {"name": name}) or 0)


def test_backlog_of_mail_makes_no_second_entry_and_lets_others_go_first(farm: Farm) -> None:
    with farm.sessions.begin() as session:
        officer = make.person(session, Role.OFFICER)
        actor = officer.actor()
    ask_for_many(farm, "post", WAITING)
    farm.await_true(lambda: finished(farm, "post") > 50)
    asked_at = time.monotonic()
    number = farm.ask("plough", actor=actor)
    farm.await_finished(number)
    assert time.monotonic() - asked_at < 5 * PATIENCE_SECONDS
    assert finished(farm, "post") < WAITING, "the backlog was gone before anybody asked for anything"
    farm.kill("worker")
    farm.await_true(lambda: finished(farm, "post") == WAITING, 120)
    assert farm.status(number) is JobStatus.DONE
    assert max(farm.effects().values()) == 1
    assert entries(farm) <= 1.02 * (WAITING + 1)


def test_backlog_of_slow_jobs_waits_in_the_outbox_and_is_queued_once(farm: Farm) -> None:
    """Leases run out after ten seconds: what still waits in the queue then is not put there again."""
    numbers = [farm.ask("plough", seconds=13)] + [farm.ask("plough") for _ in range(3 * FEED)]
    farm.await_true(lambda: farm.marks()[numbers[0]] == 1)
    farm.await_finished(*numbers)
    assert entries(farm) == len(numbers)
