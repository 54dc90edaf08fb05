"""Which pages cost more in a partnership ten times as large, and how much?

Every page, opened by one person of each side, on the demonstration, on the same grown tenfold within its years, and so
grown with its reviews over ten times as many years: processor of this process at its least of some turns, and
statements. A page of one record is asked for the same record each time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import time_machine
from flask import Flask
from sqlalchemy import Engine, select

from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import make_session_factory
from models.partnership.people import Person
from tests.benchmarks.more_data import APART, grow
from tests.benchmarks.retention import fill_with_demo
from tests.databases import Database
from tests.demo.test_costs import BY_EVERYBODY, Paths, first_paths, status_of
from tests.kit.test_screens import statements
from tests.web import Browser, make_portal

TIMES = 10
TURNS = 3
WANTED = 1.5
_OVER_THE_YEARS = f"UPDATE thematic_reviews SET year = year - id / {APART}"
NAMED = 15
"""So many pages are named one by one: those that grow most."""


class Cost(NamedTuple):
    """What a page costs once: seconds of this process's processor, and statements."""

    seconds: float
    count: int


Costs = dict[tuple[str, Role], Cost]


def bench(database: Database) -> Iterator[str]:
    """The pages that everybody knows by role, then those that grow most, then how many stay within what is wanted."""
    database.empty()
    fill_with_demo(database)
    engine = database.engine()
    factory = make_session_factory(engine)
    portal = make_portal(factory)
    with factory(info={"actor": Actor.system("bench")}) as session:
        first = {role: select(Person).where(Person.role == role).order_by(Person.id).limit(1) for role in Role}
        people = {role: session.scalars(statement).one() for role, statement in first.items()}
        browsers = {role: Browser(portal).enter(person, session) for role, person in people.items()}
        paths = first_paths(portal, session, browsers)
    before = _costs(portal, engine, browsers, paths)
    with psycopg.connect(database.superuser_url) as server:
        grow(server, TIMES)
    after = _costs(portal, engine, browsers, paths)
    with psycopg.connect(database.superuser_url) as server:
        server.execute(_OVER_THE_YEARS.encode())
    apart = _costs(portal, engine, browsers, paths)
    engine.dispose()
    database.empty()
    yield f"pages of the demonstration and of {TIMES} times as much: ms of processor, times, and over the years"
    yield from (_line(page, before, after, apart) for page in paths if page[0] in BY_EVERYBODY)
    yield f"those {NAMED} that grow most"
    most = sorted(paths, key=lambda page: -_growth(page, before, after))[:NAMED]
    yield from (_line(page, before, after, apart) for page in most)
    for name, costs in {"within the years": after, "over the years": apart}.items():
        within = sum(_growth(page, before, costs) <= WANTED for page in paths)
        more = sum(costs[page].count > before[page].count for page in paths)
        yield f"{name}: at most {WANTED} times on {within} of {len(paths)} pages; more statements on {more}"


def _costs(portal: Flask, engine: Engine, browsers: dict[Role, Browser], paths: Paths) -> Costs:
    costs: Costs = {}
    with time_machine.travel(now(), tick=False):
        for (endpoint, role), path in paths.items():
            status_of(browsers[role], path)
            with statements(engine) as seen:
                assert status_of(browsers[role], path) == 200, path
            costs[endpoint, role] = Cost(min(_seconds(browsers[role], path) for _ in range(TURNS)), len(seen))
    return costs


def _seconds(browser: Browser, path: str) -> float:
    began = time.process_time()
    status_of(browser, path)
    return time.process_time() - began


def _growth(page: tuple[str, Role], before: Costs, after: Costs) -> float:
    return after[page].seconds / before[page].seconds


def _line(page: tuple[str, Role], before: Costs, after: Costs, apart: Costs) -> str:
    old, new, later = before[page], after[page], apart[page]
    return (
        f"  {page[0]:<44} {page[1].value:<14} {old.seconds * 1000:7.1f} {new.seconds * 1000:7.1f}"
        f"  {_growth(page, before, after):5.2f} {_growth(page, before, apart):5.2f}"
        f"  {old.count:3} {new.count:3} {later.count:3}"
    )
