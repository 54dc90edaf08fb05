"""Which readable reference does a new record get, so that people can speak of it?"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Connection, Text, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from models.core.access import NONE, RowPolicy
from models.core.db import Base, Record


class ReferenceCounter(Base):
    """The last number given out for a prefix in a year."""

    __tablename__ = "reference_counters"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=("select", "insert", "update"),
        officer=("select", "insert", "update"),
        system=("select", "insert", "update"),
        reason="Numbers only; agencies create nothing that is numbered.",
        is_logged=False,
    )

    prefix: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


_NEXT = text(
    "INSERT INTO reference_counters (prefix, year, last_number) VALUES (:prefix, :year, 1)"
    " ON CONFLICT (prefix, year) DO UPDATE SET last_number = reference_counters.last_number + 1 RETURNING last_number"
)


PLAIN = {"is_plain": True}
"""For a column that holds capitals, digits and signs alone: lists sort by it as it stands, and so by its index."""


class Referenced(Record):
    """A record people call by a reference such as `TR-2026-03`: prefix, year, running number within the year."""

    __abstract__ = True
    reference_prefix: ClassVar[str]

    reference: Mapped[str] = mapped_column(Text, unique=True, sort_order=-5, info=PLAIN)

    @property
    def reference_year(self) -> int:
        """The year in the reference; each noun says which of its dates decides."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.reference


@event.listens_for(Referenced, "before_insert", propagate=True)
def _give_reference(mapper: Mapper[Any], connection: Connection, record: Referenced) -> None:
    if not record.reference:
        record.reference = next_reference(connection, record.reference_prefix, record.reference_year)


def next_reference(connection: Connection, prefix: str, year: int) -> str:
    """The next free reference of a prefix and year; the counter's row lock keeps two people from sharing one."""
    number = connection.execute(_NEXT, {"prefix": prefix, "year": year}).scalar_one()
    return f"{prefix}-{year}-{number:02d}"
