"""How long is each kind of data kept, what is due to be erased, and what has been?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import READ, RowPolicy
from models.core.choices import Choice
from models.core.db import Base, Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.retention.erasures import ERASABLE
from models.retention.look_erasures import LOOKS
from models.retention.message_erasures import MESSAGES, REQUESTS
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.core.counts import count_words


class ClockStart(Choice):
    """The day of the review from which the months are counted."""

    REVIEW_COMPLETED = "review_completed"
    REVIEW_CLOSED = "review_closed"

    @property
    def stage(self) -> Stage:
        return Stage.COMPLETED if self is ClockStart.REVIEW_COMPLETED else Stage.CLOSED

    @property
    def stages(self) -> Sequence[Stage]:
        """Those in which a review's clock goes on."""
        stages = list(Stage)
        return stages[stages.index(self.stage) :]


class RetentionRule(Record):
    """One kind of data and how long it is kept. `what` is a word of `models.retention.erasures.ERASABLE`."""

    __tablename__ = "retention_rules"
    __table_args__ = (
        one_of("counted_from", ClockStart, "known_clock_start"),
        must("months BETWEEN 0 AND 600", name="months_plausible", sentence="Give months between 0 and 600."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=READ,
        reason="The partnership's own rules on what it keeps.",
    )

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
            least = count_words(erasable.least_months, "month")
            raise RuleBroken(f"{erasable.label}: needed for {least}, {erasable.least_because}.")


_IN_USE = select(RetentionRule).where(RetentionRule.is_active).order_by(RetentionRule.id)


class RetentionRun(Base):
    """What was erased on a day under a rule, in one transaction, and how much; written only when something was."""

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


def started_on(session: Session, review: ThematicReview) -> dict[ClockStart, date]:
    """The days on which a review's clocks started. One taken back to an earlier stage has none: its data is in use."""
    reached = select(ReviewStage.stage, ReviewStage.reached_on).where(
        ReviewStage.review_id == review.id, ReviewStage.reached_on.is_not(None)
    )
    days = {stage: day for stage, day in session.execute(reached) if day is not None}
    return {start: days[start.stage] for start in ClockStart if start.stage in days and review.stage in start.stages}


_IS_DUE = "{day} + make_interval(months => :months) <= :today"
_DUE_REVIEWS = f"""
SELECT r.id FROM thematic_reviews r JOIN review_stages s ON s.review_id = r.id
WHERE NOT r.is_on_hold AND s.stage = :stage AND r.stage = ANY(:stages) AND {_IS_DUE.format(day="s.reached_on")}"""  # noqa: S608 - our own words


def _due(rule: RetentionRule) -> str:
    """The query for `id, review_id` of what is due under a rule."""
    held = ERASABLE[rule.what].held()
    due = f"SELECT h.id, h.review_id FROM ({held.query}) h JOIN ({_DUE_REVIEWS}) due ON due.id = h.review_id"  # noqa: S608 - our own words
    if not held.stands_alone:
        return due
    alone = f"review_id IS NULL AND {_IS_DUE.format(day='made_on')}"
    return f"{due} UNION ALL SELECT id, review_id FROM ({held.query}) h WHERE {alone}"  # noqa: S608 - our own words


def _values(rule: RetentionRule, today: date) -> dict[str, Any]:
    start = rule.counted_from
    return {"stage": start.stage, "stages": list(start.stages), "months": rule.months, "today": today}


def due_count(session: Session, rule: RetentionRule, today: date) -> int:
    """How many things are due under a rule by a day: one statement, which loads none of them."""
    counted = text(f"SELECT count(*) FROM ({_due(rule)}) due")  # noqa: S608 - our own words
    return int(session.execute(counted, _values(rule, today)).scalar_one())


@dataclass(frozen=True)
class Portion:
    """What is erased in one transaction: `ids` are due; the last one that was looked at tells where the next begins."""

    ids: list[int]
    last_id: int


def next_portion(session: Session, rule: RetentionRule, today: date, *, after: int = 0) -> Portion | None:
    """The next things that are due under a rule, by their ids, later than `after`; None when none is left.

    Their reviews are locked, so that nobody places a hold in between: what is on hold by now is left out.
    """
    some = text(f"SELECT id, review_id FROM ({_due(rule)}) due WHERE id > :after ORDER BY id LIMIT :most")  # noqa: S608 - our own words
    values = {**_values(rule, today), "after": after, "most": ERASABLE[rule.what].portion}
    rows = session.execute(some, values).all()
    if not rows:
        return None
    still_due = text(f"{_DUE_REVIEWS} AND r.id = ANY(:reviews) FOR SHARE OF r, s")
    reviews = {row.review_id for row in rows} - {None}
    free = {None, *session.scalars(still_due, {**values, "reviews": list(reviews)})}
    return Portion([row.id for row in rows if row.review_id in free], rows[-1].id)


def erase_due(session: Session, today: date) -> Iterator[RetentionRun]:
    """Erase exactly what is due by a day under the rules in use, leave the counts, and log it, a portion at a time.

    The caller commits after each run that is given: what was erased stays so if the next one is cut off, and whoever
    starts again goes on there. Run again on the same day, it finds nothing and writes nothing.
    """
    for rule in session.scalars(_IN_USE).all():
        after = 0
        while portion := next_portion(session, rule, today, after=after):
            after = portion.last_id
            if portion.ids:
                yield _erase(session, rule, portion.ids, today)


def _erase(session: Session, rule: RetentionRule, ids: Sequence[int], today: date) -> RetentionRun:
    session.flush()
    count = ERASABLE[rule.what].erase(session, ids, today)
    facts = {"what": rule.what, "ran_on": today, "holding_count": len(ids), "erased_count": count}
    run = RetentionRun(rule_id=rule.id, ran_at=func.clock_timestamp(), **facts)
    session.add(run)
    session.flush()
    session.expire_all()  # what was loaded of them is out of date
    return run


def due_in_all(session: Session, today: date) -> int:
    """How many things are due by a day under the rules in use."""
    return sum(due_count(session, rule, today) for rule in session.scalars(_IN_USE).all())


def erased_since(session: Session, moment: datetime) -> tuple[int, int]:
    """How many single things have gone since a moment, and under how many rules."""
    counted = select(func.coalesce(func.sum(RetentionRun.erased_count), 0), func.count(RetentionRun.what.distinct()))
    things, rules = session.execute(counted.where(RetentionRun.ran_at >= moment)).one()
    return int(things), int(rules)


def erased_by_day(session: Session, rule: RetentionRule, *, most: int) -> list[tuple[datetime, int]]:
    """When something was erased under a rule, at the end of each day's run, and how much; the latest `most` days."""
    counted = select(func.max(RetentionRun.ran_at), func.sum(RetentionRun.erased_count))
    by_day = counted.where(RetentionRun.rule_id == rule.id).group_by(RetentionRun.ran_on)
    return [
        (ran_at, int(count))
        for ran_at, count in session.execute(by_day.order_by(RetentionRun.ran_on.desc()).limit(most))
    ]


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
    (
        MESSAGES,
        24,
        ClockStart.REVIEW_CLOSED,
        "Needed to answer who was told what; counted from the day of the message.",
    ),
    (REQUESTS, 6, ClockStart.REVIEW_CLOSED, "Needed to see what was asked for and done; counted from that day."),
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
