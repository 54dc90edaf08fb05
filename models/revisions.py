"""Are the tables there, and of the newest revision? Asked at every start, so without Alembic and without the models."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from models.core.db import database_url

VERSIONS = Path(__file__).parent / "migrations" / "versions"
"""Where the migrations stand, one file for each revision."""
_NAMES = re.compile(r"^(?:down_)?revision(?:: [^=]+)? = (.+)$", re.MULTILINE)
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")
_HAS_REVISION = text("SELECT to_regclass('alembic_version')")
_MAY_READ_REVISION = text("SELECT has_table_privilege('alembic_version', 'SELECT')")
_HELD = text("SELECT version_num FROM alembic_version")


def is_prepared(url: str) -> bool:
    """Whether the tables are there, and of the newest revision as far as this login may ask for it."""
    engine = create_engine(database_url(url))
    try:
        with engine.connect() as connection:
            if connection.scalar(_HAS_REVISION) is None:
                return False
            return not connection.scalar(_MAY_READ_REVISION) or is_newest(connection)
    finally:
        engine.dispose()


def is_newest(connection: Connection) -> bool:
    """Whether the tables are of the newest revision. The login must be one that may ask: the owner of the tables."""
    if connection.scalar(_HAS_REVISION) is None:
        return False
    return set(connection.scalars(_HELD)) == newest_revisions()


def newest_revisions() -> set[str]:
    """The revisions that no other follows, as the files of the migrations name them."""
    there: set[str] = set()
    followed: set[str] = set()
    for path in VERSIONS.glob("*.py"):
        for line in _NAMES.finditer(path.read_text(encoding="utf-8")):
            (followed if line[0].startswith("down_") else there).update(_QUOTED.findall(line[1]))
    return there - followed
