"""Does an operator who follows “Upgrade” in docs/operating.md keep every row, and come back by the backup?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.servers.local_servers import Servers, join_servers
from models.revisions import is_prepared
from tests.core.migration_walk import Ground, ground, losses, shape_of, snapshot
from tests.core.test_migrations import MAY_LOSE
from tests.databases import Database
from tests.house.source import PROJECT
from tests.machines.database_facts import plain

pytestmark = pytest.mark.assures(28, 29)
NAME = "first_release"


@pytest.fixture
def first_release(tmp_path: Path) -> Iterator[tuple[Ground, Servers]]:
    """A managed server whose database stands at the first released schema, with rows in every table."""
    with join_servers(tmp_path / "server", with_queue=False, durable=False) as servers:
        database = Database.of(servers)
        place = ground(database, tmp_path)
        place.make(NAME, place.revisions()[0])
        yield place, servers


def command(told: dict[str, str], *arguments: str) -> str:
    """What a command of the portal prints with these settings; it must succeed."""
    line = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    environment = {"PATH": os.defpath, "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "k" * 64, **told}
    done = subprocess.run(line, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_first_release_is_backed_up_upgraded_and_brought_back_by_the_documented_steps(
    first_release: tuple[Ground, Servers], tmp_path: Path
) -> None:
    place, _ = first_release
    url, file = place.administrator(NAME), str(tmp_path / "portal.backup")
    told = {"DATABASE_URL": place.database.app_url.replace("triangulate?", f"{NAME}?")}
    operator = {**told, "DATABASE_ADMINISTRATOR_URL": url}
    before, shape = snapshot(url), shape_of(url)
    command(operator, "backup", file)
    command({**told, "DATABASE_OWNER_URL": place.owner(NAME)}, "database", "prepare")
    assert is_prepared(place.owner(NAME))
    expected = {loss for losses_of in MAY_LOSE.values() for loss in losses_of}
    assert losses(before, snapshot(url)) <= expected
    command(operator, "restore", file)
    assert snapshot(url) == before
    assert set(map(plain, shape_of(url))) == set(map(plain, shape))
