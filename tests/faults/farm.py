"""How does a test run real workers, relays and schedulers, kill them, and count what was done?

with Farm(database, folder) as farm:
    number = farm.ask("plough", seconds=2)
    farm.await_mark(number)          # the job is in the middle of its work
    farm.kill("worker")              # with the child that does the job
    farm.await_finished(number)      # whatever has died is started again, as the supervisor would
    assert farm.effects() == {number: 1}
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker

from app.servers.local_servers import Servers, start_valkey
from app.servers.server_guard import VALKEY_FOLDER, processes_in
from jobs.core.lanes import Lane
from jobs.core.relay import QUEUES, connect
from jobs.core.service import system_sessions
from models.core.access import Actor, DatabaseRole
from models.core.db import PortalSession, database_url
from models.documents.job_requests import JobStatus, job_view, request_job
from tests.databases import Database

PROJECT = Path(__file__).resolve().parents[2]
PARTS = ("relay", "worker")
PATIENCE = 45.0

FIELD = f"""
CREATE SCHEMA IF NOT EXISTS field;
CREATE TABLE IF NOT EXISTS field.marks (request_id int, pid int, number int);
CREATE TABLE IF NOT EXISTS field.effects (request_id int);
CREATE TABLE IF NOT EXISTS field.holds (request_id int, pid int, case_count int);
CREATE TABLE IF NOT EXISTS field.gate (opened_at timestamptz);
GRANT USAGE ON SCHEMA field TO {", ".join(DatabaseRole)};
GRANT ALL ON ALL TABLES IN SCHEMA field TO {", ".join(DatabaseRole)};
TRUNCATE field.marks, field.effects, field.holds, field.gate;
"""


def lay_out_field(database: Database) -> None:
    """Make (or empty) the tables in which test jobs leave marks and effects, in a schema apart from the portal's."""
    owner = create_engine(database_url(database.owner_url))
    with owner.begin() as connection:
        connection.exec_driver_sql(FIELD)
    owner.dispose()


def effects(sessions: sessionmaker[PortalSession]) -> Counter[int]:
    """How many effects of each request there are."""
    with sessions() as session:
        return Counter(session.scalars(text("SELECT request_id FROM field.effects")))


@dataclass
class Farm:
    """Real processes on a real PostgreSQL and a Valkey of its own. `extra` holds more settings for a part by name."""

    database: Database
    folder: Path
    parts: tuple[str, ...] = PARTS
    also: tuple[str, ...] = ("tests.faults.slow_jobs",)
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Farm:
        self.clear()
        self.engine = self.database.engine()
        self.sessions: sessionmaker[PortalSession] = system_sessions(self.engine)
        self.valkey: Servers
        self.valkey, self.redis_url = start_valkey(self.folder)
        for part in self.parts:
            self.start(part)
        return self

    def __exit__(self, *_: object) -> None:
        for part in list(self._running):
            self.stop(part)
        self.valkey.close()
        self.engine.dispose()
        self.clear()

    def clear(self) -> None:
        """Delete all rows."""
        lay_out_field(self.database)
        self.database.empty()

    @property
    def redis(self) -> Redis:
        return connect(self.redis_url)

    def start(self, part: str) -> None:
        """Start a part and keep it alive from now on: `worker`, or a second one as `worker-2`."""
        kind = part.partition("-")[0]
        settings: dict[str, Any] = {"database_url": self.database.app_url}
        if kind != "scheduler":
            settings |= {"redis_url": self.redis_url, "also": list(self.also)}
        if kind == "relay":
            settings["poll_seconds"] = 0.25
        settings |= {**self.extra.get(kind, {}), **self.extra.get(part, {})}
        with (self.folder / f"{part}.log").open("ab") as output:
            self._running[part] = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.crew", kind, json.dumps(settings)],
                cwd=PROJECT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self, part: str, *, with_children: bool = True) -> None:
        """kill -9 a part; its children (the job in hand) too, unless they shall live on as orphans.

        The next wait starts the part again, as the supervisor would.
        """
        process = self._running[part]
        victims = [process.pid]
        if psutil.pid_exists(process.pid) and with_children:
            victims += [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        for pid in victims:
            _kill(pid)
        process.wait(10)

    def stop(self, part: str) -> None:
        """kill -9 a part for good."""
        self.kill(part)
        del self._running[part]

    def pid(self, part: str) -> int:
        """The process that is a part now."""
        return self._running[part].pid

    def tend(self) -> None:
        """Start again what has died, as the supervisor does."""
        for part, process in list(self._running.items()):
            if process.poll() is not None:
                self.start(part)

    def kill_valkey(self, *, with_data: bool = True) -> None:
        """kill -9 the Valkey of this farm; `with_data` also takes away what it had written to disk."""
        for process in processes_in(self.folder / VALKEY_FOLDER, "valkey-server"):
            process.kill()
            process.wait(10)
        if with_data:
            shutil.rmtree(self.folder / VALKEY_FOLDER / "appendonlydir", ignore_errors=True)

    def start_valkey(self) -> None:
        self.valkey.revive()

    def drop_connections(self) -> None:
        """End every session of the portal's login, as a restart of PostgreSQL does."""
        others = "usename = current_user AND pid <> pg_backend_pid()"
        with self.engine.connect() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
        self.engine.dispose()

    def ask(self, name: str, *, actor: Actor | None = None, **arguments: Any) -> int:
        """Request a job, as the portal itself or as somebody."""
        with self.sessions(info={"actor": actor or Actor.system()}) as session:
            number = request_job(session, name, arguments)
            session.commit()
        assert number is not None
        return number

    def await_true(self, what: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something holds, tending the farm meanwhile; fails with the logs when it never does."""
        deadline = time.monotonic() + seconds
        while not what():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds:.0f} s in vain\n{self.logs()}")
            self.tend()
            time.sleep(0.02)

    def await_mark(self, number: int, count: int = 1) -> None:
        """Wait until a job has begun its work (for the `count`th time)."""
        self.await_true(lambda: self.marks()[number] >= count)

    def await_finished(self, *numbers: int) -> None:
        self.await_true(lambda: all(self.status(number).is_finished for number in numbers))

    def status(self, number: int) -> JobStatus:
        with self.sessions() as session:
            view = job_view(session, number)
        assert view is not None
        return view.status

    def open_count(self) -> int:
        """How many requests are not finished."""
        return self._numbers("SELECT count(*) FROM job_requests WHERE finished_at IS NULL")[0]

    def sentence(self, number: int) -> str:
        with self.sessions() as session:
            view = job_view(session, number)
        assert view is not None
        return view.sentence

    def statuses(self, numbers: Iterable[int]) -> set[str]:
        return {str(self.status(number)) for number in numbers}

    def marks(self) -> Counter[int]:
        """How often each request has begun its work."""
        return Counter(self._numbers("SELECT request_id FROM field.marks"))

    def effects(self) -> Counter[int]:
        """How many effects of each request there are."""
        return effects(self.sessions)

    def logs(self) -> str:
        """The last lines that each part has written."""
        return "\n".join(f"--- {path.name}\n{path.read_text()[-2000:]}" for path in sorted(self.folder.glob("*.log")))

    def asked(self, name: str) -> list[int]:
        """The requests of a job."""
        return self._numbers("SELECT id FROM job_requests WHERE name = :name ORDER BY id", name=name)

    def enqueue_by_hand(self, function: str, arguments: tuple[object, ...], callback: str) -> str:
        """Put a job into Valkey as somebody with write access to it could."""
        job = Job.create(
            function, arguments, connection=self.redis, serializer=JSONSerializer, origin=QUEUES[Lane.SHORT], timeout=30
        )
        job._failure_callback_name = callback
        Queue(QUEUES[Lane.SHORT], connection=self.redis, serializer=JSONSerializer).enqueue_job(job)
        return str(job.id)

    def is_gone_or_failed(self, job_id: str) -> bool:
        if not Job.exists(job_id, connection=self.redis):
            return True
        return Job.fetch(job_id, connection=self.redis, serializer=JSONSerializer).is_failed

    def _numbers(self, query: str, **values: Any) -> list[int]:
        with self.sessions() as session:
            return list(session.scalars(text(query), values))


def _kill(pid: int) -> None:
    try:
        psutil.Process(pid).send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return
