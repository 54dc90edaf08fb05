"""Does a backup bring everything back, and does a restore spoil nothing when it cannot?"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.backups import back_up, restore
from app.servers.local_servers import Servers, join_servers
from models.core.errors import RuleBroken

PROJECT = Path(__file__).resolve().parents[1]
FURNISH = """
CREATE TABLE secrets (agency_id int, words text);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
GRANT SELECT ON secrets TO portal_staff, portal_agency;
CREATE POLICY staff ON secrets FOR SELECT TO portal_staff USING (true);
CREATE INDEX ON secrets USING gin (words gin_trgm_ops);
"""


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    with join_servers(tmp_path / "data", with_queue=False, durable=False) as joined:
        with psycopg.connect(joined.owner_url, autocommit=True) as owner:
            owner.execute(FURNISH)
        say(joined, "INSERT INTO secrets SELECT n, 'words ' || n FROM generate_series(1, 1000) n")
        yield joined


def say(servers: Servers, statement: str) -> None:
    with psycopg.connect(servers.superuser_url, autocommit=True) as administrator:
        administrator.execute(statement.encode())


def seen_by(servers: Servers, role: str) -> list[tuple[object, ...]]:
    with psycopg.connect(servers.database_url) as portal:
        portal.execute(f"SET ROLE {role}".encode())
        return portal.execute("SELECT agency_id, words FROM secrets ORDER BY agency_id").fetchall()


def test_backup_brings_back_rows_policies_and_grants(servers: Servers, tmp_path: Path) -> None:
    before = seen_by(servers, "portal_staff")
    back_up(servers.superuser_url, tmp_path / "backup")
    say(servers, "DROP TABLE secrets")
    restore(servers.superuser_url, tmp_path / "backup")
    assert len(before) == 1000
    assert seen_by(servers, "portal_staff") == before
    assert seen_by(servers, "portal_agency") == []


def test_backup_is_closed_to_other_users_of_the_machine(servers: Servers, tmp_path: Path) -> None:
    back_up(servers.superuser_url, tmp_path / "backup")
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600


def test_owner_bound_by_row_security_cannot_make_a_partial_backup(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("the last good one")
    with pytest.raises(RuleBroken, match="row-level security"):
        back_up(servers.owner_url, tmp_path / "backup")
    assert (tmp_path / "backup").read_text() == "the last good one"


@pytest.mark.parametrize("content", [b"", b"no backup at all", b"PGDMP and then nothing"])
def test_file_that_is_no_backup_changes_nothing(servers: Servers, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "backup").write_bytes(content)
    with pytest.raises(RuleBroken, match="pg_restore did not succeed"):
        restore(servers.superuser_url, tmp_path / "backup")
    assert len(seen_by(servers, "portal_staff")) == 1000


def test_restore_is_refused_while_the_portal_is_connected(servers: Servers, tmp_path: Path) -> None:
    back_up(servers.superuser_url, tmp_path / "backup")
    with psycopg.connect(servers.database_url), pytest.raises(RuleBroken, match="stop every process"):
        restore(servers.superuser_url, tmp_path / "backup")


def test_missing_backup_and_missing_folder_are_refused_in_words(servers: Servers, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="There is no backup"):
        restore(servers.superuser_url, tmp_path / "none")
    with pytest.raises(RuleBroken, match="cannot be written"):
        back_up(servers.superuser_url, tmp_path / "none" / "backup")


def run_command(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    told = {"PATH": os.defpath, "DATA_DIR": str(tmp_path / "data"), **settings}
    command = [sys.executable, "-m", "app.backups", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=told, capture_output=True, text=True, check=False)


def test_operator_backs_up_and_restores_by_command_while_the_servers_run(servers: Servers, tmp_path: Path) -> None:
    assert run_command(tmp_path, "backup", str(tmp_path / "backup")).returncode == 0
    say(servers, "DROP TABLE secrets")
    assert run_command(tmp_path, "restore", str(tmp_path / "backup")).returncode == 0
    assert len(seen_by(servers, "portal_staff")) == 1000


def test_command_refuses_a_managed_database_in_one_sentence(tmp_path: Path) -> None:
    managed = {"DATABASE_URL": "postgresql://a@b/c", "REDIS_URL": "redis://d"}
    done = run_command(tmp_path, "backup", str(tmp_path / "backup"), **managed)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("A managed database is backed up with its own tools")
    assert not (tmp_path / "backup").exists()
