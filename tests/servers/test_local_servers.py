"""Do the embedded servers start, are they shared, do they survive what happens to them, and do they stop?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psutil
import psycopg
import pytest
from psycopg import errors
from redis import Redis

from app.database_logins import operator_script
from app.servers.local_postgres import LocalServerError, in_database
from app.servers.local_servers import Servers, ensure_servers, join_servers, start_valkey
from app.servers.server_guard import POSTGRES_FOLDER, VALKEY_FOLDER, is_running, processes_in
from app.settings import Settings
from models.core.access import PEOPLES_ROLES, DatabaseRole

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds a test waits for what must happen

USE = """
import sys, time
from pathlib import Path
from app.servers.local_servers import join_servers
servers = join_servers(Path(sys.argv[1]), durable=False)
print(servers.database_url, flush=True)
sys.stdin.read()
servers.close()
"""


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose servers have run before."""
    folder = tmp_path_factory.mktemp("servers")
    join_servers(folder, durable=False).close()
    return folder


@pytest.fixture
def servers(made_once: Path) -> Iterator[Servers]:
    with join_servers(made_once, durable=False) as joined:
        yield joined


@pytest.fixture
def use() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Start another process that uses the servers of a folder until its standard input is closed."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", USE, str(folder)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.communicate(timeout=PATIENCE)


def running(folder: Path) -> list[psutil.Process]:
    """The server processes that work in a data folder."""
    return processes_in(folder / POSTGRES_FOLDER, "postgres") + processes_in(folder / VALKEY_FOLDER, "valkey-server")


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def ask(url: str, query: str, *, first: str = "SELECT 1") -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(first.encode())
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def test_last_one_to_leave_has_the_servers_stopped(made_once: Path) -> None:
    first = join_servers(made_once, durable=False)
    second = join_servers(made_once, durable=False)
    first.close()
    assert ask(second.database_url, "SELECT 1") == 1
    with Redis.from_url(second.redis_url) as queue:
        assert queue.ping()
    second.close()
    assert running(made_once) == []


def test_command_leaves_the_servers_of_another_process_running(
    made_once: Path, use: Callable[[Path], subprocess.Popen[str]]
) -> None:
    portal = use(made_once)
    assert portal.stdout is not None
    assert "postgresql://triangulate_app@" in portal.stdout.readline()
    join_servers(made_once, durable=False).close()
    assert running(made_once)
    portal.communicate(timeout=PATIENCE)
    assert running(made_once) == []


def test_servers_go_when_their_last_user_is_killed(
    made_once: Path, use: Callable[[Path], subprocess.Popen[str]]
) -> None:
    portal = use(made_once)
    assert portal.stdout is not None
    portal.stdout.readline()
    assert running(made_once)
    portal.kill()
    wait_until(lambda: running(made_once) == [])


def test_two_processes_may_start_at_once_in_an_empty_folder(
    tmp_path: Path, use: Callable[[Path], subprocess.Popen[str]]
) -> None:
    both = [use(tmp_path), use(tmp_path)]
    said = [process.stdout.readline() for process in both if process.stdout]
    assert said[0] == said[1] != ""
    for process in both:
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert running(tmp_path) == []


def test_killed_servers_come_back_with_what_was_committed(servers: Servers) -> None:
    assert servers.data_dir is not None
    ask(servers.owner_url, "SELECT n FROM kept", first="CREATE TABLE kept AS SELECT 7 AS n")
    with Redis.from_url(servers.redis_url) as queue:
        queue.set("kept", "7")
        queue.execute_command("WAITAOF", 1, 0, 5000)
    for process in running(servers.data_dir):
        process.kill()
    servers.revive()
    assert ask(servers.owner_url, "SELECT n FROM kept") == 7
    with Redis.from_url(servers.redis_url) as queue:
        assert queue.get("kept") == b"7"


def test_lock_file_naming_a_stranger_does_not_keep_postgresql_from_starting(made_once: Path) -> None:
    stale = made_once / POSTGRES_FOLDER / "postmaster.pid"
    stale.write_text(f"{os.getppid()}\n{stale.parent}\n1\n5432\n{made_once / 'run'}\n\n  0 0\nready\n")
    with join_servers(made_once, durable=False) as joined:
        assert ask(joined.database_url, "SELECT 1") == 1


def test_damaged_queue_file_is_put_aside_and_the_queue_starts_empty(tmp_path: Path) -> None:
    servers, url = start_valkey(tmp_path)
    with servers, Redis.from_url(url) as queue:
        queue.set("kept", "7")
        queue.execute_command("WAITAOF", 1, 0, 5000)
    appended = next((tmp_path / VALKEY_FOLDER / "appendonlydir").glob("*.incr.aof"))
    appended.write_bytes(b"*3\r\n$9\r\nnonsense" + b"\r\n?" * 400)
    servers, url = start_valkey(tmp_path)
    with servers, Redis.from_url(url) as queue:
        assert queue.get("kept") is None
    assert list((tmp_path / VALKEY_FOLDER).glob("damaged-*"))


def test_cluster_half_made_at_a_power_cut_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / f"{POSTGRES_FOLDER}.new").mkdir()
    (tmp_path / f"{POSTGRES_FOLDER}.new" / "PG_VERSION").write_text("18\n")
    with join_servers(tmp_path, with_queue=False, durable=False) as joined:
        assert ask(joined.database_url, "SELECT current_database()::text") == "triangulate"


def test_data_folder_too_deep_for_a_socket_still_works(tmp_path: Path) -> None:
    folder = tmp_path / ("a folder with a rather long name and blanks in it, " * 3).strip()
    with join_servers(folder, durable=False) as joined:
        assert ask(joined.database_url, "SELECT 1") == 1
        with Redis.from_url(joined.redis_url) as queue:
            assert queue.ping()
    assert len(joined.redis_url) < 100
    shutil.rmtree(unquote(urlsplit(joined.redis_url).path).removesuffix("/queue.sock"))


def test_servers_of_a_deleted_folder_go_and_do_not_stand_in_the_way_of_new_ones(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    old = join_servers(folder, durable=False)
    ghosts = running(folder)
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
    with join_servers(folder, durable=False) as new:
        assert not [ghost for ghost in ghosts if is_running(ghost)]
        old.close()
        assert ask(new.database_url, "SELECT 1") == 1
    assert running(folder) == []


def test_guard_stops_the_servers_of_a_folder_that_was_deleted_for_good(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    old = join_servers(folder, durable=False)
    ghosts = running(folder)
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
    old.close()
    wait_until(lambda: not [ghost for ghost in ghosts if is_running(ghost)])


def test_socket_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(0o777)
    with pytest.raises(LocalServerError, match="open to others"):
        join_servers(tmp_path, durable=False)


def test_servers_listen_on_no_network_address(servers: Servers) -> None:
    assert ask(servers.superuser_url, "SHOW listen_addresses") == ""
    with Redis.from_url(servers.redis_url) as queue:
        assert queue.config_get("port") == {"port": "0"}
        assert queue.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


MAY_BECOME = {
    "database_url": (*PEOPLES_ROLES, DatabaseRole.DOOR),
    "sign_in_url": (DatabaseRole.SIGN_IN, DatabaseRole.DOOR),
    "jobs_url": tuple(DatabaseRole),
}


@pytest.mark.parametrize("name", MAY_BECOME)
def test_each_login_may_become_the_roles_it_needs_and_nothing_else(servers: Servers, name: str) -> None:
    with psycopg.connect(getattr(servers, name), autocommit=True) as connection:
        for role in MAY_BECOME[name]:
            connection.execute(f"SET ROLE {role}".encode())
            connection.execute("RESET ROLE")
        others = [role for role in DatabaseRole if role not in MAY_BECOME[name]]
        for role in ("triangulate_owner", "triangulate_jobs", "postgres", *others):
            if role not in str(connection.info.user):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(f"SET ROLE {role}".encode())


@pytest.mark.parametrize("name", MAY_BECOME)
def test_no_login_may_create_tables_or_bypass_row_security(servers: Servers, name: str) -> None:
    flags = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit FROM pg_roles"
    assert ask(getattr(servers, name), f"{flags} WHERE rolname = session_user") is False
    with psycopg.connect(getattr(servers, name)) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine (n int)")


def test_operator_script_prepares_a_bare_server(servers: Servers) -> None:
    bare = in_database(servers.superuser_url, "template1")
    body = operator_script().replace("triangulate", "elsewhere").replace("portal_", "other_")
    before, after = body.split("\\connect elsewhere\n")
    with psycopg.connect(bare, autocommit=True) as server:
        for statement in before.split(";\n"):
            server.execute(statement.encode())
    with psycopg.connect(in_database(servers.superuser_url, "elsewhere"), autocommit=True) as inside:
        inside.execute(after.encode())
        assert inside.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").fetchone()


def test_managed_servers_are_used_by_their_addresses_and_nothing_is_started(tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://a@b/c", redis_url="redis://d", data_dir=tmp_path / "none")
    used = ensure_servers(settings)
    assert (used.database_url, used.owner_url, used.redis_url) == ("postgresql://a@b/c",) * 2 + ("redis://d",)
    assert not (tmp_path / "none").exists()
