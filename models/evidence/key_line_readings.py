"""What does the team say the sources of a key line mean, in its own words?"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.tools.key_lines import KeyLine


class KeyLineReading(Record):
    """What the team says the sources mean for one key line, in place of the sentence the portal makes."""

    __tablename__ = "key_line_readings"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        reason="The hub's own until the review is presented.",
    )

    key_line_id: Mapped[int] = mapped_column(
        ForeignKey("key_lines.id", ondelete="CASCADE"), unique=True,
        info={"sentence": "This key line has its sentence already."},
    )  # fmt: skip
    text: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())

    key_line: Mapped[KeyLine] = relationship(lazy="raise_on_sql")
    written_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


def amend_reading(session: Session, line: KeyLine, *, text: str, person_id: int | None) -> None:
    """Say what the sources of a key line mean in the team's own words; empty words bring the portal's sentence back."""
    if line.review_id is None:
        raise RuleBroken("Only a review's own key line has a meaning to write down.")
    reading = session.scalar(select(KeyLineReading).where(KeyLineReading.key_line_id == line.id))
    if not text.strip():
        if reading is not None:
            session.delete(reading)
    else:
        reading = reading or KeyLineReading(key_line_id=line.id)
        reading.text, reading.written_by_id, reading.written_at = text.strip(), person_id, now()
        session.add(reading)
    session.flush()
