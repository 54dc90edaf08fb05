"""How long does a list page over a large case table take, whole response, beside its bare SQL?"""

from __future__ import annotations

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from sqlalchemy import Engine

from admin_views.kit.cursors import cursor_token
from models.access import Actor, Role
from models.db import make_session_factory
from models.passwords import hash_password
from models.people import Person
from tests.benchmarks.imports import PROJECT, checked_import, write_list
from tests.databases import Database

ROUNDS, WARM = 60, 8
EMAIL, PASSWORD = "bench.officer@example.org", "three wet umbrellas"
_COLUMNS = "row_number, reference, level_rank, theme, started_on, ended_on, agency"


def cases(frame: int, rows: int) -> dict[str, tuple[dict[str, str], str]]:
    """Each page's arguments, and the conditions and order of the bare SQL for the same rows."""
    half = rows // 2
    return {
        "first": ({}, "ORDER BY row_number"),
        "deep": ({"after": cursor_token(half, half)}, f"AND row_number > {half} ORDER BY row_number"),
        "filtered": ({"level": "Child in need", "theme": "N3"}, "AND theme = 'N3' ORDER BY row_number"),
        "prefix search": ({"q": "^WK0001"}, "AND reference >= 'WK0001' AND reference < 'WK0002' ORDER BY row_number"),
        "substring search": ({"q": "7919"}, "ORDER BY row_number"),
        "by start date": ({"sort": "started_on"}, "ORDER BY started_on, row_number"),
    }


def source(frame: int, name: str) -> str:
    """What the bare SQL reads: the rows, or for a substring the hits of the trigram index fenced off from the order."""
    if name != "substring search":
        return "frame_rows"
    hits = f"SELECT * FROM frame_rows WHERE frame_id = {frame} AND reference ILIKE '%7919%'"
    return f"({hits} OFFSET 0) AS hits"


def bench(database: Database, rows: int) -> list[str]:
    """Lines to print: for each page the median and 95th percentile in milliseconds, and its bare SQL's median."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        write_list(path, rows)
        frame = int(checked_import(database.app_url, path)["frame"])
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE frame_rows")
    engine = database.engine()
    _officer(engine)
    engine.dispose()
    lines = [f"list pages: {rows:,} rows, 50 a page, whole response over HTTP, one client"]
    with _served(database) as (host, port), psycopg.connect(database.app_url) as bare:
        bare.execute("SET ROLE portal_staff")
        client = Client(host, port)
        client.sign_in()
        for name, (arguments, rest) in cases(frame, rows).items():
            address = f"/frame-rows/?{urlencode({'frame': frame, **arguments})}"
            statement = f"SELECT {_COLUMNS} FROM {source(frame, name)} WHERE frame_id = {frame} {rest} LIMIT 51"
            page = measured(partial(client.get, address))
            limit = measured(partial(rows_of, bare, statement))
            lines.append(
                f"  {name:<17} {statistics.median(page):6.1f} ms, p95 {page[int(len(page) * 0.95)]:6.1f} ms,"
                f" {client.size / 1000:4.0f} kB   bare SQL {statistics.median(limit):6.2f} ms"
            )
    return lines


def rows_of(bare: psycopg.Connection[Any], statement: str) -> list[Any]:
    return bare.execute(statement).fetchall()


def measured(do: Callable[[], object]) -> list[float]:
    """Milliseconds of each round after a few to warm up, shortest first."""
    taken = []
    for number in range(WARM + ROUNDS):
        started = time.perf_counter()
        do()
        if number >= WARM:
            taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)


class Client:
    """One browser on one kept connection."""

    def __init__(self, host: str, port: int) -> None:
        self.connection = http.client.HTTPConnection(host, port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.size = 0

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body=body or None, headers=headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode()
        self.size = len(text)
        return answer.status, text

    def get(self, path: str) -> str:
        status, text = self.ask("GET", path)
        if status != http.client.OK:
            raise RuntimeError(f"{path} answered {status}")
        return text

    def sign_in(self) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/sign-in/"))
        assert token is not None
        values = {"csrf_token": token[1], "email": EMAIL, "password": PASSWORD}
        status, _ = self.ask("POST", "/sign-in/", urlencode(values))
        assert status == http.client.FOUND


def _officer(engine: Engine) -> None:
    with make_session_factory(engine)(info={"actor": Actor.system("bench")}) as session:
        session.add(Person(name="Bench officer", email=EMAIL, role=Role.OFFICER, password_hash=hash_password(PASSWORD)))
        session.commit()


@contextmanager
def _served(database: Database) -> Iterator[tuple[str, int]]:
    """The portal's own web server, one process, until the bench is done."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    settings = {"DATABASE_URL": database.app_url, "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "bench" * 10}
    environment = {**os.environ, **settings, "LOG_LEVEL": "ERROR"}
    server = subprocess.Popen(
        [*command, "--workers", "1", "--log-level", "error", "wsgi:app"], cwd=PROJECT, env=environment
    )
    try:
        _wait_until_ready(host, port)
        yield host, port
    finally:
        server.terminate()
        server.wait(10)


def _wait_until_ready(host: str, port: int) -> None:
    for _ in range(300):
        try:
            return _healthy(host, port)
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server did not start")


def _healthy(host: str, port: int) -> None:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    connection.close()
