"""How many mails a second leave with one, two and four workers, to a real mail server in a process of its own?

From the commit of all messages to the last one that is stamped as sent: relay, locks, letter, connection and stamp.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import func, select

from models.messages.messages import Draft, Message, MessageStatus, write_message
from tests.databases import Database
from tests.faults.farm import Farm
from tests.postboxes import free_port

MAILS = 1_000
WORKERS = (1, 2, 4)
PATIENCE = 300.0


def bench(database: Database, mails: int = MAILS) -> list[str]:
    """A line for each number of workers."""
    lines = [f"mail: {mails:,} messages to a mail server in a process of its own"]
    for count in WORKERS:
        seconds = time_of(database, mails, workers=count)
        lines.append(f"  {count} {'worker ' if count == 1 else 'workers'} {mails / seconds:6.0f} mails a second")
    return lines


def time_of(database: Database, mails: int, *, workers: int) -> float:
    """Seconds until so many messages are sent, by warm workers."""
    with tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name, mail_sink() as port:
        server = {"host": "127.0.0.1", "port": port, "sender": "portal@example.org", "tls": "none"}
        parts = ("relay", *(f"worker-{number}" for number in range(workers)))
        with Farm(database, Path(name), parts=parts, also=(), extra={"worker": {"mail_server": server}}) as farm:
            _write(farm, 20)
            farm.await_true(lambda: _sent(farm) == 20)
            time.sleep(3.0)  # every worker has come to its queue
            began = time.monotonic()
            _write(farm, mails)
            farm.await_true(lambda: _sent(farm) == 20 + mails, PATIENCE)
            return time.monotonic() - began


def _write(farm: Farm, count: int) -> None:
    with farm.sessions.begin() as session:
        for number in range(count):
            write_message(session, Draft(None, "A colleague", f"a{number}@example.org", "An action is due", "Words."))


def _sent(farm: Farm) -> int:
    with farm.sessions() as session:
        sent = select(func.count()).select_from(Message).where(Message.status == MessageStatus.SENT)
        return session.scalar(sent) or 0


@contextmanager
def mail_sink() -> Iterator[int]:
    """The port of a mail server that takes every letter and keeps none."""
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _await_listening(port)
        yield port
    finally:
        process.kill()
        process.wait()


def _await_listening(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("the mail server does not listen")
