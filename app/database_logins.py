"""Which logins, roles and grants does a PostgreSQL need before the portal's first migration?

The same statements make the embedded database and are printed for the operator of a managed one.
"""

from __future__ import annotations

from models.core.access import DatabaseRole

DATABASE = "triangulate"
OWNER = "triangulate_owner"
APP = "triangulate_app"

_LIMITED = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_GROUPS = ", ".join(DatabaseRole)


def server_statements() -> list[str]:
    """Roles of the whole server, to be run by its administrator; safe to run again.

    The portal's login inherits nothing: it must become a portal role in each transaction, and row policies name those.
    """
    return [
        *(_make_role(role, f"NOLOGIN {_LIMITED}") for role in DatabaseRole),
        _make_role(OWNER, f"LOGIN {_LIMITED}"),
        _make_role(APP, f"LOGIN NOINHERIT {_LIMITED}"),
        f"GRANT {_GROUPS} TO {APP} WITH INHERIT FALSE, SET TRUE",
        f"GRANT {DatabaseRole.SYSTEM} TO {OWNER} WITH INHERIT FALSE, SET TRUE",
    ]


def create_statement(name: str = DATABASE) -> str:
    """The database itself. Its collation is bytewise and never changes under an upgrade of the operating system."""
    return (
        f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'"
        " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
    )


def database_statements(name: str = DATABASE) -> list[str]:
    """Grants inside the database, to be run by an administrator connected to it; safe to run again."""
    return [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {APP}, {_GROUPS}",
        f"ALTER SCHEMA public OWNER TO {OWNER}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {APP}, {_GROUPS}",
    ]


def operator_script() -> str:
    """The whole as one psql script; the passwords are for the operator to choose."""
    lines = [
        "-- Run once with psql as the server's administrator, then give both logins a password:",
        f"--   \\password {OWNER}",
        f"--   \\password {APP}",
        *(f"{statement};" for statement in (*server_statements(), create_statement())),
        f"\\connect {DATABASE}",
        *(f"{statement};" for statement in database_statements()),
    ]
    return "\n".join(lines)


def _make_role(name: str, attributes: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
        f" THEN CREATE ROLE {name} {attributes}; END IF; END $$"
    )
