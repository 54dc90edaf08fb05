"""How does a person come to another password?"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.access_links import end_links
from models.accounts.invitations import accept
from models.accounts.passwords import check_password, hash_password, is_password
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person


def has_password(session: Session, person_id: int, password: str) -> bool:
    """Whether the password is the person's."""
    return is_password(session.scalar(select(Person.password_hash).where(Person.id == person_id)), password)


def set_password(session: Session, person: Person, new: str, about: Collection[str] = ()) -> None:
    """Give a person a password they chose. Ends every sign-in and every open link of theirs, and counts as accepting.

    Refuses a password that is easily guessed, also by who knows the person; `about` names what else is guessed.
    """
    check_password(new, about=(person.name, person.email, *about))
    person.password_hash = hash_password(new)
    session.flush()
    moment = now()
    accept(session, person, now=moment)
    end_links(session, person.id, now=moment)


def change_password(session: Session, person_id: int, *, old: str, new: str, about: Collection[str] = ()) -> Person:
    """Set a new password, given the old one. Every sign-in of the person ends with the old password."""
    person = session.get_one(Person, person_id)
    if not has_password(session, person_id, old):
        raise RuleBroken("The current password is not right.")
    if old == new:
        raise RuleBroken("Choose a password that differs from the current one.")
    set_password(session, person, new, about)
    return person
