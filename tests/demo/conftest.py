"""What do the tests of this folder run on? The demo partnership, loaded once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from app.database_logins import JOBS
from app.demo.partnership import load_demo
from models.core.access import Actor, Role
from models.core.clock import today
from models.partnership.people import Person
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words
from tests.wall.logins import sessions_by
from tests.web import PASSWORD, Browser


@pytest.fixture(scope="package")
def demo_connection(engine: Engine) -> Iterator[Connection]:
    """A connection with the demo partnership, loaded once for all tests of this folder; rolled back at the end."""
    with engine.connect() as connection:
        transaction = connection.begin()
        sessions = sessions_by(JOBS, connection)
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


@pytest.fixture
def browsers(portal: Flask, session: Session) -> dict[Role, Browser]:
    """A browser for one person of each role."""
    people = {
        role: session.scalars(select(Person).where(Person.role == role).order_by(Person.id)).first() for role in Role
    }
    session.commit()
    return {role: Browser(portal).enter(person, session) for role, person in people.items() if person is not None}
