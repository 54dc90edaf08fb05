"""Who stops the embedded servers when the last process that uses them has ended, however it ended?

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
from typing import IO

import psutil

USERS_FILE = "servers.users"
GUARD_FILE = "servers.guard"
POSTGRES_FOLDER = "postgres"
VALKEY_FOLDER = "valkey"
POLITE_SECONDS = 30


def processes_in(folder: Path, name: str) -> list[psutil.Process]:
    """The living processes of that name working in the folder."""
    return [process for process in _claiming(folder, name) if not _is_ghost(process, folder)]


def ghosts_of(folder: Path, name: str) -> list[psutil.Process]:
    """The living processes of that name working in a folder that had this path and was deleted under them."""
    return [process for process in _claiming(folder, name) if _is_ghost(process, folder)]


def is_running(process: psutil.Process) -> bool:
    """Whether a process is alive, and not merely waiting for its parent to notice its death."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def stop_servers(data_dir: Path) -> None:
    """Stop PostgreSQL (fast shutdown) and Valkey; one that does not obey in time is killed."""
    _stop(processes_in(data_dir / POSTGRES_FOLDER, "postgres"), processes_in(data_dir / VALKEY_FOLDER, "valkey-server"))


def stop_ghosts(data_dir: Path) -> None:
    """Stop the servers of a folder of that name that was deleted under them."""
    _stop(ghosts_of(data_dir / POSTGRES_FOLDER, "postgres"), ghosts_of(data_dir / VALKEY_FOLDER, "valkey-server"))


def guard(data_dir: Path) -> None:
    """Wait until nobody uses the servers of this folder, then stop them. A second guard of a folder leaves at once."""
    # Its own lock is opened last and so released first: the next holder of the users' lock sees that a guard is needed.
    with (data_dir / USERS_FILE).open("a") as users, (data_dir / GUARD_FILE).open("a") as own:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        fcntl.flock(users, fcntl.LOCK_EX)
        if _is_still(users, data_dir / USERS_FILE):
            stop_servers(data_dir)
        else:
            stop_ghosts(data_dir)


def _is_still(file: IO[str], path: Path) -> bool:
    """Whether the open file is the one at the path: a deleted folder may have a namesake, with servers of its own."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _stop(postgres: list[psutil.Process], valkeys: list[psutil.Process]) -> None:
    pids = {process.pid for process in postgres}
    masters = [process for process in postgres if _parent(process) not in pids]
    _signal(masters, signal.SIGINT)
    _signal(valkeys, signal.SIGTERM)
    _wait_or(masters, signal.SIGQUIT)
    _wait_or(valkeys, signal.SIGKILL)


def _parent(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.NoSuchProcess:
        return 0


def _claiming(folder: Path, name: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == name and is_running(process) and _working_folder(process) == str(folder):
            yield process


def _working_folder(process: psutil.Process) -> str:
    try:
        return str(process.cwd())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def _is_ghost(process: psutil.Process, folder: Path) -> bool:
    """Whether its working folder is no longer the one at the path. When the system cannot say, it is no ghost."""
    try:
        works_in = Path(f"/proc/{process.pid}/cwd").stat()
    except OSError:
        return False
    try:
        return not os.path.samestat(works_in, folder.stat())
    except FileNotFoundError:
        return True


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
    """Become nobody's child, so that the guard does not end with a terminal or a parent."""
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir("/")


if __name__ == "__main__":
    _detach()
    guard(Path(sys.argv[1]))
