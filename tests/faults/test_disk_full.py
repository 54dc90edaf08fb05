"""What do people read when the disk under the database is full, and is everything well when there is space again?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, select

from app.servers.local_servers import Servers, join_servers
from app.servers.server_guard import POSTGRES_FOLDER, processes_in
from models import schema
from models.core.access import Actor, Role
from models.core.change_log import first_broken_link
from models.core.db import make_engine, make_session_factory
from models.partnership.agencies import Agency
from models.partnership.people import Person
from tests import make
from tests.assurance.figures import note_figure, scaled
from tests.web import Browser, make_portal, member

pytestmark = [pytest.mark.faults, pytest.mark.assures(24)]
SIZE_MB = 320
LEFT = 64 * 1024  # bytes that are free when the disk counts as full
PATIENCE = 60


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own of some MB."""
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("only root of a Linux machine may make a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=711", "none", place], check=False)
    if made.returncode:
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def servers(small_disk: Path) -> Iterator[Servers]:
    with join_servers(small_disk / "data", with_queue=False, durable=False) as joined:
        schema.migrate(joined.owner_url)
        yield joined


@pytest.fixture
def engine(servers: Servers) -> Iterator[Engine]:
    pool = make_engine(servers.superuser_url)
    yield pool
    pool.dispose()


@dataclass
class Desk:
    """An administrator who makes agencies, and what the portal answered."""

    app: Flask
    browser: Browser
    category: int
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def make_agency(self) -> int:
        """Open the form and send it; returns the status of the first answer that was none of those wanted."""
        name = f"Agency {len(self.acknowledged) + len(self.refused)} {'x' * 900}"[:200]
        page = self.browser.client.get("/agencies/new/")
        if page.status_code != 200:
            return self._refused(name, page.status_code, page.text)
        form = self.browser.filled("/agencies/new/", name=name, category_id=self.category) if page else {}
        answer = self.browser.client.post("/agencies/new/", data=form)
        if answer.status_code == 302:
            self.acknowledged.append(name)
            return 302
        return self._refused(name, answer.status_code, answer.text)

    def _refused(self, name: str, status: int, words: str) -> int:
        self.refused.append(name)
        assert status == 503, (status, words)
        assert "Not available just now" in words
        return status


def test_full_disk_is_said_in_a_plain_page_and_nothing_is_lost_or_half_written(
    small_disk: Path, servers: Servers, engine: Engine
) -> None:
    desk = opened(engine)
    assert [desk.make_agency() for _ in range(3)] == [302] * 3
    fill(small_disk)
    for _ in range(scaled(2_000, ci=150)):  # no room for tables: statements are refused
        if desk.make_agency() == 503 and len(desk.refused) >= 5:
            break
    assert len(desk.refused) >= 5, "the disk must have become full"
    stop_the_log(servers)
    assert desk.make_agency() == 503
    (small_disk / "ballast").unlink()
    servers.revive()
    engine.dispose()
    assert desk.make_agency() == 302
    lost, strange, broken = what_is_kept(engine, desk)
    tried = f"{len(desk.acknowledged)} acknowledged, {len(desk.refused)} refused, tables and log of the database full"
    note_figure(24, "disk full: acknowledged forms lost", reached=len(lost), wanted="0", tried=tried, holds=not lost)
    note_figure(24, "disk full: refused forms half written", reached=len(strange), wanted="0", tried=tried,
                holds=not strange)  # fmt: skip
    assert (lost, strange, broken) == ([], [], None)


def opened(engine: Engine) -> Desk:
    """An administrator at work."""
    factory = make_session_factory(engine)
    app = make_portal(factory)
    with factory(info={"actor": Actor.system("test")}) as session:
        category = make.agency(session, "Somebody").category_id
        person = member(session, Role.ADMINISTRATOR)
        browser = Browser(app).enter(session.get_one(Person, person.id), session)
    return Desk(app, browser, category)


def fill(disk: Path) -> None:
    """Leave a few pages free and no more."""
    spare = shutil.disk_usage(disk).free - LEFT
    with (disk / "ballast").open("wb") as ballast:
        for _ in range(spare // 2**16):
            ballast.write(bytes(2**16))


def stop_the_log(servers: Servers) -> None:
    """Have PostgreSQL need another file for its log, for which there is no room: it stops, as it must."""
    assert servers.data_dir is not None
    for _ in range(8):
        try:
            with psycopg.connect(servers.superuser_url, autocommit=True, connect_timeout=5) as administrator:
                administrator.execute("CREATE TEMPORARY TABLE spent AS SELECT 1")
                administrator.execute("SELECT pg_switch_wal()")
                administrator.execute("SELECT pg_logical_emit_message(true, 'test', repeat('x', 100000))")
        except psycopg.Error:
            if not processes_in(servers.data_dir / POSTGRES_FOLDER, "postgres"):
                return


def what_is_kept(engine: Engine, desk: Desk) -> tuple[list[str], list[str], object]:
    """Acknowledged agencies that are missing, refused ones that are there, and the first broken link of the log."""
    with make_session_factory(engine)(info={"actor": Actor.system("test")}) as session:
        names = set(session.scalars(select(Agency.name)))
        broken = first_broken_link(session)
    lost = [name for name in desk.acknowledged if name not in names]
    return lost, [name for name in desk.refused if name in names], broken
