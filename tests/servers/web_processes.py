"""How does a test run the portal's own web process, and speak to it over real sockets?"""

from __future__ import annotations

import http.client
import os
import resource
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psutil
from bs4 import BeautifulSoup

from app.servers.web import web_command
from app.settings import Settings
from models.core.access import Actor, Role
from models.core.db import make_session_factory
from tests.databases import Database
from tests.house.source import PROJECT
from tests.web import PASSWORD, member, sent_by

HOST = "127.0.0.1"
PATIENCE = 240.0  # seconds, also for the slowest of machines


@dataclass
class WebProcess:
    """A running web process: its port, itself, and where it writes."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def workers(self) -> list[psutil.Process]:
        """The processes that answer."""
        return psutil.Process(self.process.pid).children()

    def peak(self) -> int:
        """The most bytes that the largest of its processes has ever held."""
        family = [self.process.pid, *(worker.pid for worker in self.workers())]
        return max(_peak_of(pid) for pid in family)

    def memory(self) -> int:
        """Bytes that the answering processes hold together."""
        return sum(worker.memory_info().rss for worker in self.workers())

    def connect(self, request: bytes = b"", *, buffer: int = 0) -> socket.socket:
        """A connection on which this much has been sent; with a small receive buffer if one is wanted."""
        connection = socket.socket()
        connection.settimeout(PATIENCE)
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.connect((HOST, self.port))
        connection.sendall(request)
        return connection

    def is_answering(self) -> bool:
        try:
            return Visitor(self.port).ask("GET", "/healthz")[0] == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_answering():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def words(self) -> str:
        """What a person reads in the main part of the page."""
        page = BeautifulSoup(self.body, "html.parser")
        return " ".join((page.select_one("main") or page).get_text(" ").split())


class Visitor:
    """A browser of its own: one connection for each request, as a stranger's would be, and its cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/x-www-form-urlencoded"
    ) -> tuple[int, str]:
        """Status and text of the answer. Raises OSError when there is none."""
        answer = self.asked(method, path, body, kind)
        return answer.status, answer.body.decode(errors="replace")

    def asked(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
        """The answer to one request. A server that answers before it has read everything may close the connection."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Connection": "close",
        }
        begun = time.monotonic()
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # its answer is there to be read
                connection.request(method, path, body or None, headers | ({"Content-Type": kind} if body else {}))
            answer = connection.getresponse()
            content = answer.read()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(answer.status, dict(answer.headers), content, time.monotonic() - begun)
        finally:
            connection.close()

    def send(self, path: str, **values: str) -> int:
        """The status that sending the page's form gets, filled in as it comes but for these values."""
        status, text = self.ask("GET", path)
        if status != http.client.OK:
            return status
        filled = {**sent_by(BeautifulSoup(text, "html.parser")), **values}
        return self.ask("POST", path, urlencode(filled, doseq=True).encode())[0]

    def sign_in(self, email: str) -> Visitor:
        assert self.send("/sign-in/", email=email, password=PASSWORD) == http.client.FOUND
        return self


def person_who_may_sign_in(database: Database, role: Role = Role.ADMINISTRATOR) -> str:
    """The address of a person of that role, on record for every process."""
    engine = database.engine()
    with make_session_factory(engine)(info={"actor": Actor.system("test")}) as session:
        email = str(member(session, role).email)
    engine.dispose()
    return email


@contextmanager
def web_process(database: Database, folder: Path, *, workers: int = 2, **more: str) -> Iterator[WebProcess]:
    """The portal's web process as `make run` starts it, on this database and without a queue, until the end."""
    told = {**database.web_logins, "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "s" * 60}
    told |= {"DATA_DIR": str(folder / "data"), "LOG_LEVEL": "INFO", **more}
    port = free_port()
    with _running(web_command(Settings(port=port, web_workers=workers)), folder, told, port) as web:
        yield web


@contextmanager
def plain_door(folder: Path, workers: int = 1) -> Iterator[WebProcess]:
    """The same web server with the same doorway, but a small application of the tests behind it."""
    port = free_port()
    *command, _ = web_command(Settings(port=port, web_workers=workers))
    with _running((*command, "tests.servers.plain_door:doorway"), folder, {}, port) as web:
        yield web


@contextmanager
def _running(command: Sequence[str], folder: Path, told: dict[str, str], port: int) -> Iterator[WebProcess]:
    allow_many_sockets()
    log = folder / f"web-{port}.log"
    environment = {"PATH": os.defpath, "TMPDIR": str(folder), **told}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=output, stderr=output)
    web = WebProcess(port, process, log)
    try:
        web.wait()
        yield web
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _peak_of(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def allow_many_sockets(count: int = 4096) -> None:
    """Let this process open so many sockets, where the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
