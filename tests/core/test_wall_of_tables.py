"""Does the database keep every table's rows to those who own them, whoever asks, whatever they try?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from models.core.access import EVERYTHING, DatabaseRole, RowPolicy
from models.core.db import Base, database_url
from models.schema import all_policies
from tests.databases import Database
from tests.wall.attempts import target_of
from tests.wall.callers import Caller, callers_of
from tests.wall.mutants import mutants_of
from tests.wall.owners import OWNERS, Owned
from tests.wall.sides import MAKERS, Whose
from tests.wall.wall import Wall, build_wall

POLICIES = all_policies()
TABLES = sorted(Base.metadata.tables)
TRIED = [(table, caller) for table in TABLES for caller in callers_of(OWNERS.get(table, Owned()))]


@pytest.fixture(scope="module")
def wall(database: Database) -> Iterator[Wall]:
    """Rows of two agencies in every table, planted once for all tests here."""
    engine = create_engine(database_url(database.superuser_url), connect_args={"prepare_threshold": None})
    with engine.connect() as connection:
        transaction = connection.begin()
        yield build_wall(connection)
        transaction.rollback()
    engine.dispose()


@pytest.mark.parametrize(("table", "caller"), TRIED, ids=str)
def test_everybody_reaches_just_what_they_should_of_each_table(wall: Wall, table: str, caller: Caller) -> None:
    assert wall.faults(table, caller) == []


@pytest.mark.parametrize("table", TABLES)
def test_every_policy_made_wrong_is_noticed_but_for_what_is_said_twice(wall: Wall, table: str) -> None:
    surprises = []
    for mutant in mutants_of(table, POLICIES[table]):
        with wall.rewritten(*mutant.statements):
            for verb in mutant.verbs:
                if mutant.is_harmless is any(wall.notices(table, caller, verb) for caller in mutant.callers):
                    surprises.append(f"{mutant.name} ({verb}, {mutant.callers[0].name})")
    assert surprises == []


def test_a_table_without_maker_owner_policy_or_reason_is_named() -> None:
    assert unstated(TABLES, POLICIES) == []
    silent = {"diaries": Base.row_policy, "notes": RowPolicy(agency_reads="true"), "letters": RowPolicy()}
    assert unstated(["agencies", *silent], POLICIES | silent) == [
        "diaries: no maker of rows in tests/wall",
        "diaries: tests/wall/owners.py does not say who owns its rows",
        "diaries: no policy",
        "notes: no maker of rows in tests/wall",
        "notes: tests/wall/owners.py does not say who owns its rows",
        "notes: open to everybody or closed to agencies, and no reason",
        "letters: no maker of rows in tests/wall",
        "letters: tests/wall/owners.py does not say who owns its rows",
        "letters: open to everybody or closed to agencies, and no reason",
    ]


def unstated(tables: list[str], policies: dict[str, RowPolicy]) -> list[str]:
    """What is missing before a table can be tested here, one line each."""
    missing = []
    for table in tables:
        policy = policies.get(table, Base.row_policy)
        is_plain = policy.agency_reads not in (None, EVERYTHING)
        missing += [f"{table}: no maker of rows in tests/wall"] * (table not in MAKERS)
        missing += [f"{table}: tests/wall/owners.py does not say who owns its rows"] * (table not in OWNERS)
        if policy is Base.row_policy:
            missing.append(f"{table}: no policy")
        elif not (is_plain or policy.reason):
            missing.append(f"{table}: open to everybody or closed to agencies, and no reason")
    return missing


def test_owners_and_makers_name_no_table_that_is_gone() -> None:
    assert set(OWNERS) == set(MAKERS) == set(TABLES)


def test_no_column_that_an_agency_changes_ties_a_row_to_an_agency() -> None:
    ties = [
        f"{table}.{column.name}"
        for table, owned in OWNERS.items()
        for column in Base.metadata.tables[table].columns
        if column.name in owned.columns and target_of(column) not in {"", "people", "reference_items"}
    ]
    assert ties == []


def test_row_security_is_on_and_binds_the_owner_in_every_table_there_is(wall: Wall) -> None:
    tables = wall.connection.execute(
        text(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1"
        )
    ).all()
    parts = [row for row in tables if row.relname.startswith("frame_rows_")]
    assert len(parts) == 4
    assert all(row.relrowsecurity for row in parts)
    bound = {row.relname for row in tables if row.relrowsecurity and row.relforcerowsecurity}
    assert bound == set(TABLES)
    assert {row.relname for row in tables} - bound - {row.relname for row in parts} == {"alembic_version"}


@pytest.mark.parametrize("role", DatabaseRole)
@pytest.mark.parametrize("verb", ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"])
def test_no_role_gets_at_the_rows_of_a_frame_past_their_table(wall: Wall, role: DatabaseRole, verb: str) -> None:
    part = f"frame_rows_{wall.planted['case_frames'][Whose.MINE].key}"
    for table in (part, "alembic_version"):
        assert not wall.connection.scalar(
            text("SELECT has_table_privilege(:role, :table, :verb)"), {"role": role, "table": table, "verb": verb}
        )
