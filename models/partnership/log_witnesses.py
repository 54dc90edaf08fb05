"""Who is told each day where the change log ends, so that somebody outside can tell if it is written anew?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.partnership.mail_settings import mail_settings
from models.partnership.people import Person

WITNESSES = (Role.ADMINISTRATOR, Role.SPONSOR, Role.BOARD_VIEWER)
"""Who may be told: administrators and people of the Board."""


def addresses_in(words: str) -> list[str]:
    """The addresses of a line, each once, in its order.

    >>> addresses_in("Board@example.org, chair@example.org; board@example.org")
    ['board@example.org', 'chair@example.org']
    """
    parts = words.replace(";", ",").split(",")
    return list(dict.fromkeys(part.strip().lower() for part in parts if part.strip()))


def checked_witnesses(session: Session, typed: str) -> str:
    """The line as it is kept. Refuses an address that is none of an active administrator's, sponsor's or viewer's."""
    addresses = addresses_in(typed)
    known = {person.email for person in _people(session, addresses)}
    strangers = [address for address in addresses if address not in known]
    if strangers:
        raise RuleBroken(
            f"{strangers[0]} is not the address of an active administrator, sponsor or board viewer.",
            field="log_witnesses",
        )
    return ", ".join(addresses)


def log_witnesses(session: Session) -> Sequence[Person]:
    """The people whom the settings name, as far as they still are who they were."""
    return _people(session, addresses_in(mail_settings(session).log_witnesses))


def _people(session: Session, addresses: Sequence[str]) -> Sequence[Person]:
    named = Person.email.in_(addresses) & Person.is_active & Person.role.in_(WITNESSES)
    return session.scalars(select(Person).where(named).order_by(Person.id)).all()
