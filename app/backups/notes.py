"""What does a database of the portal hold, and what does the note beside a backup say that it should?"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path

import psycopg
from psycopg import sql

from models.core.errors import RuleBroken
from models.rules.core.counts import count_words, list_words

NOTE_SUFFIX = ".counts.json"
_TOLD = (
    ("agencies", "agency", "agencies"),
    ("people", "person", "people"),
    ("thematic_reviews", "review", "reviews"),
    ("documents", "document", "documents"),
    ("change_log", "record of changes", "records of changes"),
)
_TABLES = """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
AND NOT relispartition ORDER BY relname"""
_FOREIGN = "That database is none of the portal's: it has no table “{}”."
_NO_NOTE = "There are no counts beside {}, so it cannot be told whether anything is missing."


@dataclass(frozen=True)
class Holding:
    """How many rows each table of a database holds."""

    rows: dict[str, int]

    def __str__(self) -> str:
        """What people would ask after.

        >>> str(Holding({"agencies": 47, "people": 1, "documents": 0, "change_log": 12000}))
        '47 agencies, 1 person, 0 documents and 12,000 records of changes'
        """
        return list_words([count_words(self.rows[table], *words) for table, *words in _TOLD if table in self.rows])


@dataclass(frozen=True)
class Note:
    """What stands beside a backup: the digest of the file and what the database held when it was made."""

    sha256: str
    rows: dict[str, int]

    @classmethod
    def of(cls, file: Path, holding: Holding) -> Note:
        """The note for a file."""
        return cls(_digest(file), holding.rows)

    @classmethod
    def beside(cls, file: Path) -> Note:
        """The note beside a backup. Raises RuleBroken where there is none, or one of another file."""
        try:
            facts = json.loads(note_path(file).read_bytes())
            note = cls(str(facts["sha256"]), {str(table): int(count) for table, count in facts["rows"].items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise RuleBroken(_NO_NOTE.format(file.name)) from None
        if note.sha256 != _digest(file):
            raise RuleBroken(f"The backup {file.name} is not the file that its counts were written for.")
        return note

    def write(self, path: Path) -> None:
        """Write the note, readable by this user only."""
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def refuse_difference(self, holding: Holding) -> None:
        """Raise RuleBroken where a table has not as many rows as it should; names each."""
        tables = sorted(self.rows.keys() | holding.rows.keys())
        differences = [
            f"{table} has {holding.rows.get(table, 0):,} of {self.rows.get(table, 0):,} rows"
            for table in tables
            if self.rows.get(table) != holding.rows.get(table)
        ]
        if differences:
            raise RuleBroken(f"The backup does not hold what was backed up: {list_words(differences)}.")


def note_path(file: Path) -> Path:
    """Where the note of a backup stands."""
    return file.with_name(f"{file.name}{NOTE_SUFFIX}")


def holding_of(connection: psycopg.Connection[tuple[object, ...]]) -> Holding:
    """What a database holds, for a login that sees every row. Raises RuleBroken where it is none of the portal's."""
    tables = [str(row[0]) for row in connection.execute(_TABLES.encode())]
    for needed in ("people", "change_log"):
        if needed not in tables:
            raise RuleBroken(_FOREIGN.format(needed))
    return Holding({table: _count(connection, table) for table in tables})


def _count(connection: psycopg.Connection[tuple[object, ...]], table: str) -> int:
    counted = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(str(counted[0])) if counted else 0


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()
