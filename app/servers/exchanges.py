"""How does one complete database take the place of the portal's, while nobody is connected to it?"""

from __future__ import annotations

import time
from contextlib import suppress

import psycopg
from psycopg import errors, sql

from models.core.errors import RuleBroken

Server = psycopg.Connection[tuple[object, ...]]
_IN_USE = "The portal is running; stop every process of it first."


def put_in_place(server: Server, draft: str, *, present: str, aside: str) -> None:
    """Let a complete database take the place of the present one, which is kept under the name `aside`.

    What had that name is gone. Refused while anybody is connected.
    """
    refuse_when_in_use(server, present)
    drop_database(server, aside)
    with suppress(errors.InvalidCatalogName):  # there is none yet on a new server
        _rename(server, present, aside)
    _rename(server, draft, present)


def drop_database(server: Server, name: str) -> None:
    """Take a database away, where there is one of that name."""
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def refuse_when_in_use(server: Server, database: str) -> None:
    """Refuse while anybody is connected to the database; who has just left may take a moment to be gone."""
    who = "SELECT FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
    for pause in (0.1, 0.2, 0.5, 1.0, 0.0):
        if not server.execute(who, [database]).rowcount:
            return
        time.sleep(pause)
    raise RuleBroken(_IN_USE)


def _rename(server: Server, name: str, new: str) -> None:
    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    try:
        server.execute(statement.format(sql.Identifier(name), sql.Identifier(new)))
    except errors.ObjectInUse:
        raise RuleBroken(_IN_USE) from None
