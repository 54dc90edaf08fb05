"""What does erasing cost at one, ten and a hundred times the data of the demo: seconds, statements, memory, portions?

Each size is a database of its own: the demo, multiplied, all of it due but what is on hold. The job runs in a process
of its own, so that its peak of memory is its own too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing

import psycopg
from sqlalchemy import event, select

from app.demo.partnership import load_demo
from app.servers.local_postgres import in_database
from jobs.core.service import system_sessions
from models.core.clock import today
from models.core.db import PortalSession, make_engine
from models.core.rooms import load_rooms
from models.retention.retention_rules import RetentionRule, add_usual_retention, due_count, erase_due
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words
from tests.benchmarks.memory import peak_of_memory
from tests.benchmarks.more_data import multiply
from tests.databases import Database, drop_database
from tests.web import PASSWORD

SIZES = (1, 10, 100)


def bench(database: Database) -> list[str]:
    """A line for each size. The bench's own database gets the demo and is emptied again."""
    database.empty()
    fill_with_demo(database)
    with closing(psycopg.connect(database.superuser_url)) as connection:
        name = connection.info.dbname
    lines = ["retention: the rules' pages, then the night's job, at times the demo's data"]
    try:
        for times in SIZES:
            lines.append(_line(database, name, times))
    finally:
        database.empty()
    return lines


def fill_with_demo(database: Database) -> None:
    """Put the demonstration into a bench's empty database."""
    load_rooms("models", "jobs")
    engine = database.engine()
    with system_sessions(engine).begin() as session:
        give_starting_words(session)
        give_starting_tools(session)
        load_demo(session, today=today(), password=PASSWORD)
        add_usual_retention(session)
    engine.dispose()


def _line(database: Database, name: str, times: int) -> str:
    copy = f"erasing_{times}"
    with psycopg.connect(in_database(database.superuser_url, "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {copy} TEMPLATE {name}".encode())
    try:
        multiply(in_database(database.superuser_url, copy), times)
        command = [sys.executable, "-m", "tests.benchmarks.retention", in_database(database.app_url, copy)]
        facts = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    finally:
        drop_database(database, copy)
    return (
        f"  x{times:<4} page: {facts['page_statements']} statement, at most {facts['page_seconds']:.3f} s   job:"
        f" {facts['things']:>9,} things in {facts['seconds']:6.1f} s, {facts['statements']:,} statements,"
        f" {facts['portions']} portions of at most {facts['slowest']:.2f} s, memory +{facts['mebibytes']:.0f} MiB"
    )


def main(url: str) -> None:
    """Count what is due under each rule, as its page does, then erase; print the figures as JSON."""
    load_rooms("models", "jobs")
    engine = make_engine(url)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with system_sessions(engine)() as session:
        pages = _pages(session, statements)
        before = peak_of_memory()
        statements.clear()
        facts = _erase(session)
    grown = peak_of_memory() - before
    sys.stdout.write(json.dumps({**pages, **facts, "statements": len(statements), "mebibytes": grown}))


def _pages(session: PortalSession, statements: list[str]) -> dict[str, float]:
    """The most statements and seconds that a rule's page spends on counting what is due."""
    spent = []
    for rule in session.scalars(select(RetentionRule)).all():
        statements.clear()
        began = time.perf_counter()
        due_count(session, rule, today())
        spent.append((len(statements), time.perf_counter() - began))
    return {"page_statements": max(count for count, _ in spent), "page_seconds": max(each for _, each in spent)}


def _erase(session: PortalSession) -> dict[str, float]:
    things, portions, began = 0, [], time.perf_counter()
    moment = began
    for run in erase_due(session, today()):
        things += run.erased_count
        session.commit()
        portions.append(time.perf_counter() - moment)
        moment = time.perf_counter()
    return {"things": things, "seconds": moment - began, "portions": len(portions), "slowest": max(portions)}


if __name__ == "__main__":
    main(sys.argv[1])
