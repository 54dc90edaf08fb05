"""How does an operator start a process that does the jobs?"""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.commands.kit import prepared_servers, refusals, settings_in_use
from jobs.core import worker


@click.command("worker")
@click.option("--short-only", is_flag=True, help="Leave long jobs, such as imports, to the other workers.")
@with_appcontext
@refusals
def worker_command(short_only: bool) -> None:
    """Do the jobs people and schedules ask for, until told to stop."""
    settings, servers = settings_in_use(), prepared_servers()
    worker.run(
        servers.jobs_url,
        servers.redis_url,
        fixed=settings.fixed,
        address=settings.address,
        secret=settings.secret_key,
        scanner=settings.clamav_address,
        takes_long=not short_only,
        also=("admin_views",),  # the screens say which lists may be brought in from a spreadsheet, and how
    )
