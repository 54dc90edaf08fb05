"""Which strategic priorities has the Board set, that every review is tied to?"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import ColumnElement, Text, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from models.core.access import EVERYTHING, READ, RowPolicy
from models.core.db import Record
from models.core.words import must


class StrategicPriority(Record):
    """A priority of the partnership, valid for a period."""

    __tablename__ = "strategic_priorities"
    __table_args__ = (
        must(
            "ends_on IS NULL OR ends_on >= starts_on",
            name="priority_ends_after_start",
            field="ends_on",
            sentence="A priority cannot end before it starts.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=READ,
        agency_reads=EVERYTHING,
        reason="Published by the partnership.",
    )

    name: Mapped[str] = mapped_column(Text, unique=True, info={"sentence": "There is already a priority of that name."})
    description: Mapped[str] = mapped_column(Text, server_default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    def __str__(self) -> str:
        return self.name


def lasting(on: date) -> ColumnElement[bool]:
    """Whether a priority is valid on a day; its last day counts."""
    return and_(
        StrategicPriority.starts_on <= on, or_(StrategicPriority.ends_on.is_(None), StrategicPriority.ends_on >= on)
    )
