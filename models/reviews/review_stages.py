"""When does a review plan to reach its stages, and when did it reach them?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import asked_once
from models.core.words import choice_column, one_of
from models.partnership.partnership_settings import the_partnership
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.core.due_dates import in_words
from models.rules.reviews.timetables import out_of_order, usual_days


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
    settle_thresholds(session, review)
    planned = session.scalar(select(ReviewStage).where(ReviewStage.review_id == review.id, ReviewStage.stage == stage))
    if planned is None:
        session.add(ReviewStage(review_id=review.id, stage=stage, planned_on=on, reached_on=on))
    else:
        planned.reached_on = planned.reached_on or on
    session.flush()


def settle_thresholds(session: Session, review: ThematicReview) -> None:
    """Keep the numbers a review's matrix is marked by once its evidence is in; none while it is gathered (again)."""
    if review.stage.number <= Stage.EVIDENCE.number:
        review.thresholds = None
    elif review.thresholds is None:
        review.thresholds = the_partnership(session).thresholds.kept


@asked_once
def stages_of(session: Session, review_id: int) -> dict[Stage, ReviewStage]:
    """The stages of a review that are planned or reached."""
    stages = session.scalars(_STAGES_OF, {"review_id": review_id})
    return {planned.stage: planned for planned in stages}


_STAGES_OF = select(ReviewStage).where(ReviewStage.review_id == bindparam("review_id"))


def give_timetable(session: Session, review: ThematicReview, *, on: date) -> None:
    """Give a new review its timetable: proposed on a day, and the other stages after their usual lengths from then."""
    for stage, day in zip(Stage, usual_days(on), strict=True):
        reached_on = on if stage is Stage.PROPOSED else None
        session.add(ReviewStage(review=review, stage=stage, planned_on=day, reached_on=reached_on))


def usual_timetable(stages: Mapping[Stage, ReviewStage], *, on: date) -> dict[Stage, date]:
    """The usual days of the stages that are still to be reached, reckoned from the latest one reached, else from a day.

    >>> reached = ReviewStage(stage=Stage.IMPACT_ANALYSIS, planned_on=date(2027, 6, 1), reached_on=date(2027, 6, 4))
    >>> usual_timetable({Stage.IMPACT_ANALYSIS: reached}, on=date(2026, 1, 1))
    {<Stage.CLOSED: 'closed'>: datetime.date(2027, 7, 9)}
    """
    order = list(Stage)
    reached = [(order.index(stage), step.reached_on) for stage, step in stages.items() if step.reached_on]
    if not reached:
        return dict(zip(order, usual_days(on), strict=True))
    place, day = max(reached)
    return dict(zip(order[place + 1 :], usual_days(day, place)[1:], strict=True))


def timetable_problems(days: Mapping[Stage, date | None]) -> dict[Stage, str]:
    """What is wrong with planned days, by stage: one that comes before the day of an earlier stage.

    >>> timetable_problems({Stage.SCOPING: date(2026, 3, 9), Stage.EVIDENCE: date(2026, 3, 8)})
    {<Stage.EVIDENCE: 'evidence'>: 'Evidence cannot come before scoping, which is planned for 9 March 2026.'}
    """
    order = list(Stage)
    known = [days.get(stage) for stage in order]
    return {
        order[later]: f"{order[later].label} cannot come before {order[earlier].label.lower()}, which is planned for "
        f"{in_words(day)}."
        for later, earlier in out_of_order(known)
        if (day := known[earlier]) is not None
    }


def plan_as_before(session: Session, review: ThematicReview, days: Mapping[Stage, date | None]) -> None:
    """Give stages back the days they had before they were planned; None for one that was not in the timetable.

    Nobody is told: a reminder that was written for a day that has gone is not sent any more. Refuses a stage that is
    reached by now, and days that do not follow one another.
    """
    plan_stages(session, review, {stage: day for stage, day in days.items() if day is not None})
    stages = stages_of(session, review.id)
    for stage in (stage for stage, day in days.items() if day is None and stage in stages):
        if stages[stage].reached_on is not None:
            raise RuleBroken(f"{stage.label} is reached already; its day stands.", field=stage.value)
        session.delete(stages[stage])
    session.flush()


def plan_stages(session: Session, review: ThematicReview, days: Mapping[Stage, date]) -> int:
    """Plan the days of stages that are not reached yet, all of them or none. Returns how many were planned or moved.

    Refuses a stage that is reached, and days that do not follow one another.
    """
    stages = stages_of(session, review.id)
    for stage in days:
        if stage in stages and stages[stage].reached_on is not None:
            raise RuleBroken(f"{stage.label} is reached already; its day stands.", field=stage.value)
    known = {stage: planned.planned_on for stage, planned in stages.items()} | dict(days)
    for stage, sentence in timetable_problems(known).items():
        if stage in days:
            raise RuleBroken(sentence, field=stage.value)
    moved = {stage: day for stage, day in days.items() if stage not in stages or stages[stage].planned_on != day}
    for stage, day in moved.items():
        if stage in stages:
            stages[stage].planned_on = day
        else:
            session.add(ReviewStage(review_id=review.id, stage=stage, planned_on=day))
    session.flush()
    return len(moved)
