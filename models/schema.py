"""How does the database come to hold exactly the tables, policies and triggers that the models state?"""

from __future__ import annotations

from sqlalchemy import Connection, create_engine, text

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
from models.core.rooms import at_place, load_rooms
from models.revisions import is_newest

_AT_ONCE = 40
"""So many statements go to the server together: one by one, the way there and back takes longer than the work."""
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


def migrate(owner_url: str) -> None:
    """Bring the tables to the newest revision, then state every grant, policy and trigger again (one transaction each).

    Run as the owner of the tables, never as the portal's own login. Raises RuleBroken on a database whose tables are of
    a revision that these migrations do not know. Alembic and the migrations are loaded where there is something to do.
    """
    load_rooms("models")
    engine = create_engine(database_url(owner_url))
    try:
        with engine.connect() as connection:
            _refuse_missing_roles(connection)
            is_there = is_newest(connection)
        if not is_there:
            at_place("models.schema_changes:upgrade")(owner_url)
        with engine.begin() as connection:
            apply_access(connection)
    finally:
        engine.dispose()


def _refuse_missing_roles(connection: Connection) -> None:
    there = set(connection.scalars(_ROLES_THERE, {"names": list(DatabaseRole)}))
    if missing := sorted(set(DatabaseRole) - there):
        raise RuleBroken(_NO_ROLES.format(missing[0]))


def apply_access(connection: Connection) -> None:
    """State every function, grant, row policy and change-log trigger of the models; run again, it changes nothing."""
    # One at a time: two processes that start together would replace the same functions and policies.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('apply_access'))"))
    statements = access_statements()
    for first in range(0, len(statements), _AT_ONCE):
        together = ";\n".join(statements[first : first + _AT_ONCE])
        connection.exec_driver_sql(together.replace("%", "%%"))


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
