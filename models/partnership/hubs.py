"""Which hubs scrutinise practice, for children, adults or both?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import READ, Role, RowPolicy
from models.core.choices import Choice
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, one_of
from models.partnership.holdings import HoldingKind, give_to, holding
from models.partnership.people import Person


class HubKind(Choice):
    """Children, adults, or both combined."""

    CHILDREN = "children"
    ADULTS = "adults"
    COMBINED = "combined"


class Hub(Record):
    """A Quality, Learning and Improvement Hub with its officer."""

    __tablename__ = "hubs"
    __table_args__ = (one_of("kind", HubKind, "known_hub_kind"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=READ,
        agency_reads="true",
        reason="Which hubs there are is published by the partnership.",
    )

    name: Mapped[str] = mapped_column(Text, unique=True, info={"sentence": "There is already a hub of that name."})
    kind: Mapped[HubKind] = mapped_column(choice_column(HubKind))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text, server_default="")
    is_active: Mapped[bool] = mapped_column(server_default="true")

    officer: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.name

    def check(self, session: Session) -> None:
        officer = session.get(Person, self.officer_id) if self.officer_id else None
        if officer is not None and officer.role is not Role.OFFICER:
            raise RuleBroken(f"{officer.name} is not a Quality Learning and Improvement Officer.", field="officer_id")


holding(
    HoldingKind(
        "hubs", Hub, Hub.officer_id, ("hub to run", "hubs to run"), lambda on: Hub.is_active.is_(True),
        give_to("officer_id"),
    )
)  # fmt: skip
