"""Who exported which list from the portal, with which filters, and how many rows?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_PERSON, RowPolicy
from models.core.db import Base
from models.partnership.people import Person


class ExportRecord(Base):
    """One list exported as a file. Written before the first row leaves, never changed."""

    __tablename__ = "export_records"
    address_path: ClassVar[str] = "exports"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        own=f"person_id = {OWN_PERSON}",
        own_reads=f"person_id = {OWN_PERSON}",
        staff=("select", "insert"),
        system=("select", "insert"),
        agency_reads=f"person_id = {OWN_PERSON}",
        agency_inserts=f"person_id = {OWN_PERSON}",
        is_logged=False,
        reason="A record of looking, itself append-only.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exported_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    list_name: Mapped[str] = mapped_column(Text)
    file_kind: Mapped[str] = mapped_column(Text)
    narrowed_by: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    row_count: Mapped[int]

    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


def record_export(
    session: Session, *, person_id: int, list_name: str, file_kind: str, narrowed_by: dict[str, str], row_count: int
) -> ExportRecord:
    """Record that a person exports `row_count` rows of a list as a file of that kind."""
    record = ExportRecord(
        person_id=person_id, list_name=list_name, file_kind=file_kind, narrowed_by=narrowed_by, row_count=row_count
    )
    session.add(record)
    session.flush()
    return record
