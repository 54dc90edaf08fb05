"""Where does a test process get a real PostgreSQL database of its own?"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from app.servers.local_postgres import in_database
from app.servers.local_servers import Servers
from models import schema
from models.core.db import database_url, make_engine


@dataclass(frozen=True)
class Database:
    """Addresses of one migrated database: for the login of jobs, which may become anybody, for the owner of the tables,
    for the server's administrator (where a test makes databases of its own, or makes policies wrong on purpose), and
    for the web's two logins.
    """

    app_url: str
    owner_url: str
    superuser_url: str = ""
    pages_url: str = ""
    sign_in_url: str = ""

    @classmethod
    def of(cls, servers: Servers) -> Database:
        """The database of some servers."""
        return cls(
            *(servers.jobs_url, servers.owner_url, servers.superuser_url, servers.database_url, servers.sign_in_url)
        )

    @property
    def web_logins(self) -> dict[str, str]:
        """What the environment of a web process says of the database."""
        return {"DATABASE_URL": self.pages_url, "DATABASE_SIGN_IN_URL": self.sign_in_url}

    def engine(self) -> Engine:
        return make_engine(self.app_url)

    def empty(self) -> None:
        """Take every row out again, for suites whose processes commit for themselves.

        A process that is just ending may hold locks in another order; when it wins, this tries again.
        """
        owner = create_engine(database_url(self.owner_url))
        try:
            while not _is_emptied(owner):
                pass
        finally:
            owner.dispose()


def drop_database(database: Database, name: str) -> None:
    """Take away a database of the same server, whoever is still connected to it."""
    with psycopg.connect(in_database(database.superuser_url, "postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _is_emptied(owner: Engine) -> bool:
    """Whether the rows are gone; False when PostgreSQL broke a deadlock, which ends as soon as the others have."""
    try:
        with owner.begin() as connection:
            _take_out_every_row(connection)
    except OperationalError as error:
        if isinstance(error.orig, DeadlockDetected):
            return False
        raise
    return True


def _take_out_every_row(connection: Connection) -> None:
    tables = ", ".join(f'"{name}"' for name in schema.all_policies() if name != "change_log_head")
    parts = connection.scalars(text("SELECT relname FROM pg_class WHERE relname ~ '^frame_rows_[0-9]+$'"))
    for part in parts.all():
        connection.execute(text(f"DROP TABLE {part}"))
    for kept in ("change_log", "looks"):
        connection.execute(text(f"ALTER TABLE {kept} DISABLE TRIGGER refuse_truncate"))
    connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    for kept in ("change_log", "looks"):
        connection.execute(text(f"ALTER TABLE {kept} ENABLE TRIGGER refuse_truncate"))
    for table in ("partnership_settings", "mail_settings"):  # the one row that the migration has put there
        connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER"))
        connection.execute(text(f"INSERT INTO {table} DEFAULT VALUES"))
        connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER"))
    connection.execute(text("UPDATE change_log_head SET link_number = 0, link_hash = sha256('triangulate')"))
