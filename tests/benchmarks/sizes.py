"""How does a bench have the demonstration and several times as much of it side by side, and what do pages cost there?

Each size is a database of its own, made from one that has the demonstration. A page is asked for by turns in all of
them, so that other work on the machine falls on all alike; its processor is that of this process alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
import time_machine
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import sessionmaker

from app.servers.local_postgres import in_database
from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import PortalSession, make_engine, make_session_factory
from models.partnership.people import Person
from tests.benchmarks.retention import fill_with_demo
from tests.databases import Database, drop_database
from tests.demo.test_costs import Paths, status_of
from tests.kit.test_screens import statements
from tests.web import Browser, make_portal

TURNS = 3
Change = Callable[[psycopg.Connection[Any]], object]


class Cost(NamedTuple):
    """What a page costs once: seconds of this process's processor, statements, and seconds by the clock."""

    seconds: float
    count: int
    waited: float


@dataclass(frozen=True)
class Size:
    """One size of the partnership: its database, and a browser of the first person of each role."""

    engine: Engine
    factory: sessionmaker[PortalSession]
    browsers: Mapping[Role, Browser]

    def portal(self) -> Flask:
        """The portal, which is one for all sizes, on this one."""
        return make_portal(self.factory)


@contextmanager
def sizes(database: Database, changes: Mapping[str, Change]) -> Iterator[dict[str, Size]]:
    """The demonstration in a database for each name, changed by the server's administrator."""
    database.empty()
    fill_with_demo(database)
    with psycopg.connect(database.superuser_url) as server:
        template = server.info.dbname
    with ExitStack() as until:
        until.callback(database.empty)
        yield {
            name: _size(database, template, f"size_{at}", change, until)
            for at, (name, change) in enumerate(changes.items())
        }


def _size(database: Database, template: str, name: str, change: Change, until: ExitStack) -> Size:
    with psycopg.connect(in_database(database.superuser_url, "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    until.callback(drop_database, database, name)
    with psycopg.connect(in_database(database.superuser_url, name)) as connection:
        change(connection)
    with psycopg.connect(in_database(database.superuser_url, name), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    engine = make_engine(in_database(database.app_url, name))
    until.callback(engine.dispose)
    factory = make_session_factory(engine)
    portal = make_portal(factory)
    with factory(info={"actor": Actor.system("bench")}) as session:
        first = {role: select(Person).where(Person.role == role).order_by(Person.id).limit(1) for role in Role}
        people = {role: session.scalars(statement).one() for role, statement in first.items()}
        browsers = {role: Browser(portal).enter(person, session) for role, person in people.items()}
    return Size(engine, factory, browsers)


def costs_of(known: Mapping[str, Size], paths: Paths) -> dict[str, dict[tuple[str, Role], Cost]]:
    """What each page costs at each size: its least of some turns."""
    costs: dict[str, dict[tuple[str, Role], Cost]] = {name: {} for name in known}
    with time_machine.travel(now(), tick=False):
        for (endpoint, role), path in paths.items():
            for _ in range(TURNS):
                for name, size in known.items():
                    page, taken = (endpoint, role), _taken(size, role, path)
                    costs[name][page] = Cost(*map(min, zip(costs[name].get(page, taken), taken, strict=True)))
    return costs


def _taken(size: Size, role: Role, path: str) -> Cost:
    size.portal()
    assert status_of(size.browsers[role], path) == 200, path  # what a process keeps of this size is kept again
    with statements(size.engine) as seen:
        processor, clock = time.process_time(), time.perf_counter()
        status_of(size.browsers[role], path)
        return Cost(time.process_time() - processor, len(seen), time.perf_counter() - clock)
