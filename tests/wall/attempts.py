"""What happens when somebody tries to read, add, change, move or remove the planted rows of a table, in plain SQL?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Connection, Table, UniqueConstraint, text
from sqlalchemy.exc import DBAPIError

from models.core.access import Actor
from models.core.db import become
from tests.wall.sides import Side, Whose

SAVEPOINT = "before_the_attempt"
DENIED = "42501"
BROKEN_CONSTRAINT = "23"
"""Class of errors by which a constraint refuses a row: the wall itself has let it through by then."""

Rows = frozenset[Whose]


@dataclass(frozen=True)
class Planted:
    """One row on the wall: its key as text, all of it as JSON, and where it lies; a changed row lies elsewhere."""

    key: str
    values: dict[str, Any]
    place: str


@dataclass
class Attempts:
    """Whoever acts in the transaction tries every verb on the planted rows of one table; nothing is left behind."""

    connection: Connection
    table: Table
    sides: dict[Whose, Side]
    planted: dict[Whose, Planted]

    @property
    def name(self) -> str:
        return f'"{self.table.name}"'

    @cached_property
    def key(self) -> str:
        """The primary key as one text, in SQL."""
        return key_of(self.table)

    def read(self) -> Rows:
        """Whose rows a plain SELECT gives."""
        return self._reached(f"SELECT {self.key} FROM {self.name}")

    def add(self) -> Rows:
        """Whose rows can be written once more, whatever but the wall may refuse them."""
        return self._each(lambda row: self._add(row.values))

    def adds(self, values: dict[str, Any]) -> bool:
        """Whether a row with such values gets past the wall."""
        return bool(self._add(values))

    def _add(self, values: dict[str, Any]) -> int | None:
        names = ", ".join(
            f'"{column.name}"' for column in self.table.columns if column.identity is None and column.computed is None
        )
        chosen = f"SELECT {names} FROM jsonb_populate_record(NULL::{self.name}, :row)"
        return self._rows(f"INSERT INTO {self.name} ({names}) {chosen}", row=json.dumps(values))

    def in_my_name(self) -> dict[str, Any]:
        """Another agency's row that says it was me: every column that names a person names me."""
        me = self.sides[Whose.MINE].person.id
        people = {column.name: me for column in self.table.columns if target_of(column) == "people"}
        return self.planted[Whose.THEIRS].values | people

    def change(self, column: str = "") -> Rows:
        """Whose rows an UPDATE changes that has no condition, and so needs no right to read."""
        name = f'"{column or self._unwatched}"'
        value = f"(jsonb_populate_record(NULL::{self.name}, :row)).{name}"
        row = json.dumps(self.planted[Whose.MINE].values)
        return self._swept(f"UPDATE {self.name} SET {name} = {value}", row=row)

    def remove(self) -> Rows:
        """Whose rows a DELETE takes away that has no condition, and so needs no right to read."""
        return self._swept(f"DELETE FROM {self.name}")

    def remove_each(self) -> Rows:
        """Whose rows can be deleted by their keys, were it not for other rows that need them."""
        statement = f"DELETE FROM {self.name} WHERE {self.key} = :key"
        return self._each(lambda row: self._rows(statement, key=row.key))

    def columns(self) -> frozenset[str]:
        """The columns that may be changed, in whatever row."""
        named = text(
            "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:name AS regclass) AND attnum > 0"
            " AND has_column_privilege(attrelid, attnum, 'update')"
        )
        return frozenset(self.connection.scalars(named, {"name": self.name}))

    def moves(self, row: Whose, owner: Whose) -> frozenset[str]:
        """The foreign keys by which one side's row can be tied to what another side has."""
        return frozenset(
            name for name, value in self.ties(row, owner).items() if self.puts(name, value, self.planted[row])
        )

    def ties(self, row: Whose, owner: Whose) -> dict[str, Any]:
        """What would stand in a row's foreign keys if it were the other side's, where that makes a difference."""
        values, others = self.planted[row].values, self.planted[owner].values
        side = self.sides[owner]
        known = {"people": side.person.id, "agencies": side.agency.id}
        ties = {
            column.name: known.get(target_of(column), others[column.name])
            for column in self.table.columns
            if target_of(column)
        }
        return {name: value for name, value in ties.items() if value != values[name]}

    def puts(self, column: str, value: object, row: Planted) -> bool:
        """Whether a value gets past the wall into one column of one row."""
        statement = f'UPDATE {self.name} SET "{column}" = :value WHERE {self.key} = :key'
        return bool(self._rows(statement, value=value, key=row.key))

    @cached_property
    def _unwatched(self) -> str:
        """A column that no constraint watches, so that the same may be put into every row."""
        watched = {column.name for column in self.table.primary_key.columns}
        for rule in self.table.constraints:
            watched |= {column.name for column in rule.columns} if isinstance(rule, UniqueConstraint) else set()
        for index in self.table.indexes:
            watched |= {column.name for column in index.columns} if index.unique else set()
        free = [column.name for column in self.table.columns if column.name not in watched and not target_of(column)]
        return "row_version" if "row_version" in free else free[0]

    def _each(self, reached: Callable[[Planted], int | None]) -> Rows:
        """Whose rows are reached one by one; where the first is denied for want of a grant, so are all."""
        rows = set()
        for whose, row in self.planted.items():
            count = reached(row)
            if count is None:
                break
            if count:
                rows.add(whose)
        return frozenset(rows)

    def _rows(self, statement: str, **values: object) -> int | None:
        """How many rows a statement reaches; None where the role has no grant for it."""
        with self.attempted() as attempt:
            attempt.count = self.connection.execute(text(statement), values).rowcount
        return attempt.count

    def _reached(self, statement: str) -> Rows:
        keys = set()
        with self.attempted():
            keys = set(self.connection.scalars(text(statement)))
        return frozenset(whose for whose, row in self.planted.items() if row.key in keys)

    def _swept(self, statement: str, **values: object) -> Rows:
        """Whose rows are no longer where they were, after a statement over the whole table."""
        places = {row.place for row in self.planted.values()}
        with self.attempted() as attempt:
            self.connection.execute(text(statement), values)
            become(self.connection, Actor.system())
            places = set(self.connection.scalars(text(f"SELECT ctid::text FROM {self.name}")))
        if attempt.count:  # other rows need some of them, so a constraint refused them all: the wall had let them go
            places = set()
        return frozenset(whose for whose, row in self.planted.items() if row.place not in places)

    @contextmanager
    def attempted(self) -> Iterator[_Attempt]:
        """Undo what is tried inside, and say how many rows a refusal stands for. The savepoint stays for the next."""
        attempt = _Attempt()
        try:
            yield attempt
        except DBAPIError as error:
            attempt.count = _reached_in_spite_of(error)
        finally:
            self.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}")


@dataclass
class _Attempt:
    count: int | None = 0


def key_of(table: Table) -> str:
    """A table's primary key as one text, in SQL."""
    names = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    return f"concat_ws('|', {names})"


def target_of(column: Column[Any]) -> str:
    """The table that a foreign key points to; empty for other columns."""
    return next((key.column.table.name for key in column.foreign_keys), "")


def plant(connection: Connection, table: Table, sides: dict[Whose, Side]) -> Iterator[tuple[Whose, Planted]]:
    """The sides' rows of a table as they lie in the database, for whoever sees them all."""
    statement = text(f'SELECT to_jsonb(t), ctid::text FROM "{table.name}" t WHERE {key_of(table)} = :key')
    names = [column.name for column in table.primary_key.columns]
    for whose, side in sides.items():
        row = side.rows[table.name]
        key = "|".join(str(getattr(row, name)) for name in names)
        values, place = connection.execute(statement, {"key": key}).one()
        yield whose, Planted(key, values, place)


def _reached_in_spite_of(error: DBAPIError) -> int | None:
    """1 where a constraint refused what the wall had let through, 0 where a policy refused, None where no grant is.

    Raises what is none of these.
    """
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == DENIED:
        return 0 if "row-level security" in str(error.orig) else None
    if state.startswith(BROKEN_CONSTRAINT):
        return 1
    raise error
