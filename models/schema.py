"""Does the database hold exactly the tables, policies and triggers that the models state?"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import CheckConstraint, Connection, create_engine, text

from models.accounts.access_functions import ACCESS_FUNCTIONS, ACCESS_TRIGGERS
from models.case_lists.frame_functions import FRAME_FUNCTIONS
from models.core.access import DatabaseRole
from models.core.change_log import CHANGE_LOG_FUNCTIONS, CHANGE_LOG_TRIGGERS, change_log_statements
from models.core.database_functions import DatabaseFunction
from models.core.db import Base, database_url
from models.core.errors import RuleBroken
from models.core.looks import LOOK_FUNCTIONS, LOOK_TRIGGERS
from models.core.planning import PLANNING_FUNCTIONS
from models.core.policy_statements import all_policies, policy_statements
from models.core.rooms import load_rooms

_ROOM = Path(__file__).parent
_TIDY = {"lint": "check --quiet --fix", "layout": "format --quiet"}  # so that `make check` takes what Alembic wrote
_UNKNOWN_REVISION = (
    "This database was made by another version of the portal, whose migrations are not here. Start that version, or"
    " choose another database or data folder."
)
_OWNED = (
    *("access_links", "change_log", "change_log_head", "case_frames", "frame_rows", "known_browsers", "people"),
    *("looks", "sign_ins"),
)
"""The tables that triggers reach as the owner."""
_OWNER_READS = ("partnership_settings",)
_ROLES_THERE = text("SELECT rolname::text FROM pg_roles WHERE rolname = ANY(:names)")
_NO_ROLES = (
    "The server lacks the database role {0}, which this version of the portal needs: run what “flask --app wsgi"
    " database roles” prints as the server's administrator, then this again."
)


def all_functions() -> tuple[DatabaseFunction, ...]:
    """Every function that the portal keeps in the database, each with the roles that may call it."""
    accounts = (*ACCESS_FUNCTIONS, *PLANNING_FUNCTIONS)
    return (*CHANGE_LOG_FUNCTIONS, *LOOK_FUNCTIONS, *FRAME_FUNCTIONS, *accounts)


def alembic_config(owner_url: str) -> Config:
    """Alembic's settings, built in code: there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_ROOM / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = database_url(owner_url)
    config.set_section_option("post_write_hooks", "hooks", ", ".join(_TIDY))
    for name, options in _TIDY.items():
        config.set_section_option("post_write_hooks", f"{name}.type", "module")
        config.set_section_option("post_write_hooks", f"{name}.module", "ruff")
        config.set_section_option("post_write_hooks", f"{name}.options", f"{options} REVISION_SCRIPT_FILENAME")
    return config


def migrate(owner_url: str) -> None:
    """Bring the tables to the newest revision, then state every grant, policy and trigger again (one transaction each).

    Run as the owner of the tables, never as the portal's own login. Raises RuleBroken on a database whose tables are of
    a revision that these migrations do not know.
    """
    load_rooms("models")
    _refuse_missing_roles(owner_url)
    try:
        command.upgrade(alembic_config(owner_url), "head")
    except CommandError as error:
        raise RuleBroken(_UNKNOWN_REVISION) from error
    engine = create_engine(database_url(owner_url))
    with engine.begin() as connection:
        apply_access(connection)
    engine.dispose()


def _refuse_missing_roles(owner_url: str) -> None:
    engine = create_engine(database_url(owner_url))
    try:
        with engine.connect() as connection:
            there = set(connection.scalars(_ROLES_THERE, {"names": list(DatabaseRole)}))
    finally:
        engine.dispose()
    if missing := sorted(set(DatabaseRole) - there):
        raise RuleBroken(_NO_ROLES.format(missing[0]))


def new_revision(owner_url: str, message: str) -> None:
    """Write a migration for what the models state beyond the newest revision; the database is brought there first.

    Raises RuleBroken in an environment without ruff, which formats what Alembic writes as `make check` requires.
    """
    if find_spec("ruff") is None:
        raise RuleBroken("A migration is written in the developers' environment: make setup-dev.")
    load_rooms("models")
    number = 1 + max(int(path.name[:4]) for path in (_ROOM / "migrations" / "versions").glob("[0-9]*.py"))
    config = alembic_config(owner_url)
    command.upgrade(config, "head")
    command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")


def apply_access(connection: Connection) -> None:
    """State every function, grant, row policy and change-log trigger of the models; run again, it changes nothing."""
    # One at a time: two processes that start together would replace the same functions and policies.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('apply_access'))"))
    for statement in access_statements():
        connection.exec_driver_sql(statement.replace("%", "%%"))


def access_statements() -> list[str]:
    """Every function, grant, row policy and change-log trigger of the models, in the order they are stated."""
    statements = [f"GRANT USAGE ON SCHEMA public TO {', '.join(DatabaseRole)}"]
    for function in all_functions():
        statements += function.statements()
    statements += [*CHANGE_LOG_TRIGGERS, *LOOK_TRIGGERS, *ACCESS_TRIGGERS]
    for table, policy in sorted(all_policies().items()):
        statements += policy_statements(table, Base.metadata.tables[table].columns.keys(), policy)
        if policy.is_logged:
            statements += change_log_statements(table, policy.unlogged_columns)
    for table in _OWNED:
        statements += [
            f"DROP POLICY IF EXISTS owner_all ON {table}",
            f"CREATE POLICY owner_all ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)",
        ]
    for table in _OWNER_READS:
        statements += [
            f"DROP POLICY IF EXISTS owner_reads ON {table}",
            f"CREATE POLICY owner_reads ON {table} FOR SELECT TO CURRENT_USER USING (true)",
        ]
    return [*statements, f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {', '.join(DatabaseRole)}"]


def drift(owner_url: str) -> list[str]:
    """The differences between the models and the migrated database, one line each; CHECK constraints included."""
    load_rooms("models")
    engine = create_engine(database_url(owner_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_ours})
        differences = [str(difference) for difference in compare_metadata(context, Base.metadata)]
        differences += _missing_checks(connection)
    engine.dispose()
    return differences


def _is_ours(item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith("frame_rows_"))


def _missing_checks(connection: Connection) -> list[str]:
    rows = connection.execute(
        text(
            "SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid"
            " WHERE c.contype = 'c' AND t.relname NOT LIKE 'frame\\_rows\\_%'"
        )
    )
    there = {(table, name) for table, name in rows}
    declared = {
        (table.name, str(constraint.name))
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    return [f"check {name} of {table} is only in one place" for table, name in sorted(there ^ declared)]
