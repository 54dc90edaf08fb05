"""How does somebody print who may open which page of the portal?"""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli import CommandLine
from app.commands.access_page import access_page
from app.commands.kit import settings_in_use
from app.portal import create_app


@click.command("access")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the page to this file instead.")
@with_appcontext
def access(out: Path | None) -> None:
    """Print every address and who may open it as one page of Markdown; `make docs` keeps it in docs."""
    alone = isinstance(current_app, CommandLine)
    page = access_page(create_app(settings_in_use()) if alone else current_app)
    if out is None:
        click.echo(page, nl=False)
    else:
        out.write_text(page, encoding="utf-8")
