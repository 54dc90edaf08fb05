"""How do developers see that migrations and models agree, and write the next migration?"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask.cli import with_appcontext

from app.commands.kit import refusals, refuse, servers_in_use
from app.servers.local_servers import join_servers
from models import schema, schema_changes


@click.command("drift")
@with_appcontext
@refusals
def drift() -> None:
    """Migrate an empty database of its own and compare it with the models; status 1 and a line per difference."""
    with TemporaryDirectory(prefix="triangulate", ignore_cleanup_errors=True) as folder:
        servers = join_servers(Path(folder), with_queue=False, durable=False)
        schema.migrate(servers.owner_url)
        differences = schema_changes.drift(servers.owner_url)
        servers.close()
    if differences:
        refuse("\n".join(differences), status=1)
    click.echo("The migrations and the models say the same.")


@click.command("revision")
@click.argument("message")
@with_appcontext
@refusals
def revision(message: str) -> None:
    """Write a migration for what the models say beyond the newest revision."""
    schema_changes.new_revision(servers_in_use().owner_url, message)
