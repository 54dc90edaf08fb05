"""How does every table of a database come to hold rows, whatever revision it stands at?

Nothing here asks the models: they only know the newest revision. The catalogue of PostgreSQL says which tables,
columns and constraints there are; a column nobody thought of gets a value of its type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.errors import CheckViolation
from psycopg.types.json import Jsonb

ROWS = (1, 2)
"""The rows of each table, by number; foreign keys of a row name the row of the same number."""

HINTS: dict[str, Any] = {
    "action_counts.counted_on": date(2026, 1, 31),
    "access_links.expires_at": datetime(2026, 2, 1, tzinfo=UTC),
    "access_reviews.outcome": "changes_asked",
    "change_log.link_number": None,
    "people.email": "person{row}@example.org",
    "people.role": "officer",
    "reminder_rules.offset_days": 0,
    "saved_views.shared_with": ["sponsor"],
    "surveys.token": "a token of the survey {row}",
    "thematic_reviews.year": 2026,
    "tool_questions.kind": "rating",
}
"""What a column holds where a value of its type would break a rule; `{row}` is the row's number."""

_FIRST_DAY = date(2026, 1, 1)
_COLUMNS = """
SELECT t.relname, t.relkind::text, c.attname, format_type(c.atttypid, NULL), NOT c.attnotnull,
    (SELECT r.relname || '.' || f.attname FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
        JOIN pg_attribute f ON f.attrelid = r.oid AND f.attnum = k.confkey[array_position(k.conkey, c.attnum)]
        WHERE k.conrelid = t.oid AND k.contype = 'f' AND c.attnum = ANY (k.conkey) LIMIT 1)
FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
    AND t.relname <> 'alembic_version' AND c.attnum > 0 AND NOT c.attisdropped AND c.attgenerated = ''
ORDER BY t.relname, c.attnum
"""
_CHECKS = """
SELECT t.relname, k.conname, pg_get_constraintdef(k.oid), ARRAY(
    SELECT attname::text FROM pg_attribute WHERE attrelid = t.oid AND attnum = ANY (k.conkey))
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid WHERE k.contype = 'c'
"""
_COUNT_ON = "SELECT setval(pg_get_serial_sequence(%s, %s), %s)"  # nothing happens where a column counts nothing


@dataclass(frozen=True)
class _Column:
    table: str
    is_partitioned: bool
    name: str
    kind: str
    may_be_empty: bool
    refers_to: str | None


class Planter:
    """Plants rows as the server's administrator, on one connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.columns = {f"{row[0]}.{row[2]}": _Column(row[0], row[1] == "p", *row[2:]) for row in self._ask(_COLUMNS)}
        self.checks = {(table, name): (words, names) for table, name, words, names in self._ask(_CHECKS)}

    def plant(self) -> None:
        """Give every empty table its rows, each column filled unless a check wants it empty. Raises CheckViolation.

        Triggers sleep, and with them the foreign keys, which hold all the same: rows refer by number.
        """
        self.connection.execute("SET LOCAL session_replication_role = replica")
        for table in dict.fromkeys(column.table for column in self.columns.values()):
            if not self._ask(f"SELECT FROM {table} LIMIT 1"):
                for row in ROWS:
                    self._plant(table, row)
        for column in self.columns.values():
            self.connection.execute(_COUNT_ON, [column.table, column.name, max(ROWS)])

    def _plant(self, table: str, row: int) -> None:
        """Insert one row; a check that refuses it has the columns it speaks of emptied, as far as they may be."""
        columns = [column for column in self.columns.values() if column.table == table]
        if columns[0].is_partitioned:
            self.connection.execute(f"CREATE TABLE {table}_{row} PARTITION OF {table} FOR VALUES IN ({row})".encode())
        values = {column.name: self._value(column, row) for column in columns}
        while refusal := self._refusal_of(table, values):
            spoken_of = self.checks[table, str(refusal.diag.constraint_name)][1]
            full = [name for name in spoken_of if self.columns[f"{table}.{name}"].may_be_empty and values[name]]
            if not full:
                refusal.add_note(f"Say in HINTS what a row of {table} holds.")
                raise refusal
            values |= dict.fromkeys(full)

    def _refusal_of(self, table: str, values: dict[str, Any]) -> CheckViolation | None:
        try:
            with self.connection.transaction():
                self.connection.execute(_insert(table, list(values)), list(values.values()))
        except CheckViolation as refusal:
            return refusal
        return None

    def _value(self, column: _Column, row: int) -> Any:
        key = f"{column.table}.{column.name}"
        if key in HINTS:
            hint = HINTS[key]
            return hint.format(row=row) if isinstance(hint, str) else hint
        if column.refers_to and column.refers_to != key:
            return self._value(self.columns[column.refers_to], row)
        return self._listed(column) or _of_kind(column, row)

    def _listed(self, column: _Column) -> str | None:
        """The first of the words that a check allows in this column, if there is such a check."""
        for (table, _), (words, names) in self.checks.items():
            if table == column.table and names == [column.name]:
                listed = re.search(r"= ANY \(\(?ARRAY\['([^']*)'", words)
                if listed:
                    return listed[1]
        return None

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement.encode()).fetchall()


def _insert(table: str, columns: list[str]) -> sql.Composed:
    names, places = (
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
    )
    return sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
        sql.Identifier(table), names, places
    )


def _of_kind(column: _Column, row: int) -> Any:
    """A value of the column's type, another one in each row where the type allows it."""
    day = _FIRST_DAY + timedelta(days=row)
    words = f"{column.name} {row}"
    values = {
        "integer": row,
        "bigint": row,
        "smallint": row,
        "numeric": row,
        "double precision": row,
        "boolean": True,
        "date": day,
        "timestamp with time zone": datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        "bytea": words.encode(),
        "jsonb": Jsonb({"words": words}),
        "uuid": UUID(int=row),
        "text[]": [words],
        "integer[]": [row],
    }
    return values.get(column.kind, words)
