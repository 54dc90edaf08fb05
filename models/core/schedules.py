"""Up to which moment have the regular runs been requested?"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import NONE, READ, RowPolicy
from models.core.db import Base


class ScheduleMark(Base):
    """The memory of one schedule: every run due up to this moment has its request."""

    __tablename__ = "schedule_marks"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=READ,
        officer=READ,
        reason="The scheduler's own memory; no agency's business.",
        is_logged=False,
    )

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    written_until_at: Mapped[datetime]


_LEAD = text("SELECT pg_try_advisory_xact_lock(hashtext('scheduler'))")

_ADVANCE = text("""
INSERT INTO schedule_marks (name, written_until_at) VALUES (:name, :until)
ON CONFLICT (name) DO UPDATE SET written_until_at = :until""")


def take_the_lead(session: Session) -> bool:
    """Whether this transaction may write the due runs; any other scheduler must pass until it ends."""
    return bool(session.execute(_LEAD).scalar_one())


def written_until(session: Session, schedule: str) -> datetime | None:
    """The moment up to which a schedule's runs have been requested; None when it has never been looked at."""
    return session.scalar(select(ScheduleMark.written_until_at).where(ScheduleMark.name == schedule))


def mark_written(session: Session, schedule: str, until: datetime) -> None:
    """Remember that a schedule's runs have been requested up to a moment."""
    session.execute(_ADVANCE, {"name": schedule, "until": until})
