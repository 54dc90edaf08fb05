"""Which Section 11 audits run, for children's or adults' safeguarding, and is every partner in it?

Section 11 stands apart from the reviews and is in addition to their self-evaluations; all partners are expected to
complete it for adults and for children (framework, "Initial scoping").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import asked_once
from models.core.words import choice_column, must, one_of
from models.partnership.agencies import Agency
from models.partnership.reference_items import Service
from models.rules.core.due_dates import months_after
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.tool_versions import ToolVersion, freeze_tool

CYCLE_MONTHS = 24
"""A cycle lasts two years (DOMAIN b5)."""


class Section11Cycle(Record):
    """One round of Section 11 over two years. Opening it freezes its tool and asks every partner."""

    __tablename__ = "section_11_cycles"
    __table_args__ = (
        one_of("covers", Service, "section_11_covers_known_service"),
        must(
            "due_on >= opens_on",
            name="section_11_due_after_opening",
            field="due_on",
            sentence="It cannot be due before it opens.",
        ),
        must(
            "(opened_at IS NULL) = (version_id IS NULL)",
            name="section_11_opens_with_tool", sentence="An open cycle has a frozen tool.",
        ),
        must(
            "closed_at IS NULL OR opened_at IS NOT NULL",
            name="section_11_closes_after_opening", sentence="Only an open cycle can be closed.",
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=("select", "insert", "update"),
        agency_reads="EXISTS (SELECT FROM section_11_returns r WHERE r.cycle_id = section_11_cycles.id)",
    )

    title: Mapped[str] = mapped_column(Text, unique=True, info={"sentence": "There is already a cycle of that title."})
    covers: Mapped[Service] = mapped_column(choice_column(Service), server_default=Service.BOTH)
    tool_id: Mapped[int] = mapped_column(ForeignKey("assurance_tools.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("tool_versions.id"), index=True)
    opens_on: Mapped[date]
    due_on: Mapped[date]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    tool: Mapped[AssuranceTool] = relationship(lazy="raise_on_sql")
    version: Mapped[ToolVersion | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.title

    @property
    def ends_on(self) -> date:
        """The day on which the next cycle begins."""
        return months_after(self.opens_on, CYCLE_MONTHS)

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    def check(self, session: Session) -> None:
        with session.no_autoflush:
            tool = session.get(AssuranceTool, self.tool_id) if self.tool_id else None
            if tool is not None and tool.kind is not ToolKind.SECTION_11:
                raise RuleBroken("Choose a Section 11 tool; self-evaluations belong to the reviews.", field="tool_id")


@dataclass(frozen=True)
class MissingPartner:
    """A partner whose return is not there, and why."""

    agency: Agency
    why: str


@asked_once
def expected_partners(session: Session, cycle: Section11Cycle) -> list[Agency]:
    """Every active agency that works on what the cycle covers, by name: all partners are expected."""
    return _partners(session, cycle.covers)


@asked_once
def _partners(session: Session, covers: Service) -> list[Agency]:
    statement = select(Agency).where(Agency.is_active)
    if covers is not Service.BOTH:
        statement = statement.where(Agency.covers.in_((Service.BOTH, covers)))
    return list(session.scalars(statement.order_by(Agency.name)))


def freeze_cycle(session: Session, cycle: Section11Cycle, *, person_id: int | None) -> ToolVersion:
    """The version that every partner of a cycle answers: frozen when the first one is asked, the same ever after."""
    if cycle.closed_at is not None:
        raise RuleBroken(f"{cycle.title} is closed.")
    if cycle.version_id is not None:
        return session.get_one(ToolVersion, cycle.version_id)
    version = freeze_tool(session, session.get_one(AssuranceTool, cycle.tool_id), person_id=person_id)
    cycle.version_id, cycle.opened_at = version.id, now()
    session.flush()
    return version
