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
from click.testing import CliRunner

from app.backups.__main__ import main
from app.backups.backups import back_up, restore, verify_backup
from app.backups.notes import note_path
from app.servers.local_postgres import binary, create_database, in_database
from app.servers.local_servers import Servers, join_servers
from models import schema
from models.core.errors import RuleBroken
from tests.web import make_portal

PROJECT = Path(__file__).resolve().parents[1]
FURNISH = """
CREATE TABLE secrets (agency_id int, words text);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
GRANT SELECT ON secrets TO portal_officer, portal_agency;
CREATE POLICY staff ON secrets FOR SELECT TO portal_officer USING (true);
CREATE INDEX ON secrets USING gin (words gin_trgm_ops);
"""
PEOPLE = """
INSERT INTO people (name, email, role) SELECT 'Person ' || n, n || '@example.org', 'officer'
FROM generate_series(1, 20) n
"""


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    with join_servers(tmp_path / "data", with_queue=False, durable=False) as joined:
        schema.migrate(joined.owner_url)
        with psycopg.connect(joined.owner_url, autocommit=True) as owner:
            owner.execute(FURNISH)
        say(joined, "INSERT INTO secrets SELECT n, 'words ' || n FROM generate_series(1, 1000) n")
        say(joined, PEOPLE)
        yield joined


def say(servers: Servers, statement: str) -> None:
    with psycopg.connect(servers.superuser_url, autocommit=True) as administrator:
        administrator.execute(statement.encode())


def seen_by(servers: Servers, role: str) -> list[tuple[object, ...]]:
    with psycopg.connect(servers.database_url) as portal:
        portal.execute(f"SET ROLE {role}".encode())
        return portal.execute("SELECT agency_id, words FROM secrets ORDER BY agency_id").fetchall()


def test_backup_brings_back_rows_policies_and_grants(servers: Servers, tmp_path: Path) -> None:
    before = seen_by(servers, "portal_officer")
    back_up(servers.superuser_url, tmp_path / "backup")
    say(servers, "DROP TABLE secrets")
    restore(servers.superuser_url, tmp_path / "backup")
    assert len(before) == 1000
    assert seen_by(servers, "portal_officer") == before
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
    assert len(seen_by(servers, "portal_officer")) == 1000


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
    assert len(seen_by(servers, "portal_officer")) == 1000


def test_command_needs_the_administrators_login_of_a_managed_database(tmp_path: Path) -> None:
    managed = {"DATABASE_URL": "postgresql://a@b/c", "REDIS_URL": "redis://d"}
    done = run_command(tmp_path, "backup", str(tmp_path / "backup"), **managed)
    assert (done.returncode, done.stdout) == (2, "")
    assert "DATABASE_ADMINISTRATOR_URL" in done.stderr
    assert not (tmp_path / "backup").exists()


def test_managed_database_is_backed_up_verified_and_restored_by_flask_commands(
    servers: Servers, tmp_path: Path
) -> None:
    managed = {
        "DATABASE_URL": servers.database_url,
        "DATABASE_ADMINISTRATOR_URL": servers.superuser_url,
        "REDIS_URL": "redis://localhost:1",
    }
    file = str(tmp_path / "backup")
    backup = run_flask(tmp_path, "backup", file, **managed)
    assert backup.stdout.startswith("The backup backup holds 0 agencies, 20 people, "), backup.stderr
    verified = run_flask(tmp_path, "verify-backup", file, **managed)
    assert verified.stdout.startswith("The backup backup is whole: 0 agencies, 20 people, "), verified.stderr
    say(servers, "DROP TABLE secrets")
    assert run_flask(tmp_path, "restore", file, **managed).returncode == 0
    assert len(seen_by(servers, "portal_officer")) == 1000


def run_flask(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    told = {"PATH": os.defpath, "DATA_DIR": str(tmp_path / "others"), **settings}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=told, capture_output=True, text=True, check=False)


def test_both_ways_to_say_it_do_the_same(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    file = str(tmp_path / "backup")
    portal = make_portal(None, data_dir=tmp_path / "data", redis_url="redis://127.0.0.1:1/0").test_cli_runner()
    for verb, command in (("backup", "backup"), ("verify", "verify-backup"), ("restore", "restore")):
        module = CliRunner().invoke(main, [verb, file])
        flask = portal.invoke(args=[command, file])
        assert (module.exit_code, flask.exit_code) == (0, 0), f"{module.output} {flask.output} {flask.exception!r}"
        assert module.output == flask.output
    refused = CliRunner().invoke(main, ["restore", str(tmp_path / "none")])
    assert (refused.exit_code, refused.output) == (2, "There is no backup none.\n")


def test_backup_asked_for_in_the_wrong_folder_makes_no_database_and_spoils_no_file(tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("the last good one")
    done = run_command(tmp_path, "backup", str(tmp_path / "backup"), DATA_DIR=str(tmp_path / "wrong"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("There is no database in ")
    assert not (tmp_path / "wrong" / "postgres").exists()
    assert (tmp_path / "backup").read_text() == "the last good one"


def test_empty_and_foreign_databases_are_not_backed_up(servers: Servers, tmp_path: Path) -> None:
    say(servers, "DELETE FROM people")
    with pytest.raises(RuleBroken, match="holds no person yet"):
        back_up(servers.superuser_url, tmp_path / "backup")
    with pytest.raises(RuleBroken, match="none of the portal's"):
        back_up(in_database(servers.superuser_url, "postgres"), tmp_path / "backup")
    assert list(tmp_path.glob("*backup*")) == []


def test_larger_backup_is_replaced_only_when_told(servers: Servers, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_bytes(b"x" * 50_000_000)
    with pytest.raises(RuleBroken, match=r"larger \(50,000,000 bytes\)"):
        back_up(servers.superuser_url, file)
    assert file.stat().st_size == 50_000_000
    back_up(servers.superuser_url, file, may_shrink=True)
    assert verify_backup(file).rows["people"] == 20


def test_backup_of_something_else_is_not_restored(servers: Servers, tmp_path: Path) -> None:
    create_database(servers.superuser_url, "other")
    other = in_database(servers.superuser_url, "other")
    command = [str(binary("pg_dump")), "--format=custom", f"--file={tmp_path / 'other'}", f"--dbname={other}"]
    subprocess.run(command, check=True)
    with pytest.raises(RuleBroken, match="none of the portal's"):
        restore(servers.superuser_url, tmp_path / "other")
    assert len(seen_by(servers, "portal_officer")) == 1000


def test_verifying_names_what_is_missing_changed_or_not_told(servers: Servers, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    back_up(servers.superuser_url, file)
    note = note_path(file).read_text()
    note_path(file).write_text(note.replace('"people": 20', '"people": 21'))
    with pytest.raises(RuleBroken, match="people has 20 of 21 rows"):
        verify_backup(file)
    note_path(file).unlink()
    with pytest.raises(RuleBroken, match="no counts beside"):
        verify_backup(file)
    note_path(file).write_text(note)
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(RuleBroken, match="not the file that its counts"):
        verify_backup(file)


def test_verifying_notices_a_change_log_that_somebody_changed(servers: Servers, tmp_path: Path) -> None:
    say(servers, "UPDATE people SET name = 'Somebody else' WHERE email = '3@example.org'")
    say(servers, "SELECT change_log_seal_waiting(100)")
    disguised = "SET session_replication_role = replica; UPDATE change_log SET row_key = '999' WHERE id = 2"
    say(servers, disguised)
    back_up(servers.superuser_url, tmp_path / "backup")
    with pytest.raises(RuleBroken, match="Record 2 of the backup's change log"):
        verify_backup(tmp_path / "backup")
