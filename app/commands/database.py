"""How does an operator prepare the database: roles, tables, starting words, the demo partnership?"""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli import Verb
from app.commands.data_model import data_model
from app.database_logins import operator_script

_APART = (
    Verb(
        "prepare",
        "app.commands.beginnings:prepare",
        "Migrate, state every policy and trigger again, give the starting words and reminder rules.",
    ),
    Verb(
        "leave-demo",
        "app.commands.beginnings:leave_demo_command",
        "Begin the partnership's own portal with the lists, tools, words and settings changed in the demonstration.",
    ),
    Verb(
        "drift",
        "app.commands.migrations:drift",
        "Migrate an empty database of its own and compare it with the models; status 1 and a line per difference.",
    ),
    Verb(
        "revision",
        "app.commands.migrations:revision",
        "Write a migration for what the models say beyond the newest revision.",
    ),
    Verb(
        "verify",
        "app.commands.log_checks:verify",
        "Walk the change log's chain; status 1 and the first record that does not follow from the one before it.",
    ),
    Verb(
        "wall",
        "app.commands.walls:wall",
        "Print who may do what with a table's rows, and why, as the database holds it now.",
    ),
)
"""What needs every table, the migrations, the log or the demonstration is loaded for itself alone."""

database = AppGroup("database", help="Prepare and check the database.")
for verb in _APART:
    database.add_command(verb)


@database.command("roles")
def roles() -> None:
    """Print the SQL that an administrator of a managed PostgreSQL runs once."""
    click.echo(operator_script())


@database.command("describe")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the page to this file instead.")
def describe(out: Path | None) -> None:
    """Print the tables of each chapter as one page of Markdown, from the models; `make docs` keeps it in docs."""
    page = data_model()
    if out is None:
        click.echo(page, nl=False)
    else:
        out.write_text(page, encoding="utf-8")
