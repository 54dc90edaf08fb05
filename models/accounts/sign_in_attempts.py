"""Who tried to sign in, with what outcome, and whose tries are not looked at for a while?

Tries are counted where they are made: in a browser that the person has used before, for that browser alone; in any
other, for the account and the network, for the account as a whole, and for the network over all accounts. So nobody
who guesses can keep a person out of a browser of their own. What cannot be guessed (a passkey, a work account, a
mailed link) is never counted and never refused for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, Text, func, literal_column, select, text, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.accounts.access_changes import the_portals_own
from models.accounts.passwords import hash_password, is_outdated, is_password
from models.core.access import ALL, OWN_PERSON, RowPolicy
from models.core.choices import Choice
from models.core.db import Base
from models.core.words import choice_column, one_of
from models.documents.job_requests import request_job
from models.partnership.people import Person
from models.rules.accounts.locks import (
    OF_A_NETWORK,
    OF_A_PLACE,
    OF_STRANGERS,
    REMEMBERED,
    REMEMBERED_OF_A_NETWORK,
    Patience,
    network_of,
)


class Outcome(Choice):
    """The outcome of an attempt to sign in."""

    STARTED = "started"
    SIGNED_IN = "signed_in"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    LOCKED = "locked"
    UNLOCKED = "unlocked"


class AttemptKind(Choice):
    """What was tried. A confirmation is a password or code asked for again of somebody who is signed in."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind, no password
    CODE = "code"
    CONFIRMATION = "confirmation"
    PASSKEY = "passkey"
    WORK_ACCOUNT = "work_account"
    LINK = "link"
    UNLOCKING = "unlocking"


TRIES, LOCK = OF_STRANGERS.free, OF_STRANGERS.first
"""So many strangers' tries are looked at before they must wait, and how long at first."""

LONGEST_WAIT = timedelta(hours=1)
"""Nobody has to wait longer than that for the next try."""

GUESSED = frozenset({AttemptKind.PASSWORD, AttemptKind.CODE, AttemptKind.CONFIRMATION})
"""What somebody might guess, so that wrong tries are counted."""

_FAILED = text("outcome IN ('started', 'refused')")  # a try that was begun counts until it is settled
_LOOKED_AT = text("outcome <> 'locked'")  # stands in each statement as in the indexes: a flood of others costs nothing


class SignInAttempt(Base):
    """One try to sign in, also as somebody who does not exist; or an administrator's unlocking.

    `place` is where its kind is counted: the known browser by its number, the network of a stranger's browser, or the
    account page. Of a try with a work account it also says at which issuer, and why it was refused, in words for
    administrators.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        one_of("outcome", Outcome, "known_outcome"),
        one_of("kind", AttemptKind, "known_attempt_kind"),
        Index("ix_sign_in_attempts_email_attempted_at", "email", "attempted_at"),
        Index("ix_sign_in_attempts_looked_at", "email", "attempted_at", postgresql_where=_LOOKED_AT),
        Index("ix_sign_in_attempts_looked_at_in_place", "place", "attempted_at", postgresql_where=_LOOKED_AT),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select (id, person_id, attempted_at, outcome)",),
        administrator=("select", "insert"),
        sign_in=ALL,
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
    kind: Mapped[AttemptKind] = mapped_column(choice_column(AttemptKind), server_default=AttemptKind.PASSWORD)
    place: Mapped[str] = mapped_column(Text, server_default="")
    is_known_place: Mapped[bool] = mapped_column(server_default="false")
    told_at: Mapped[datetime | None]


def open_attempt(
    session: Session,
    *,
    email: str,
    address: str,
    now: datetime,
    kind: AttemptKind = AttemptKind.PASSWORD,
    browser_id: int | None = None,
) -> SignInAttempt:
    """Record a try before it is looked at; the edge commits it, so that simultaneous tries all count.

    The attempt's outcome is LOCKED where too many have failed; then the person is told by mail, if there is one, by a
    job, so that the answer takes the same time for an address nobody has. Tries for an address take turns (lock).
    """
    email = email.strip().lower()[:320]
    place, is_known = _place(kind, address, browser_id)
    person_id = session.scalar(select(Person.id).where(Person.email == email))
    attempt = SignInAttempt(
        email=email, person_id=person_id, address=address[:60], attempted_at=now, kind=kind, place=place,
        is_known_place=is_known, outcome=Outcome.STARTED,
    )  # fmt: skip
    is_account_locked = False
    if kind in GUESSED:
        _take_turns(session, email, place)
        is_account_locked = _is_account_locked(session, attempt)
        if is_account_locked or _is_network_locked(session, attempt):
            attempt.outcome = Outcome.LOCKED
    session.add(attempt)
    session.flush()
    if is_account_locked:
        _ask_to_tell(session, attempt)
    return attempt


def _place(kind: AttemptKind, address: str, browser_id: int | None) -> tuple[str, bool]:
    """Where a try is counted, and whether the person is known there."""
    if kind is AttemptKind.CONFIRMATION:
        return "signed in", True
    return (network_of(address), False) if browser_id is None else (f"browser {browser_id}", True)


def _take_turns(session: Session, email: str, place: str) -> None:
    turns = "SELECT pg_advisory_xact_lock(hashtext('sign_in'), hashtext(:name))"
    for name in (email, place):  # always in this order, so that nobody waits for somebody who waits for them
        session.execute(text(turns), {"name": name})


def _is_account_locked(session: Session, attempt: SignInAttempt) -> bool:
    """Whether too many tries have failed for this account: in this place, or in all strangers' places together."""
    if _must_wait(session, attempt, OF_A_PLACE, SignInAttempt.place == attempt.place, _last_good(attempt)):
        return True
    is_strangers = SignInAttempt.is_known_place.is_(False)
    return not attempt.is_known_place and _must_wait(session, attempt, OF_STRANGERS, is_strangers)


def _must_wait(
    session: Session,
    attempt: SignInAttempt,
    patience: Patience,
    where: ColumnElement[bool],
    *begins: ColumnElement[Any],
) -> bool:
    """Whether too many tries of this kind have failed for this address there, since a moment that cleared them."""
    failed = select(func.count(), func.max(SignInAttempt.attempted_at)).where(
        SignInAttempt.email == attempt.email,
        SignInAttempt.kind == attempt.kind,
        SignInAttempt.attempted_at > attempt.attempted_at - REMEMBERED,
        *(SignInAttempt.attempted_at > begin for begin in (_last(attempt, Outcome.UNLOCKED), *begins)),
        where,
        _FAILED,
        _LOOKED_AT,
    )
    return _is_waiting(session, failed, patience, attempt.attempted_at)


def _is_network_locked(session: Session, attempt: SignInAttempt) -> bool:
    """Whether too many passwords were wrong in this network, whoever's: one password tried over many accounts."""
    if attempt.is_known_place:
        return False
    failed = select(func.count(), func.max(SignInAttempt.attempted_at)).where(
        SignInAttempt.place == attempt.place,
        SignInAttempt.attempted_at > attempt.attempted_at - REMEMBERED_OF_A_NETWORK,
        SignInAttempt.kind == AttemptKind.PASSWORD,
        _FAILED,
        _LOOKED_AT,
    )
    return _is_waiting(session, failed, OF_A_NETWORK, attempt.attempted_at)


def _is_waiting(session: Session, failed: Select[int, datetime], patience: Patience, now: datetime) -> bool:
    failure_count, last_at = session.execute(failed).one()
    return failure_count > 0 and now < last_at + patience.wait_after(failure_count)


def _last(attempt: SignInAttempt, *outcomes: Outcome, place: str | None = None) -> ColumnElement[Any]:
    """When a try for the same address last ended so, in that place or anywhere; before all times if never."""
    earlier = aliased(SignInAttempt)
    ended = select(func.max(earlier.attempted_at)).where(
        earlier.email == attempt.email,
        earlier.attempted_at > attempt.attempted_at - REMEMBERED,
        earlier.outcome.in_(outcomes),
        earlier.outcome != literal_column("'locked'"),
    )
    if place is not None:
        ended = ended.where(earlier.place == place)
    return func.coalesce(ended.scalar_subquery(), attempt.attempted_at - 2 * REMEMBERED)


def _last_good(attempt: SignInAttempt) -> ColumnElement[Any]:
    return _last(attempt, Outcome.SIGNED_IN, Outcome.CONFIRMED, place=attempt.place)


def _ask_to_tell(session: Session, attempt: SignInAttempt) -> None:
    """Ask for the job that writes to whoever's account it is: the same work for an address that nobody has."""
    whose = sha256(attempt.email.encode()).hexdigest()[:24]
    key = f"tries {whose} {attempt.attempted_at:%Y-%m-%d %H}"
    with the_portals_own(session):
        request_job(session, "tell_of_tries", {"attempt_id": attempt.id}, unique_key=key)


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


def settle_first_half(session: Session, attempt_id: int) -> None:
    """Count a right password no longer as wrong, once its code has been given as well."""
    half = update(SignInAttempt).where(SignInAttempt.id == attempt_id, SignInAttempt.outcome == Outcome.STARTED)
    session.execute(half.values(outcome=Outcome.CONFIRMED))


def note_sign_in(session: Session, person: Person, *, kind: AttemptKind, address: str, now: datetime) -> None:
    """Record that a person has come in by something that is not tried, such as a link."""
    attempt = SignInAttempt(email=person.email, person_id=person.id, address=address[:60], attempted_at=now, kind=kind)
    attempt.outcome = Outcome.SIGNED_IN
    session.add(attempt)
    session.flush()


def last_signed_in(person_id: Any) -> ColumnElement[datetime]:
    """When a person last signed in, as a column of a statement on people; nothing for who never did."""
    mine = (SignInAttempt.person_id == person_id) & (SignInAttempt.outcome == Outcome.SIGNED_IN)
    return select(func.max(SignInAttempt.attempted_at)).where(mine).correlate_except(SignInAttempt).scalar_subquery()


def was_kept_out(session: Session, person: Person, now: datetime) -> bool:
    """Whether somebody was made to wait, under this person's address, within the hour and since the last unlocking."""
    own = SignInAttempt.email == person.email
    unlocked = select(func.max(SignInAttempt.id)).where(own, SignInAttempt.outcome == Outcome.UNLOCKED)
    kept_out = select(SignInAttempt.id).where(
        own,
        SignInAttempt.outcome == Outcome.LOCKED,
        SignInAttempt.attempted_at > now - LONGEST_WAIT,
        SignInAttempt.id > func.coalesce(unlocked.scalar_subquery(), 0),
    )
    return session.scalar(select(kept_out.exists())) or False


def unlock(session: Session, person: Person, now: datetime) -> None:
    """Let a locked person try again at once, from anywhere."""
    unlocking = SignInAttempt(email=person.email, person_id=person.id, attempted_at=now, kind=AttemptKind.UNLOCKING)
    unlocking.outcome = Outcome.UNLOCKED
    session.add(unlocking)
    session.flush()
