"""Which agencies are invited to which part of a review?"""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
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


def set_invited(
    session: Session, review: ThematicReview, part: ReviewPart, *, agency_ids: Collection[int], offered: Collection[int]
) -> int:
    """Invite the named agencies to a part, and withdraw the invitations of the others that were offered.

    Agencies that were not offered stay as they are. Returns how many are invited to the part now. The list needs the
    sponsor's signature again once it has changed (framework, appendix 1). Refuses an agency that is not active.
    """
    strangers = set(agency_ids) - set(offered)
    active = set(session.scalars(select(Agency.id).where(Agency.id.in_(agency_ids), Agency.is_active)))
    if strangers or active != set(agency_ids):
        raise RuleBroken("Choose only agencies that are offered here.")
    held = select(Invitation).where(Invitation.review_id == review.id, Invitation.part == part)
    invitations = {invitation.agency_id: invitation for invitation in session.scalars(held)}
    for key in set(invitations) & set(offered) - active:
        session.delete(invitations[key])
    session.add_all(
        Invitation(review_id=review.id, part=part, agency_id=key) for key in sorted(active - set(invitations))
    )
    session.flush()
    return len((set(invitations) - set(offered)) | active)
