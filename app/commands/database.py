"""How does an operator prepare the database: roles, tables, starting words, the demo partnership?"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask.cli import AppGroup

from app.backups.leaving import begin_from, leave_demo
from app.commands.kit import (
    command_session,
    prepared_servers,
    refusals,
    refuse,
    servers_in_use,
    settings_in_use,
    show,
)
from app.commands.people import first_link_on
from app.data_model import data_model
from app.database_logins import operator_script
from app.preparation import prepare_database
from app.servers.local_servers import join_servers
from models import schema
from models.core.change_log import first_broken_link
from models.core.errors import RuleBroken
from models.core.published_heads import PublishedHead, first_broken_seal, first_fallen_head, stands_in_chain
from models.core.table_walls import Gate, gates_of
from models.partnership.portals import PortalKind
from models.rules.core.counts import count_words

database = AppGroup("database", help="Prepare and check the database.")


@database.command("prepare")
@click.option("--demo", is_flag=True, help="Load the demo partnership into a portal without people.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@refusals
def prepare(demo: bool, as_json: bool) -> None:
    """Migrate, state every policy and trigger again, give the starting words and reminder rules.

    An empty database becomes a partnership's own portal, or the demonstration with --demo.
    """
    wanted = PortalKind.DEMO if demo else PortalKind.OWN
    prepared = prepare_database(settings_in_use(), servers_in_use(), wanted=wanted, insists=demo)
    show({"sign_ins": prepared.sign_ins}, as_json=as_json, words="The database is ready.")


@database.command("leave-demo")
@click.option("--from", "source", help="Address of a managed demonstration, with the portal's own login.")
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


@database.command("roles")
def roles() -> None:
    """Print the SQL that an administrator of a managed PostgreSQL runs once."""
    click.echo(operator_script())


@database.command("drift")
@refusals
def drift() -> None:
    """Migrate an empty database of its own and compare it with the models; status 1 and a line per difference."""
    with TemporaryDirectory(prefix="triangulate", ignore_cleanup_errors=True) as folder:
        servers = join_servers(Path(folder), with_queue=False, durable=False)
        schema.migrate(servers.owner_url)
        differences = schema.drift(servers.owner_url)
        servers.close()
    if differences:
        refuse("\n".join(differences), status=1)
    click.echo("The migrations and the models say the same.")


@database.command("revision")
@click.argument("message")
@refusals
def revision(message: str) -> None:
    """Write a migration for what the models say beyond the newest revision."""
    schema.new_revision(servers_in_use().owner_url, message)


@database.command("wall")
@click.argument("table")
@refusals
def wall(table: str) -> None:
    """Print who may do what with a table's rows, and why, as the database holds it now."""
    policies = schema.all_policies()
    with command_session() as session:
        gates = gates_of(session, table)
    for gate in gates:
        click.echo("\n".join(_gate_lines(gate)))
    click.echo(f"Reason: {policies[table].reason}" if policies[table].reason else "Agencies have rows of their own.")


def _gate_lines(gate: Gate) -> list[str]:
    head = f"{gate.role} may {gate.verb}" + (f" ({gate.columns})" if gate.columns else "")
    conditions = {"rows that are": gate.seen if gate.verb != "insert" else "", "written as": gate.left_as}
    if gate.verb in ("select", "delete"):
        del conditions["written as"]
    return [head, *(f"    {words}: {condition}" for words, condition in conditions.items() if condition)]


@database.command("verify")
@click.option("--head", help="A published seal, as a mail or the Board's pack has it: does it still stand in the log?")
@refusals
def verify(head: str | None) -> None:
    """Walk the change log's chain; status 1 and the first record that does not follow from the one before it.

    Every published seal is held against the chain, and what it seals of the looks against them.
    """
    with command_session() as session:
        broken = first_broken_link(session)
        if broken is not None:
            refuse(f"Record {broken} of the change log does not follow from the one before it.", status=1)
        if head is not None and not stands_in_chain(session, head):
            refuse("That seal stands in the change log no more: the log was written anew or cut since.", status=1)
        _refuse_fallen(first_fallen_head(session), "is no link of the change log any more")
        _refuse_fallen(first_broken_seal(session), "does not fit the looks of its day any more")
    click.echo("The change log holds together." + (" The seal stands in it." if head else ""))


def _refuse_fallen(published: PublishedHead | None, words: str) -> None:
    if published is not None:
        refuse(f"What was published on {published.published_on:%d %B %Y} {words}.", status=1)


@database.command("describe")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the page to this file instead.")
def describe(out: Path | None) -> None:
    """Print the tables of each chapter as one page of Markdown, from the models; `make docs` keeps it in docs."""
    page = data_model()
    if out is None:
        click.echo(page, nl=False)
    else:
        out.write_text(page, encoding="utf-8")
