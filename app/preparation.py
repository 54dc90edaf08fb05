"""What must be in the database before the portal serves people: tables, policies, words, perhaps the demo?"""

from __future__ import annotations

from app.demo.partnership import demo_sign_ins, load_demo
from app.servers.local_servers import Servers
from app.settings import Settings
from models import schema
from models.core.access import Actor
from models.core.clock import today
from models.core.db import make_engine, make_session_factory, refuse_unsafe_login
from models.reminders.usual_reminders import add_usual_rules
from models.retention.retention_rules import add_usual_retention
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words


def prepare_database(settings: Settings, servers: Servers, *, demo: bool) -> list[dict[str, str]]:
    """Migrate, state every policy again, give the starting words, reminder rules and retention rules.

    With `demo` also the demo partnership, when there is nobody yet.
    Safe to run again and again. Returns one demo sign-in per role (role, email), none without the demo.
    Raises RuleBroken on a login that row-level security does not bind.
    """
    schema.migrate(servers.owner_url)
    engine = make_engine(servers.database_url, pool_size=1)
    try:
        with make_session_factory(engine)(info={"actor": Actor.system("preparation")}) as session:
            refuse_unsafe_login(session.connection())
            give_starting_words(session)
            give_starting_tools(session)
            add_usual_rules(session)
            add_usual_retention(session)
            if demo:
                load_demo(session, today=today(), password=settings.demo_password)
            sign_ins = demo_sign_ins(session)
            session.commit()
    finally:
        engine.dispose()
    return sign_ins
