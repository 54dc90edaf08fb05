"""What do all returns of agencies have in common: asked for, due on a day, handed in, given back, closed?"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Text, func
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.core.access import OWN_AGENCIES, RowPolicy
from models.core.choices import Choice
from models.core.clock import today
from models.core.references import Referenced
from models.core.words import choice_column, must, one_of
from models.partnership.agencies import Agency
from models.tools.answer_sheets import AnswerSheet

OWN = f"agency_id = ANY {OWN_AGENCIES}"
"""Which returns are an agency's own, for row policies."""


class ReturnStatus(Choice):
    """Where a return stands: asked for, handed in, given back to be changed, or closed."""

    ASKED = "asked", "To be filled in"
    SUBMITTED = "submitted", "Handed in"
    RETURNED = "returned", "Returned for change"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether the agency still has something to do.

        >>> [one.value for one in ReturnStatus if one.is_open]
        ['asked', 'returned']
        """
        return self in OPEN


OPEN = (ReturnStatus.ASKED, ReturnStatus.RETURNED)
"""Where the agency still has something to do."""


class AgencyReturn(Referenced):
    """One agency's answers to what it was asked, by a day. The agency sees its own and writes while it is open."""

    __abstract__ = True
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        agency_reads=OWN,
        agency_writes=f"{OWN} AND status IN ('asked', 'returned')",
        agency_leaves=f"{OWN} AND status IN ('asked', 'returned', 'submitted')",
        agency_updates=("status", "submitted_at", "submitted_by_id", "row_version"),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("answer_sheets.id"), unique=True)
    status: Mapped[ReturnStatus] = mapped_column(
        choice_column(ReturnStatus), server_default=ReturnStatus.ASKED, index=True
    )
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_on: Mapped[date]
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    return_reason: Mapped[str] = mapped_column(Text, server_default="")
    closed_at: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def agency(cls) -> Mapped[Agency]:
        return relationship(lazy="raise_on_sql")

    @declared_attr
    @classmethod
    def sheet(cls) -> Mapped[AnswerSheet]:
        return relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return today().year

    @property
    def is_late(self) -> bool:
        """Whether the agency still has something to do after the day it was due."""
        return ReturnStatus(self.status).is_open and self.due_on < today()


def return_rules(name: str, noun: str) -> tuple[CheckConstraint, ...]:
    """The constraints of a table of returns: known states, and the moments that go with them."""
    return (
        one_of("status", ReturnStatus, f"known_{name}_status"),
        must(
            "(status IN ('submitted', 'closed')) <= (submitted_at IS NOT NULL)",
            name=f"{name}_handed_in_at", sentence=f"A {noun} is handed in at a moment.",
        ),
        must(
            "(status = 'closed') = (closed_at IS NOT NULL)",
            name=f"{name}_closed_at", sentence=f"A closed {noun} needs the moment it was closed.",
        ),
    )  # fmt: skip
