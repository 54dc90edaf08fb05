"""Is a portal that was destroyed the same again, in every fact, on another machine, and after how many minutes?"""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
import pytest

from app.backups.backups import back_up, restore, verify_backup
from app.servers.local_postgres import in_database
from app.servers.local_servers import Servers, join_servers
from models import schema_changes
from tests.assurance.figures import note_figure, scaled
from tests.benchmarks.imports import checked_import, write_list
from tests.machines.database_facts import differences, facts_of, row_count

pytestmark = pytest.mark.assures(28)


def test_destroyed_portal_is_the_same_again_on_another_machine(
    servers: Servers, untouched: str, tmp_path: Path
) -> None:
    if rows := scaled(200_000, ci=0):
        write_list(tmp_path / "list.csv", rows)
        checked_import(in_database(servers.jobs_url, untouched), tmp_path / "list.csv")
    url, file = in_database(servers.superuser_url, untouched), tmp_path / "portal.backup"
    before = facts_of(url)
    started = time.monotonic()
    back_up(url, file)
    backed_up = time.monotonic() - started
    destroy(servers, untouched)
    with join_servers(tmp_path / "another", with_queue=False, durable=False) as another:
        started = time.monotonic()
        restore(another.superuser_url, file)
        restored = time.monotonic() - started
        different = differences(before, facts_of(another.superuser_url))
        drift = schema_changes.drift(another.owner_url)
    verify_backup(file)
    tried = (
        f"{row_count(before):,} rows in {len(before)} facts (rows and checksum of each table, policies, triggers,"
        f" functions, grants, indexes, sequences, owners; the log's chain walked); a file of"
        f" {file.stat().st_size / 2**20:.0f} MiB"
    )
    note_figure(28, "facts that differ after backup, destruction and restore", reached=len(different), wanted="0",
                tried=tried, holds=not different)  # fmt: skip
    note_figure(28, "minutes", reached=f"{backed_up / 60:.2f} to back up, {restored / 60:.2f} to restore",
                wanted="stated", tried=tried, holds=True)  # fmt: skip
    assert (different, drift) == ([], [])


def destroy(servers: Servers, name: str) -> None:
    with psycopg.connect(in_database(servers.superuser_url, "postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
