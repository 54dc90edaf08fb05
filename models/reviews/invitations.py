"""Which agencies are invited to which part of a review?"""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, RowPolicy
from models.core.choices import Choice
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, one_of
from models.partnership.agencies import Agency
from models.partnership.hubs import HubKind
from models.partnership.reference_items import Service
from models.reviews.thematic_reviews import ThematicReview

RECENT = 5
"""On how many earlier reviews is looked back, to say who is usually asked."""


class ReviewPart(Choice):
    """The parts of a review that agencies are invited to."""

    SELF_EVALUATION = "self_evaluation", "Self-evaluation"
    CASE_AUDIT = "case_audit"
    PRACTITIONER_FEEDBACK = "practitioner_feedback"
    SERVICE_USER_FEEDBACK = "service_user_feedback", "Service-user feedback"


class Invitation(Record):
    """One agency invited to one part of one review; the lead sponsor agrees the list (framework, appendix 1)."""

    __tablename__ = "invitations"
    __table_args__ = (
        one_of("part", ReviewPart, "known_review_part"),
        UniqueConstraint(
            "review_id", "part", "agency_id",
            name="agency_invited_once", info={"sentence": "That agency is invited to this part already."},
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sponsor=("select", "insert", "delete"),
        agency_reads=f"agency_id = ANY {OWN_AGENCIES}",
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"))
    part: Mapped[ReviewPart] = mapped_column(choice_column(ReviewPart))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    note: Mapped[str] = mapped_column(Text, server_default="")

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.part.label


def invited_agencies(session: Session, review_id: int, part: ReviewPart) -> list[Agency]:
    """The agencies invited to a part of a review, by name."""
    statement = (
        select(Agency)
        .join(Invitation, Invitation.agency_id == Agency.id)
        .where(Invitation.review_id == review_id, Invitation.part == part)
    )
    return list(session.scalars(statement.order_by(Agency.name)))


def fitting_agencies(session: Session, review: ThematicReview) -> list[Agency]:
    """The active agencies that work on what a review is about, all for a combined one; the statutory ones first."""
    statement = select(Agency).where(Agency.is_active)
    if review.kind is not HubKind.COMBINED:
        statement = statement.where(Agency.covers.in_((Service.BOTH, Service(review.kind.value))))
    return list(session.scalars(statement.order_by(Agency.is_statutory.desc(), Agency.name)))


Cell = tuple[int, ReviewPart]
"""One tick of the table of agencies by parts: an agency's id and what it is asked for."""


def cells_of(session: Session, review_id: int) -> set[Cell]:
    """Which agencies are invited to which parts of a review."""
    rows = session.execute(select(Invitation.agency_id, Invitation.part).where(Invitation.review_id == review_id))
    return {(agency_id, part) for agency_id, part in rows}


def recently_invited(session: Session, review: ThematicReview) -> tuple[int, dict[int, int]]:
    """How many other reviews are looked back on, five at most, and to how many of them each agency was invited."""
    others = select(Invitation.review_id).where(Invitation.review_id != review.id).distinct()
    recent = session.scalars(others.order_by(Invitation.review_id.desc()).limit(RECENT)).all()
    counts = (
        select(Invitation.agency_id, func.count(Invitation.review_id.distinct()))
        .where(Invitation.review_id.in_(recent))
        .group_by(Invitation.agency_id)
    )
    return len(recent), {agency_id: count for agency_id, count in session.execute(counts)}


def save_invitations(
    session: Session, review: ThematicReview, *, ticked: Collection[Cell], opened: Collection[Cell]
) -> set[Cell]:
    """Invite what is ticked now and was not when the table was `opened`, and withdraw what was ticked then and is not.

    Everything else stays, so that nobody saves over a colleague unseen: returns what was invited or withdrawn by
    somebody else since then. The list needs the sponsor's signature again once it has changed (framework, appendix 1).
    Refuses, with all of it, an agency that is not active.
    """
    held = {
        (invitation.agency_id, invitation.part): invitation
        for invitation in session.scalars(select(Invitation).where(Invitation.review_id == review.id))
    }
    added, withdrawn = set(ticked) - set(opened) - held.keys(), (set(opened) - set(ticked)) & held.keys()
    wanted = {agency_id for agency_id, _ in added}
    active = set(session.scalars(select(Agency.id).where(Agency.id.in_(wanted), Agency.is_active)))
    if active != wanted:
        raise RuleBroken("Choose only agencies that are offered here.")
    for cell in withdrawn:
        session.delete(held[cell])
    session.add_all(
        Invitation(review_id=review.id, part=part, agency_id=agency_id) for agency_id, part in sorted(added)
    )
    session.flush()
    return held.keys() ^ set(opened)
