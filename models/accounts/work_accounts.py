"""Whose work account is this: matched once by a verified address, and from then on by issuer and subject alone?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint, column, delete, exists, func, or_, select
from sqlalchemy import table as named_table
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.accounts.invitations import InvitationState, accept, invitation_state_of
from models.accounts.work_issuers import WorkIssuer, is_issuer_of
from models.core.access import ALL, NONE, OWN_PERSON, RowPolicy
from models.core.choices import Choice
from models.core.db import Base, act_as
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.rules.accounts.work_accounts import WorkClaims, is_own_address

_PASSKEYS = named_table("passkeys", column("person_id"), column("copied_at"))


class WorkAccount(Base):
    """An account at an issuer that signs a person in. The issuer's own name for it never changes; addresses may."""

    __tablename__ = "work_accounts"
    __table_args__ = (
        UniqueConstraint("issuer_id", "subject"),
        UniqueConstraint("issuer_id", "person_id"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=("select", "delete"),
        sign_in=ALL,
        agency_reads=f"person_id = {OWN_PERSON}",
        unlogged_columns=("used_at",),
        reason="Made by the portal's own sign-in; an administrator may take one away.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    issuer_id: Mapped[int] = mapped_column(ForeignKey("work_issuers.id"))
    subject: Mapped[str] = mapped_column(Text)
    matched_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]

    issuer: Mapped[WorkIssuer] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class Stranger(Choice):
    """Why a work account opens nothing. Whoever holds it reads one sentence for all; administrators read why."""

    NOT_VERIFIED = "not_verified", "The issuer does not vouch for the e-mail address"
    NOT_INVITED = "not_invited", "Nobody is invited under that address"
    HAS_LEFT = "has_left", "The person may no longer sign in"
    OTHER_AGENCY = "other_agency", "The issuer is not for the person's agency"
    OTHER_ACCOUNT = "other_account", "The person signs in with another account of this issuer"


_KNOWN = (InvitationState.INVITED, InvitationState.ACCEPTED)


def person_of(session: Session, issuer: WorkIssuer, claims: WorkClaims, *, now: datetime) -> Person | Stranger:
    """The person whom the account signs in, or why it signs in nobody.

    Once matched, an account is known by issuer and subject alone, whatever its address is now. An account never seen
    is matched by its address: the issuer must vouch for it, and somebody active must be invited under it or have
    accepted, who has no other account of this issuer. The first match accepts the invitation.
    """
    account = session.scalar(
        select(WorkAccount).where(WorkAccount.issuer_id == issuer.id, WorkAccount.subject == claims.subject)
    )
    person = _newcomer(session, issuer, claims, now) if account is None else session.get_one(Person, account.person_id)
    if isinstance(person, Stranger):
        return person
    if not person.is_active:
        return Stranger.HAS_LEFT
    if not is_issuer_of(session, issuer, person):
        return Stranger.OTHER_AGENCY
    act_as(session, replace(session.info["actor"], person_id=person.id))  # the record of changes names them
    account = account or WorkAccount(person_id=person.id, issuer_id=issuer.id, subject=claims.subject, matched_at=now)
    account.used_at = now
    session.add(account)
    if person.accepted_at is None:
        accept(session, person, now=now)
    session.flush()
    return person


def _newcomer(session: Session, issuer: WorkIssuer, claims: WorkClaims, now: datetime) -> Person | Stranger:
    """Whom an account never seen before belongs to. The row is locked: two accounts do not match one person at once."""
    if not is_own_address(claims, issuer.checked_domains):
        return Stranger.NOT_VERIFIED
    person = session.scalar(select(Person).where(Person.email == claims.email).with_for_update())
    if person is None or invitation_state_of(session, person.id, now) not in _KNOWN:
        return Stranger.NOT_INVITED
    is_taken = exists(1).where(WorkAccount.issuer_id == issuer.id, WorkAccount.person_id == person.id)
    return Stranger.OTHER_ACCOUNT if session.scalar(select(is_taken)) else person


def accounts_of(session: Session, person_id: int) -> list[tuple[WorkAccount, str]]:
    """A person's work accounts, each with the name of its issuer, by that name."""
    statement = select(WorkAccount, WorkIssuer.name).join(WorkIssuer, WorkIssuer.id == WorkAccount.issuer_id)
    rows = session.execute(statement.where(WorkAccount.person_id == person_id).order_by(WorkIssuer.name))
    return [(account, name) for account, name in rows]


def remove_account(session: Session, person_id: int, account_id: int) -> None:
    """Take one of a person's own work accounts away. Raises RuleBroken where it is not theirs, or their last way in."""
    mine = (WorkAccount.person_id == person_id, WorkAccount.id == account_id)
    if not session.scalar(select(exists(1).where(*mine))):
        raise RuleBroken("That work account is gone already.")
    if not _has_other_way(session, person_id, account_id):
        raise RuleBroken("This is your only way to sign in: set a password or a passkey up first.")
    session.execute(delete(WorkAccount).where(*mine))


def _has_other_way(session: Session, person_id: int, account_id: int) -> bool:
    others = exists(1).where(
        WorkAccount.person_id == person_id,
        WorkAccount.id != account_id,
        WorkAccount.issuer_id.in_(select(WorkIssuer.id).where(WorkIssuer.is_in_use)),
    )
    has_password = exists(1).where(Person.id == person_id, Person.has_password)
    has_passkey = select(1).where(_PASSKEYS.c.person_id == person_id, _PASSKEYS.c.copied_at.is_(None)).exists()
    return bool(session.scalar(select(or_(others, has_password, has_passkey))))
