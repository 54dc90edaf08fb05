"""How many commits a second do twenty writers reach with the change log, and how long does checking a long log take?

The writers are pgbench's: one statement on a row of their own and a commit. By turns with them the same without the log
(its trigger off, nobody sealing). The sealer is the scheduler's own loop, in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import sessionmaker

from app.servers.local_postgres import binary
from jobs.core import schedule
from jobs.core.schedule import seal_changes
from jobs.core.service import system_sessions
from models.core.change_log import first_broken_link, unsealed_tail
from models.core.db import PortalSession, database_url
from tests.benchmarks.memory import peak_of_memory
from tests.databases import Database
from tests.web import make_portal

WRITERS, SECONDS, ROUNDS = 20, 10, 3
_SCRIPT = """
BEGIN;
SELECT set_config('role', 'portal_system', true);
UPDATE strategic_priorities SET description = md5(random()::text) WHERE name = 'Priority ' || :client_id;
COMMIT;
"""
_PLANT_WRITERS = """
INSERT INTO strategic_priorities (name, starts_on)
SELECT 'Priority ' || n, '2026-01-01' FROM generate_series(0, {}) n"""
_PLANT_LOG = """
INSERT INTO change_log (changed_at, person_id, request_id, verb, table_name, row_key, old_values, new_values)
SELECT now() - make_interval(secs => {count} - n), n % 40, md5(n::text), 'update', 'actions', (n % 20000)::text,
    jsonb_build_object('status', 'open', 'row_version', n % 9, 'progress', 'Half of the staff are trained.'),
    jsonb_build_object('status', 'complete', 'row_version', n % 9 + 1, 'progress', 'All staff have been trained now.')
FROM generate_series({first}, {last}) n"""


def bench(database: Database, *, seconds: int = SECONDS, rounds: int = ROUNDS) -> list[str]:
    """Commits a second of twenty writers, with the log as it is built and without, at the median of some rounds."""
    database.empty()
    owner = create_engine(database_url(database.owner_url))
    sessions = system_sessions(database.engine())
    with sessions.begin() as session:
        session.execute(text(_PLANT_WRITERS.format(WRITERS - 1)))
    logged, unlogged, tails = [], [], []
    for _ in range(rounds):
        with _log_off(owner):
            unlogged.append(_commits_a_second(database, seconds))
        with _scheduler(database):
            logged.append(_commits_a_second(database, seconds))
            tails.append(_tail(sessions))
    seal_changes(sessions)
    with sessions() as session:
        holds = first_broken_link(session) is None
    owner.dispose()
    database.empty()
    ours, bare = statistics.median(logged), statistics.median(unlogged)
    return [
        f"sealing, {WRITERS} writers: {ours:,.0f} commits a second, {bare:,.0f} without the log: {ours / bare:.2f}",
        f"  the tail right after them: at most {max(tails):,} changes; the chain {'holds' if holds else 'is BROKEN'}",
    ]


@contextmanager
def _log_off(owner: Engine) -> Iterator[None]:
    for state in ("DISABLE", "ENABLE"):
        with owner.begin() as connection:
            connection.execute(text(f"ALTER TABLE strategic_priorities {state} TRIGGER change_log"))
        if state == "DISABLE":
            yield


@contextmanager
def _scheduler(database: Database) -> Iterator[None]:
    """The scheduler with nothing to ask for but the sealing."""
    process = multiprocessing.get_context("spawn").Process(
        target=schedule.run, args=(database.app_url,), kwargs={"schedules": ()}
    )
    process.start()
    time.sleep(3)
    yield
    process.terminate()
    process.join()


def _commits_a_second(database: Database, seconds: int) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_SCRIPT)
        script.flush()
        count = ["-c", str(WRITERS), "-j", "1", "-T", str(seconds)]
        command = [str(binary("pgbench")), "-n", "-M", "prepared", *count, "-f", script.name, database.app_url]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told = re.search(r"tps = ([0-9.]+)", said)
    assert told is not None, said
    return float(told[1])


def _tail(sessions: sessionmaker[PortalSession]) -> int:
    with sessions() as session:
        return unsealed_tail(session).count


def bench_check(database: Database, count: int) -> list[str]:
    """Seconds to seal so many changes at once, and to check them by the command, with the memory it takes."""
    database.empty()
    owner = create_engine(database_url(database.owner_url))
    for first in range(1, count + 1, 250_000):
        with owner.begin() as connection:
            last = min(first + 249_999, count)
            connection.execute(text(_PLANT_LOG.format(count=count, first=first, last=last)))
    began = time.perf_counter()
    sealed = _seal_all(system_sessions(database.engine()))
    sealing = time.perf_counter() - began
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE change_log"))
    owner.dispose()
    seconds, grown = _check(database)
    database.empty()
    return [
        f"log: {sealed:,} changes sealed in {sealing:.1f} s ({sealed / sealing:,.0f} a second)",
        f"  checked by the command in {seconds:.1f} s ({count / seconds:,.0f} a second), memory +{grown:.0f} MiB",
    ]


def _seal_all(sessions: sessionmaker[PortalSession]) -> int:
    total = 0
    while count := seal_changes(sessions):
        total += count
    return total


def _check(database: Database) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        addresses = {"database_url": database.app_url, "database_owner_url": database.owner_url}
        portal = make_portal(None, **addresses, redis_url="redis://127.0.0.1:1/0", data_dir=Path(folder))
        before, began = peak_of_memory(), time.perf_counter()
        answer = portal.test_cli_runner().invoke(args=["database", "verify"])
        seconds = time.perf_counter() - began
    assert answer.stdout == "The change log holds together.\n", answer.output
    return seconds, peak_of_memory() - before
