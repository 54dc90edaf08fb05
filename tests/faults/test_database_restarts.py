"""What becomes of people's writes when PostgreSQL is stopped under them, again and again, politely and not?"""

from __future__ import annotations

import http.client
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import pytest
from flask import Flask
from structlog.testing import capture_logs

from app.errors import log_fault
from app.servers.local_servers import Servers, join_servers
from app.servers.server_guard import POSTGRES_FOLDER
from models import schema
from tests.assurance.figures import note_figure, scaled
from tests.databases import Database
from tests.servers.web_processes import Visitor, WebProcess, person_who_may_sign_in, web_process

pytestmark = [pytest.mark.faults, pytest.mark.assures(24)]

PAGE = "/strategic-priorities/new/"
WRITERS = 3
PATIENCE = 60.0
STOPS = (signal.SIGINT, signal.SIGQUIT)  # “fast” and “immediate”, as pg_ctl says it


@dataclass
class Writer:
    """Somebody who makes one record after another for as long as it is wanted, and notes what they were told."""

    visitor: Visitor
    number: int
    told: Counter[int] = field(default_factory=Counter)
    saved: list[str] = field(default_factory=list)
    saved_at: float = 0.0

    def write(self) -> None:
        name = f"Priority {self.number} {sum(self.told.values())}"
        status = self.visitor.send(PAGE, name=name, starts_on="2026-04-01")
        self.told[status] += 1
        if status == http.client.FOUND:
            self.saved.append(name)
            self.saved_at = time.monotonic()


@dataclass
class Case:
    """A web process on a PostgreSQL that may be stopped, and people who write."""

    servers: Servers
    web: WebProcess
    writers: list[Writer]
    stopping: threading.Event = field(default_factory=threading.Event)

    def write_on(self, writer: Writer) -> None:
        while not self.stopping.is_set():
            writer.write()

    def restart_database(self, how: signal.Signals) -> float:
        """Stop PostgreSQL and start it again. Returns the moment at which it answered."""
        assert self.servers.data_dir is not None
        lock = self.servers.data_dir / POSTGRES_FOLDER / "postmaster.pid"
        postmaster = psutil.Process(int(lock.read_text().splitlines()[0]))
        postmaster.send_signal(how)
        postmaster.wait(PATIENCE)
        self.servers.revive()
        return time.monotonic()

    def seconds_until_all_have_saved(self, since: float) -> float:
        """How long after that moment the last of the writers has saved something again."""
        while min(writer.saved_at for writer in self.writers) < since:
            assert time.monotonic() < since + PATIENCE, "somebody is not answered any more"
            time.sleep(0.02)
        return max(writer.saved_at for writer in self.writers) - since


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with join_servers(tmp_path / "server", with_queue=False) as servers:
        schema.migrate(servers.owner_url)
        database = Database.of(servers)
        email = person_who_may_sign_in(database)
        with web_process(database, tmp_path) as web:
            writers = [Writer(Visitor(web.port).sign_in(email), number) for number in range(WRITERS)]
            yield Case(servers, web, writers)


def rows(case: Case, statement: str) -> set[str]:
    with psycopg.connect(case.servers.superuser_url) as connection:
        return {str(row[0]) for row in connection.execute(statement.encode())}


def test_whatever_was_acknowledged_is_saved_and_nobody_sees_a_fault(case: Case) -> None:
    threads = [threading.Thread(target=case.write_on, args=(writer,)) for writer in case.writers]
    for thread in threads:
        thread.start()
    restarts, slowest = scaled(20, ci=2), 0.0
    try:
        for turn in range(restarts):
            case.seconds_until_all_have_saved(since=time.monotonic())
            answered_again = case.restart_database(STOPS[turn % len(STOPS)])
            slowest = max(slowest, case.seconds_until_all_have_saved(since=answered_again))
    finally:
        case.stopping.set()
        for thread in threads:
            thread.join(PATIENCE)
    told = sum((writer.told for writer in case.writers), Counter[int]())
    acknowledged = {name for writer in case.writers for name in writer.saved}
    kept = rows(case, "SELECT name FROM strategic_priorities")
    on_record = rows(case, "SELECT new_values ->> 'name' FROM change_log WHERE table_name = 'strategic_priorities'")
    faults = sum(count for status, count in told.items() if status not in {302, 503})
    tried = f"{restarts} restarts, fast and immediate, under {told.total()} writes: {dict(told)}"
    note_figure(24, "acknowledged writes lost", reached=len(acknowledged - kept), wanted="0", tried=tried,
                holds=acknowledged <= kept)  # fmt: skip
    note_figure(24, "records without their line in the change log", reached=len(kept ^ on_record), wanted="0",
                tried=f"{len(kept)} records", holds=kept == on_record)  # fmt: skip
    note_figure(24, "answers that are neither “saved” nor “not available”", reached=faults, wanted="0", tried=tried,
                holds=not faults)  # fmt: skip
    note_figure(24, "until everybody saves again", reached=f"{slowest:.1f} s", wanted="10 s", tried=tried,
                holds=slowest <= 10)  # fmt: skip
    assert (acknowledged - kept, kept ^ on_record, faults) == (set(), set(), 0), case.web.log.read_text()[-3000:]
    assert told[503] <= case.web.log.read_text().count('"event": "database away"')


def test_fault_in_generated_code_is_written_down_like_any_other(portal: Flask) -> None:
    with portal.test_request_context("/"), capture_logs() as lines:
        try:
            exec("1 / 0", {})  # as libraries do, whose code then has no file
        except ZeroDivisionError as error:
            log_fault(error)
    assert lines[0]["where"][-1] == "<string>:1"
