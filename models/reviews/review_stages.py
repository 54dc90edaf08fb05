"""When does a review plan to reach its stages, and when did it reach them?"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, one_of
from models.reviews.thematic_reviews import Stage, ThematicReview


class ReviewStage(Record):
    """When a review plans to reach a stage, and when it did."""

    __tablename__ = "review_stages"
    __table_args__ = (
        one_of("stage", Stage, "known_planned_stage"),
        UniqueConstraint(
            "review_id", "stage", name="stage_once_per_review", info={"sentence": "That stage is already planned."}
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(reason="The review's own timetable; agencies see their actions' dates.")

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"))
    stage: Mapped[Stage] = mapped_column(choice_column(Stage))
    planned_on: Mapped[date] = mapped_column(index=True)
    reached_on: Mapped[date | None]

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.stage.label


def move_to_stage(session: Session, review: ThematicReview, stage: Stage, *, on: date) -> None:
    """Take a review to the next stage, or back, and note the day it got there in its timetable."""
    if review.stage is stage:
        raise RuleBroken(f"The review is at the stage {stage.label.lower()} already.")
    review.stage = stage
    planned = session.scalar(select(ReviewStage).where(ReviewStage.review_id == review.id, ReviewStage.stage == stage))
    if planned is None:
        session.add(ReviewStage(review_id=review.id, stage=stage, planned_on=on, reached_on=on))
    else:
        planned.reached_on = planned.reached_on or on
    session.flush()
