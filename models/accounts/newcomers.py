"""Who is put on the list by whoever runs the portal, and who comes first, when nobody is there yet?

The first administrator has no name here until they give it, with their own address, as they accept.
"""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.accounts.invitations import has_accepted
from models.core.access import Role
from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.partnership.people import Person

FIRST_NAME, FIRST_EMAIL = "First administrator", "administrator@portal.invalid"
"""Who the first administrator is before they have said so; nothing is ever sent to that address (RFC 2606)."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def person_to_invite(session: Session, *, email: str, name: str, role: Role, agency: str = "") -> Person:
    """The person of an address with this name, role and agency, new or still to accept.

    An administrator takes the place of the first one who has not said yet who they are, whose link ends with that.
    Refuses what is no address or no name, an agency that is not here, and somebody who has accepted: they are changed
    on the screens, by an administrator.
    """
    address, agency_id = _checked_address(email), _agency_id(session, agency)
    person = session.scalar(select(Person).where(Person.email == address))
    if person is not None and session.scalar(select(has_accepted()).where(Person.id == person.id)):
        raise RuleBroken(f"{person.name} has accepted already and signs in as {person.email}.")
    if person is None and role is Role.ADMINISTRATOR:
        person = session.scalar(select(Person).where(Person.email == FIRST_EMAIL))
    if person is None:
        person = Person()
        session.add(person)
    person.email = address
    person.name, person.role, person.agency_id = _checked_name(name), role, agency_id
    person.check(session)
    session.flush()
    return person


def first_administrator(session: Session) -> Person | None:
    """Who is to become the first administrator; None once an administrator has come in."""
    may_sign_in = (Person.role == Role.ADMINISTRATOR) & Person.is_active
    if session.scalar(select(Person.id).where(may_sign_in, has_accepted()).limit(1)) is not None:
        return None
    waiting = session.scalar(select(Person).where(may_sign_in).order_by(Person.id).limit(1))
    return waiting or person_to_invite(session, email=FIRST_EMAIL, name=FIRST_NAME, role=Role.ADMINISTRATOR)


def is_unnamed(person: Person) -> bool:
    """Whether somebody has not yet said who they are."""
    return person.email == FIRST_EMAIL


def name_oneself(session: Session, person: Person, *, name: str, email: str) -> None:
    """Say who one is, with an address of one's own, as the first administrator does. Refuses one that is taken."""
    address = _checked_address(email)
    if session.scalar(select(Person.id).where(Person.email == address, Person.id != person.id)) is not None:
        raise RuleBroken("Somebody already has that e-mail address.", field="email")
    person.name, person.email = _checked_name(name), address
    session.flush()


def _checked_address(email: str) -> str:
    address = email.strip().lower()
    if not _ADDRESS.fullmatch(address) or len(address) > 320:
        raise RuleBroken("Give a valid e-mail address.", field="email")
    return address


def _checked_name(name: str) -> str:
    if not name.strip():
        raise RuleBroken("Give the person's name.", field="name")
    return " ".join(name.split())[:200]


def _agency_id(session: Session, name: str) -> int | None:
    if not name.strip():
        return None
    agency_id = session.scalar(select(Agency.id).where(func.lower(Agency.name) == name.strip().lower()))
    if agency_id is None:
        raise RuleBroken(f"There is no agency called {name.strip()[:80]} in the portal.")
    return agency_id
