"""Which secret links let somebody in once, to accept an invitation or to set a new password, and which are good?

The link itself is only with the person it was made for; the portal keeps the SHA-256 of its token. Looking at a link
never uses it up: programs that check mails follow every link in them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import ALL, RowPolicy
from models.core.choices import Choice
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.partnership.people import Person

_DEAD = "Ask for a new one."


class LinkPurpose(Choice):
    """For what a link was made."""

    INVITATION = "invitation"
    NEW_PASSWORD = "new_password"  # noqa: S105 - the purpose of a link, no password


LINK_PLACE = "[the link stands in the mail itself; the portal keeps no copy of it]"
"""What stands in a kept message where the mail has the link."""

_PATHS = {LinkPurpose.INVITATION: "/invitation/{}/", LinkPurpose.NEW_PASSWORD: "/new-password/{}/"}

LASTS = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.NEW_PASSWORD: timedelta(hours=1)}
"""How long a link is good unless whoever makes it says otherwise."""


_SHOWN = (
    "select (id, person_id, purpose, address, issued_at, expires_at, used_at, withdrawn_at, issued_by_id, message_id)",
)
"""All but the token's hash. An administrator makes links that are handed over, and reads none back."""


class AccessLink(Base):
    """One secret link. Good once, for its own purpose, until it expires, is withdrawn or its person loses access.

    A link that is written by mail has no token before its letter leaves: the job that sends the letter makes it, so
    that it stands in no message and no request. `address` is where the person was reached then; a link does not outlive
    a change of it.
    """

    __tablename__ = "access_links"
    __table_args__ = (
        one_of("purpose", LinkPurpose, "known_purpose"),
        must(
            "expires_at > issued_at",
            name="link_expires_after_issue",
            sentence="A link needs some time in which it is good.",
        ),
        must(
            "used_at IS NULL OR token_hash IS NOT NULL",
            name="used_link_had_token",
            sentence="A link that was never made cannot have been used.",
        ),
        Index("ix_access_links_person_id", "person_id", "purpose"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=_SHOWN,
        administrator=(*_SHOWN, "insert", "update"),
        sign_in=ALL,
        unlogged_columns=("token_hash",),
        reason="Who was invited, and when, is for the partnership's own people; nobody of an agency reads it.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    purpose: Mapped[LinkPurpose] = mapped_column(choice_column(LinkPurpose))
    address: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True, deferred=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), unique=True)


def is_open(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a link is neither used nor withdrawn nor expired, as a condition on `AccessLink`."""
    unused: ColumnElement[bool] = AccessLink.used_at.is_(None) & AccessLink.withdrawn_at.is_(None)
    return unused & (AccessLink.expires_at > now)


def issue_link(
    session: Session,
    person: Person,
    purpose: LinkPurpose,
    *,
    now: datetime,
    issued_by: int | None = None,
    lasts: timedelta | None = None,
) -> str:
    """A new link's token, shown this once; the person's older links of that purpose end."""
    link = prepare_link(session, person, purpose, now=now, issued_by=issued_by, lasts=lasts)
    return give_token(session, link, now=now)


def prepare_link(
    session: Session,
    person: Person,
    purpose: LinkPurpose,
    *,
    now: datetime,
    issued_by: int | None = None,
    lasts: timedelta | None = None,
) -> AccessLink:
    """A link that has no token yet; the person's older links of that purpose end. Refuses who may not sign in."""
    if not person.is_active:
        raise RuleBroken(f"{person.name} may not sign in; tick “May sign in” first.")
    end_links(session, person.id, purpose, now=now)
    link = AccessLink(
        person_id=person.id,
        purpose=purpose,
        address=person.email,
        issued_at=now,
        expires_at=now + (lasts or LASTS[purpose]),
        issued_by_id=issued_by,
    )
    session.add(link)
    session.flush()
    return link


def give_token(session: Session, link: AccessLink, *, now: datetime) -> str:
    """The token of a link, made now; an earlier one of the same link is worth nothing, and its time begins anew."""
    token = token_urlsafe(32)
    lasts = link.expires_at - link.issued_at
    link.token_hash, link.issued_at, link.expires_at = _hash(token), now, now + lasts
    session.flush()
    return token


def end_links(session: Session, person_id: int, purpose: LinkPurpose | None = None, *, now: datetime) -> int:
    """Withdraw a person's open links, of one purpose or all; returns how many ended."""
    mine = update(AccessLink).where(AccessLink.person_id == person_id, is_open(now)).values(withdrawn_at=now)
    if purpose is not None:
        mine = mine.where(AccessLink.purpose == purpose)
    return len(session.scalars(mine.returning(AccessLink.id)).all())


def link_path(purpose: LinkPurpose, token: str) -> str:
    """Where a link leads, below the portal's address.

    >>> link_path(LinkPurpose.INVITATION, "abc")
    '/invitation/abc/'
    """
    return _PATHS[purpose].format(token)


def link_of_message(session: Session, message_id: int) -> AccessLink | None:
    """The link that a message is to carry when it leaves, if it carries one."""
    return session.scalar(select(AccessLink).where(AccessLink.message_id == message_id))


def is_wanted(session: Session, link: AccessLink, *, now: datetime) -> bool:
    """Whether a link that is to be sent would still let somebody in."""
    person = session.get_one(Person, link.person_id)
    return person.is_active and person.email == link.address and not _problem_of(link, now)


def body_with_link(session: Session, link: AccessLink, body: str, *, portal: str, now: datetime) -> str:
    """The words that leave: with a link made now, which is kept nowhere."""
    address = f"{portal}{link_path(link.purpose, give_token(session, link, now=now))}"
    return body.replace(LINK_PLACE, address)


def find_link(session: Session, token: str, *, now: datetime) -> AccessLink:
    """The good link of a token, not used up by this. Refuses any other in one sentence that says why."""
    row = session.execute(
        select(AccessLink, Person.is_active & (Person.email == AccessLink.address))
        .join(Person, Person.id == AccessLink.person_id)
        .where(AccessLink.token_hash == _hash(token))
    ).first()
    if row is None:
        raise RuleBroken(f"This link is not known here. Has all of it been copied? {_DEAD}")
    link, has_access = row[0], row[1]
    problem = _problem_of(link, now) if has_access else "The person it was made for no longer has this access."
    if problem:
        raise RuleBroken(f"{problem} {_DEAD}")
    return link


def use_link(session: Session, token: str, *, purpose: LinkPurpose, now: datetime) -> Person:
    """Use a link up and return its person. Of two who use it at once one is refused; refuses as `find_link` does."""
    link = find_link(session, token, now=now)
    session.refresh(link, with_for_update=True)
    problem = _problem_of(link, now)
    if link.purpose is not purpose:
        problem = "This link was made for something else."
    if problem:
        raise RuleBroken(f"{problem} {_DEAD}")
    link.used_at = now
    session.flush()
    return session.get_one(Person, link.person_id)


def _problem_of(link: AccessLink, now: datetime) -> str:
    """Why a link is good no more; empty while it is."""
    if link.used_at is not None:
        return "This link has been used; each is good once. If it was you, sign in."
    if link.withdrawn_at is not None:
        return "This link was withdrawn, or a newer one has taken its place."
    return "" if link.expires_at > now else "This link has expired."


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
