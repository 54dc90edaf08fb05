"""Does a long backlog stay one entry for each request, and does what somebody waits for go first?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from jobs.core.relay import FEED
from models.core.access import Role
from models.documents.job_requests import JobRequest
from tests import make
from tests.assurance.figures import note_figure, scaled
from tests.databases import Database
from tests.faults.farm import Farm

pytestmark = [pytest.mark.faults, pytest.mark.assures(22)]

WAITING = scaled(100_000, ci=1_500)
MAILS = scaled(10_000, ci=1_500)
MOST_ENTRIES = 1.02  # for each request
PATIENCE_SECONDS = 2.0  # the figure to reach; a loaded machine gets ten times as long before the test fails


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


def seconds_until_start(farm: Farm, number: int) -> float:
    """From the moment it was asked for, by the database's clock."""
    waited = text("SELECT extract(epoch FROM started_at - requested_at) FROM job_requests WHERE id = :id")
    with farm.sessions() as session:
        return float(session.scalars(waited, {"id": number}).one())


def finished(farm: Farm, name: str) -> int:
    with farm.sessions() as session:
        done = text("SELECT count(*) FROM job_requests WHERE name = :name AND status = 'done'")
        return int(session.scalar(done, {"name": name}) or 0)


def test_backlog_makes_no_second_entry_though_workers_are_killed(farm: Farm) -> None:
    ask_for_many(farm, "post", WAITING)
    kills, done = 0, 0
    while done < WAITING:
        goal = min(WAITING, done + max(300, WAITING // 100))
        farm.await_true(lambda goal=goal: finished(farm, "post") >= goal, 300)
        done = finished(farm, "post")
        if done < WAITING:
            farm.kill("worker")
            kills += 1
    ratio = entries(farm) / WAITING
    doubled = sum(count > 1 for count in farm.effects().values())
    tried = f"{WAITING:,} waiting, {kills} kills of the worker"
    note_figure(22, "entries in the queue for each request", reached=f"{ratio:.3f}", wanted=f"at most {MOST_ENTRIES}",
                tried=tried, holds=ratio <= MOST_ENTRIES)  # fmt: skip
    assert ratio <= MOST_ENTRIES
    assert doubled == 0
    assert len(farm.effects()) == WAITING


def test_what_somebody_waits_for_starts_at_once_behind_a_backlog_of_mail(farm: Farm) -> None:
    with farm.sessions.begin() as session:
        actor = make.person(session, Role.OFFICER).actor()
    ask_for_many(farm, "post", MAILS)
    farm.await_true(lambda: finished(farm, "post") > 50, 120)
    number = farm.ask("plough", actor=actor)
    farm.await_mark(number)
    farm.await_finished(number)
    assert finished(farm, "post") < MAILS, "the backlog was gone before anybody asked for anything"
    seconds = seconds_until_start(farm, number)
    note_figure(22, "seconds until what a person asked for starts, behind a backlog of mail", reached=f"{seconds:.2f}",
                wanted=f"at most {PATIENCE_SECONDS}", tried=f"{MAILS:,} mails waiting, one worker",
                holds=seconds <= PATIENCE_SECONDS)  # fmt: skip
    assert seconds < 10 * PATIENCE_SECONDS


def test_backlog_of_slow_jobs_waits_in_the_outbox_and_is_queued_once(farm: Farm) -> None:
    """Leases run out after ten seconds: what still waits in the queue then is not put there again."""
    numbers = [farm.ask("plough", seconds=13)] + [farm.ask("plough") for _ in range(3 * FEED)]
    farm.await_true(lambda: farm.marks()[numbers[0]] == 1)
    farm.await_finished(*numbers)
    assert entries(farm) == len(numbers)
