"""How does a person come to another password?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.access_changes import BY_ONESELF, tell_of_change
from models.accounts.access_links import LinkPurpose, end_links, use_link
from models.accounts.invitations import accept
from models.accounts.newcomers import is_unnamed, name_oneself
from models.accounts.passwords import check_password, hash_password, is_password
from models.accounts.sign_in_attempts import unlock
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person


def has_password(session: Session, person_id: int, password: str) -> bool:
    """Whether the password is the person's."""
    return is_password(session.scalar(select(Person.password_hash).where(Person.id == person_id)), password)


def set_password(
    session: Session, person: Person, new: str, *, about: Collection[str] = (), by: str = "the portal itself"
) -> None:
    """Give a person a password they chose. Ends every sign-in and every open link of theirs, and counts as accepting.

    Who had accepted before is told by mail, and by whom. Refuses a password that is easily guessed, also by who knows
    the person; `about` names what else is guessed.
    """
    check_password(new, about=(person.name, person.email, *about))
    has_come_in = person.accepted_at is not None
    person.password_hash = hash_password(new)
    session.flush()
    moment = now()
    accept(session, person, now=moment)
    end_links(session, person.id, now=moment)
    if has_come_in:
        tell_of_change(session, person, "Your password was changed.", by=by)


def change_password(session: Session, person_id: int, *, old: str, new: str, about: Collection[str] = ()) -> Person:
    """Set a new password, given the old one. Every sign-in of the person ends with the old password."""
    person = session.get_one(Person, person_id)
    if not has_password(session, person_id, old):
        raise RuleBroken("The current password is not right.")
    if old == new:
        raise RuleBroken("Choose a password that differs from the current one.")
    set_password(session, person, new, about=about, by=BY_ONESELF)
    return person


def reset_password(session: Session, token: str, new: str, *, now: datetime, about: Collection[str] = ()) -> Person:
    """Set a new password by a link that was asked for; the link is used up by a good password only.

    The tries that failed before are forgotten with the old password.
    """
    person = use_link(session, token, purpose=LinkPurpose.NEW_PASSWORD, now=now)
    set_password(session, person, new, about=about, by="whoever opened the link sent to your address")
    unlock(session, person, now)
    return person


def accept_with_password(
    session: Session,
    token: str,
    new: str,
    *,
    now: datetime,
    about: Collection[str] = (),
    oneself: tuple[str, str] = ("", ""),
) -> Person:
    """Accept an invitation by its link with a first password; the link is used up by a good password only.

    `oneself` is the name and address that the first administrator gives; from anybody else they are not taken.
    """
    person = use_link(session, token, purpose=LinkPurpose.INVITATION, now=now)
    if is_unnamed(person):
        name, email = oneself
        name_oneself(session, person, name=name, email=email)
    set_password(session, person, new, about=about)
    return person
