"""Which improvement plan does a review have, in which version, and has the Board agreed it?"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.references import Referenced
from models.core.words import choice_column, must, one_of
from models.reviews.thematic_reviews import ThematicReview

_HAS_OWN_ACTION = "EXISTS (SELECT FROM actions a WHERE a.plan_id = action_plans.id)"


class PlanStatus(Choice):
    """How far a plan has come."""

    DRAFT = "draft"
    AGREED = "agreed"
    COMPLETED = "completed"
    CLOSED = "closed"


class ActionPlan(Referenced):
    """The improvement plan of a thematic review. Its version goes up each time it is agreed again.

    Only the Board's meeting agrees it (`models/plans/presentations.py`); nothing else writes `agreed_on`.
    """

    __tablename__ = "action_plans"
    __table_args__ = (
        one_of("status", PlanStatus, "known_plan_status"),
        must("version >= 1", name="version_from_one", sentence="Versions are counted from 1."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=("select", "insert", "update"),
        agency_reads=_HAS_OWN_ACTION,
    )
    reference_prefix = "AP"

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    year: Mapped[int]
    status: Mapped[PlanStatus] = mapped_column(choice_column(PlanStatus), server_default=PlanStatus.DRAFT)
    version: Mapped[int] = mapped_column(server_default="1")
    agreed_on: Mapped[date | None]
    summary: Mapped[str] = mapped_column(Text, server_default="")

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.year
