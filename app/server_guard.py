"""Who stops the embedded servers when the last process that uses them has gone, however it went?

A small process of its own. Every user of the servers holds a shared lock on one file; the kernel lets go of it also
when a user is killed. The guard waits for the exclusive lock, then stops what runs in the data folder. It is started
as a script, apart from the rest of the portal, so it imports the standard library and psutil only.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

USERS_FILE = "servers.users"
GUARD_FILE = "servers.guard"
POSTGRES_FOLDER = "postgres"
VALKEY_FOLDER = "valkey"
POLITE_SECONDS = 30


def processes_in(folder: Path, name: str) -> list[psutil.Process]:
    """The living processes of that name working in the folder, also when the folder has been deleted since."""
    places = {str(folder), f"{folder} (deleted)"}
    return [process for process in _named(name) if _working_folder(process) in places]


def is_running(process: psutil.Process) -> bool:
    """Alive and not merely waiting for its parent to notice the death."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def stop_servers(data_dir: Path) -> None:
    """Stop PostgreSQL (fast shutdown) and Valkey; whoever does not obey in time is killed."""
    postgres = processes_in(data_dir / POSTGRES_FOLDER, "postgres")
    pids = {process.pid for process in postgres}
    masters = [process for process in postgres if process.ppid() not in pids]
    valkeys = processes_in(data_dir / VALKEY_FOLDER, "valkey-server")
    _signal(masters, signal.SIGINT)
    _signal(valkeys, signal.SIGTERM)
    _wait_or(masters, signal.SIGQUIT)
    _wait_or(valkeys, signal.SIGKILL)


def guard(data_dir: Path) -> None:
    """Wait until nobody uses the servers of this folder, then stop them. A second guard of a folder leaves at once."""
    # The own lock is opened last and so let go first: whoever gets the users' lock next sees that a guard is wanted.
    with (data_dir / USERS_FILE).open("a") as users, (data_dir / GUARD_FILE).open("a") as own:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        fcntl.flock(users, fcntl.LOCK_EX)
        stop_servers(data_dir)


def _named(name: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == name and is_running(process):
            yield process


def _working_folder(process: psutil.Process) -> str:
    try:
        return str(process.cwd())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _wait_or(processes: list[psutil.Process], number: signal.Signals) -> None:
    """Wait for them to go; the signal is for those that stay."""
    alive = _left_after_waiting(processes)
    _signal(alive, number)
    _left_after_waiting(alive)


def _left_after_waiting(processes: list[psutil.Process]) -> list[psutil.Process]:
    deadline = time.monotonic() + POLITE_SECONDS
    alive = processes
    while alive and time.monotonic() < deadline:
        alive = [process for process in alive if is_running(process)]
        time.sleep(0.01 if alive else 0)
    return alive


def _detach() -> None:
    """Become nobody's child, so that no terminal and no parent takes the guard along."""
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir("/")


if __name__ == "__main__":
    _detach()
    guard(Path(sys.argv[1]))
