"""What do the tests of this folder run on? The demo partnership, loaded once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import sessionmaker

from app.demo.partnership import load_demo
from models.core.access import Actor
from models.core.clock import today
from models.core.db import PortalSession
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words
from tests.web import PASSWORD


@pytest.fixture(scope="package")
def demo_connection(engine: Engine) -> Iterator[Connection]:
    """A connection with the demo partnership, loaded once for all tests of this folder; rolled back at the end."""
    with engine.connect() as connection:
        transaction = connection.begin()
        sessions = sessionmaker(connection, class_=PortalSession, join_transaction_mode="create_savepoint")
        with sessions(info={"actor": Actor.system("test")}) as session:
            give_starting_words(session)
            give_starting_tools(session)
            load_demo(session, today=today(), password=PASSWORD)
            session.commit()
        yield connection
        transaction.rollback()


@pytest.fixture
def connection(demo_connection: Connection) -> Iterator[Connection]:
    """The demo; whatever a test does to it is undone."""
    point = demo_connection.begin_nested()
    yield demo_connection
    point.rollback()
