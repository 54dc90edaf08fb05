"""How does a portal begin: tables and starting words, the demonstration, or a partnership's own after it?"""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.accounts.printed_links import first_link_on
from app.backups.leaving import begin_from, leave_demo
from app.commands.kit import prepared_servers, refusals, servers_in_use, settings_in_use, show
from app.preparation import prepare_database
from models.core.errors import RuleBroken
from models.partnership.portals import PortalKind
from models.rules.core.counts import count_words


@click.command("prepare")
@click.option("--demo", is_flag=True, help="Load the demo partnership into a portal without people.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
@refusals
def prepare(demo: bool, as_json: bool) -> None:
    """Migrate, state every policy and trigger again, give the starting words and reminder rules.

    An empty database becomes a partnership's own portal, or the demonstration with --demo.
    """
    wanted = PortalKind.DEMO if demo else PortalKind.OWN
    prepared = prepare_database(settings_in_use(), servers_in_use(), wanted=wanted, insists=demo)
    show({"sign_ins": prepared.sign_ins}, as_json=as_json, words="The database is ready.")


@click.command("leave-demo")
@click.option("--from", "source", help="Address of a managed demonstration, with the portal's own login.")
@with_appcontext
@refusals
def leave_demo_command(source: str | None) -> None:
    """Begin the partnership's own portal with the lists, tools, words and settings changed in the demonstration.

    The embedded demonstration stays beside it as triangulate_demo. A managed one is named by --from and left as it is;
    DATABASE_URL and DATABASE_OWNER_URL name a new, empty database.
    """
    settings = settings_in_use()
    if settings.is_managed and not source:
        raise RuleBroken(MANAGED_DEMO)
    servers = servers_in_use() if source else prepared_servers()
    count = begin_from(settings, servers, source=source) if source else leave_demo(settings, servers)
    click.echo(f"The portal is your own now; {count_words(count, 'row')} of lists, tools and words went along.")
    if source:
        click.echo(f"{_MANAGED_WAY_IN}\n\n  {first_link_on(settings, servers.jobs_url)}")
    else:
        click.echo("“make run” starts it and prints the link with which the first administrator begins.")


_MANAGED_WAY_IN = "The first administrator begins by this link, which is good once, for 24 hours:"


MANAGED_DEMO = (
    "A managed demonstration is left by way of a new database: make one, name it in DATABASE_URL and"
    " DATABASE_OWNER_URL, and give the demonstration's address with --from; docs/operating.md has the steps."
)
