"""How does an operator start a process that does the jobs?"""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.commands.kit import prepared_servers, refusals, settings_in_use
from app.servers.local_servers import Servers
from app.settings import Settings
from jobs.core import worker

ROOMS = ("admin_views",)
"""Beside the jobs: the screens say which lists may be brought in from a spreadsheet, and how."""


@click.command("worker")
@click.option("--short-only", is_flag=True, help="Leave long jobs, such as imports, to the other workers.")
@with_appcontext
@refusals
def worker_command(short_only: bool) -> None:
    """Do the jobs people and schedules ask for, until told to stop."""
    work(settings_in_use(), prepared_servers(), takes_long=not short_only)


def work(settings: Settings, servers: Servers, *, takes_long: bool = True) -> None:
    """Do jobs with these settings and servers until told to stop."""
    worker.run(
        servers.jobs_url,
        servers.redis_url,
        fixed=settings.fixed,
        address=settings.address,
        secret=settings.secret_key,
        scanner=settings.clamav_address,
        takes_long=takes_long,
        also=ROOMS,
    )
