"""What does Alembic do for the tables: bring them to the newest revision, compare them, write the next migration?

Loaded by whoever changes tables or asks whether they have changed, and by nobody else.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import CheckConstraint, Connection, create_engine, text

from models.core.db import Base, database_url
from models.core.errors import RuleBroken
from models.core.rooms import load_rooms

_ROOM = Path(__file__).parent
_TIDY = {"lint": "check --quiet --fix", "layout": "format --quiet"}  # so that `make check` takes what Alembic wrote
_UNKNOWN_REVISION = (
    "This database was made by another version of the portal, whose migrations are not here. Start that version, or"
    " choose another database or data folder."
)


def alembic_config(owner_url: str) -> Config:
    """Alembic's settings, built in code: there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_ROOM / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = database_url(owner_url)
    config.set_section_option("post_write_hooks", "hooks", ", ".join(_TIDY))
    for name, options in _TIDY.items():
        config.set_section_option("post_write_hooks", f"{name}.type", "module")
        config.set_section_option("post_write_hooks", f"{name}.module", "ruff")
        config.set_section_option("post_write_hooks", f"{name}.options", f"{options} REVISION_SCRIPT_FILENAME")
    return config


def upgrade(owner_url: str) -> None:
    """Bring the tables to the newest revision, from whichever they have, or from none.

    Raises RuleBroken on a database whose tables are of a revision that these migrations do not know.
    """
    try:
        command.upgrade(alembic_config(owner_url), "head")
    except CommandError as error:
        raise RuleBroken(_UNKNOWN_REVISION) from error


def new_revision(owner_url: str, message: str) -> None:
    """Write a migration for what the models state beyond the newest revision; the database is brought there first.

    Raises RuleBroken in an environment without ruff, which formats what Alembic writes as `make check` requires.
    """
    if find_spec("ruff") is None:
        raise RuleBroken("A migration is written in the developers' environment: make setup-dev.")
    load_rooms("models")
    number = 1 + max(int(path.name[:4]) for path in (_ROOM / "migrations" / "versions").glob("[0-9]*.py"))
    config = alembic_config(owner_url)
    command.upgrade(config, "head")
    command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")


def drift(owner_url: str) -> list[str]:
    """The differences between the models and the migrated database, one line each; CHECK constraints included."""
    load_rooms("models")
    engine = create_engine(database_url(owner_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_ours})
        differences = [str(difference) for difference in compare_metadata(context, Base.metadata)]
        differences += _missing_checks(connection)
    engine.dispose()
    return differences


def _is_ours(item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith("frame_rows_"))


def _missing_checks(connection: Connection) -> list[str]:
    rows = connection.execute(
        text(
            "SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid"
            " WHERE c.contype = 'c' AND t.relname NOT LIKE 'frame\\_rows\\_%'"
        )
    )
    there = {(table, name) for table, name in rows}
    declared = {
        (table.name, str(constraint.name))
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    return [f"check {name} of {table} is only in one place" for table, name in sorted(there ^ declared)]
