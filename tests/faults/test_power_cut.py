"""Is everything that was acknowledged still there after the power of the machine with the embedded servers was cut?

All server processes are frozen in the middle of writing, the data folder is copied as it stands, and the processes are
killed; the copy is then started as the portal after the power is back. What the operating system itself had not yet
written to the disk cannot be taken away here: that PostgreSQL waits for the disk is asked of its settings instead.
"""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import pytest

from app.servers.local_servers import Servers, join_servers
from app.servers.server_guard import POSTGRES_FOLDER, VALKEY_FOLDER, processes_in
from jobs.core.relay import connect
from tests.assurance.figures import note_figure, scaled

pytestmark = [pytest.mark.faults, pytest.mark.assures(24)]
WRITERS = 4
TABLES = "CREATE TABLE kept (writer int, number int); CREATE TABLE twins (writer int, number int)"
WAITS_FOR_THE_DISK = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@dataclass
class Diary:
    """What each writer has had acknowledged: the last number of each."""

    url: str
    last: dict[int, int] = field(default_factory=dict)

    def write(self, writer: int) -> None:
        """Write numbers, each in two tables in one transaction, until the server is gone."""
        number = self.last.get(writer, 0)
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                while True:
                    number += 1
                    with connection.transaction():
                        connection.execute("INSERT INTO kept VALUES (%s, %s)", [writer, number])
                        connection.execute("INSERT INTO twins VALUES (%s, %s)", [writer, number])
                    self.last[writer] = number
        except psycopg.OperationalError:
            return


@contextmanager
def writing(diary: Diary) -> Iterator[None]:
    """Several write at once until the servers are gone."""
    threads = [threading.Thread(target=diary.write, args=[writer]) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(60)


def cut_power(servers: Servers, diary: Diary, copy: Path) -> dict[int, int]:
    """Freeze every server, copy the folder as it stands, kill them; returns what was acknowledged before the freeze."""
    assert servers.data_dir is not None
    frozen = _family(servers.data_dir)
    acknowledged = dict(diary.last)
    for process in frozen:
        process.send_signal(signal.SIGSTOP)
    subprocess.run(["cp", "-a", str(servers.data_dir), str(copy)], check=True)
    for process in frozen:
        process.kill()
    return acknowledged


def _family(folder: Path) -> list[psutil.Process]:
    leaders = processes_in(folder / POSTGRES_FOLDER, "postgres") + processes_in(folder / VALKEY_FOLDER, "valkey-server")
    return list({process.pid: process for leader in leaders for process in (leader, *leader.children())}.values())


def test_power_cut_in_the_middle_of_writing_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    dice, rounds, lost, torn = random.Random(29), scaled(20, ci=2), 0, 0
    servers, diary = join_servers(tmp_path / "0"), Diary("")
    with psycopg.connect(servers.superuser_url, autocommit=True) as administrator:
        administrator.execute(TABLES)
        for name, wanted in WAITS_FOR_THE_DISK.items():
            assert administrator.execute(f"SHOW {name}".encode()).fetchone() == (wanted,)
    for number in range(1, rounds + 1):
        diary.url = servers.superuser_url
        with writing(diary):
            time.sleep(dice.uniform(0.3, 1.2))
            acknowledged = cut_power(servers, diary, tmp_path / str(number))
        servers.close()
        servers = join_servers(tmp_path / str(number))
        with psycopg.connect(servers.superuser_url) as administrator:
            kept = dict(administrator.execute("SELECT writer, count(DISTINCT number) FROM kept GROUP BY 1").fetchall())
            torn += len(administrator.execute("SELECT * FROM kept EXCEPT SELECT * FROM twins").fetchall())
        lost += sum(max(0, last - kept.get(writer, 0)) for writer, last in acknowledged.items())
        diary.last = {writer: count for writer, count in kept.items()}
        assert len(acknowledged) == WRITERS
        with connect(servers.redis_url) as valkey:
            assert valkey.ping()
    servers.close()
    tried = f"{rounds} power cuts, {sum(diary.last.values()):,} writes by {WRITERS} writers"
    note_figure(24, "power cut: acknowledged writes lost", reached=lost, wanted="0", tried=tried, holds=lost == 0)
    note_figure(24, "power cut: writes half done", reached=torn, wanted="0", tried=tried, holds=torn == 0)
    assert (lost, torn) == (0, 0)
