"""Who is invited into the portal, who has accepted, and whose invitation has run out?

Accepting is proving for the first time who one is: by a password, a passkey, or a work account.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from models.accounts.access_links import (
    LASTS,
    LINK_PLACE,
    AccessLink,
    LinkPurpose,
    end_links,
    is_open,
    issue_link,
    prepare_link,
)
from models.core.choices import Choice
from models.core.errors import RuleBroken
from models.core.words import choice_column
from models.messages.agency_messages import Letterhead
from models.messages.messages import Draft, write_message
from models.partnership.people import Person
from models.rules.core.counts import count_words


class InvitationState(Choice):
    """Where a person stands between being on the list and being in."""

    NOT_INVITED = "not_invited"
    INVITED = "invited"
    ACCEPTED = "accepted"
    EXPIRED = "expired", "Invitation expired"
    WITHDRAWN = "withdrawn", "Invitation withdrawn"


@dataclass(frozen=True)
class Inviting:
    """How somebody is invited: by whom, for how long, and with a `letterhead` by mail.

    Without one no message is written, and the link is shown to whoever invites.
    """

    by: Person | None = None
    letterhead: Letterhead | None = None
    lasts: timedelta = LASTS[LinkPurpose.INVITATION]


QUIETLY = Inviting()
"""By nobody in particular, and without a message: the link is handed over."""


def has_accepted() -> ColumnElement[bool]:
    """Whether a person has ever proved who they are, as a condition on `Person`."""
    accepted: ColumnElement[bool] = Person.accepted_at.is_not(None) | Person.has_password
    return accepted


def invitation_state(now: datetime | ColumnElement[datetime]) -> ColumnElement[InvitationState]:
    """The `InvitationState` of each person at a moment, as a column of a statement on `Person`."""
    newest = (
        select(
            case(
                (is_open(now), InvitationState.INVITED.value),
                (AccessLink.withdrawn_at.is_not(None), InvitationState.WITHDRAWN.value),
                else_=InvitationState.EXPIRED.value,
            )
        )
        .where(AccessLink.person_id == Person.id, AccessLink.purpose == LinkPurpose.INVITATION)
        .order_by(AccessLink.id.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )
    state = case(
        (has_accepted(), InvitationState.ACCEPTED.value),
        (newest.is_not(None), newest),
        else_=InvitationState.NOT_INVITED.value,
    )
    words: TypeEngine[Any] = choice_column(InvitationState)
    return type_coerce(state, words)


def invitation_state_of(session: Session, person_id: int, now: datetime) -> InvitationState:
    """Where one person stands."""
    return session.scalars(select(invitation_state(now)).where(Person.id == person_id)).one()


def invite(session: Session, person: Person, how: Inviting = QUIETLY, *, now: datetime) -> str | None:
    """Invite somebody, or invite them again; an earlier invitation ends.

    Returns the token of the link to show once, or None when it goes by mail. Refuses somebody who has accepted, and
    who may not sign in.
    """
    if invitation_state_of(session, person.id, now) is InvitationState.ACCEPTED:
        raise RuleBroken(f"{person.name} has accepted already; a forgotten password is set anew on the sign-in page.")
    by = how.by.id if how.by else None
    if how.letterhead is None:
        return issue_link(session, person, LinkPurpose.INVITATION, now=now, issued_by=by, lasts=how.lasts)
    link = prepare_link(session, person, LinkPurpose.INVITATION, now=now, issued_by=by, lasts=how.lasts)
    subject, body = invitation_letter(person, how)
    link.message_id = write_message(session, Draft(person.id, person.name, person.email, subject, body))
    session.flush()
    return None


def invitation_letter(person: Person, how: Inviting) -> tuple[str, str]:
    """The subject and the words of an invitation; the link is put in where `LINK_PLACE` stands."""
    letterhead = how.letterhead or Letterhead()
    partnership = letterhead.partnership or "the partnership"
    who = f"{how.by.name} invites you" if how.by else "You are invited"
    words = (
        f"Dear {person.name},\n\n"
        f"{who} to the portal of {partnership}. Open this link and choose how you will sign in:\n\n"
        f"{LINK_PLACE}\n\n"
        f"It is good once, for {lasts_words(how.lasts)}. Nobody else ever learns your password; "
        "please do not pass this mail on."
    )
    return f"Your invitation to {partnership}", letterhead.under(words)


def lasts_words(lasts: timedelta) -> str:
    """How long something lasts.

    >>> lasts_words(timedelta(days=7)), lasts_words(timedelta(hours=24)), lasts_words(timedelta(hours=1))
    ('7 days', '24 hours', '1 hour')
    """
    hours = int(lasts.total_seconds() // 3600)
    return count_words(lasts.days, "day") if lasts.days > 1 else count_words(hours, "hour")


def accept(session: Session, person: Person, *, now: datetime) -> None:
    """Note that a person has proved who they are, the first time; their open invitation ends with that."""
    if person.accepted_at is None:
        person.accepted_at = now
        session.flush()
    end_links(session, person.id, LinkPurpose.INVITATION, now=now)


def may_accept(session: Session, person: Person, now: datetime) -> bool:
    """Whether a person may come in for the first time: active, not accepted, and with an invitation that is open."""
    return person.is_active and invitation_state_of(session, person.id, now) is InvitationState.INVITED


def invite_all(
    session: Session, people: Collection[Person], how: Inviting = QUIETLY, *, now: datetime
) -> list[tuple[Person, str | None]]:
    """Invite all of these who may be: who has accepted, and who may not sign in, is left out.

    Returns each person who was invited, with the token of the link to show once unless it goes by mail.
    """
    return [(person, invite(session, person, how, now=now)) for person in may_be_invited(session, people)]


def may_be_invited(session: Session, people: Collection[Person]) -> list[Person]:
    """Those of the people who may sign in and have not accepted."""
    accepted = set(
        session.scalars(select(Person.id).where(Person.id.in_([known.id for known in people]), has_accepted()))
    )
    return [person for person in people if person.is_active and person.id not in accepted]


def withdraw_all(session: Session, people: Collection[Person], *, now: datetime) -> int:
    """Take back the open invitations of these people; returns how many there were."""
    return sum(end_links(session, person.id, LinkPurpose.INVITATION, now=now) for person in people)


def withdraw(session: Session, person: Person, *, now: datetime) -> None:
    """Take an open invitation back. Refuses where there is none."""
    if not end_links(session, person.id, LinkPurpose.INVITATION, now=now):
        raise RuleBroken(f"{person.name} has no open invitation.")
