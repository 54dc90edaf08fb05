"""Which agencies belong to the partnership, and what do they cover?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.core.access import OWN_AGENCIES, READ, RowPolicy
from models.core.db import Record
from models.core.words import choice_column, must, one_of
from models.partnership.reference_items import ReferenceItem, Service


class Agency(Record):
    """A partner agency: police, social care, health, education, housing, voluntary sector and others."""

    __tablename__ = "agencies"
    __table_args__ = (
        one_of("covers", Service, "agency_covers_known_service"),
        must("name <> ''", name="agency_named", sentence="Give the agency a name."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=READ,
        sign_in=READ,
        agency_reads=f"id = ANY {OWN_AGENCIES}",
    )

    name: Mapped[str] = mapped_column(Text, unique=True, info={"sentence": "There is already an agency of that name."})
    category_id: Mapped[int] = mapped_column(ForeignKey("reference_items.id"), index=True)
    is_statutory: Mapped[bool] = mapped_column(server_default="false")
    covers: Mapped[Service] = mapped_column(choice_column(Service), server_default=Service.BOTH)
    partnership_role: Mapped[str] = mapped_column(Text, server_default="")
    code: Mapped[str] = mapped_column(Text, server_default="")
    contact_email: Mapped[str] = mapped_column(Text, server_default="")
    is_active: Mapped[bool] = mapped_column(server_default="true")

    category: Mapped[ReferenceItem] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.name
