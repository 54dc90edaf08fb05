"""Who tried to sign in, with what outcome, and who is locked out for a while?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.accounts.passwords import hash_password, is_outdated, is_password
from models.core.access import OWN_PERSON, RowPolicy
from models.core.choices import Choice
from models.core.db import Base
from models.core.words import choice_column, one_of
from models.partnership.people import Person

TRIES, LOCK = 10, timedelta(minutes=15)


class Outcome(Choice):
    """The outcome of an attempt to sign in."""

    STARTED = "started"
    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    LOCKED = "locked"
    UNLOCKED = "unlocked"


class SignInAttempt(Base):
    """One try to sign in, also as somebody who does not exist; or an administrator's unlocking.

    Of a try with a work account it also says at which issuer, and why it was refused, in words for administrators.
    Such tries never lock a password: nobody guesses there, and who names an address at an issuer may not be its owner.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        one_of("outcome", Outcome, "known_outcome"),
        Index("ix_sign_in_attempts_email_attempted_at", "email", "attempted_at"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert"),
        agency_reads=f"person_id = {OWN_PERSON}",
        is_logged=False,
        reason="Itself a record: sign-in writes it, and an administrator who unlocks somebody.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempted_at: Mapped[datetime] = mapped_column(index=True)
    email: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    address: Mapped[str] = mapped_column(Text, server_default="")
    outcome: Mapped[Outcome] = mapped_column(choice_column(Outcome))
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("work_issuers.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(Text, server_default="")


def open_attempt(session: Session, *, email: str, address: str, now: datetime) -> SignInAttempt:
    """Record a try before the password is looked at; the edge commits it, so that simultaneous tries all count.

    The attempt's outcome is LOCKED when the last TRIES within LOCK have failed. Tries for an address take turns (lock).
    """
    email = email.strip().lower()[:320]
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('sign_in'), hashtext(:email))"), {"email": email})
    is_locked = (session.scalar(_failures(email, now)) or 0) >= TRIES
    person_id = session.scalar(select(Person.id).where(Person.email == email))
    attempt = SignInAttempt(
        email=email,
        person_id=person_id,
        address=address[:60],
        attempted_at=now,
        outcome=Outcome.LOCKED if is_locked else Outcome.STARTED,
    )
    session.add(attempt)
    session.flush()
    return attempt


def _failures(email: str, now: datetime) -> Select[Any]:
    clean = select(func.max(SignInAttempt.attempted_at)).where(
        SignInAttempt.email == email, SignInAttempt.outcome.in_([Outcome.SIGNED_IN, Outcome.UNLOCKED])
    )
    return select(func.count()).where(
        SignInAttempt.email == email,
        SignInAttempt.issuer_id.is_(None),
        SignInAttempt.attempted_at > now - LOCK,
        SignInAttempt.attempted_at > func.coalesce(clean.scalar_subquery(), now - LOCK),
        SignInAttempt.outcome.in_([Outcome.STARTED, Outcome.REFUSED]),
    )


def settle_attempt(session: Session, attempt: SignInAttempt, *, password: str) -> Person | None:
    """The person, when the password is theirs and they may sign in. Every refusal costs the same work."""
    row = session.execute(select(Person, Person.password_hash).where(Person.email == attempt.email)).first()
    may_enter = row is not None and row[0].is_active and attempt.outcome is Outcome.STARTED
    is_right = is_password(row[1] if may_enter and row else None, password)
    if attempt.outcome is Outcome.STARTED:
        attempt.outcome = Outcome.SIGNED_IN if is_right else Outcome.REFUSED
    if not is_right or row is None:
        return None
    person: Person = row[0]
    if row[1] is not None and is_outdated(row[1]):
        person.password_hash = hash_password(password)
    return person


def note_sign_in(session: Session, person: Person, *, address: str, now: datetime) -> None:
    """Record that a person has come in by something else than a password: a link, a passkey, a work account."""
    attempt = SignInAttempt(email=person.email, person_id=person.id, address=address[:60], attempted_at=now)
    attempt.outcome = Outcome.SIGNED_IN
    session.add(attempt)
    session.flush()


def last_signed_in(person_id: Any) -> ColumnElement[datetime]:
    """When a person last signed in, as a column of a statement on people; nothing for who never did."""
    mine = (SignInAttempt.person_id == person_id) & (SignInAttempt.outcome == Outcome.SIGNED_IN)
    return select(func.max(SignInAttempt.attempted_at)).where(mine).correlate_except(SignInAttempt).scalar_subquery()


def unlock(session: Session, person: Person, now: datetime) -> None:
    """Let a locked person try again at once."""
    session.add(SignInAttempt(email=person.email, person_id=person.id, attempted_at=now, outcome=Outcome.UNLOCKED))
    session.flush()
