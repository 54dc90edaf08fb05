"""On which step of the ladder does each late return stand, what was said there, and what came of it?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Select, Text, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import Actor, RowPolicy
from models.core.clock import now, today
from models.core.errors import RuleBroken
from models.core.reading_once import filled_in, stated_once
from models.core.references import Referenced
from models.core.words import must
from models.messages.agency_messages import PLAIN, Letterhead, tell_agency
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList, items_of
from models.returns.late_returns import EVERY, LateReturn, late_return, late_returns, late_subquery
from models.reviews.own_reviews import of_run_review
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import in_words
from models.rules.returns.escalation_ladder import REMINDER, SPONSOR, Step, next_step, refuse_step, step_due_on


class Escalation(Referenced):
    """One step taken with one late return: on which day, by whom, what was said, what came of it.

    The non-engagement log is the whole of these. `step_label` keeps the word the step had then; `subject` names what is
    late (`self_evaluations:12`), `what` says it in words.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint(
            "subject", "number",
            name="ladder_climbed_step_by_step", info={"sentence": "Somebody has just taken this step; look again."},
        ),
        must("number >= 1", name="ladder_counts_from_one", sentence="Steps are counted from 1."),
        must("said <> ''", name="escalation_says_what", sentence="Write what was said."),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sponsor=("select", "update (answer, answered_at, answered_by_id, row_version)"),
        reason="Between the hub, its sponsor and the leads; an agency reads the letters it is sent.",
    )
    reference_prefix = "NE"

    review_id: Mapped[int | None] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    subject: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    number: Mapped[int]
    step_id: Mapped[int] = mapped_column(ForeignKey("reference_items.id"), index=True)
    step_label: Mapped[str] = mapped_column(Text)
    climbed_on: Mapped[date]
    climbed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    said: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text, server_default="")
    answer: Mapped[str] = mapped_column(Text, server_default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    review: Mapped[ThematicReview | None] = relationship(lazy="raise_on_sql")
    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")
    step: Mapped[ReferenceItem] = relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.climbed_on.year


@dataclass(frozen=True)
class LadderState:
    """Where one late return stands: the steps taken so far, and the next with its day (None at the top)."""

    late: LateReturn
    agency: str
    review: str
    taken: tuple[Escalation, ...]
    next: Step | None
    next_due_on: date | None

    @property
    def is_due(self) -> bool:
        """Whether the next step is to be taken by now."""
        return self.next_due_on is not None and self.next_due_on <= today()


def ladder(session: Session) -> list[Step]:
    """The partnership's steps in order; a step without days is due with the one before it."""
    steps, days = [], 0
    for item in items_of(session, ReferenceList.ESCALATION_STEP):
        days = item.day_count if item.day_count is not None else days
        steps.append(Step(item.id, item.code, item.label, days))
    return steps


def steps_taken(session: Session, subject: str) -> list[Escalation]:
    """The steps taken with one thing, the first one first."""
    return list(session.scalars(select(Escalation).where(Escalation.subject == subject).order_by(Escalation.number)))


def ladder_states(
    session: Session, review_id: int | None = None, *, subjects: Collection[str] | None = None, part: slice = EVERY
) -> list[LadderState]:
    """Everything that is late (of one review, or of these subjects) with the step it stands on and the next, the latest
    first; or a part of it.
    """
    late = late_returns(session, today(), review_id=review_id, subjects=subjects, part=part)
    taken: dict[str, list[Escalation]] = {}
    held = select(Escalation).where(Escalation.subject.in_([record.subject for record in late]))
    for escalation in session.scalars(held.order_by(Escalation.number)):
        taken.setdefault(escalation.subject, []).append(escalation)
    steps, agencies = ladder(session), _names(session, Agency, {record.agency_id for record in late})
    reviews = _names(session, ThematicReview, {record.review_id for record in late if record.review_id})
    return [
        _state(
            record,
            agencies[record.agency_id],
            reviews.get(record.review_id or 0, ""),
            taken.get(record.subject, []),
            steps,
        )
        for record in late
    ]


@dataclass(frozen=True)
class DueStep:
    """A step that is to be taken by now, and the record it is about (`self_evaluations:12`)."""

    subject: str
    step: Step


def due_steps(session: Session, actor: Actor, on: date) -> list[DueStep]:
    """The steps that an officer is to take by a day with what is late, the latest first.

    Those of the reviews they run, and of what belongs to no review. The session acts as that officer. Two statements,
    one where nothing is late.
    """
    late = session.execute(_late_and_taken(actor), filled_in(actor, on)).all()
    steps = ladder(session) if late else []
    following = ((row.subject, row.due_on, next_step(steps, row.taken)) for row in late)
    return [DueStep(subject, step) for subject, due_on, step in following if step and step_due_on(step, due_on) <= on]


@stated_once
def _late_and_taken(actor: Actor, on: date) -> Select[Any]:
    late = late_subquery(on)
    taken = select(func.count()).where(Escalation.subject == late.c.subject).scalar_subquery()
    is_own = or_(late.c.review_id.is_(None), of_run_review(late.c.review_id, actor, on))
    return (
        select(late.c.subject, late.c.due_on, taken.label("taken"))
        .where(is_own)
        .order_by(late.c.due_on, late.c.reference)
    )


def _names(session: Session, kind: type[Agency] | type[ThematicReview], ids: set[int]) -> dict[int, str]:
    return {row.id: str(row) for row in session.scalars(select(kind).where(kind.id.in_(ids)))}


def _state(late: LateReturn, agency: str, review: str, taken: list[Escalation], steps: list[Step]) -> LadderState:
    step = next_step(steps, len(taken))
    return LadderState(late, agency, review, tuple(taken), step, step_due_on(step, late.due_on) if step else None)


@dataclass(frozen=True)
class StepTaken:
    """What was done at a step, on which day and in which words; `code` is the step that the person was shown."""

    code: str
    said: str
    on: date
    outcome: str = ""


def climb(
    session: Session, *, subject: str, step: StepTaken, person_id: int | None, letterhead: Letterhead = PLAIN
) -> Escalation:
    """Take the next step with something late, once.

    The first step, the reminder, writes to the agency. Refuses what is no longer late, a step out of order, a day to
    come and no words. Source: framework, appendix 1; DOMAIN b8.
    """
    late = late_return(session, subject, today())
    if late is None:
        raise RuleBroken("This is no longer late; nothing is to be escalated.")
    if step.on > today():
        raise RuleBroken("A step cannot have been taken on a day that is still to come.")
    if not step.said.strip():
        raise RuleBroken("Write what was said.")
    taken = steps_taken(session, subject)
    rung = refuse_step(ladder(session), len(taken), step.code, late.due_on, today())
    escalation = Escalation(
        review_id=late.review_id, agency_id=late.agency_id, subject=subject, what=f"{late.what} {late.reference}",
        due_on=late.due_on, number=len(taken) + 1, step_id=rung.id, step_label=rung.label,
        climbed_on=step.on, climbed_by_id=person_id, said=step.said.strip(), outcome=step.outcome.strip(),
    )  # fmt: skip
    session.add(escalation)
    session.flush()
    if rung.code == REMINDER:
        words = letterhead.under(
            f"{escalation.what} was due on {in_words(late.due_on)} and is late.\n\n{escalation.said}"
        )
        agency = session.get_one(Agency, late.agency_id)
        tell_agency(session, agency, subject=f"{late.reference} is late", body=words)
    return escalation


def note_outcome(session: Session, escalation: Escalation, *, outcome: str) -> None:
    """Write down what came of a step."""
    if not outcome.strip():
        raise RuleBroken("Write what came of it.")
    escalation.outcome = outcome.strip()
    session.flush()


def concerns_of(sponsor_id: int) -> Select[Escalation, str, str, str]:
    """The concerns that a lead sponsor has still to take to an agency's lead, while the thing is late; oldest first.

    Each with its review, its agency and who took the step.
    """
    return (
        select(Escalation, ThematicReview.reference, Agency.name, Person.name.label("climbed_by"))
        .join(ThematicReview, ThematicReview.id == Escalation.review_id)
        .join(Agency, Agency.id == Escalation.agency_id)
        .outerjoin(Person, Person.id == Escalation.climbed_by_id)
        .join(ReferenceItem, ReferenceItem.id == Escalation.step_id)
        .where(ThematicReview.sponsor_id == sponsor_id, ReferenceItem.code == SPONSOR, Escalation.answered_at.is_(None))
        .where(Escalation.subject.in_(select(late_subquery(today()).c.subject)))
        .order_by(Escalation.id)
    )


def answer_concern(session: Session, escalation: Escalation, *, answer: str, person_id: int) -> None:
    """The sponsor says what they have done about an agency that does not engage. Refuses everybody else, and twice."""
    review = session.get(ThematicReview, escalation.review_id) if escalation.review_id else None
    if review is None or review.sponsor_id != person_id:
        raise RuleBroken("Only the review's lead sponsor can answer this.")
    if session.get_one(ReferenceItem, escalation.step_id).code != SPONSOR:
        raise RuleBroken("This step does not ask the sponsor for anything.")
    if escalation.answered_at is not None:
        raise RuleBroken("This is answered already.")
    if not answer.strip():
        raise RuleBroken("Say what you have done, or what was agreed.")
    escalation.answer, escalation.answered_at, escalation.answered_by_id = answer.strip(), now(), person_id
    session.flush()


@dataclass(frozen=True)
class LogLine:
    """One line of the non-engagement log: a step with the names people know."""

    escalation: Escalation
    agency: str
    review: str
    by: str


def engagement_log(session: Session, review_id: int | None = None, agency_id: int | None = None) -> list[LogLine]:
    """Every step that was taken, of a review or an agency if named, the latest first."""
    statement = (
        select(Escalation, Agency.name, ThematicReview.reference, Person.name)
        .join(Agency, Agency.id == Escalation.agency_id)
        .outerjoin(ThematicReview, ThematicReview.id == Escalation.review_id)
        .outerjoin(Person, Person.id == Escalation.climbed_by_id)
        .order_by(Escalation.climbed_on.desc(), Escalation.id.desc())
    )
    if review_id is not None:
        statement = statement.where(Escalation.review_id == review_id)
    if agency_id is not None:
        statement = statement.where(Escalation.agency_id == agency_id)
    return [
        LogLine(escalation, agency, review or "", by or "")
        for escalation, agency, review, by in session.execute(statement)
    ]
