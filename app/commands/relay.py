"""How does an operator start the process that carries requests to the queue? It loads neither pages nor jobs."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.commands.kit import prepared_servers, refusals
from jobs.core import relay


@click.command("relay")
@with_appcontext
@refusals
def relay_command() -> None:
    """Hand requests that were committed to the queue, until told to stop."""
    servers = prepared_servers()
    relay.run(servers.jobs_url, servers.redis_url)
