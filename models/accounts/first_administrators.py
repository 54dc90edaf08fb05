"""Who may set up a portal in which nobody is yet?

Whoever starts it: the start prints a link, good once and for a day, until an administrator has accepted. The person
behind it has no name before the link is opened; the page behind it asks for one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.access_links import LinkPurpose, issue_link, use_link
from models.accounts.invitations import has_accepted
from models.core.access import Role
from models.core.errors import RuleBroken
from models.partnership.people import Person

UNNAMED = "first-administrator@portal.invalid"
"""The address of somebody whom nobody has named yet; no mail ever leaves for it."""
LASTS = timedelta(hours=24)
_MAY_BE_INVITED = (Person.role == Role.ADMINISTRATOR, Person.is_active)


def first_link(session: Session, *, now: datetime) -> str | None:
    """The token of a fresh link for the first administrator, whose older links end; None once one has accepted.

    An administrator who was invited by name and has not accepted yet is the first one; else nobody in particular is.
    """
    if session.scalar(select(Person.id).where(*_MAY_BE_INVITED, has_accepted()).limit(1)) is not None:
        return None
    person = session.scalars(select(Person).where(*_MAY_BE_INVITED).order_by(Person.id)).first()
    if person is None:
        person = Person(name="First administrator", email=UNNAMED, role=Role.ADMINISTRATOR)
        session.add(person)
        session.flush()
    return issue_link(session, person, LinkPurpose.INVITATION, now=now, lasts=LASTS)


def is_unnamed(person: Person) -> bool:
    """Whether somebody who sets the portal up has still to say who they are."""
    return person.email == UNNAMED


def name_first_administrator(session: Session, token: str, *, name: str, email: str, now: datetime) -> str:
    """Give whoever opened the link their own name and address; returns the token with which they go on.

    The link is used up by this, as a link does not outlive a change of address. Refuses an empty name, what is no
    address or somebody else's, and a link that is good no more.
    """
    name, email = name.strip(), email.strip().lower()
    if not name:
        raise RuleBroken("Give your name.", field="name")
    if not _is_address(email):
        raise RuleBroken("Give a valid e-mail address.", field="email")
    if session.scalar(select(Person.id).where(Person.email == email)) is not None:
        raise RuleBroken("Somebody already has that e-mail address.", field="email")
    person = use_link(session, token, purpose=LinkPurpose.INVITATION, now=now)
    if not is_unnamed(person):
        raise RuleBroken("You have said who you are already.")
    person.name, person.email = name, email
    session.flush()
    return issue_link(session, person, LinkPurpose.INVITATION, now=now, lasts=LASTS)


def _is_address(email: str) -> bool:
    """Whether a text looks like an address.

    >>> _is_address("ann@council.example"), _is_address("ann at council"), _is_address("ann@b c")
    (True, False, False)
    """
    before, at, after = email.partition("@")
    return bool(before and at and after) and not any(sign.isspace() or sign == "@" for sign in before + after)
