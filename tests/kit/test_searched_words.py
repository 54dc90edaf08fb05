"""Do searches and orders of the tables that grow read an index, and not every row? The database's plans say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from admin_views.kit.registry import load_screens
from models.core.access import DatabaseRole, Role
from models.core.references import Referenced
from models.core.words import SEARCHED, index_name
from tests.web import Browser

Open = Callable[..., Browser]
Asked = list[tuple[str, Any]]


@contextmanager
def asked_of(engine: Engine) -> Iterator[Asked]:
    """Every statement sent to the database meanwhile, with its values."""
    asked: Asked = []

    def note(connection: object, cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def plans_of(session: Session, asked: Asked, words: str, *avoided: str) -> list[str]:
    """How the database answers an officer's statements that have the words in them, were other ways dear."""
    connection = session.connection()
    with connection.begin_nested() as point:
        connection.execute(text(f"SET LOCAL ROLE {DatabaseRole.OFFICER}"))
        for way in avoided:
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
        wanted = [(statement, values) for statement, values in asked if words in statement]
        explained = (connection.exec_driver_sql(f"EXPLAIN {statement}", values) for statement, values in wanted)
        plans = ["\n".join(row[0] for row in rows) for rows in explained]
        point.rollback()
    return plans


@pytest.mark.parametrize("table", sorted(SEARCHED))
def test_search_of_a_table_that_grows_reads_its_indexes(
    browser: Open, session: Session, engine: Engine, table: str
) -> None:
    screens = [known for known in load_screens() if known.model.__tablename__ == table and known.column_searchable_list]
    assert screens, "no screen searches it, so its indexes cost without being of use"
    officer = browser(Role.OFFICER)
    for known in screens:
        assert sorted(known.column_searchable_list) == sorted(SEARCHED[table]), "a column without its index"
        with asked_of(engine) as asked:
            officer.get(f"{known.url}/?q=neglect")
        every = plans_of(session, asked, "ILIKE", "seqscan", "indexscan", "indexonlyscan")
        plans = [plan for plan in every if not _is_probe(plan)]
        assert plans
        for plan in plans:
            assert [column for column in SEARCHED[table] if index_name(table, column) not in plan] == [], plan


def _is_probe(plan: str) -> bool:
    """Whether it looks for the words among so many rows in their order only, as lists of tables that grow do first."""
    return "anon_1.s0 ~~*" in plan


def test_lists_sort_by_references_by_their_own_index(browser: Open, session: Session, engine: Engine) -> None:
    officer, tried = browser(Role.OFFICER), 0
    for known in load_screens():
        table = known.model.__tablename__
        if not issubclass(known.model, Referenced) or "reference" not in (known.column_sortable_list or ()):
            continue
        if Role.OFFICER not in known.roles_of("index_view"):
            continue
        with asked_of(engine) as asked:
            officer.get(f"{known.url}/?sort=reference")
        plans = plans_of(session, asked, f"ORDER BY {table}.reference", "seqscan", "sort", "bitmapscan")
        assert plans, table
        assert [plan for plan in plans if f"uq_{table}_reference" not in plan] == [], table
        tried += 1
    assert tried > 5
