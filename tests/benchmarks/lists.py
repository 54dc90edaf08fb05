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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import psycopg
from psutil import Process
from sqlalchemy import Engine, event

from admin_views.kit.lists.cursors import cursor_token
from models.accounts.passwords import hash_password
from models.core.access import Actor, Role
from models.core.db import make_session_factory
from models.partnership.people import Person
from tests.benchmarks.imports import LEVELS, PROJECT, checked_import, write_list
from tests.databases import Database
from tests.web import PASSWORD, Browser, make_portal

TURNS, WARM, ROUNDS, PAGES = 5, 5, 20, 50
EMAIL = "bench.officer@example.org"
_COLUMNS = "row_number, reference, level_rank, theme, started_on, ended_on, agency"


def cases(rows: int) -> dict[str, tuple[dict[str, str], str]]:
    """Each page's arguments, and the conditions and order of the bare SQL for the same rows."""
    half, third = rows // 2, LEVELS.index("Child in need") + 1
    return {
        "first": ({}, "ORDER BY row_number"),
        "deep": ({"after": cursor_token(half, half)}, f"AND row_number > {half} ORDER BY row_number"),
        "filtered": (
            {"level": "Child in need", "theme": "N3"},
            f"AND level_rank = {third} AND theme = 'N3' ORDER BY row_number",
        ),
        "prefix search": ({"q": "^WK0001"}, "AND reference >= 'WK0001' AND reference < 'WK0002' ORDER BY row_number"),
        "substring search": ({"q": "7919"}, "ORDER BY row_number"),
        "by start date": ({"sort": "started_on"}, "ORDER BY started_on, row_number"),
    }


def bare_statement(name: str, frame: int, rows: int) -> str:
    """The bare SQL for a page: for a substring the hits of the trigram index, fenced off from the order."""
    source = "frame_rows"
    if name == "substring search":
        hits = f"SELECT * FROM frame_rows WHERE frame_id = {frame} AND reference ILIKE '%7919%'"
        source = f"({hits} OFFSET 0) AS hits"
    return f"SELECT {_COLUMNS} FROM {source} WHERE frame_id = {frame} {cases(rows)[name][1]} LIMIT 51"


def bench(database: Database, rows: int) -> list[str]:
    """Lines to print: for each page its statements, median and 95th percentile in milliseconds, beside two limits."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        write_list(path, rows)
        frame = int(checked_import(database.app_url, path)["frame"])
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE frame_rows")
    engine = database.engine()
    make_officer(engine)
    counted = statement_counts(engine, frame, rows)
    engine.dispose()
    title = f"list pages: {rows:,} rows, 50 a page, whole response over HTTP, one client; by turns with the same rows"
    return [title, "  in a bare Flask page (no sign-in, no wall, nothing around them) and in bare SQL"] + [
        f"  {name:<17} {counted[name]} statements {times}" for name, times in page_times(database, frame, rows).items()
    ]


def page_times(database: Database, frame: int, rows: int) -> dict[str, str]:
    """The time of each page, ours and the limits in the same run."""
    times = {}
    with (
        served(database, "wsgi:doorway", "rsgi") as ours,
        served(database, "tests.benchmarks.bare_pages:app") as theirs,
        psycopg.connect(database.app_url, options="-c role=portal_officer", autocommit=True) as sql,
    ):
        client, plain = Client(ours.host, ours.port), Client(theirs.host, theirs.port)
        client.sign_in()
        for name, (arguments, _) in cases(rows).items():
            pages = [
                partial(client.get, address_of(frame, arguments)),
                partial(plain.get, f"/{quote(name)}?frame={frame}&rows={rows}"),
                partial(rows_of, sql, bare_statement(name, frame, rows)),
            ]
            words = _words(*measured(pages), client.size)
            spent, least = processor_time(database, ours, pages[0]), processor_time(database, theirs, pages[1])
            times[name] = f"{words}   processor {spent:4.1f} ms, bare page {least:4.1f} ms"
    return times


def processor_time(database: Database, server: Served, get: Callable[[], object]) -> float:
    """Milliseconds of processor time a page takes in web server and database: other work alters these least."""
    with psycopg.connect(database.app_url) as own:
        backends = own.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
    children = [child.pid for child in Process(server.pid).children(recursive=True)]
    processes = [Process(pid) for pid in (server.pid, *children, *(pid for (pid,) in backends))]
    before = _spent(processes)
    for _ in range(PAGES):
        get()
    return (_spent(processes) - before) * 1000 / PAGES


def _spent(processes: Sequence[Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def address_of(frame: int, arguments: dict[str, str]) -> str:
    return f"/frame-rows/?{urlencode({'frame': frame, **arguments})}"


def _words(page: list[float], bare: list[float], sql: list[float], size: int) -> str:
    middle, least, late = statistics.median(page), statistics.median(bare), page[int(len(page) * 0.95)]
    return (
        f"{middle:6.1f} ms, p95 {late:6.1f} ms, {size / 1000:3.0f} kB   bare page {least:6.1f} ms"
        f" ({middle / least:.1f} times)   bare SQL {statistics.median(sql):6.2f} ms"
    )


def statement_counts(engine: Engine, frame: int, rows: int) -> dict[str, int]:
    """How many statements each page sends, sign-in and wall included."""
    seen: list[str] = []
    browser = Browser(make_portal(make_session_factory(engine)))
    browser.send("/sign-in/", email=EMAIL, password=PASSWORD)
    times = {}
    event.listen(engine, "before_cursor_execute", lambda _, __, statement, *___: seen.append(statement))
    for name, (arguments, _) in cases(rows).items():
        seen.clear()
        browser.get(address_of(frame, arguments))
        times[name] = len(seen)
    return times


def rows_of(bare: psycopg.Connection[Any], statement: str) -> list[Any]:
    return bare.execute(statement).fetchall()


def measured(ways: Sequence[Callable[[], object]]) -> list[list[float]]:
    """Milliseconds of each way, shortest first. They take turns, so that other work on the machine meets them all."""
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(TURNS):
        for way, times in zip(ways, taken, strict=True):
            for _ in range(WARM):
                way()
            times += [milliseconds(way) for _ in range(ROUNDS)]
    return [sorted(times) for times in taken]


def milliseconds(way: Callable[[], object]) -> float:
    started = time.perf_counter()
    way()
    return (time.perf_counter() - started) * 1000


class Served(NamedTuple):
    """A running web server."""

    host: str
    port: int
    pid: int


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


def make_officer(engine: Engine) -> None:
    with make_session_factory(engine)(info={"actor": Actor.system("bench")}) as session:
        session.add(Person(name="Bench officer", email=EMAIL, role=Role.OFFICER, password_hash=hash_password(PASSWORD)))
        session.commit()


@contextmanager
def served(database: Database, target: str, interface: str = "wsgi") -> Iterator[Served]:
    """An application in the portal's own web server, one process, until the bench is done."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    command = [sys.executable, "-m", "granian", "--interface", interface, "--host", host, "--port", str(port)]
    settings = {**database.web_logins, "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "bench" * 10}
    environment = {**os.environ, **settings, "LOG_LEVEL": "ERROR"}
    server = subprocess.Popen(
        [*command, "--workers", "1", "--log-level", "error", target], cwd=PROJECT, env=environment
    )
    try:
        _wait_until_ready(host, port)
        yield Served(host, port, server.pid)
    finally:
        server.terminate()
        server.wait(60)


def _wait_until_ready(host: str, port: int) -> None:
    for _ in range(1200):
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
