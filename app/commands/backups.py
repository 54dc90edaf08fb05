"""How does an operator back the portal up, prove that a backup is whole, and restore it?"""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.backups.backups import back_up_portal, restore_portal, verify_portal
from app.commands.kit import refusals, settings_in_use

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command("backup", help="Back the whole database up into FILE.")
@_FILE
@click.option("--may-shrink", is_flag=True, help="Let the backup replace a larger file.")
@with_appcontext
@refusals
def backup_command(file: Path, may_shrink: bool) -> None:
    """Write the file and its counts, and say what it holds."""
    click.echo(back_up_portal(settings_in_use(), file, may_shrink=may_shrink))


@click.command("verify-backup", help="Restore FILE into a throw-away database and compare it with its counts.")
@_FILE
@with_appcontext
@refusals
def verify_command(file: Path) -> None:
    """Say what the backup holds, or what is missing."""
    click.echo(verify_portal(file))


@click.command("restore", help="Restore FILE in place of the present database, which is kept aside.")
@_FILE
@with_appcontext
@refusals
def restore_command(file: Path) -> None:
    """Say what the portal holds now."""
    click.echo(restore_portal(settings_in_use(), file))
