"""How does a request come in whole, and its answer go out, without a slow network ever holding a thread?

granian hands over a request as soon as its head is there. The body is read here, by an event loop, against a limit, a
deadline and a pace; only then does a thread of the small pool run the portal. What the portal answers is collected
in that thread, so that it never waits for the reader either: granian sends it, long answers from a file on disk.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import IO, Any, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.servers.connections import Connections
from models.core.db import is_database_away

Facts = dict[str, Any]
Wsgi = Callable[[Facts, Callable[..., Any]], Iterable[bytes]]

THREADS = 4
IN_MEMORY = 256 * 1024  # bytes of one body or answer; what is longer goes to a file
STRANGERS_BODY = 64 * 1024
READ_TO_NOWHERE = 4  # times the limit: so much is read of what is too long, as browsers show no answer before that
WAITING = 1024  # requests of one process that may wait for a thread
SPOOLED = 2 * 1024**3  # bytes of all bodies that one process takes in at a time
_OPENED_WITHIN = 30.0  # seconds after which granian has surely opened the file of an answer

_SENTENCES = {
    HTTPStatus.REQUEST_TIMEOUT: "The form did not arrive in time; please send it once more.",
    HTTPStatus.LENGTH_REQUIRED: "The request does not say how long it is.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "What you sent is larger than the portal accepts.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The portal is very busy; please try again in a minute.",
    HTTPStatus.BAD_REQUEST: "The request did not arrive whole.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The portal could not do that; please try again.",
}
_PLAIN = [
    *(("content-type", "text/plain; charset=utf-8"), ("x-content-type-options", "nosniff")),
    *(("cache-control", "no-store"), ("retry-after", "60"), ("connection", "close")),
]
_log = structlog.get_logger("portal")


class Asked(Protocol):
    """A request as granian hands it over (RSGI's scope)."""

    method: str
    path: str
    query_string: str
    http_version: str
    scheme: str
    client: str
    server: str
    headers: Any


class TurnedAwayError(Exception):
    """The request is turned away before the portal sees it."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status
        super().__init__(_SENTENCES[status])


class Pace:
    """How slow a body may be: so many seconds at the start, then so many bytes a second over its whole length."""

    def __init__(self, grace: float = 20.0, bytes_per_second: int = 8 * 1024) -> None:
        self.grace = grace
        self.bytes_per_second = bytes_per_second

    def seconds_left(self, started: float, received: int) -> float:
        """How long the next piece may take."""
        return max(0.0, started + self.grace + received / self.bytes_per_second - time.monotonic())


class Doorway:
    """The portal as an RSGI application: `granian --interface rsgi wsgi:doorway`.

    `is_signed_in` tells from a request's head whether it is somebody's; strangers may send 64 KB, others `limit` bytes.
    What is longer is read and thrown away, as far as its pace allows, and the portal says in its own page that it is
    too large. `connections` keeps order among this process's connections.
    """

    def __init__(
        self, app: Wsgi, is_signed_in: Callable[[Facts], bool], *, limit: int, connections: Connections, pace: Pace
    ) -> None:
        self.app = app
        self.is_signed_in = is_signed_in
        self.limit = limit
        self.connections = connections
        self.pace = pace
        self.waiting = 0
        self.spooled = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.threads = ThreadPoolExecutor(THREADS, "request")
        self.connections.keep_order(loop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.threads.shutdown()

    async def __rsgi__(self, asked: Asked, reply: Any) -> None:
        facts = facts_of(asked)
        try:
            await self._serve(facts, _length_of(facts), reply)
        except TurnedAwayError as turned:
            _log.warning("turned away at the door", status=int(turned.status), method=asked.method)
            reply.response_str(int(turned.status), _PLAIN, f"{turned}\n")
        except SQLAlchemyError as fault:  # in the middle of a long answer, where no page of the portal can say so
            status = HTTPStatus.SERVICE_UNAVAILABLE if is_database_away(fault) else HTTPStatus.INTERNAL_SERVER_ERROR
            _log.error("answer broken off", status=int(status), kind=type(fault).__name__)
            reply.response_str(int(status), _PLAIN, f"{_SENTENCES[status]}\n")

    async def _serve(self, facts: Facts, length: int, reply: Any) -> None:
        """Read the whole body into a file, or to nowhere when it is too long, and then let a thread answer."""
        kept = length if length <= await self._limit_for(facts, length) else 0
        with self._room_for(kept), tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            await self._read(reply, length, body.write if kept else len)
            body.seek(0)
            facts["wsgi.input"] = body
            await self._in_thread(partial(self._answer, facts, reply))

    @contextmanager
    def _room_for(self, length: int) -> Iterator[None]:
        """Keep count of what bodies take on disk. Raises `TurnedAwayError` when there is no room for one more."""
        if length and self.spooled + length > SPOOLED:
            raise TurnedAwayError(HTTPStatus.SERVICE_UNAVAILABLE)
        self.spooled += length
        try:
            yield
        finally:
            self.spooled -= length

    async def _limit_for(self, facts: Facts, length: int) -> int:
        if length <= STRANGERS_BODY:
            return STRANGERS_BODY
        if length > READ_TO_NOWHERE * self.limit:
            raise TurnedAwayError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        is_known = await self._in_thread(partial(self.is_signed_in, facts))
        return self.limit if is_known else STRANGERS_BODY

    async def _read(self, reply: Any, length: int, keep: Callable[[bytes], int]) -> None:
        pieces, received, started = aiter(reply), 0, time.monotonic()
        while received < length:
            try:
                piece = await asyncio.wait_for(anext(pieces), self.pace.seconds_left(started, received))
            except TimeoutError:
                raise TurnedAwayError(HTTPStatus.REQUEST_TIMEOUT) from None
            if not piece:
                raise TurnedAwayError(HTTPStatus.BAD_REQUEST)  # the sender has gone
            received += len(piece)
            keep(piece)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        """Do the work when a thread is free. Raises `TurnedAwayError` when too many are waiting already."""
        if self.waiting >= WAITING:
            raise TurnedAwayError(HTTPStatus.SERVICE_UNAVAILABLE)
        self.waiting += 1
        try:
            return await self.loop.run_in_executor(self.threads, work)
        finally:
            self.waiting -= 1

    def _answer(self, facts: Facts, reply: Any) -> None:
        """Run the portal, in a thread, and hand its whole answer to granian."""
        head: list[Any] = []
        parts = self.app(facts, lambda status, headers, exc_info=None: head.extend((status, headers)))
        try:
            known, rest = _beginning_of(parts)
            file = _written(known, rest) if rest is not None else None
        finally:
            getattr(parts, "close", lambda: None)()
        status, headers = int(head[0][:3]), head[1]
        if file is None:
            reply.response_bytes(status, headers, known)
        else:
            self._send_file(status, headers, file, reply)

    def _send_file(self, status: int, headers: list[tuple[str, str]], file: IO[bytes], reply: Any) -> None:
        """Let granian send a file that has no name; it opens the file for itself, some time after it was told."""
        length = str(file.seek(0, os.SEEK_END))
        file.seek(0)
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        reply.response_file(status, [*headers, ("content-length", length)], f"/dev/fd/{file.fileno()}")
        self.loop.call_soon_threadsafe(self.loop.call_later, _OPENED_WITHIN, file.close)


def _beginning_of(parts: Iterable[bytes]) -> tuple[bytes, Iterator[bytes] | None]:
    """An answer as far as it fits into memory, and what is left of it: None when nothing is."""
    pieces, size, rest = [], 0, iter(parts)
    for piece in rest:
        pieces.append(piece)
        size += len(piece)
        if size > IN_MEMORY:
            return b"".join(pieces), rest
    return b"".join(pieces), None


def _written(known: bytes, rest: Iterator[bytes]) -> IO[bytes]:
    """A file with the whole answer, which goes when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when granian has opened it
    file.write(known)
    file.writelines(rest)
    file.flush()
    return file


def facts_of(asked: Asked) -> Facts:
    """What WSGI wants to know of a request, but for its body. A header with an underscore could pass for another."""
    headers: Facts = {}
    for name, value in asked.headers.items():
        if "_" not in name:
            key = _OWN_NAMES.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
            between = "; " if name == "cookie" else ","
            headers[key] = f"{headers[key]}{between}{value}" if key in headers else value
    server, port = _host_and_port(asked.server)
    return headers | {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _as_wsgi(asked.path),
        "QUERY_STRING": _as_wsgi(asked.query_string),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{asked.http_version}",
        "REMOTE_ADDR": _host_and_port(asked.client)[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": asked.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


_OWN_NAMES = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def _as_wsgi(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _host_and_port(address: str) -> tuple[str, str]:
    """The two halves of an address.

    >>> _host_and_port("127.0.0.1:8000"), _host_and_port("[::1]:8000")
    (('127.0.0.1', '8000'), ('::1', '8000'))
    """
    host, _, port = address.rpartition(":")
    return host.strip("[]"), port


def _length_of(facts: Facts) -> int:
    """How long the body says it is. Raises `TurnedAwayError` for one that does not say, as no browser sends it."""
    if "HTTP_TRANSFER_ENCODING" in facts:
        raise TurnedAwayError(HTTPStatus.LENGTH_REQUIRED)
    length = facts.get("CONTENT_LENGTH", "0")
    if not (length.isascii() and length.isdigit()):
        raise TurnedAwayError(HTTPStatus.BAD_REQUEST)
    return int(length)
