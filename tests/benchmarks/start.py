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

from app.servers.local_postgres import create_database, in_database
from tests.databases import Database, drop_database
from tests.house.source import PROJECT

BARE = ("-c", "import flask, sqlalchemy")
STARTS = {
    "list of commands": ("-m", "flask", "--app", "wsgi", "--help"),
    "relay": ("-c", "import wsgi; wsgi.app; import app.commands.relay"),
    "leave-demo": ("-c", "import wsgi; wsgi.app; import app.commands.beginnings"),
    "worker": (
        "-c",
        "import wsgi; wsgi.app; import app.commands.worker as w; w.worker.load(*w.ROOMS)",
    ),
    "web": ("-c", "import wsgi; wsgi.doorway"),
}
COMMANDS = {
    "database prepare": ("database", "prepare"),
    "database verify": ("database", "verify"),
    "people list": ("people", "list"),
}
DEMO, NEW = "started_demo", "started_new"
TURNS = 3
SETTLED_SECONDS = 20.0


def bench(database: Database) -> Iterator[str]:
    """Processor of each start and of whole commands beside the bare libraries, then the memory of a portal with the
    demonstration.
    """
    yield f"Starts, processor, least of {TURNS} by turns; bare: flask and sqlalchemy imported"
    for command in (BARE, *STARTS.values()):
        seconds_of(command)  # compiles what is not compiled yet
    starts = {"bare": BARE} | STARTS
    yield from _least([{name: seconds_of(command) for name, command in starts.items()} for _ in range(TURNS)])
    yield "Whole commands against a prepared demonstration, the database's own processor not counted"
    yield from _least(list(_commands(database)))
    yield from _memory()


def _least(taken: list[dict[str, float]]) -> Iterator[str]:
    """The least of each, beside that of the bare libraries."""
    least = {name: min(turn[name] for turn in taken) for name in taken[0]}
    for name, seconds in least.items():
        yield f"  {name:<18} {seconds:6.2f} s  {seconds / least['bare']:5.1f} times bare"


def _commands(database: Database) -> Iterator[dict[str, float]]:
    """By turns: what each command takes of processor; leaving the demonstration makes a new database each time."""
    verbs = ("-m", "flask", "--app", "wsgi")
    with tempfile.TemporaryDirectory(prefix="triangulate", ignore_cleanup_errors=True) as folder:
        create_database(database.superuser_url, DEMO)
        demo, new = (_told(database, name, folder) for name in (DEMO, NEW))
        seconds_of((*verbs, "database", "prepare", "--demo"), demo)
        for _ in range(TURNS):
            turn = {"bare": seconds_of(BARE)}
            turn |= {name: seconds_of((*verbs, *command), demo) for name, command in COMMANDS.items()}
            create_database(database.superuser_url, NEW)
            leaving = (*verbs, "database", "leave-demo", "--from", demo["DATABASE_JOBS_URL"])
            yield turn | {"leave-demo": seconds_of(leaving, new)}
            drop_database(database, NEW)
        drop_database(database, DEMO)


def _told(database: Database, name: str, folder: str) -> dict[str, str]:
    """The environment of a command on a managed database of that name, and a queue that it does not ask."""
    urls = {
        "DATABASE_URL": database.pages_url,
        "DATABASE_SIGN_IN_URL": database.sign_in_url,
        "DATABASE_JOBS_URL": database.app_url,
        "DATABASE_OWNER_URL": database.owner_url,
    }
    there = {key: in_database(url, name) for key, url in urls.items()}
    return there | {"REDIS_URL": f"unix://{folder}/queue", "DATA_DIR": folder}


def _memory() -> Iterator[str]:
    with running() as family:
        held = {process.pid: process.memory_full_info() for process in family}
        yield "Memory of a running portal (a page that several processes share counts in parts)"
        for process in family:
            words = " ".join(process.cmdline())
            own = held[process.pid]
            yield f"  {own.pss / 2**20:6.1f} MB of {own.rss / 2**20:6.1f}  {process.name()}: {words[-50:]}"
        yield f"  {sum(each.pss for each in held.values()) / 2**20:6.0f} MB together"


def seconds_of(arguments: tuple[str, ...], environment: dict[str, str] | None = None) -> float:
    """The processor seconds that a fresh interpreter takes for these."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    told |= environment or {}
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
