"""Is a migration that Alembic writes for a new table as `make check` wants it, untouched by hand?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.servers.local_postgres import create_database, in_database
from tests.databases import Database, drop_database
from tests.house.source import PROJECT

NEW_TABLE = '''"""Which umbrellas were left behind?"""

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.core.access import EVERYTHING, RowPolicy
from models.core.db import Record
from models.core.words import choice_column, must, one_of


class Colour(StrEnum):
    BLACK = "black"
    A_PATTERN_THAT_NOBODY_FORGETS = "a_pattern_that_nobody_forgets"


class Umbrella(Record):
    """An umbrella that waits for its person, with words that make lines of a migration longer than a line may be."""

    __tablename__ = "umbrellas"
    __table_args__ = (
        must("left_on <= '2100-01-01'", name="left_before_the_end_of_the_century", sentence="Look at the day again."),
        one_of("colour", Colour, "known_colour_of_umbrella"),
        Index("ix_umbrellas_left", "left_on", "place", postgresql_where="colour = 'black'"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(agency_reads=EVERYTHING, reason="Whoever lost one may look.")

    place: Mapped[str] = mapped_column(Text, unique=True)
    colour: Mapped[Colour] = mapped_column(choice_column(Colour))
    left_on: Mapped[date]
    left_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    looks: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
'''


WRITE = """
import sys
from models import schema_changes

for message in sys.argv[2:]:
    schema_changes.new_revision(sys.argv[1], message)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the models, and of what ruff is told."""
    shutil.copytree(PROJECT / "models", tmp_path / "models", ignore=shutil.ignore_patterns("*.pyc.*"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def owner_url(database: Database) -> Iterator[str]:
    """An empty database `revised`."""
    create_database(database.superuser_url, "revised")
    yield in_database(database.owner_url, "revised")
    drop_database(database, "revised")


def write_revisions(project: Path, owner_url: str, *messages: str) -> list[Path]:
    """Have migrations written one after the other; the files, the first one first."""
    before = set((project / "models/migrations/versions").glob("*.py"))
    command = [sys.executable, "-c", WRITE, owner_url, *messages]
    subprocess.run(command, cwd=project, check=True, capture_output=True, timeout=120)
    return sorted(set((project / "models/migrations/versions").glob("*.py")) - before)


def complaints(project: Path, file: Path) -> str:
    """What ruff says of a file, of its lint and of its layout."""
    commands = (["check", "--no-cache", str(file)], ["format", "--no-cache", "--check", "--diff", str(file)])
    answers = [
        subprocess.run([sys.executable, "-m", "ruff", *command], cwd=project, capture_output=True, text=True)
        for command in commands
    ]
    return "".join(answer.stdout for answer in answers if answer.returncode)


def test_generated_migration_needs_no_hand_before_the_checks(project: Path, owner_url: str) -> None:
    (project / "models/partnership/umbrellas.py").write_text(NEW_TABLE, encoding="utf-8")
    written, empty = write_revisions(project, owner_url, "Add umbrellas that were left behind", "Nothing more to say")
    text = written.read_text(encoding="utf-8")
    assert 'op.create_table(\n        "umbrellas",' in text
    assert "known_colour_of_umbrella" in text
    assert empty.read_text(encoding="utf-8").count("    pass\n") == 2
    assert complaints(project, written) + complaints(project, empty) == ""


def test_migration_without_its_layout_would_be_complained_of(project: Path) -> None:
    written = project / "models/migrations/versions/0009_by_hand.py"
    written.write_text("import os\nrevision = '0009'\n", encoding="utf-8")
    assert "F401" in complaints(project, written)
    written.write_text("revision = '0009'\n", encoding="utf-8")
    assert '+revision = "0009"' in complaints(project, written)
