"""Does everybody reach just what they should of a table, and would it be noticed if a policy said otherwise?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from app.database_logins import JOBS
from models.core.access import STAFF_ROLES, Actor, DatabaseRole
from models.core.db import Base, PortalSession, become
from tests.wall import rows_of_returns_and_audits, rows_of_reviews, rows_of_the_partnership
from tests.wall.attempts import SAVEPOINT, Attempts, Planted, plant
from tests.wall.callers import MEMBER, Caller
from tests.wall.owners import OWNERS, Owned
from tests.wall.sides import MAKERS, Side, Whose, make_sides

MAKING = (rows_of_the_partnership, rows_of_reviews, rows_of_returns_and_audits)
"""The modules whose import registers the makers."""
VERBS = ("read", "add", "change", "remove")


@dataclass
class Wall:
    """The planted rows of all tables, in one transaction of the portal's own login."""

    connection: Connection
    sides: dict[Whose, Side]
    planted: dict[str, dict[Whose, Planted]]

    def faults(self, table: str, caller: Caller, verbs: tuple[str, ...] = VERBS) -> list[str]:
        """What the caller reaches of a table and should not, or does not and should: one line each."""
        with self.undone():
            return list(self._faults(table, caller, verbs))

    def notices(self, table: str, caller: Caller, verb: str) -> bool:
        """Whether a single fault is found."""
        with self.undone():
            return next(self._faults(table, caller, (verb,)), None) is not None

    def _faults(self, table: str, caller: Caller, verbs: tuple[str, ...]) -> Iterator[str]:
        caller.enter(self.connection, self.sides)
        self.connection.exec_driver_sql(f"SAVEPOINT {SAVEPOINT}")
        attempts = self.attempts(table)
        for verb in verbs:
            yield from _COMPARED[verb](attempts, caller, OWNERS[table])

    def attempts(self, table: str) -> Attempts:
        return Attempts(self.connection, Base.metadata.tables[table], self.sides, self.planted[table])

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens inside leaves nothing behind."""
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()

    @contextmanager
    def rewritten(self, *statements: str) -> Iterator[None]:
        """The wall after the server's administrator has run some statements; as it was afterwards."""
        with self.undone():
            self.connection.execute(text("RESET SESSION AUTHORIZATION"))
            for statement in statements:
                self.connection.exec_driver_sql(statement.replace("%", "%%"))
            act_as_the_portal(self.connection)
            yield


def act_as_the_portal(connection: Connection) -> None:
    """Go on as the login that may become any of the portal's roles, and does nothing until it has."""
    connection.execute(text(f"SET LOCAL SESSION AUTHORIZATION {JOBS}"))


def build_wall(connection: Connection) -> Wall:
    """Plant a row of each side in each table."""
    act_as_the_portal(connection)
    with PortalSession(connection, info={"actor": Actor.system()}, join_transaction_mode="create_savepoint") as session:
        sides = make_sides(session)
        models = {str(mapper.local_table): mapper.class_ for mapper in Base.registry.mappers}
        for table in MAKERS:
            for side in sides.values():
                side.row(models[table])
        session.commit()
        become(connection, Actor.system())
        tables = Base.metadata.tables
        planted = {table: dict(plant(connection, tables[table], sides)) for table in MAKERS}
    return Wall(connection, sides, planted)


def _read(attempts: Attempts, caller: Caller, owned: Owned) -> Iterator[str]:
    yield from _differences("reads", attempts.read(), caller.reach(owned, "read"))


def _add(attempts: Attempts, caller: Caller, owned: Owned) -> Iterator[str]:
    yield from _differences("adds", attempts.add(), caller.reach(owned, "add"))
    if caller is MEMBER and attempts.adds(attempts.in_my_name()) is not owned.add.in_my_name:
        yield f"adds another agency's row under their own name: {not owned.add.in_my_name}"


def _change(attempts: Attempts, caller: Caller, owned: Owned) -> Iterator[str]:
    reach = caller.reach(owned, "change")
    limited = owned.columns_of(caller.role)
    column = min(limited) if limited else ""
    yield from _differences("changes", attempts.change(column), reach)
    yield from _differences("changes columns", attempts.columns(), _columns(attempts, caller, owned))
    yield from _move(attempts, caller, owned)
    if caller is MEMBER:
        mine = attempts.planted[Whose.MINE]
        yield from (f"puts {word} into {name}" for name, word in owned.never if attempts.puts(name, word, mine))


def _move(attempts: Attempts, caller: Caller, owned: Owned) -> Iterator[str]:
    reach = caller.reach(owned, "change")
    for row, owner in ((Whose.MINE, Whose.THEIRS), (Whose.THEIRS, Whose.MINE)):
        allowed = _columns(attempts, caller, owned) if row in reach else frozenset[str]()
        yield from _differences(f"moves {row} by", attempts.moves(row, owner), allowed & set(attempts.ties(row, owner)))


def _columns(attempts: Attempts, caller: Caller, owned: Owned) -> frozenset[str]:
    """The columns that the caller should be able to change, in some row or none."""
    limited = owned.columns_of(caller.role)
    if limited is not None:
        return limited
    shown = frozenset(attempts.table.columns.keys()) - (owned.hidden if caller.role in STAFF_ROLES else frozenset())
    return shown if "change" in owned.verbs_of(caller.role) else frozenset()


def _remove(attempts: Attempts, caller: Caller, owned: Owned) -> Iterator[str]:
    is_bound = caller.role in (DatabaseRole.AGENCY, DatabaseRole.PUBLIC)
    removed = attempts.remove() if is_bound else attempts.remove_each()
    yield from _differences("removes", removed, caller.reach(owned, "remove"))


def _differences(what: str, does: frozenset[Any], should: frozenset[Any]) -> Iterator[str]:
    yield from (f"{what} {reached} and should not" for reached in sorted(does - should))
    yield from (f"no longer {what} {missed}" for missed in sorted(should - does))


_COMPARED = {"read": _read, "add": _add, "change": _change, "remove": _remove}
