"""How does a test speak to a real web process of the portal, and how much memory has that ever taken?"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from app.launch import portal_children
from app.settings import Settings
from models.accounts.sign_ins import keep_data, start_sign_in
from models.core.clock import now
from models.partnership.people import Person
from tests.databases import Database
from tests.web import SECRET

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
MB = 1 << 20


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
        main = BeautifulSoup(self.body, "html.parser").select_one("main")
        return " ".join((main or BeautifulSoup(self.body, "html.parser")).get_text(" ").split())


@dataclass
class LivePortal:
    """A web process on a port of its own, used by one person."""

    port: int
    running: subprocess.Popen[bytes]
    cookie: str = ""

    def enter(self, session: Session, person: Person) -> None:
        """Be that person from now on."""
        token = start_sign_in(session, person, browser="", now=now(), hours=12)
        keep_data(session, token, {"_user_id": str(person.id), "_fresh": True})
        session.commit()
        self.cookie = f"triangulate={token}"

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
        """Send one request. A server that answers before it has read everything may close the connection for it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": self.cookie, "Host": f"127.0.0.1:{self.port}"} | ({"Content-Type": kind} if kind else {})
        begun = time.monotonic()
        with suppress(BrokenPipeError, ConnectionResetError):  # its answer is there to be read
            connection.request(method, path, body or None, headers)
        try:
            answer = connection.getresponse()
            content = answer.read()
            return Answer(answer.status, dict(answer.headers), content, time.monotonic() - begun)
        finally:
            connection.close()

    def send(self, path: str, files: Mapping[str, Any], **values: str) -> Answer:
        """Fill in the form of a page with files, each (content, name) or several of them, and send it."""
        page = BeautifulSoup(self.ask("GET", path).body, "html.parser")
        form = max(page.select("main form"), key=lambda form: len(form.select("input[type=hidden]")))
        hidden = [(str(each["name"]), str(each.get("value", ""))) for each in form.select("input[type=hidden]")]
        fields: MultiDict[str, Any] = MultiDict([*hidden, *values.items()])
        for name, given in files.items():
            for content, file_name in given if isinstance(given, list) else [given]:
                fields.add(name, FileStorage(content, file_name, content_type="application/octet-stream"))
        boundary, body = encode_multipart(fields)
        return self.ask("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def peak_mb(self) -> float:
        """The most megabytes that the largest of the web processes has ever held."""
        family = [psutil.Process(self.running.pid)]
        family += family[0].children(recursive=True)
        return max(_peak_of(process.pid) for process in family) / MB


def _peak_of(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


@contextmanager
def live_portal(database: Database, folder: Path, **settings: str) -> Iterator[LivePortal]:
    """Run one web process of the portal as `make run` does. Its log is in the folder; raises RuntimeError without."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    values = {"port": port, "web_workers": 1, "secret_key": SECRET, "log_level": "ERROR", "data_dir": str(folder)}
    command = portal_children(Settings(**values))[0].command
    environment = {**os.environ, **database.web_logins, "SECRET_KEY": SECRET, "DATA_DIR": str(folder)}
    environment |= {"LOG_LEVEL": "ERROR", "PORT": str(port), "WEB_WORKERS": "1", "REDIS_URL": "redis://127.0.0.1:1/0"}
    with (folder / "web.log").open("wb") as log:
        running = subprocess.Popen(command, cwd=PROJECT, env=environment | settings, stdout=log, stderr=log)
    portal = LivePortal(port, running)
    try:
        _await(portal, folder / "web.log")
        yield portal
    finally:
        running.terminate()
        running.wait(30)


def _await(portal: LivePortal, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if portal.ask("GET", "/readyz").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the portal did not start: {log.read_text()[-2000:]}")
