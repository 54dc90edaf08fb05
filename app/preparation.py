"""What must be in the database before the portal serves people: tables, policies, words, perhaps the demo?"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts.printed_links import first_link_on
from app.demo.people import demo_sign_ins
from app.servers.local_servers import Servers, ensure_servers
from app.servers.preparing import REFUSED
from app.settings import Settings, SettingsError, demo_password, load_settings
from models import schema
from models.core.access import Actor, DatabaseRole
from models.core.clock import today
from models.core.db import make_engine, make_session_factory, refuse_unsafe_login
from models.core.errors import RuleBroken
from models.core.rooms import at_place
from models.partnership.portals import PortalKind, decide_kind, portal_kind
from models.reminders.usual_reminders import add_usual_rules
from models.retention.retention_rules import add_usual_retention
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words


@dataclass(frozen=True)
class Prepared:
    """What the database holds now: what the portal is (None: nobody has decided), one sign-in per role of the demo."""

    kind: PortalKind | None
    sign_ins: list[dict[str, str]]


def prepare_database(
    settings: Settings, servers: Servers, *, wanted: PortalKind | None = None, insists: bool = False
) -> Prepared:
    """Migrate, state every policy again, and `furnish_database`. Safe to run again and again."""
    schema.migrate(servers.owner_url)
    return furnish_database(settings, servers, wanted=wanted, insists=insists)


def furnish_database(
    settings: Settings, servers: Servers, *, wanted: PortalKind | None = None, insists: bool = False
) -> Prepared:
    """Give a database that has its tables the starting words, reminder rules and retention rules it lacks.

    An empty portal that nobody has decided about becomes what is `wanted`: the demonstration is loaded then, and never
    into a partnership's own portal, unless somebody `insists` while nobody is in it. Raises RuleBroken on a login that
    row-level security does not bind.
    """
    engine = make_engine(servers.jobs_url, pool_size=1)
    try:
        with engine.connect() as connection:  # asked before the session becomes the portal
            refuse_unsafe_login(connection, needs=DatabaseRole)
        with make_session_factory(engine)(info={"actor": Actor.system("preparation")}) as session:
            give_starting_words(session)
            give_starting_tools(session)
            add_usual_rules(session)
            add_usual_retention(session)
            _become(session, wanted, settings, insists=insists)
            prepared = Prepared(decide_kind(session, wanted), demo_sign_ins(session))
            session.commit()
    finally:
        engine.dispose()
    return prepared


def _become(session: Session, wanted: PortalKind | None, settings: Settings, *, insists: bool) -> None:
    """Load the demonstration where it is wanted and nothing else is decided; who makes it is loaded only then."""
    is_open = insists or portal_kind(session) is None
    if wanted is PortalKind.DEMO and is_open:
        at_place("app.demo.partnership:load_demo")(session, today=today(), password=demo_password(settings))


def main(wanted: PortalKind | None) -> int:
    """Prepare the database of the settings and print what it holds, for the process that asked; the exit status."""
    try:
        settings = load_settings()
        with ensure_servers(settings) as servers:
            prepared = prepare_database(settings, servers, wanted=wanted)
            link = first_link_on(settings, servers.jobs_url) if wanted and prepared.kind is PortalKind.OWN else None
    except OperationalError:
        sys.stderr.write(f"{_NO_ANSWER}\n")
        return REFUSED
    except (SettingsError, RuleBroken) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return REFUSED
    sys.stdout.write(json.dumps({"kind": prepared.kind, "sign_ins": prepared.sign_ins, "link": link}))
    return 0


_NO_ANSWER = "The database does not answer at DATABASE_URL, or refuses the login."

if __name__ == "__main__":
    sys.exit(main(PortalKind(sys.argv[1]) if sys.argv[1:] else None))
