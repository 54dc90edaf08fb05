"""How does an operator back up, verify and restore without Flask's command line?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.backups.backups import back_up_portal, restore_portal, verify_portal
from app.settings import SettingsError, load_settings
from models.core.errors import RuleBroken


@click.command()
@click.argument("verb", type=click.Choice(["backup", "verify", "restore"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--may-shrink", is_flag=True, help="Let a backup replace a larger file.")
def main(verb: str, file: Path, may_shrink: bool) -> None:
    """Back the portal up into FILE, prove that FILE is whole, or restore it; status 2 and a sentence when refused."""
    try:
        if verb == "backup":
            click.echo(back_up_portal(load_settings(), file, may_shrink=may_shrink))
        else:
            click.echo(verify_portal(file) if verb == "verify" else restore_portal(load_settings(), file))
    except (RuleBroken, SettingsError) as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
