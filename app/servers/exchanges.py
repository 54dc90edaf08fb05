"""How does one complete database take the place of the portal's on an embedded server, while nobody looks?"""

from __future__ import annotations

import time

import psycopg
from psycopg import errors

from app.database_logins import DATABASE
from models.core.errors import RuleBroken

_IN_USE = "The portal is running; stop every process of it first."


def put_in_place(server: psycopg.Connection[tuple[object, ...]], draft: str, *, aside: str) -> None:
    """Let a complete database take the place of the portal's, which is kept under the name `aside`.

    What had that name is gone. Refused while anybody is connected.
    """
    refuse_when_in_use(server)
    server.execute(f"DROP DATABASE IF EXISTS {aside}".encode())
    try:
        server.execute(f"ALTER DATABASE {DATABASE} RENAME TO {aside}".encode())
    except errors.ObjectInUse:
        raise RuleBroken(_IN_USE) from None
    server.execute(f"ALTER DATABASE {draft} RENAME TO {DATABASE}".encode())


def refuse_when_in_use(server: psycopg.Connection[tuple[object, ...]]) -> None:
    """Refuse while anybody is connected to the portal's database; who has just left may take a moment to be gone."""
    who = "SELECT FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
    for pause in (0.1, 0.2, 0.5, 1.0, 0.0):
        if not server.execute(who, [DATABASE]).rowcount:
            return
        time.sleep(pause)
    raise RuleBroken(_IN_USE)
