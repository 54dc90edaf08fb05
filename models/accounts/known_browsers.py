"""In which browsers has a person signed in before, so that strangers' wrong guesses do not count there?"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar

from sqlalchemy import CursorResult, ForeignKey, LargeBinary, Text, UniqueConstraint, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import ALL, NONE, RowPolicy
from models.core.db import Base
from models.partnership.people import Person

UNUSED = timedelta(days=180)
"""So long a browser is remembered after the last sign-in in it."""


class KnownBrowser(Base):
    """A browser in which a person has signed in. Its token is only in that browser; here is the token's SHA-256.

    It opens nothing by itself: a password is looked at there although strangers have used up theirs. Several people
    may use one browser; each has a row. The database forgets a person's browsers when their password, their address
    or their leave to sign in changes.
    """

    __tablename__ = "known_browsers"
    __table_args__ = (UniqueConstraint("token_hash", "person_id"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=("select (id, person_id, browser, known_since_at, used_at)", "delete"),
        sign_in=ALL,
        is_logged=False,
        reason="Belongs to the portal's own sign-in; every attempt is on record in sign_in_attempts.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    browser: Mapped[str] = mapped_column(Text, server_default="")
    known_since_at: Mapped[datetime]
    used_at: Mapped[datetime] = mapped_column(index=True)


def remember_browser(session: Session, person_id: int, token: str, *, browser: str, now: datetime) -> None:
    """Note that a person has proved who they are in the browser of that token."""
    values = {"browser": browser, "used_at": now}
    known = insert(KnownBrowser).values(person_id=person_id, token_hash=_hash(token), known_since_at=now, **values)
    session.execute(known.on_conflict_do_update(index_elements=["token_hash", "person_id"], set_=values))


def known_browser(session: Session, token: str, *, email: str, now: datetime) -> int | None:
    """The id of a browser that the person of that address is known to use; None for any other, or any other address."""
    known = select(KnownBrowser.id).join(Person, Person.id == KnownBrowser.person_id)
    mine = (KnownBrowser.token_hash == _hash(token)) & (Person.email == email.strip().lower())
    return session.scalar(known.where(mine, KnownBrowser.used_at > now - UNUSED)) if token else None


def browsers_of(session: Session, person_id: int, *, now: datetime) -> list[KnownBrowser]:
    """The browsers in which a person is known, latest used first."""
    mine = select(KnownBrowser).where(KnownBrowser.person_id == person_id, KnownBrowser.used_at > now - UNUSED)
    return list(session.scalars(mine.order_by(KnownBrowser.used_at.desc(), KnownBrowser.id)))


def forget_browsers(session: Session, person_id: int, browser_id: int | None = None) -> int:
    """Forget one of a person's browsers, or all of them; returns how many."""
    mine = delete(KnownBrowser).where(KnownBrowser.person_id == person_id)
    if browser_id is not None:
        mine = mine.where(KnownBrowser.id == browser_id)
    gone: CursorResult[Any] = session.execute(mine)  # type: ignore[assignment]
    return gone.rowcount


def forget_unused_browsers(session: Session, now: datetime) -> int:
    """Forget the browsers in which nobody has signed in for long; returns how many."""
    old = delete(KnownBrowser).where(KnownBrowser.used_at <= now - UNUSED)
    gone: CursorResult[Any] = session.execute(old)  # type: ignore[assignment]
    return gone.rowcount


def is_browser(known: KnownBrowser, token: str) -> bool:
    """Whether a row is about the browser of that token."""
    return bool(token) and known.token_hash == _hash(token)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
