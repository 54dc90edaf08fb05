"""What does every test run on? A real PostgreSQL of its process, rolled back after each test."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import sessionmaker

from app.database_logins import JOBS
from app.servers.local_servers import join_servers
from models import schema
from models.core.access import Actor, Role
from models.core.db import PortalSession, database_url, make_engine, make_session_factory
from tests.databases import Database
from tests.house import process_memory
from tests.house.backwards import turn_rows_round
from tests.together import Together, note_apart
from tests.wall.logins import sessions_by
from tests.web import Browser, make_portal, member

pytest.register_assert_rewrite("tests.pdf.pdf_kit")
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Tests that belong together run in one process."""
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is left out before every commit."""
    note_apart(items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test process tells how much memory it took."""
    process_memory.tell(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The process that starts them keeps it."""
    process_memory.note(node)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """And says it before the closing line."""
    if told := process_memory.sentence(config):
        terminalreporter.write_line(told)


def pytest_configure() -> None:
    """Rows that nobody has put in an order come in another than they were written in."""
    turn_rows_round()


def pytest_runtest_teardown() -> None:
    """What a command has put out of the reach of garbage collection comes back: here many come one after the other."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input files beside the project; tests that need it say so where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real input files (../shared/data) are not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    """A PostgreSQL of this test process, without durability: tables by the migrations, policies and triggers stated,
    no rows. Its guard stops it also when the test process is killed.
    """
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as folder,
        join_servers(Path(folder), with_queue=False, durable=False) as servers,
    ):
        schema.migrate(servers.owner_url)
        yield Database.of(servers)


@pytest.fixture(scope="session")
def engine(database: Database) -> Iterator[Engine]:
    """The server administrator's connections, on which tests go on as any of the portal's logins."""
    pool = make_engine(database.superuser_url)
    yield pool
    pool.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose outer transaction is rolled back: commits inside become savepoints."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def session_factory(connection: Connection) -> sessionmaker[PortalSession]:
    """Sessions by the login of jobs that commit into the test's own transaction; the portal has others by its own."""
    return sessions_by(JOBS, connection)


@pytest.fixture
def session(session_factory: sessionmaker[PortalSession]) -> Iterator[PortalSession]:
    """A session of the portal itself (sees every row); `act_as` makes it somebody else's."""
    with session_factory(info={"actor": Actor.system("test")}) as portal_session:
        yield portal_session


@pytest.fixture
def owner_engine(database: Database) -> Iterator[Engine]:
    """The owner's connection, for tests of the schema itself."""
    pool = create_engine(database_url(database.owner_url))
    yield pool
    pool.dispose()


@pytest.fixture
def portal(session_factory: sessionmaker[PortalSession]) -> Flask:
    """The portal itself, on this test's transaction."""
    return make_portal(session_factory)


@pytest.fixture
def shared(engine: Engine, database: Database) -> Iterator[tuple[Flask, PortalSession]]:
    """The portal on connections of its own, as in production; everything is taken out again afterwards."""
    factory = make_session_factory(engine)
    try:
        with factory(info={"actor": Actor.system("test")}) as session:
            yield make_portal(factory), session
    finally:
        database.empty()


@pytest.fixture
def browser(portal: Flask, session: PortalSession) -> Callable[..., Browser]:
    """`browser(Role.OFFICER)` is a browser signed in as a person of that role; `browser()` is nobody's."""

    def opened(role: Role | None = None, **values: Any) -> Browser:
        visitor = Browser(portal)
        return visitor if role is None else visitor.enter(member(session, role, **values), session)

    return opened
