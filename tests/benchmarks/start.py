"""What does it cost to start each process, beside two bare libraries, and what does it hold?"""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.house.source import PROJECT

BARE = ("-c", "import flask, sqlalchemy")
STARTS = {
    "list of commands": ("-m", "flask", "--app", "wsgi", "--help"),
    "relay": ("-c", "import wsgi, app.commands.relay; wsgi.app"),
    "database verify": ("-c", "import wsgi, app.commands.database; wsgi.app"),
    "people list": ("-c", "import wsgi, app.commands.people; wsgi.app"),
    "worker": (
        "-c",
        "import wsgi, app.commands.worker as w; wsgi.app; w.worker.load(*w.ROOMS)",
    ),
    "web": ("-c", "import wsgi; wsgi.doorway"),
}
TURNS = 3
SETTLED_SECONDS = 20.0


def bench() -> Iterator[str]:
    """Processor of each start beside the bare libraries, then the memory of a portal with the demonstration."""
    yield f"Starts, processor, least of {TURNS} by turns; bare: flask and sqlalchemy imported"
    for command in (BARE, *STARTS.values()):
        seconds_of(command)  # compiles what is not compiled yet
    taken = [{name: seconds_of(command) for name, command in ({"bare": BARE} | STARTS).items()} for _ in range(TURNS)]
    least = {name: min(turn[name] for turn in taken) for name in taken[0]}
    for name, seconds in least.items():
        yield f"  {name:<18} {seconds:6.2f} s  {seconds / least['bare']:5.1f} times bare"
    with running() as family:
        held = {process.pid: process.memory_full_info() for process in family}
        yield "Memory of a running portal (a page that several processes share counts in parts)"
        for process in family:
            words = " ".join(process.cmdline())
            own = held[process.pid]
            yield f"  {own.pss / 2**20:6.1f} MB of {own.rss / 2**20:6.1f}  {process.name()}: {words[-50:]}"
        yield f"  {sum(each.pss for each in held.values()) / 2**20:6.0f} MB together"


def seconds_of(arguments: tuple[str, ...]) -> float:
    """The processor seconds that a fresh interpreter takes for these."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, *arguments], cwd=PROJECT, env=told, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def running() -> Iterator[list[psutil.Process]]:
    """Every process of a portal that `make run` has started, its servers too, a while after its first page."""
    with tempfile.TemporaryDirectory(prefix="triangulate", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            told = os.environ | {"DATA_DIR": str(data), "PORT": str(probe.getsockname()[1])}
        portal = subprocess.Popen(
            [sys.executable, "-m", "app.launch"], cwd=PROJECT, env=told, stdout=subprocess.PIPE, text=True
        )
        try:
            for line in portal.stdout or ():
                if "Ctrl-C" in line:
                    break
            time.sleep(SETTLED_SECONDS)
            itself = psutil.Process(portal.pid)
            servers = [each for each in psutil.process_iter() if str(data) in " ".join(each.cmdline())]
            yield list(dict.fromkeys([itself, *itself.children(recursive=True), *servers, *_children_of(servers)]))
        finally:
            portal.terminate()
            portal.communicate()


def _children_of(servers: list[psutil.Process]) -> list[psutil.Process]:
    return [child for server in servers for child in server.children(recursive=True)]
