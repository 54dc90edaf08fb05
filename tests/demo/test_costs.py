"""Does any page or job ask the database more often in a partnership ten times as large, or read ten times the rows?

Every page is opened for its first records by people of its roles, every job done once; then the work of the partnership
is made ten times as much, and the same pages and jobs are asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule

from admin_views.kit.registry import load_screens
from jobs.core.mail import MailServer
from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession
from models.reviews.thematic_reviews import ThematicReview
from tests.assurance.figures import scaled
from tests.benchmarks.more_data import grow
from tests.demo.every_page import addresses_of, rules_of
from tests.demo.test_every_job import HOW_ASKED, asked
from tests.documents.clamd import scanner
from tests.kit.test_screens import statements
from tests.postboxes import Postbox, mail_server
from tests.web import Browser
from tests.work import do_request

TIMES = 10
MOST = 20
TRIED = 8
SIDES = (
    (Role.ADMINISTRATOR, Role.OFFICER, Role.MANAGER, Role.BOARD_VIEWER),
    (Role.SPONSOR,),
    (Role.AGENCY_MEMBER,),
)
"""A page is opened by the first who may, at full length by the first of each side: staff, the sponsor, an agency."""

BY_EVERYBODY = {"home.index_view", "thematic_reviews.details_view", "actions.index_view"}
"""Pages that differ so much by who asks that they are opened by every role."""

LEFT_OUT = {"auth.sign_out", "health.metrics"}
"""Pages of no person."""

ONE_BY_ONE = {
    "scan_waiting_files": "every file is handed to the scanner by itself, 200 at most",
    "settle_case_audits": "every case that is settled is written by itself, as two people may change one",
    "erase_due": "erasing goes portion by portion, each committed before the next",
}
"""Jobs that do as much as there is to do, and why."""

MOST_MORE = 600
"""So many rows more a page may read: a page of a list, and choices of which a select offers 500."""

EVERY_ROW = {
    "thematic_reviews.board": "the Board's pictures are of every review of a year",
    "home.index_view by board_viewer": "the same",
    "thematic_reviews.programme_page": "the programme is of every review of a year",
    "actions.list_report": "a document that prints every action of a list",
}
"""Pages that are of everything there is, and why; files that are taken out are read in pieces, and not counted."""

Costs = dict[str, int]
Paths = dict[tuple[str, Role], str]


def multiply(connection: Connection, session: Session) -> None:
    """Make the demo ten times as much within the test's own transaction."""
    session.commit()
    driver: Any = connection.connection.driver_connection
    grow(driver, TIMES)
    session.expire_all()


def may_open(rule: Rule) -> frozenset[Role]:
    """Who may open a page by its declaration; pages outside the screens may be tried by everybody."""
    part, _, view = rule.endpoint.partition(".")
    screen = next((known for known in load_screens() if known.endpoint_of() == part), None)
    return screen.roles_of(view) if screen is not None else frozenset(Role)


def chosen(rule: Rule) -> list[Role]:
    """Those who open a page here."""
    allowed = may_open(rule)
    if rule.endpoint in BY_EVERYBODY:
        return [role for role in Role if role in allowed]
    first = (next((role for role in side if role in allowed), None) for side in SIDES)
    return [role for role in first if role is not None][: scaled(len(SIDES), ci=1)]


def first_paths(portal: Flask, session: Session, browsers: dict[Role, Browser]) -> Paths:
    """For every page and each who opens it the address of the first record that it opens for."""
    paths: Paths = {}
    for rule in rules_of(portal):
        if rule.endpoint in LEFT_OUT:
            continue
        tried = list(islice(addresses_of(session, rule), TRIED))
        session.commit()
        for role in chosen(rule):
            path = next((path for path in tried if status_of(browsers[role], path) == 200), None)
            if path is not None:
                paths[rule.endpoint, role] = path
    return paths


def status_of(browser: Browser, path: str) -> int:
    """How a page answers, read to its end."""
    with browser.client.get(path) as answer:
        answer.get_data()
        return answer.status_code


class Asked(NamedTuple):
    """How many statements a page takes, and how many rows it reads by them."""

    statements: int
    rows: int


def page_costs(engine: Engine, browsers: dict[Role, Browser], paths: Paths) -> dict[str, Asked]:
    """What each page asks, while the clock stands still: the last moment of a person is written."""
    costs: dict[str, Asked] = {}
    with time_machine.travel(now(), tick=False):
        for browser in browsers.values():
            status_of(browser, "/account/")
        for (endpoint, role), path in paths.items():
            with statements(engine) as seen, rows_of(engine) as rows:
                assert status_of(browsers[role], path) == 200, path
            costs[f"{endpoint} by {role} at {path}"] = Asked(len(seen), sum(rows))
    return costs


@contextmanager
def rows_of(engine: Engine) -> Iterator[list[int]]:
    """How many rows each statement brought meanwhile; those that are read in pieces do not say."""
    counts: list[int] = []

    def note(connection: object, cursor: Any, *_: object) -> None:
        counts.append(max(cursor.rowcount, 0))

    event.listen(engine, "after_cursor_execute", note)
    yield counts
    event.remove(engine, "after_cursor_execute", note)


def grown(before: Costs, after: Costs) -> dict[str, tuple[int, int]]:
    """What takes more than before."""
    return {name: (count, after[name]) for name, count in before.items() if after[name] > count}


def test_no_page_takes_more_statements_or_every_row_in_a_partnership_ten_times_as_large(
    portal: Flask, session: Session, engine: Engine, connection: Connection, browsers: dict[Role, Browser]
) -> None:
    paths = first_paths(portal, session, browsers)
    before = page_costs(engine, browsers, paths)
    multiply(connection, session)
    after = page_costs(engine, browsers, paths)
    more = {name: (asked, after[name]) for name, asked in before.items() if after[name].statements > asked.statements}
    assert more == {}
    every_row = tuple(EVERY_ROW)
    rows = {name: (asked.rows, after[name].rows) for name, asked in before.items() if not name.startswith(every_row)}
    assert {name: (old, new) for name, (old, new) in rows.items() if new - old > MOST_MORE} == {}
    assert len(paths) > 250


@pytest.mark.parametrize(
    "path", ["/thematic-reviews/programme/", "/thematic-reviews/{}/gates/", "/thematic-reviews/{}/"]
)
def test_programme_gates_and_overview_take_at_most_twenty_statements_at_every_stage(
    path: str, session: Session, engine: Engine, browsers: dict[Role, Browser]
) -> None:
    readers = browsers[Role.ADMINISTRATOR], browsers[Role.OFFICER], browsers[Role.SPONSOR]
    keys = session.scalars(select(ThematicReview.id)).all() if "{}" in path else [0]
    session.commit()
    for browser in readers:
        with time_machine.travel(now(), tick=False):
            status_of(browser, "/account/")
            for key in keys:
                with statements(engine) as seen:
                    assert status_of(browser, path.format(key)) == 200
                assert len(seen) <= MOST, (path.format(key), len(seen))


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server(Postbox()) as running:
        yield running


@pytest.fixture
def job_cost(
    session: PortalSession, session_factory: sessionmaker[PortalSession], engine: Engine, server: MailServer
) -> Iterator[Callable[[str], int]]:
    """`job_cost(name)` does a job and says how many statements it took; what it did is undone."""
    with scanner() as address:

        def cost(name: str) -> int:
            more = {"scanner": address} if name.startswith("scan_") else {}
            number = asked(session, name)
            with statements(engine) as seen:
                do_request(session, session_factory, number, mail_server=server, **more)
            return len(seen)

        yield cost


def test_no_job_takes_more_statements_in_a_partnership_ten_times_as_large(
    session: PortalSession, connection: Connection, job_cost: Callable[[str], int]
) -> None:
    before = {name: _undone(connection, session, job_cost, name) for name in HOW_ASKED if name not in ONE_BY_ONE}
    multiply(connection, session)
    after = {name: _undone(connection, session, job_cost, name) for name in before}
    more = grown(before, after)
    assert more == {}


def _undone(connection: Connection, session: Session, cost: Callable[[str], int], name: str) -> int:
    point = connection.begin_nested()
    try:
        return cost(name)
    finally:
        session.rollback()
        point.rollback()
        session.expire_all()
