"""With which link does somebody come in whom a command has let in?"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.settings import Settings
from models.accounts.access_links import LinkPurpose, link_path
from models.accounts.invitations import Inviting, invite
from models.accounts.newcomers import first_administrator
from models.core.access import Actor
from models.core.clock import now
from models.core.db import make_engine, make_session_factory
from models.partnership.people import Person

BY_COMMAND = timedelta(hours=24)
"""How long a link printed by a command is good."""


def first_invitation(session: Session, settings: Settings) -> str | None:
    """The address of a link, good once and for 24 hours, for the first administrator; None once one has come in.

    Whoever opens it gives their own name and address. A link printed earlier stops working.
    """
    person = first_administrator(session)
    return None if person is None else link_for(session, person, settings)


def first_link_on(settings: Settings, database_url: str) -> str | None:
    """The same, made on that database at once."""
    engine = make_engine(database_url, pool_size=1)
    try:
        with make_session_factory(engine)(info={"actor": Actor.system("first administrator")}) as session:
            link = first_invitation(session, settings)
            session.commit()
    finally:
        engine.dispose()
    return link


def link_for(session: Session, person: Person, settings: Settings) -> str:
    """The whole address of a new invitation, to be printed this once."""
    token = invite(session, person, Inviting(lasts=BY_COMMAND), now=now())
    return f"{settings.address}{link_path(LinkPurpose.INVITATION, str(token))}"
