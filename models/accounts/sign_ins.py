"""Who is signed in, since when and until when, and who tried to be?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, ClassVar

from sqlalchemy import (
    CursorResult,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    Text,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.accounts.passwords import check_password, hash_password, is_outdated, is_password
from models.core.access import OWN_PERSON, Actor, Role, RowPolicy
from models.core.choices import Choice
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.words import choice_column, one_of
from models.partnership.partnership_settings import Partnership
from models.partnership.people import Person, becoming

TRIES, LOCK = 10, timedelta(minutes=15)
NOTED_AFTER = timedelta(minutes=1)  # "last seen" is not written more often
KEPT = timedelta(days=400)


class SignIn(Base):
    """One browser in which a person is signed in. The token itself is only in that browser; here is its SHA-256.

    `standing` is made of the password, role, agency and address the person had at sign-in: when one of them changes,
    it no longer fits and the sign-in is over.
    """

    __tablename__ = "sign_ins"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=(),
        is_logged=False,
        reason="Sessions belong to the portal's own sign-in; every attempt is on record in sign_in_attempts.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    standing: Mapped[str] = mapped_column(Text)
    browser: Mapped[str] = mapped_column(Text, server_default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Outcome(Choice):
    """The outcome of an attempt to sign in."""

    STARTED = "started"
    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    LOCKED = "locked"
    UNLOCKED = "unlocked"


class SignInAttempt(Base):
    """One try to sign in, also as somebody who does not exist; or an administrator's unlocking."""

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


@dataclass(frozen=True)
class SignedIn:
    """What a request needs to know of its sign-in and person."""

    sign_in_id: int
    person_id: int
    name: str
    email: str
    role: Role
    agency_id: int | None
    seen_at: datetime
    data: dict[str, Any]
    partnership_revision: int
    """The revision of the partnership's settings now: found on the way, so that no page needs a statement for it."""


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


def start_sign_in(session: Session, person: Person, *, browser: str, now: datetime, hours: int) -> str:
    """Sign the person in and give the token their browser keeps; only its hash stays here."""
    session.flush()
    token = token_urlsafe(32)
    sign_in = SignIn(
        token_hash=_hash(token),
        person_id=person.id,
        standing=standing_of(session, person.id),
        browser=browser_words(browser),
        started_at=now,
        seen_at=now,
        ends_at=now + timedelta(hours=hours),
    )
    session.add(sign_in)
    session.flush()
    return token


def standing_of(session: Session, person_id: int) -> str:
    """A digest of the password, role, agency and address a person has now; "" for nobody."""
    return session.scalar(select(_standing()).where(Person.id == person_id)) or ""


def has_password(session: Session, person_id: int, password: str) -> bool:
    """Whether the password is the person's."""
    return is_password(session.scalar(select(Person.password_hash).where(Person.id == person_id)), password)


def find_sign_in(session: Session, token: str, *, now: datetime, idle: timedelta) -> SignedIn | None:
    """The sign-in of a token while it is good: not ended, not idle, the person active and of the same standing.

    From then on the session acts as that person, also within the transaction: finding and becoming are one statement.
    """
    row = session.execute(_BY_TOKEN, {"token": _hash(token), "now": now, "idle_since": now - idle}).first()
    if row is None:
        return None
    signed_in = SignedIn(*row[: len(_FACTS)])
    request_id = session.info["actor"].request_id
    session.info["actor"] = Actor.person(signed_in.person_id, signed_in.role, signed_in.agency_id, request_id)
    return signed_in


def _living(statement: Select[Any]) -> Select[Any]:
    return statement.join(Person, Person.id == SignIn.person_id).where(
        SignIn.ends_at > bindparam("now", type_=DateTime(timezone=True)),
        SignIn.seen_at > bindparam("idle_since", type_=DateTime(timezone=True)),
        Person.is_active,
        SignIn.standing == _standing(),
    )


def _standing() -> Any:
    parts = func.concat_ws("|", Person.password_hash, Person.role, Person.agency_id, Person.email)
    return func.encode(func.sha256(func.convert_to(parts, "UTF8")), "hex")


_REVISION = select(Partnership.row_version).scalar_subquery()
_FACTS = (
    SignIn.id,
    Person.id,
    Person.name,
    Person.email,
    Person.role,
    Person.agency_id,
    SignIn.seen_at,
    SignIn.data,
    _REVISION,
)
_BY_TOKEN = _living(select(*_FACTS, *becoming())).where(SignIn.token_hash == bindparam("token"))
"""Made once: every request asks it."""


def note_seen(session: Session, sign_in_id: int, now: datetime) -> None:
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))


def keep_data(session: Session, token: str, data: dict[str, Any]) -> None:
    """Keep what the browser's session holds: its form token and messages not yet shown."""
    session.execute(update(SignIn).where(SignIn.token_hash == _hash(token)).values(data=data))


def sign_out(session: Session, token: str) -> None:
    """End a sign-in; its token is worth nothing from now on."""
    session.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))


def living_sign_ins(session: Session, person_id: int, *, now: datetime, idle: timedelta) -> list[SignIn]:
    """Where a person is signed in, latest first."""
    statement = _living(select(SignIn)).where(SignIn.person_id == person_id)
    moments = {"now": now, "idle_since": now - idle}
    return list(session.scalars(statement.order_by(SignIn.seen_at.desc(), SignIn.id), moments))


def revoke(session: Session, *, person_id: int, sign_in_id: int | None = None, but: int | None = None) -> int:
    """End one of a person's sign-ins, or all of them, or all but one; returns how many ended."""
    mine = delete(SignIn).where(SignIn.person_id == person_id, SignIn.id.is_distinct_from(but))
    if sign_in_id is not None:
        mine = mine.where(SignIn.id == sign_in_id)
    ended: CursorResult[Any] = session.execute(mine)  # type: ignore[assignment]
    return ended.rowcount


def unlock(session: Session, person: Person, now: datetime) -> None:
    """Let a locked person try again at once."""
    session.add(SignInAttempt(email=person.email, person_id=person.id, attempted_at=now, outcome=Outcome.UNLOCKED))
    session.flush()


def set_password(session: Session, person: Person, new: str) -> None:
    """Give a person a password. Ends every sign-in of theirs; refuses a password that is easily guessed."""
    check_password(new)
    person.password_hash = hash_password(new)
    session.flush()


def change_password(session: Session, person_id: int, *, old: str, new: str) -> Person:
    """Set a new password, given the old one. Every sign-in of the person ends with the old password."""
    person = session.get_one(Person, person_id)
    if not has_password(session, person_id, old):
        raise RuleBroken("The current password is not right.")
    if old == new:
        raise RuleBroken("Choose a password that differs from the current one.")
    set_password(session, person, new)
    return person


def forget_old_sign_ins(session: Session, now: datetime) -> int:
    """Delete ended sign-ins, and attempts older than KEPT; returns how many rows."""
    ended: CursorResult[Any] = session.execute(delete(SignIn).where(SignIn.ends_at < now))  # type: ignore[assignment]
    old: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(SignInAttempt).where(SignInAttempt.attempted_at < now - KEPT)
    )
    return ended.rowcount + old.rowcount


def browser_words(agent: str) -> str:
    """A browser as its owner would name it.

    >>> browser_words("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0")
    'Edge on Windows'
    """
    names = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {"Windows": "Windows", "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Mac OS": "Mac"}
    name = next((word for mark, word in names.items() if mark in agent), "A browser")
    system = next((word for mark, word in (systems | {"Linux": "Linux"}).items() if mark in agent), "")
    return f"{name} on {system}" if system else name


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
