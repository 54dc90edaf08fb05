"""How far does somebody get who slips SQL into a statement of the portal, by each login and as each kind of person?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.database_logins import APP, SIGN_IN
from app.servers.grants import grants_on
from models.core.access import PEOPLES_ROLES, STAFF_ROLES, Actor, DatabaseRole
from models.core.db import become, make_engine, refuse_unsafe_login
from models.core.errors import RuleBroken
from models.schema import all_policies
from tests.databases import Database

pytestmark = pytest.mark.assures(3)

BEYOND = (DatabaseRole.SIGN_IN, DatabaseRole.SYSTEM)
DENIED = "permission denied"
ONE_ONLY = "cannot insert multiple commands"
PROOFS = (
    *("people.password_hash", "second_factors.sealed_key", "recovery_codes.code_hash", "calendar_feeds.token_hash"),
    *("sign_ins.token_hash", "sign_ins.standing", "sign_ins.data", "access_links.token_hash"),
    "known_browsers.token_hash",
)


@contextmanager
def acting(url: str, role: DatabaseRole | None = None) -> Iterator[Connection]:
    """A transaction of a login, become a role as the portal does it; nothing stays."""
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            if role is not None:
                become(connection, Actor(role, 7, agency_ids=(3,)))
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


def refused(connection: Connection, statement: str, why: str = DENIED) -> None:
    with pytest.raises(DBAPIError, match=why), connection.begin_nested():
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("role", PEOPLES_ROLES)
def test_nothing_within_a_persons_statement_makes_somebody_else_of_its_transaction(
    database: Database, role: DatabaseRole
) -> None:
    with acting(database.pages_url, role) as connection:
        others = [known for known in DatabaseRole if known is not role]
        for word in (*others, "none", APP):
            refused(connection, f"SELECT set_config('role', '{word}', true)")
        refused(connection, "SELECT set_config('app.agency_ids', '4', true)")
        refused(connection, "SELECT set_config('app.user_id', '1', true)")
        refused(connection, "SELECT set_config('session_authorization', 'postgres', true)")
        refused(connection, "SELECT query_to_xml('SET ROLE portal_administrator', true, true, '')", "not allowed")
        assert connection.scalar(text("SELECT current_setting('role')")) == role


@pytest.mark.parametrize("role", PEOPLES_ROLES)
@pytest.mark.parametrize("second", ["RESET ROLE", "SET ROLE portal_administrator", "DELETE FROM people", "COMMIT"])
def test_a_second_statement_behind_the_first_is_not_run(database: Database, role: DatabaseRole, second: str) -> None:
    with acting(database.pages_url, role) as connection:
        refused(connection, f"SELECT 1; {second}", ONE_ONLY)


@pytest.mark.parametrize("role", PEOPLES_ROLES)
def test_even_a_whole_statement_of_ones_own_leads_to_no_role_beyond_people(
    database: Database, role: DatabaseRole
) -> None:
    with acting(database.pages_url, role) as connection:
        for beyond in (*BEYOND, "triangulate_owner", "triangulate_jobs", "postgres"):
            refused(connection, f"SET ROLE {beyond}")
        for login in ("triangulate_jobs", SIGN_IN, "triangulate_owner", "postgres"):
            refused(connection, f"SET SESSION AUTHORIZATION {login}")
        connection.exec_driver_sql("RESET ROLE")
        for table in all_policies():
            refused(connection, f'SELECT count(*) FROM "{table}"')


@pytest.mark.parametrize("role", [role for role in DatabaseRole if role not in BEYOND])
def test_what_proves_who_somebody_is_is_read_by_sign_in_only(database: Database, role: DatabaseRole) -> None:
    with acting(database.app_url, role) as connection:
        for table, _, name in (proof.partition(".") for proof in PROOFS):
            refused(connection, f"SELECT {name} FROM {table}")
            refused(connection, f"SELECT * FROM {table}")
            refused(connection, f"SELECT to_jsonb({table}) FROM {table}")
            if (role, table) != (DatabaseRole.ADMINISTRATOR, "access_links"):  # who makes links that are handed over
                refused(connection, f"UPDATE {table} SET {name} = NULL")


def test_sign_in_reads_what_proves_who_somebody_is(database: Database) -> None:
    with acting(database.sign_in_url, DatabaseRole.SIGN_IN) as connection:
        for table, _, name in (proof.partition(".") for proof in PROOFS):
            assert connection.exec_driver_sql(f"SELECT count({name}) FROM {table}").scalar() is not None


def test_nobody_is_added_with_a_password_by_an_administrators_own_rights(database: Database) -> None:
    person = "INSERT INTO people (name, email, role{0}) VALUES ('Eve', 'eve@example.org', 'administrator'{1})"
    with acting(database.pages_url, DatabaseRole.ADMINISTRATOR) as connection:
        connection.exec_driver_sql(person.format("", ""))
    with acting(database.pages_url, DatabaseRole.ADMINISTRATOR) as connection:
        refused(connection, person.format(", password_hash", ", 'known'"), "row-level security")


@pytest.mark.parametrize("role", [role for role in STAFF_ROLES if role is not DatabaseRole.ADMINISTRATOR])
def test_only_administrators_change_people(database: Database, role: DatabaseRole) -> None:
    with acting(database.pages_url, role) as connection:
        refused(connection, "UPDATE people SET role = 'administrator' WHERE id = 7")
        refused(connection, "INSERT INTO people (name, email, role) VALUES ('Eve', 'eve@example.org', 'officer')")
        refused(connection, "DELETE FROM people")


def test_a_board_viewer_writes_nothing_but_what_they_ask_for_themselves(database: Database) -> None:
    views = {"saved_views", "saved_view_books"}
    in_their_name = views | {
        *("document_fetches", "document_parts", "documents", "export_records", "form_receipts", "job_requests"),
        "list_workbooks",
    }
    asked = text("SELECT has_any_column_privilege('portal_reader', :table, :verb)")
    whole = text("SELECT has_table_privilege('portal_reader', :table, 'DELETE, TRUNCATE, TRIGGER')")
    with acting(database.app_url, DatabaseRole.SYSTEM) as connection:
        may = {
            (table, verb): connection.scalar(asked, {"table": table, "verb": verb})
            for table in all_policies()
            for verb in ("INSERT", "UPDATE")
        }
        assert {table for table in all_policies() if connection.scalar(whole, {"table": table})} == views
    assert {table for (table, _), is_allowed in may.items() if is_allowed} == in_their_name
    assert [table for table in sorted(in_their_name) if not all_policies()[table].own] == []


@pytest.mark.parametrize("role", [role for role in PEOPLES_ROLES if role is not DatabaseRole.ADMINISTRATOR])
def test_nobody_slips_in_a_job_of_the_portals_own(database: Database, role: DatabaseRole) -> None:
    with acting(database.pages_url, role) as connection:
        asked = "INSERT INTO job_requests (name, requested_by_id) VALUES ('erase_due', {0})"
        for person in ("NULL", "8"):
            refused(connection, asked.format(person), "row-level security|permission denied")


def test_the_door_opens_for_a_token_only_and_shows_no_table(database: Database) -> None:
    values = {"token": b"guessed", "at": datetime(2026, 1, 1, tzinfo=UTC)}
    with acting(database.pages_url) as connection:
        assert connection.execute(text("SELECT * FROM sign_in_of(:token, :at, :at)"), values).all() == []
        refused(connection, "SELECT count(*) FROM sign_ins")
    for role in PEOPLES_ROLES:
        with acting(database.pages_url, role) as connection:
            refused(connection, "SELECT * FROM sign_in_of('x', now(), now())", "denied for function sign_in_of")
            refused(connection, "SELECT keep_sign_in_data('x', '{}')", "denied for function keep_sign_in_data")


@pytest.mark.parametrize(
    ("login", "needs", "why"),
    [
        ("app_url", PEOPLES_ROLES, "may become portal_sign_in, portal_system, which it must not"),
        ("pages_url", (DatabaseRole.SIGN_IN,), "may not become portal_sign_in"),
        ("sign_in_url", PEOPLES_ROLES, "may not become portal_administrator"),
        ("pages_url", tuple(DatabaseRole), "may not become portal_sign_in, portal_system"),
        ("superuser_url", PEOPLES_ROLES, "may bypass row-level security"),
    ],
)
def test_the_portal_does_not_start_on_a_login_that_may_become_too_much_or_too_little(
    database: Database, login: str, needs: tuple[DatabaseRole, ...], why: str
) -> None:
    with acting(getattr(database, login)) as connection, pytest.raises(RuleBroken, match=why):
        refuse_unsafe_login(connection, needs=needs)


def test_grants_are_told_as_one_table_with_a_column_for_each_role(database: Database) -> None:
    engine = make_engine(database.app_url, pool_size=1)
    lines = grants_on(engine).splitlines()
    engine.dispose()
    heads = [head.strip() for head in lines[0].strip("|").split("|")]
    assert heads[1:6] == ["administrator", "officer", "sponsor", "manager", "reader"]
    cells = {line.split("|")[1].strip(" `"): [cell.strip() for cell in line.split("|")[2:-1]] for line in lines[2:]}
    assert set(cells) == set(all_policies())
    assert cells["people"][heads.index("sponsor") - 1] == "read all but `password_hash`"
    assert cells["sign_ins"][heads.index("reader") - 1] == "–"
    assert cells["job_requests"][heads.index("reader") - 1] == "read own, add own"
