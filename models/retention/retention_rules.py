"""How long is each kind of case-level data kept, what is due to be erased, and what has been?"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.db import Base, Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.retention.erasures import ERASABLE
from models.retention.look_erasures import LOOKS
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.retention.retention import ReviewClocks, due_holdings


class ClockStart(Choice):
    """The day of the review from which the months are counted."""

    REVIEW_COMPLETED = "review_completed"
    REVIEW_CLOSED = "review_closed"

    @property
    def stage(self) -> Stage:
        return Stage.COMPLETED if self is ClockStart.REVIEW_COMPLETED else Stage.CLOSED


class RetentionRule(Record):
    """One kind of data and how long it is kept. `what` is a word of `models.retention.erasures.ERASABLE`."""

    __tablename__ = "retention_rules"
    __table_args__ = (
        one_of("counted_from", ClockStart, "known_clock_start"),
        must("months BETWEEN 0 AND 600", name="months_plausible", sentence="Give months between 0 and 600."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(reason="The partnership's own rules on what it keeps.")

    what: Mapped[str] = mapped_column(Text, unique=True, info={"sentence": "There is a rule for that already."})
    months: Mapped[int]
    counted_from: Mapped[ClockStart] = mapped_column(choice_column(ClockStart), server_default=ClockStart.REVIEW_CLOSED)
    basis: Mapped[str] = mapped_column(Text, server_default="")
    is_active: Mapped[bool] = mapped_column(server_default="true")

    def __str__(self) -> str:
        erasable = ERASABLE.get(self.what)
        return erasable.label if erasable else self.what

    def check(self, session: Session) -> None:
        erasable = ERASABLE.get(self.what)
        if erasable is None:
            raise RuleBroken(f"Choose what the rule is about: {', '.join(each.label for each in ERASABLE.values())}.")
        if self.months < erasable.least_months:
            raise RuleBroken(f"{erasable.label}: needed for {erasable.least_months} months, {erasable.least_because}.")


class RetentionRun(Base):
    """What was erased on a day under a rule, and how much; written only when something was."""

    __tablename__ = "retention_runs"
    __table_args__ = (Index("ix_retention_runs_day", "ran_on"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select",), system=("select", "insert"), reason="What the portal itself has erased; never edited."
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("retention_rules.id", ondelete="SET NULL"), index=True)
    what: Mapped[str] = mapped_column(Text)
    ran_on: Mapped[date]
    ran_at: Mapped[datetime] = mapped_column(server_default=func.now())
    holding_count: Mapped[int]
    erased_count: Mapped[int]

    rule: Mapped[RetentionRule | None] = relationship(lazy="raise_on_sql")


def review_clocks(session: Session, start: ClockStart) -> ReviewClocks:
    """The day on which each completed or closed review got there; and which reviews are on hold.

    A review that was taken back to an earlier stage has no clock: its data is in use again.
    """
    stages = list(Stage)
    reached = select(ReviewStage.review_id, ReviewStage.reached_on).join(
        ThematicReview, ThematicReview.id == ReviewStage.review_id
    )
    rows = session.execute(
        reached.where(
            ReviewStage.stage == start.stage,
            ReviewStage.reached_on.is_not(None),
            ThematicReview.stage.in_(stages[stages.index(start.stage) :]),
        )
    )
    held = session.scalars(select(ThematicReview.id).where(ThematicReview.is_on_hold))
    return ReviewClocks({key: day for key, day in rows if day is not None}, frozenset(held))


def due_under(session: Session, rule: RetentionRule, today: date) -> list[int]:
    """The ids of what is due under a rule by a day; reads only."""
    holdings = ERASABLE[rule.what].find(session)
    return due_holdings(holdings, review_clocks(session, rule.counted_from), rule.months, today)


def erase_due(session: Session, today: date) -> list[RetentionRun]:
    """Erase exactly what is due by a day under the rules in use, leave the counts, and log it.

    Run again on the same day, it finds nothing and writes nothing.
    """
    rules = session.scalars(select(RetentionRule).where(RetentionRule.is_active).order_by(RetentionRule.id))
    runs = []
    for rule in rules.all():
        due = due_under(session, rule, today)
        if due:
            count = ERASABLE[rule.what].erase(session, due, today)
            facts = {"what": rule.what, "ran_on": today, "holding_count": len(due), "erased_count": count}
            runs.append(RetentionRun(rule_id=rule.id, **facts))
    session.add_all(runs)
    session.flush()
    return runs


def place_hold(session: Session, review: ThematicReview, *, reason: str) -> None:
    """Keep everything of a review, whatever the rules say, until the hold is lifted. Refuses without a reason."""
    if review.is_on_hold:
        raise RuleBroken(f"{review.reference} is on hold already.")
    if not reason.strip():
        raise RuleBroken("Give the reason for the hold, such as the inquiry that asks for it.")
    review.is_on_hold, review.hold_reason = True, reason.strip()
    session.flush()


def lift_hold(session: Session, review: ThematicReview) -> None:
    """Let the retention rules apply to a review again; what is overdue is erased by the next run."""
    if not review.is_on_hold:
        raise RuleBroken(f"{review.reference} is not on hold.")
    review.is_on_hold, review.hold_reason = False, ""
    session.flush()


_USUAL = (
    (LOOKS, 24, ClockStart.REVIEW_CLOSED, "Needed to answer who has seen a case; counted from the day of the look."),
    ("frame_rows", 12, ClockStart.REVIEW_COMPLETED, "Needed to repeat the draw until the impact analysis."),
    ("drawn_cases", 24, ClockStart.REVIEW_CLOSED, "Needed to keep cases from being audited again too soon."),
    (
        "audit_words",
        24,
        ClockStart.REVIEW_CLOSED,
        "Needed until the impact analysis has been read beside the first audits.",
    ),
    ("survey_texts", 12, ClockStart.REVIEW_CLOSED, "Needed until everybody who took part has been told the outcome."),
    ("evidence_files", 72, ClockStart.REVIEW_CLOSED, "Kept for six years, as the agreement on sharing asks."),
)


def add_usual_retention(session: Session) -> None:
    """Give a new portal rules to start from, to be confirmed by the Board; existing rules stay as they are."""
    there = set(session.scalars(select(RetentionRule.what)))
    for what, months, counted_from, basis in _USUAL:
        if what not in there:
            session.add(RetentionRule(what=what, months=months, counted_from=counted_from, basis=basis))
    session.flush()
