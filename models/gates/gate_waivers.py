"""Which gates did a review pass without meeting them, why, and did the sponsor consent?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Select, Text, UniqueConstraint, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import NONE, RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import Fact, Key, Keys, asked_for_all
from models.core.words import choice_column, must, one_of
from models.partnership.people import Person
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.signatures.sign_offs import SignOff, SignOffStatus


class GateWaiver(Record):
    """An officer's request to pass one gate without meeting it. It stays visible, consented to or not."""

    __tablename__ = "gate_waivers"
    __table_args__ = (
        one_of("stage", Stage, "known_waiver_stage"),
        UniqueConstraint(
            "review_id", "gate", name="gate_waived_once",
            info={"sentence": "This gate has been put before the sponsor already."},
        ),
        must("reason <> ''", name="waiver_reasoned", sentence="Give the reason why the review should go on without."),
        must(
            "(consented_at IS NULL) = (consented_by_id IS NULL)",
            name="consent_by_somebody",
            sentence="A consent needs who gave it and when.",
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sponsor=("select", "update (consented_by_id, consented_at, refusal, row_version)"),
        manager=NONE,
        reason="Between the hub and its sponsor.",
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"))
    stage: Mapped[Stage] = mapped_column(choice_column(Stage))
    gate: Mapped[str] = mapped_column(Text)
    missing: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    consented_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    consented_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(Text, server_default="")

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    asked_by: Mapped[Person | None] = relationship(foreign_keys=asked_by_id, lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.missing

    @property
    def is_open(self) -> bool:
        return self.consented_at is None and not self.refusal


def ask_to_waive(
    session: Session, *, review: ThematicReview, gate: str, missing: str, reason: str, person_id: int | None
) -> GateWaiver:
    """Ask the sponsor to let the review pass a gate without meeting it. A refused request may be made again."""
    if not reason.strip():
        raise RuleBroken("Give the reason why the review should go on without.")
    if review.sponsor_id is None:
        raise RuleBroken("The review has no lead sponsor yet who could consent.")
    waiver = session.scalar(select(GateWaiver).where(GateWaiver.review_id == review.id, GateWaiver.gate == gate))
    if waiver is not None and not waiver.refusal:
        raise RuleBroken("This gate has been put before the sponsor already.")
    waiver = waiver or GateWaiver(review_id=review.id, gate=gate)
    waiver.stage, waiver.missing, waiver.reason, waiver.refusal = review.stage, missing, reason.strip(), ""
    waiver.asked_by_id, waiver.asked_at = person_id, now()
    session.add(waiver)
    session.flush()
    return waiver


def consent_to_waiver(session: Session, waiver: GateWaiver, *, review: ThematicReview, person_id: int) -> None:
    """The sponsor's consent. Refuses everybody else."""
    _refuse_unless_open(waiver, review, person_id)
    waiver.consented_by_id, waiver.consented_at = person_id, now()
    session.flush()


def refuse_waiver(session: Session, waiver: GateWaiver, *, review: ThematicReview, person_id: int, reason: str) -> None:
    """The sponsor does not consent, and says why; the gate stays shut."""
    _refuse_unless_open(waiver, review, person_id)
    if not reason.strip():
        raise RuleBroken("Say why the review should not go on without.")
    waiver.refusal = reason.strip()
    session.flush()


@Fact
def has_waivers(review_id: Key) -> ColumnElement[bool]:
    """Whether anybody has asked to pass a gate of a review without meeting it."""
    return exists().where(GateWaiver.review_id == review_id)


def waivers_of(session: Session, review_id: int) -> dict[str, GateWaiver]:
    """A review's waivers by gate. Most have none, so whether there are any is told with other facts."""
    return _waivers(session, review_id) if has_waivers(session, review_id) else {}


@asked_for_all
def _waivers(session: Session, review_ids: Keys) -> dict[int, dict[str, GateWaiver]]:
    waivers: dict[int, dict[str, GateWaiver]] = {key: {} for key in review_ids}
    of_reviews = select(GateWaiver).where(GateWaiver.review_id.in_(review_ids))
    for waiver in session.scalars(of_reviews.order_by(GateWaiver.id)):
        waivers[waiver.review_id][waiver.gate] = waiver
    return waivers


def consents_of(sponsor_id: int | None) -> Select[GateWaiver, ThematicReview, str]:
    """The waivers that wait for one sponsor's consent, with review and who asked; the longest wait first."""
    return (
        select(GateWaiver, ThematicReview, Person.name.label("asked_by"))
        .join(ThematicReview, ThematicReview.id == GateWaiver.review_id)
        .outerjoin(Person, Person.id == GateWaiver.asked_by_id)
        .where(ThematicReview.sponsor_id == sponsor_id, GateWaiver.consented_at.is_(None), GateWaiver.refusal == "")
        .order_by(GateWaiver.asked_at, GateWaiver.id)
    )


def waits_for_sponsor(review_id: Any) -> ColumnElement[bool]:
    """Whether a signature or a consent of its lead sponsor is asked for in the review of that id."""
    signature = exists().where(SignOff.review_id == review_id, SignOff.status == SignOffStatus.ASKED)
    undecided = GateWaiver.consented_at.is_(None), GateWaiver.refusal == ""
    return or_(signature, exists().where(GateWaiver.review_id == review_id, *undecided))


def _refuse_unless_open(waiver: GateWaiver, review: ThematicReview, person_id: int) -> None:
    if person_id != review.sponsor_id:
        raise RuleBroken("Only the review's lead sponsor can decide this.")
    if not waiver.is_open:
        raise RuleBroken("This has been decided already.")
