"""What does the virus scanner say of a file? ClamAV's clamd, asked by its own protocol, piece by piece."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

_SECONDS = 120.0  # so long clamd may take for its answer
_AT_ONCE = 2.0  # so long it may take to open a connection, and to say that it is there
_MOST_ANSWER = 4096
_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:]+)\]|(?P<host>[^\s:/\[\]]+)):(?P<port>[0-9]{1,5})")
_FOUND = re.compile(r"stream: (?P<name>.+) FOUND")


class ScannerAwayError(Exception):
    """The scanner has not answered; the text is the sentence that says so."""


class ScannerRefusedError(ScannerAwayError):
    """The scanner is there and would not take the file; the text says what it said."""


@dataclass(frozen=True)
class ScannerAddress:
    """Where clamd listens: a socket file, or a host and a port."""

    host: str
    port: int = 0

    @classmethod
    def of(cls, written: str) -> ScannerAddress:
        """The address as an operator writes it. Raises ValueError for what is none.

        >>> ScannerAddress.of("/run/clamav/clamd.ctl"), ScannerAddress.of("scanner.local:3310")
        (ScannerAddress(host='/run/clamav/clamd.ctl', port=0), ScannerAddress(host='scanner.local', port=3310))
        """
        if written.startswith("/"):
            return cls(written)
        parts = _ADDRESS.fullmatch(written)
        if parts is None or not 0 < int(parts["port"]) < 65536:
            raise ValueError("must be clamd's address: host:port, such as 127.0.0.1:3310, or the path of its socket")
        return cls(parts["six"] or parts["host"], int(parts["port"]))

    def connect(self) -> socket.socket:
        """A connection to clamd. Raises OSError where nobody listens."""
        if self.port:
            return socket.create_connection((self.host, self.port), timeout=_AT_ONCE)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_AT_ONCE)
        try:
            connection.connect(self.host)
        except OSError:
            connection.close()
            raise
        return connection


def checked_address(written: str) -> str:
    """What an operator has set, which may be nothing. Raises ValueError for what is no address of a scanner.

    >>> checked_address("")
    ''
    """
    if written:
        ScannerAddress.of(written)
    return written


def find_virus(address: str, pieces: Iterable[bytes]) -> str:
    """The name of the virus that clamd finds in a file; "" when it finds none.

    Raises ScannerAwayError when it cannot be reached, ScannerRefusedError when it does not take the file.
    """
    answer = _answer_to(address, b"zINSTREAM\0", pieces, seconds=_SECONDS)
    virus = _FOUND.fullmatch(answer)
    if virus is None and answer != "stream: OK":
        raise ScannerRefusedError(f"The virus scanner does not take the file; it says: {answer[:200] or 'nothing'}.")
    return virus["name"] if virus else ""


def scanner_answers(address: str) -> bool:
    """Whether clamd is there, asked within two seconds."""
    try:
        return _answer_to(address, b"zPING\0", (), seconds=_AT_ONCE) == "PONG"
    except ScannerAwayError:
        return False


def _answer_to(address: str, command: bytes, pieces: Iterable[bytes], *, seconds: float) -> str:
    try:
        with ScannerAddress.of(address).connect() as connection:
            connection.settimeout(seconds)
            connection.sendall(command)
            if command == b"zINSTREAM\0":
                _send(connection, pieces)
            return _read(connection)
    except OSError as error:
        raise ScannerAwayError("The virus scanner does not answer.") from error


def _send(connection: socket.socket, pieces: Iterable[bytes]) -> None:
    """Send a file in pieces with their lengths. A scanner that has heard enough says why in its answer."""
    try:
        for piece in filter(None, pieces):
            connection.sendall(len(piece).to_bytes(4, "big"))
            connection.sendall(piece)
        connection.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        return


def _read(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _MOST_ANSWER:
        piece = connection.recv(_MOST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
