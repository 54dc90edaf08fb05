"""Does the whole portal come up with one command, stay up when parts of it are killed, and stop without a trace?"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from app.servers.local_postgres import SUPERUSER, address
from app.servers.server_guard import POSTGRES_FOLDER, VALKEY_FOLDER, is_running, processes_in
from tests.assurance.figures import note_figure

pytestmark = pytest.mark.faults

PROJECT = Path(__file__).resolve().parents[1]
PATIENCE = 120
PARTS = ("app.servers.loaded", "jobs", "worker-1", "worker-2", "relay", "scheduler")

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal")


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def start(data_dir: Path, port: int) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(**more: str) -> subprocess.Popen[str]:
        told = {"PATH": os.defpath, "DATA_DIR": str(data_dir), "PORT": str(port), "DEMO_PASSWORD": "quiet river stone"}
        told |= more
        process = subprocess.Popen(
            [sys.executable, "-m", "app.launch"],
            cwd=PROJECT,
            env=told,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def greeting(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or "Ctrl-C" not in lines[-1]:
        line = process.stdout.readline()
        assert line, "it ended before it was ready"
        lines.append(line)
    return "".join(lines)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def parts_of(process: subprocess.Popen[str]) -> dict[str, psutil.Process]:
    """The portal's living processes by name: the web's parent, the one of jobs, and what is forked from that."""
    parts = {}
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            line = " ".join(child.cmdline())
            parts |= {part: child for part in PARTS if f"-m {part} " in line or line.endswith(f" wsgi {part}")}
            if child is parts.get("jobs"):
                parts |= {fork.name(): fork for fork in child.children() if fork.name() in PARTS}
    return parts


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return b'"valkey":"ready"' in answer.read().replace(b" ", b"")
    except OSError:
        return False


def people(data_dir: Path) -> list[tuple[object, ...]]:
    with psycopg.connect(address(data_dir / "run", SUPERUSER)) as connection:
        return connection.execute("SELECT id, email FROM people ORDER BY id").fetchall()


def gone(family: list[psutil.Process], data_dir: Path) -> bool:
    servers = (
        processes_in(data_dir / POSTGRES_FOLDER, "postgres"),
        processes_in(data_dir / VALKEY_FOLDER, "valkey-server"),
    )
    return not any(is_running(child) for child in family) and servers == ([], [])


def started_in_time(start: Start, tried: str) -> tuple[subprocess.Popen[str], str]:
    """A portal that answers, and its greeting; the seconds it took are noted."""
    began = time.monotonic()
    process = start()
    told = greeting(process)
    took = time.monotonic() - began
    note_figure(40, "seconds to a sign-in page", reached=f"{took:.0f}", wanted="under 60", tried=tried, holds=took < 60)
    return process, told


@pytest.mark.assures(40)
def test_portal_comes_up_with_one_command_mends_itself_and_leaves_nothing_behind(
    start: Start, data_dir: Path, port: int
) -> None:
    process, told = started_in_time(start, "empty folder, demonstration loaded")
    assert f"http://localhost:{port}/" in told
    assert "quiet river stone" in told
    assert len(re.findall(r"^  \S.*\S+@\S+$", told, re.MULTILINE)) == 6

    wait_until(lambda: set(parts_of(process)) == set(PARTS))
    killed = parts_of(process)
    servers = processes_in(data_dir / POSTGRES_FOLDER, "postgres") + processes_in(
        data_dir / VALKEY_FOLDER, "valkey-server"
    )
    for victim in [*killed.values(), *servers]:
        victim.kill()
    wait_until(lambda: set(parts_of(process)) == set(PARTS) and answers(port))
    assert not {child.pid for child in parts_of(process).values()} & {child.pid for child in killed.values()}

    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert gone(family, data_dir)


@pytest.mark.assures(40)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_portal_killed_outright_takes_everything_along_but_its_data(start: Start, data_dir: Path, port: int) -> None:
    process = start()
    greeting(process)
    before = people(data_dir)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    wait_until(lambda: gone(family, data_dir))

    started_in_time(start, "second start")
    kept = people(data_dir) == before != []
    note_figure(
        40, "people kept by the second start", reached=len(before), wanted="all", tried="killed outright", holds=kept
    )
    assert kept
    assert answers(port)


def test_own_portal_starts_empty_with_a_link_that_opens_and_never_becomes_the_demo(
    start: Start, port: int, tmp_path: Path
) -> None:
    own = {"DATA_DIR": str(tmp_path / "own"), "DEMO_PASSWORD": ""}
    links = []
    for demo in ("no", ""):  # whoever forgets it the second time still has their own portal
        process = start(**own, DEMO=demo)
        told = greeting(process)
        assert "demo" not in told
        links += re.findall(rf"^  (http://\S+:{port}/invitation/\S+/)$", told, re.MULTILINE)
        process.terminate()
        process.communicate(timeout=PATIENCE)
    assert len(set(links)) == 2

    process = start(**own, DEMO="no")
    (link,) = re.findall(rf"^  (http://\S+:{port}/invitation/\S+/)$", greeting(process), re.MULTILINE)
    assert "Say who you are" in opened(link)
    assert "newer one has taken its place" in opened(links[0])
    assert [email for _, email in people(tmp_path / "own")] == ["administrator@portal.invalid"]
    assert not (tmp_path / "own" / "demo_password").exists()


def opened(link: str) -> str:
    """What a browser shows that opens the link, whatever its status."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    try:
        with opener.open(link, timeout=30) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return str(refusal.read().decode())


def test_demonstration_is_refused_as_a_portal_of_ones_own(start: Start, data_dir: Path) -> None:
    process = start()
    greeting(process)
    before = people(data_dir)
    process.terminate()
    process.communicate(timeout=PATIENCE)
    refused = start(DEMO="no")
    said, _ = refused.communicate(timeout=PATIENCE)
    assert (refused.returncode, said) == (2, "")
    greeting(start())
    assert people(data_dir) == before != []
