"""How does an operator start the process that asks for what is due, and seals the log? It loads no page and no job."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.commands.kit import prepared_servers, refusals
from jobs.core import schedule


@click.command("scheduler")
@with_appcontext
@refusals
def scheduler_command() -> None:
    """Request scheduled jobs when they fall due and seal the change log, until told to stop."""
    schedule.run(prepared_servers().jobs_url)
