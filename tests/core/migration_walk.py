"""What does a revision do to a database that holds rows, on the way up, down, and up again?"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql
from psycopg.errors import UndefinedColumn, UndefinedFunction, UndefinedObject, UndefinedTable

from app.servers.local_postgres import create_database, in_database
from models import schema, schema_changes
from tests.core.planted_rows import Planter
from tests.databases import Database, drop_database

Snapshot = dict[str, dict[tuple[str, ...], dict[str, Any]]]
"""The rows of each table, by primary key."""

_MOVES_ON = {
    f"{table}.{column}" for table in ("change_log", "change_log_head") for column in ("link_number", "link_hash")
}
"""The log's head goes on with each line that is sealed, and a line that waits is sealed by the way down of 0025."""

_REVISION = '''"""{name}"""

import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = "{after}"


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down}
'''
_KEYS = """
SELECT t.relname, ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = t.oid AND attnum = ANY (k.conkey))
FROM pg_class t LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
    AND t.relname <> 'alembic_version'
"""
_SHAPE = """
SELECT format('%s.%s: %s, %s, %s', t.relname, c.attname, format_type(c.atttypid, c.atttypmod), c.attnotnull,
    pg_get_expr(d.adbin, d.adrelid))
FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = c.attnum
WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND t.relname <> 'alembic_version'
UNION ALL SELECT format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


@dataclass(frozen=True)
class Ground:
    """The server the walks go over, and the folder with the migrations they follow."""

    database: Database
    migrations: Path

    def config(self, name: str) -> Config:
        config = schema_changes.alembic_config(self.owner(name))
        config.set_main_option("script_location", str(self.migrations))
        return config

    def revisions(self) -> list[str]:
        """The revisions in their order, the first one first."""
        scripts = ScriptDirectory(str(self.migrations)).walk_revisions()
        return [script.revision for script in scripts][::-1]

    def write(self, name: str, *, after: str, up: str, down: str = "pass") -> None:
        """Add a revision whose two ways are one statement each."""
        text = _REVISION.format(name=name, after=after, up=up, down=down)
        (self.migrations / "versions" / f"{name}.py").write_text(text, encoding="utf-8")

    def make_empty(self, name: str, revision: str) -> None:
        """Make a database with the tables of a revision and nothing else."""
        create_database(self.database.superuser_url, name)
        command.upgrade(self.config(name), revision)

    def make(self, name: str, revision: str) -> None:
        """Make a database at a revision, with grants, policies, triggers and rows as the portal would have them."""
        self.make_empty(name, revision)
        with psycopg.connect(self.owner(name)) as owner:
            state_access(owner)
        with psycopg.connect(self.administrator(name)) as administrator:
            Planter(administrator).plant()

    def copy(self, name: str, of: str) -> None:
        with psycopg.connect(self.administrator("postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {of}".encode())

    def drop(self, name: str) -> None:
        drop_database(self.database, name)

    def administrator(self, name: str) -> str:
        return in_database(self.database.superuser_url, name)

    def owner(self, name: str) -> str:
        return in_database(self.database.owner_url, name)

    def walk(self, name: str, revision: str) -> list[str]:
        """Go up by one revision, down and up again, and say what was lost of a database that stands right before it.

        A line is a table that is gone or lacks rows, or a column that is gone or holds something else; and, where the
        way down does not lead back, each part of the schema that differs. Raises what a revision raises.
        """
        config, url = self.config(name), self.administrator(name)
        before, shape = snapshot(url), shape_of(url)
        command.upgrade(config, revision)
        lost = losses(before, snapshot(url))
        command.downgrade(config, "-1")
        lost |= losses(before, snapshot(url))
        lost |= {f"not as before after the way down: {part}" for part in shape ^ shape_of(url)}
        command.upgrade(config, revision)
        return sorted(lost | losses(before, snapshot(url)))


def ground(database: Database, folder: Path) -> Ground:
    """The portal's own migrations, copied into a folder where more can be written."""
    migrations = folder / "migrations"
    shutil.copytree(Path(schema.__file__).parent / "migrations", migrations, ignore=shutil.ignore_patterns("__*"))
    return Ground(database, migrations)


def state_access(owner: psycopg.Connection[Any]) -> None:
    """State what the newest models state; what an older revision has nothing for is passed over."""
    for statement in schema.access_statements():
        try:
            with owner.transaction():
                owner.execute(statement.encode())
        except (UndefinedTable, UndefinedColumn, UndefinedObject, UndefinedFunction):
            continue


def snapshot(url: str) -> Snapshot:
    """Every row there is, as somebody who sees all of them."""
    with psycopg.connect(url) as administrator:
        keys = dict(administrator.execute(_KEYS).fetchall())
        return {table: _rows(administrator, table, key) for table, key in keys.items()}


def _rows(administrator: psycopg.Connection[Any], table: str, key: list[str]) -> dict[tuple[str, ...], dict[str, Any]]:
    statement = sql.SQL("SELECT to_jsonb(t) FROM {} t").format(sql.Identifier(table))
    rows = [row for (row,) in administrator.execute(statement)]
    return {tuple(str(row[name]) for name in key): row for row in rows}


def shape_of(url: str) -> set[str]:
    """The columns, constraints and indexes, one line each."""
    with psycopg.connect(url) as administrator:
        return {line for (line,) in administrator.execute(_SHAPE)}


def losses(before: Snapshot, after: Snapshot) -> set[str]:
    """What of `before` is not in `after`: tables, rows, columns, values."""
    return {loss for table in before for loss in _losses_of(table, before[table], after.get(table, {})) - _MOVES_ON}


def _losses_of(table: str, before: dict[Any, dict[str, Any]], after: dict[Any, dict[str, Any]]) -> set[str]:
    if before.keys() - after.keys():
        return {table}
    return {
        f"{table}.{column}"
        for key, row in before.items()
        for column, value in row.items()
        if column not in after[key] or after[key][column] != value
    }
