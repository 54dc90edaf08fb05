"""What does a plan recommend, and on what evidence?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.db import Record
from models.core.words import choice_column, must, one_of
from models.partnership.reference_items import ReferenceItem
from models.plans.action_plans import ActionPlan


class Change(Choice):
    """What a recommendation changes (framework, "Recommendations, actions and learning")."""

    POLICY = "policy"
    PROCEDURE = "procedure"
    PRACTICE = "practice"


class Recommendation(Record):
    """One concise recommendation of a plan; its actions carry it out."""

    __tablename__ = "recommendations"
    __table_args__ = (
        UniqueConstraint(
            "plan_id",
            "number",
            name="recommendation_number_once",
            info={"sentence": "The plan already has a recommendation of that number."},
        ),
        one_of("changes", Change, "known_recommendation_change"),
        must("number >= 1", name="recommendation_from_one", sentence="Recommendations are counted from 1."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        agency_reads="EXISTS (SELECT FROM actions a WHERE a.recommendation_id = recommendations.id)"
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plans.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    key_area_id: Mapped[int | None] = mapped_column(ForeignKey("reference_items.id"), index=True)
    evidence: Mapped[str] = mapped_column(Text, server_default="")
    changes: Mapped[Change | None] = mapped_column(choice_column(Change))

    plan: Mapped[ActionPlan] = relationship(lazy="raise_on_sql")
    key_area: Mapped[ReferenceItem | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


def next_number(session: Session, plan_id: int) -> int:
    """The number that a plan's next recommendation takes."""
    highest = session.scalar(select(func.max(Recommendation.number)).where(Recommendation.plan_id == plan_id))
    return (highest or 0) + 1
