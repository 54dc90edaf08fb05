"""Which secret link shows whose due dates, and which dates are a person's?"""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, ClassVar

from sqlalchemy import CursorResult, ForeignKey, LargeBinary, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import ALL, NONE, RowPolicy
from models.core.db import Base
from models.partnership.people import Person
from models.reminders.task_kinds import KINDS
from models.reminders.tasks import due_dates
from models.rules.core.due_dates import DueDate


class CalendarFeed(Base):
    """A person's calendar link. The token itself is only in their calendar program; the portal keeps its SHA-256."""

    __tablename__ = "calendar_feeds"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        sign_in=ALL,
        unlogged_columns=("token_hash",),
        reason="Secret links belong to the portal itself, as sign-ins do; whoever holds one reads as that person.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    started_at: Mapped[datetime]


def start_feed(session: Session, person_id: int, *, now: datetime) -> str:
    """Give a person a new secret link and return its token, shown this once; an earlier link stops working."""
    revoke_feed(session, person_id)
    token = token_urlsafe(32)
    session.add(CalendarFeed(person_id=person_id, token_hash=_hash(token), started_at=now))
    session.flush()
    return token


def revoke_feed(session: Session, person_id: int) -> bool:
    """End a person's link; returns whether there was one."""
    ended: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(CalendarFeed).where(CalendarFeed.person_id == person_id)
    )
    return ended.rowcount > 0


def feed_of(session: Session, person_id: int) -> CalendarFeed | None:
    """The person's present link, if any."""
    return session.scalar(select(CalendarFeed).where(CalendarFeed.person_id == person_id))


def person_of_feed(session: Session, token: str) -> Person | None:
    """The active person whose link holds this token; None for a token that is revoked, replaced or made up."""
    return session.scalar(
        select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(CalendarFeed.token_hash == _hash(token), Person.is_active)
    )


def dates_of(session: Session, person: Person, *, today: date) -> list[DueDate]:
    """What is due for a person, earliest first, as far as the session's actor (that person) may see it.

    The same that the person's home page lists as due or overdue, and what is due later than that page looks ahead.
    """
    return due_dates(session, KINDS, person.actor(), today)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
