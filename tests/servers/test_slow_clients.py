"""Do people get their pages while many strangers are slow on purpose? Real sockets, the real web process."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Iterator

import pytest

from tests.assurance.figures import note_figure, scaled
from tests.databases import Database
from tests.servers.web_processes import PATIENCE, Visitor, WebProcess, person_who_may_sign_in, web_process

pytestmark = [pytest.mark.faults, pytest.mark.assures(25)]

HEAD = b"GET /sign-in/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = (
    b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 60000\r\n\r\nemail="
)
READER = b"GET /static/portal.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2
COUNT = 500
CALM = 1.0  # seconds


@pytest.fixture(scope="module")
def web(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    with web_process(database, tmp_path_factory.mktemp("web")) as process:
        yield process
    database.empty()


@pytest.fixture(scope="module")
def visitor(web: WebProcess, database: Database) -> Visitor:
    return Visitor(web.port).sign_in(person_who_may_sign_in(database))


def times_of_pages(visitor: Visitor, rounds: int) -> dict[str, list[float]]:
    """How long the page that says “alive” and a signed-in page take, again and again; each must be answered."""
    taken: dict[str, list[float]] = {"/healthz": [], "/people/": []}
    for _ in range(rounds):
        for path, times in taken.items():
            started = time.perf_counter()
            status, _ = visitor.ask("GET", path)
            assert status == http.client.OK
            times.append(time.perf_counter() - started)
    return taken


def wait_until_calm(visitor: Visitor) -> None:
    """Wait until both processes have made the page before, and readers' own 1,000 requests have been worked off."""
    deadline = time.monotonic() + PATIENCE
    while max(max(times) for times in times_of_pages(visitor, rounds=6).values()) > CALM:
        assert time.monotonic() < deadline, "nobody is answered any more"


@pytest.mark.parametrize("requests", [[HEAD], [BODY], [READER], [HEAD, BODY, READER]],
                         ids=["heads", "bodies", "readers", "all at once"])  # fmt: skip
def test_pages_are_answered_while_five_hundred_of_each_kind_are_slow(
    web: WebProcess, visitor: Visitor, requests: list[bytes]
) -> None:
    slow = [web.connect(request, buffer=4096) for request in requests for _ in range(COUNT)]
    try:
        wait_until_calm(visitor)
        taken = times_of_pages(visitor, rounds=scaled(100, ci=10))
    finally:
        for connection in slow:
            connection.close()
    late = max(max(times) for times in taken.values())
    words = ", ".join(
        f"{path} p95 {statistics.quantiles(times, n=20)[-1] * 1000:.0f} ms" for path, times in taken.items()
    )
    note_figure(25, "slowest page beside slow clients", reached=f"{late:.2f} s", wanted="1 s",
                tried=f"{len(slow)} connections; {words}", holds=late < 1)  # fmt: skip
    assert late < 5
