"""Who is told by mail that their access has changed: what, when, by whom, and what to do if that was not meant to be?

Changes of role, agency, address and leave to sign in are noticed where they are saved, whichever screen, job or command
saves them; a changed password is told by the verb that sets it. The database ends the sign-ins itself. Who has never
come in yet is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, attributes

from models.core.access import Actor, Role
from models.core.clock import LONDON, london_day, now
from models.core.db import PortalSession
from models.messages.agency_messages import PLAIN, Letterhead
from models.messages.messages import Draft, write_message
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.rules.core.due_dates import in_words

LETTERHEAD = "letterhead"
"""Under this name a session's `info` holds what letters of the portal carry."""

BY_ONESELF = "you, on your account page"
_OUT = "You are signed out everywhere. "
_WARNING = "If this was not meant to be, tell your administrator at once: somebody else may be using your name."


def letterhead_of(session: Session) -> Letterhead:
    """What the letters written in a session carry; plain where nobody has said."""
    write: Callable[[Session], Letterhead] | None = session.info.get(LETTERHEAD)
    return write(session) if write else PLAIN


def tell_of_change(
    session: Session, person: Person, change: str, *, by: str, also_to: str = "", is_out: bool = True
) -> None:
    """Write to a person that their access has changed, and to an earlier address of theirs; `is_out` where that ended
    their sign-ins.
    """
    moment = now()
    at = f"{in_words(london_day(moment))} at {moment.astimezone(LONDON):%H:%M}"
    words = f"Dear {person.name},\n\n{change}\n\nThis was done on {at} by {by}. {_OUT if is_out else ''}{_WARNING}"
    body = letterhead_of(session).under(words)
    letter = Draft(person.id, person.name, person.email, "Your access has changed", body)
    with the_portals_own(session):
        for address in dict.fromkeys((person.email, also_to or person.email)):
            write_message(session, replace(letter, address=address))


@contextmanager
def the_portals_own(session: Session) -> Iterator[None]:
    """What is asked for meanwhile is the portal's own work: it is done whatever becomes of who changed the access."""
    session.connection()  # the transaction stays that of whoever acts
    actor: Actor = session.info["actor"]
    session.info["actor"] = Actor.system(actor.request_id)
    try:
        yield
    finally:
        session.info["actor"] = actor


def actor_words(session: Session) -> str:
    """Who acts in a session, in words of a letter."""
    person_id = session.info["actor"].person_id
    with session.no_autoflush:
        person = session.get(Person, person_id) if person_id else None
    return f"{person.name} ({person.role.label.lower()})" if person else "the portal itself"


@event.listens_for(PortalSession, "before_flush")
def _tell_whose_access_changes(session: Session, *_: Any) -> None:
    for person in [record for record in session.dirty if isinstance(record, Person)]:
        changes = list(_changes_of(session, person)) if person.accepted_at is not None else []
        if changes and (person.is_active or _was(person, "is_active")):
            old_address = _was(person, "email") or ""
            tell_of_change(session, person, "\n".join(changes), by=actor_words(session), also_to=old_address)


def _changes_of(session: Session, person: Person) -> Iterator[str]:
    """What of a person's access is about to be saved otherwise, a sentence each."""
    if (role := _was(person, "role")) is not None:
        yield f"Your role is now {Role(person.role).label}; it was {Role(role).label}."
    if _is_changed(person, "agency_id"):
        agency, earlier = _agency(session, person.agency_id), _agency(session, _was(person, "agency_id"))
        yield f"Your agency is now {agency}; it was {earlier}."
    if (email := _was(person, "email")) is not None:
        yield f"Your e-mail address here is now {person.email}; it was {email}."
    if _is_changed(person, "is_active"):
        yield "You may sign in again." if person.is_active else "You may no longer sign in."


def _was(person: Person, name: str) -> Any:
    """The value that an attribute had before, where it is about to be saved otherwise; None where it is not."""
    history = attributes.get_history(person, name)
    return history.deleted[0] if _is_changed(person, name) and history.deleted else None


def _is_changed(person: Person, name: str) -> bool:
    history = attributes.get_history(person, name)
    return bool(history.added) and list(history.added) != list(history.deleted or ())


def _agency(session: Session, agency_id: int | None) -> str:
    with session.no_autoflush:
        agency = session.get(Agency, agency_id) if agency_id else None
    return agency.name if agency else "none"
