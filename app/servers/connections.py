"""Which of a web process's connections may stay? Those whose readers read, and no network holds most of them.

granian accepts connections and offers no way to them; they are looked up among the open files of the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import socket
import stat
import sys
from collections import defaultdict
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address

import structlog

AT_A_TIME = 2048  # connections of one process
STALLED_SECONDS = 60.0  # a reader who takes nothing for so long has gone
_FILES = 4 * AT_A_TIME
_OTHER_FILES = 512
_LOOKED_AT_EVERY = 1.0  # seconds
_LOOKED_FOR_EVERY = 0.02  # seconds, until granian accepts: who comes before is not covered
_UP_TO_LAST_RECEIVED = 56  # bytes of Linux's tcp_info, whose last four are then tcpi_last_data_recv
_log = structlog.get_logger("portal")


class Connections:
    """The connections of this process, kept in order while an event loop runs.

    `per_network` limits how many one network may hold, 0 for no limit: behind a proxy all come from its address.
    """

    def __init__(self, *, per_network: int, stalled_seconds: float = STALLED_SECONDS) -> None:
        self.per_network = per_network
        self.stalled_seconds = stalled_seconds
        self.port = 0

    def keep_order(self, loop: asyncio.AbstractEventLoop) -> None:
        """Allow as many open files as connections need; from now on end readers who stall, and look at networks."""
        _allow_files()
        self._look(loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self.port:
            self._find_listener()
        elif self.per_network and len(os.listdir(_FOLDER)) > self.per_network:
            self.end_crowds()
        loop.call_later(_LOOKED_AT_EVERY if self.port else _LOOKED_FOR_EVERY, self._look, loop)

    def _find_listener(self) -> None:
        """Find the socket that granian accepts on, which it opens after the event loop has begun."""
        for listener in _own_sockets():
            with listener:
                if listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    self.port = listener.getsockname()[1]
                    _end_when_stalled(listener, self.stalled_seconds)

    def end_crowds(self) -> int:
        """End what a network holds beyond its share, the most silent first. Returns how many connections that were."""
        held: dict[str, list[socket.socket]] = defaultdict(list)
        for connection in _own_sockets():
            peer = _peer_of(connection)
            if peer is None or connection.getsockname()[1] != self.port:
                connection.close()
            else:
                held[network_of(peer)].append(connection)
        return sum(self._end_crowd(crowd) for crowd in held.values())

    def _end_crowd(self, crowd: list[socket.socket]) -> int:
        surplus = sorted(crowd, key=_milliseconds_silent)[self.per_network :]
        for connection in surplus:
            _hang_up(connection)
        for connection in crowd:
            connection.close()
        if surplus:
            _log.warning("one network holds too many connections", ended=len(surplus))
        return len(surplus)


def network_of(address: str) -> str:
    """The network an address stands for: itself, or the 64 bits that a household or office has of IPv6.

    >>> network_of("192.0.2.7"), network_of("2001:db8::a:1"), network_of("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8::', '192.0.2.7')
    """
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)


_FOLDER = "/dev/fd"  # the open files of the process that looks, on Linux and macOS


def _own_sockets() -> Iterator[socket.socket]:
    """A second handle on each TCP socket of this process, in the order of their numbers; the caller closes it."""
    for number in sorted(map(int, os.listdir(_FOLDER))):
        with contextlib.suppress(OSError):  # closed meanwhile
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                handle = socket.socket(fileno=os.dup(number))
                if handle.family in {socket.AF_INET, socket.AF_INET6} and handle.type == socket.SOCK_STREAM:
                    yield handle
                else:
                    handle.close()


def _peer_of(handle: socket.socket) -> str | None:
    try:
        return str(handle.getpeername()[0])
    except OSError:
        return None


def _milliseconds_silent(connection: socket.socket) -> int:
    """For how long nothing has come on a connection; 0 where the system does not tell (all but Linux)."""
    if sys.platform != "linux":
        return 0
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _UP_TO_LAST_RECEIVED)
    return int.from_bytes(told[-4:], sys.byteorder)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _end_when_stalled(listener: socket.socket, seconds: float) -> None:
    """Let the system end accepted connections whose other end takes nothing for so long, where it can (Linux)."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))


def connections_at_a_time(files: int | None = None) -> int:
    """How many connections one process may hold, for granian's --backpressure: some files must be left for the rest.

    granian never accepts again once the system has refused it a file. By default as many as the system lets us have.

    >>> connections_at_a_time(1024), connections_at_a_time(1_000_000), connections_at_a_time(resource.RLIM_INFINITY)
    (256, 2048, 2048)
    """
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1] if files is None else files
    return AT_A_TIME if hard == resource.RLIM_INFINITY else max(64, min(AT_A_TIME, (hard - _OTHER_FILES) // 2))


def _allow_files() -> None:
    """Raise the number of files this process may open, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
