"""Is a page's statement planned once for many pages, and never for the wrong person?"""

from __future__ import annotations

import pytest
from psycopg import _queries
from sqlalchemy import Connection, text

from models.core.access import Actor, DatabaseRole
from models.core.db import PortalSession, become, make_engine
from models.plans.action_plans import PlanStatus
from tests import make
from tests.databases import Database

pytestmark = pytest.mark.assures(3)

ENOUGH = 12
"""Run five times a statement is prepared; run five times more, its plan serves whatever the values."""

READING = (
    "SELECT text FROM actions ORDER BY id",
    "SELECT text FROM (SELECT * FROM actions OFFSET 0) AS within ORDER BY id",
    "WITH seen AS MATERIALIZED (SELECT * FROM actions) SELECT text FROM seen ORDER BY id",
    "SELECT text FROM actions WHERE id IN (SELECT id FROM actions) ORDER BY id",
)
_PLANS = text("SELECT coalesce(sum(generic_plans), 0) FROM pg_prepared_statements WHERE statement = :statement")


def read(connection: Connection, statement: str, actor: Actor) -> list[str]:
    become(connection, actor)
    return [words for (words,) in connection.exec_driver_sql(statement)]


@pytest.mark.parametrize("statement", READING)
def test_people_by_turns_on_one_connection_each_read_their_own_rows_by_a_kept_plan(
    session: PortalSession, statement: str
) -> None:
    police, health = make.agency(session), make.agency(session, "Northfield Hospitals")
    plan = make.plan(session, status=PlanStatus.AGREED)
    for agency in (police, health):
        make.action(session, plan, agency, text=agency.name)
    session.commit()
    connection = session.connection()
    for _ in range(ENOUGH):
        for role in (DatabaseRole.OFFICER, DatabaseRole.READER):
            assert read(connection, statement, Actor(role, 1)) == [police.name, health.name]
        for agency in (police, health):
            assert read(connection, statement, Actor(DatabaseRole.AGENCY, 1, agency_ids=(agency.id,))) == [agency.name]


def test_a_statement_stays_prepared_after_pages_that_only_read(database: Database) -> None:
    engine = make_engine(database.pages_url, pool_size=1)
    statement = "SELECT count(*) FROM hubs"
    try:
        for _ in range(ENOUGH):
            with engine.connect() as connection:  # ends with a rollback, as a page that only reads
                assert read(connection, statement, Actor(DatabaseRole.OFFICER, 1))
        with engine.connect() as connection:
            assert connection.scalar(_PLANS, {"statement": statement}) > 0
    finally:
        engine.dispose()


def test_places_of_values_in_a_long_statement_are_read_once(database: Database) -> None:
    """The counts of the home page are such a statement; the driver alone would read each of them anew."""
    engine = make_engine(database.pages_url, pool_size=1)
    statement = "SELECT " + ", ".join(f"%(place_{number})s::integer" for number in range(400))
    values = {f"place_{number}": number for number in range(400)}
    assert len(statement) > 4096
    try:
        with engine.connect() as connection:
            become(connection, Actor(DatabaseRole.OFFICER, 1))
            for _ in range(2):
                before = _queries._query2pg.cache_info().hits
                assert connection.exec_driver_sql(statement, values).one()[399] == 399
            assert _queries._query2pg.cache_info().hits > before
    finally:
        engine.dispose()
