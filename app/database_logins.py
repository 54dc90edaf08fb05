"""Which logins, roles and grants does a PostgreSQL need before the portal's first migration?

The same statements make the embedded database and are printed for the operator of a managed one.
"""

from __future__ import annotations

from models.core.access import PEOPLES_ROLES, DatabaseRole

DATABASE = "triangulate"
OWNER = "triangulate_owner"
APP = "triangulate_app"
"""The login of pages: it may become what a person can be."""
SIGN_IN = "triangulate_sign_in"
"""The web's second login, for finding out who somebody is."""
JOBS = "triangulate_jobs"
"""The login of worker, relay, scheduler and commands: it may become the portal itself, and whoever asked for a job."""
LOGINS = (APP, SIGN_IN, JOBS)

_LIMITED = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_GROUPS = ", ".join(DatabaseRole)
_LOGINS = ", ".join(LOGINS)
_FORMERLY = ("portal_staff", DatabaseRole.SYSTEM)
"""What the pages' login could become in versions before these roles; the first of them is no role any more."""
_MAKE_SOMEBODY = "FUNCTION pg_catalog.set_config(text, text, boolean)"


def server_statements() -> list[str]:
    """Roles of the whole server, to be run by its administrator; safe to run again.

    A login must become a portal role in each transaction, and row policies name those. It inherits what is done at the
    door only: finding out by a token who asks, and becoming that person.
    """
    becoming = {APP: ", ".join(PEOPLES_ROLES), SIGN_IN: DatabaseRole.SIGN_IN, JOBS: _GROUPS}
    return [
        *(_make_role(role, f"NOLOGIN {_LIMITED}") for role in DatabaseRole),
        _make_role(OWNER, f"LOGIN {_LIMITED}"),
        *(_make_role(login, f"LOGIN NOINHERIT {_LIMITED}") for login in LOGINS),
        *(f"GRANT {roles} TO {login} WITH INHERIT FALSE, SET TRUE" for login, roles in becoming.items()),
        *(f"GRANT {DatabaseRole.DOOR} TO {login} WITH INHERIT TRUE" for login in LOGINS),
        f"GRANT {DatabaseRole.SYSTEM} TO {OWNER} WITH INHERIT FALSE, SET TRUE",
        _take_from(APP, *_FORMERLY),
    ]


def create_statement(name: str = DATABASE) -> str:
    """The database itself. Its collation is bytewise and never changes under an upgrade of the operating system."""
    return (
        f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'"
        " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
    )


def database_statements(name: str = DATABASE) -> list[str]:
    """Grants inside the database, to be run by an administrator connected to it; safe to run again.

    The function by which a statement could make somebody else of its transaction is taken from everybody: what a
    person's statement asks stays within that person's rights, also where somebody has slipped something into it.
    """
    return [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {name} TO {_LOGINS}",
        f"GRANT TEMPORARY ON DATABASE {name} TO {_GROUPS}",
        f"ALTER SCHEMA public OWNER TO {OWNER}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {_LOGINS}, {_GROUPS}",
        f"REVOKE ALL ON {_MAKE_SOMEBODY} FROM PUBLIC",
        f"GRANT EXECUTE ON {_MAKE_SOMEBODY} TO {DatabaseRole.DOOR}, {DatabaseRole.SYSTEM}, {OWNER}",
    ]


def operator_script() -> str:
    """The whole as one psql script; the passwords are for the operator to choose."""
    lines = [
        "-- Run with psql as the server's administrator, and again after an upgrade that says so; then give each login",
        "-- that has none a password of its own:",
        *(f"--   \\password {login}" for login in (OWNER, *LOGINS)),
        "-- Where the database is there already, one statement says so and changes nothing.",
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


def _take_from(login: str, *roles: str) -> str:
    """Take roles from a login that may have them from an earlier version, where they exist at all."""
    held = f"SELECT roleid::regrole FROM pg_auth_members WHERE member = '{login}'::regrole"  # noqa: S608 - our own words
    listed = ", ".join(f"'{role}'" for role in roles)
    return (
        f"DO $$ DECLARE held regrole; BEGIN FOR held IN {held} AND roleid::regrole::text IN ({listed})"
        f" LOOP EXECUTE format('REVOKE %s FROM {login}', held); END LOOP; END $$"
    )
