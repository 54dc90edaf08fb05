"""Which database and queue does this process use, and do they run?

Without DATABASE_URL and REDIS_URL a PostgreSQL and a Valkey of our own run in DATA_DIR. Any number of processes may
join them at once: the first starts them, the last one leaves them to the guard, which stops them.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.database_logins import APP, JOBS, OWNER, SIGN_IN
from app.servers import local_postgres, local_valkey, server_guard
from app.servers.local_postgres import LocalServerError
from app.settings import Settings

_LOCK_FILE = "servers.lock"
_LONGEST_SOCKET = 100  # bytes; the kernel's limit for a socket's path is 108 with its end mark
_SHORT_PLACE = Path("/tmp")  # noqa: S108 - a folder of our own, closed to others and checked, see _private


@dataclass
class Servers:
    """The addresses in use. `close` leaves the embedded servers; the last to leave has them stopped.

    `database_url` has the login of pages, `sign_in_url` that of signing in, `jobs_url` that of jobs and commands; where
    one is not given, the first is tried, and refused by whoever needs more of it.
    """

    database_url: str
    owner_url: str
    redis_url: str
    sign_in_url: str = ""
    jobs_url: str = ""
    superuser_url: str = ""
    data_dir: Path | None = None
    has_own_database: bool = False
    has_own_queue: bool = False
    durable: bool = True
    _share: IO[str] | None = field(default=None, repr=False)
    _joined_by: int = field(default_factory=os.getpid, repr=False)

    def __post_init__(self) -> None:
        self.sign_in_url = self.sign_in_url or self.database_url
        self.jobs_url = self.jobs_url or self.database_url

    def revive(self) -> None:
        """Start the embedded servers that have died again; a supervisor calls this now and then."""
        if self.data_dir and self._share:
            with _only_one(self.data_dir):
                _start(self)

    def close(self) -> None:
        """Leave. Returns when the servers are stopped, or at once when others still use them. May be called twice."""
        if self._share is None or self.data_dir is None:
            return
        self._share.close()
        self._share = None
        if os.getpid() == self._joined_by:
            _wait_for_guard(self.data_dir)

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ensure_servers(settings: Settings) -> Servers:
    """The servers of the settings, running: managed ones by their addresses, embedded ones joined or started.

    Embedded ones are left when this process ends, however it ends. Raises LocalServerError where one does not start.
    """
    queue, managed = settings.redis_url, _managed(settings)
    if managed and queue:
        return managed
    servers = join_servers(settings.data_dir, with_database=not managed, with_queue=not queue)
    if managed:
        servers.database_url, servers.owner_url = managed.database_url, managed.owner_url
        servers.sign_in_url, servers.jobs_url = managed.sign_in_url, managed.jobs_url
    servers.redis_url = queue or servers.redis_url
    atexit.register(servers.close)
    return servers


def _managed(settings: Settings) -> Servers | None:
    """The addresses of a managed database, each process knowing those it needs; None where the embedded one is used."""
    known = settings.database_url or settings.database_jobs_url or settings.database_owner_url
    if not known:
        return None
    return Servers(
        settings.database_url,
        settings.database_owner_url or known,
        settings.redis_url,
        sign_in_url=settings.database_sign_in_url,
        jobs_url=settings.database_jobs_url,
    )


def join_servers(
    data_dir: Path, *, with_database: bool = True, with_queue: bool = True, durable: bool = True
) -> Servers:
    """Use the embedded servers of a data folder until `close` or the end of the process, starting what does not run.

    `durable=False` makes PostgreSQL forget its care for power cuts: for tests. Raises LocalServerError.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    sockets = _socket_folder(data_dir)
    if not (data_dir / server_guard.USERS_FILE).exists():
        server_guard.stop_ghosts(data_dir)
    share = (data_dir / server_guard.USERS_FILE).open("a")
    fcntl.flock(share, fcntl.LOCK_SH)  # waits while the guard is stopping them
    servers = Servers(
        database_url=local_postgres.address(sockets, APP) if with_database else "",
        owner_url=local_postgres.address(sockets, OWNER) if with_database else "",
        sign_in_url=local_postgres.address(sockets, SIGN_IN) if with_database else "",
        jobs_url=local_postgres.address(sockets, JOBS) if with_database else "",
        superuser_url=local_postgres.address(sockets, local_postgres.SUPERUSER) if with_database else "",
        redis_url=local_valkey.address(sockets) if with_queue else "",
        data_dir=data_dir,
        has_own_database=with_database,
        has_own_queue=with_queue,
        durable=durable,
        _share=share,
    )
    try:
        with _only_one(data_dir):
            _start(servers)
    except BaseException:
        servers.close()
        raise
    return servers


def start_valkey(data_dir: Path) -> tuple[Servers, str]:
    """A Valkey alone, for tests: close the first value when done."""
    servers = join_servers(data_dir, with_database=False)
    return servers, servers.redis_url


def _start(servers: Servers) -> None:
    """Under the lock: start a guard, and the servers that are needed."""
    assert servers.data_dir is not None  # noqa: S101 - embedded servers live somewhere
    sockets = _socket_folder(servers.data_dir)
    _ensure_guard(servers.data_dir)
    if servers.has_own_database:
        local_postgres.start_postgres_server(servers.data_dir, sockets, durable=servers.durable)
    if servers.has_own_queue:
        local_valkey.start_valkey_server(servers.data_dir, sockets)


@contextlib.contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    with (data_dir / _LOCK_FILE).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_guard(data_dir: Path) -> None:
    """Have one guard; it is a process of its own session and outlives us."""
    if _can_lock(data_dir / server_guard.GUARD_FILE, fcntl.LOCK_EX):
        quiet = subprocess.DEVNULL
        command = [sys.executable, "-I", str(Path(server_guard.__file__)), str(data_dir)]
        subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, check=True)


def _wait_for_guard(data_dir: Path) -> None:
    """Wait until the guard has stopped the servers, or return at once when somebody else still uses them."""
    users, guard = data_dir / server_guard.USERS_FILE, data_dir / server_guard.GUARD_FILE
    deadline = time.monotonic() + 2 * server_guard.POLITE_SECONDS
    while time.monotonic() < deadline and users.exists():
        if _can_lock(guard, fcntl.LOCK_EX):
            return  # it has finished
        if not _can_lock(users, fcntl.LOCK_EX) and _can_lock(users, fcntl.LOCK_SH):
            return  # shared by others
        time.sleep(0.01)


def _can_lock(path: Path, kind: int) -> bool:
    with path.open("a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _socket_folder(data_dir: Path) -> Path:
    """A folder for the sockets that only we and the database account can enter; a short one where the path is long."""
    folder = data_dir / "run"
    if len(os.fsencode(folder)) + len("/.s.PGSQL.5432") > _LONGEST_SOCKET:
        mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
        folder = _SHORT_PLACE / f"triangulate-{os.geteuid()}-{mark}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        local_postgres.give_to_account(folder)
    return _private(folder)


def _private(folder: Path) -> Path:
    """Refuse a folder that somebody else made, or one that others can enter."""
    account = local_postgres.database_account()
    owners = {os.geteuid(), account.pw_uid if account else os.geteuid()}
    state = folder.lstat()
    if not folder.is_dir() or folder.is_symlink() or state.st_uid not in owners or state.st_mode & 0o077:
        raise LocalServerError(f"The folder {folder} for the servers' sockets is open to others; remove it.")
    return folder
