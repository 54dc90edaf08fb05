"""Which agencies are invited to which part of a review?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.access import OWN_AGENCIES, RowPolicy
from models.agencies import Agency
from models.db import Record
from models.thematic_reviews import ThematicReview
from models.words import Choice, choice_column, one_of


class ReviewPart(Choice):
    """The parts of a review that agencies are invited to."""

    SELF_EVALUATION = "self_evaluation"
    CASE_AUDIT = "case_audit"
    PRACTITIONER_FEEDBACK = "practitioner_feedback"
    SERVICE_USER_FEEDBACK = "service_user_feedback"

    @property
    def label(self) -> str:
        words = {
            ReviewPart.SELF_EVALUATION: "Self-evaluation",
            ReviewPart.SERVICE_USER_FEEDBACK: "Service-user feedback",
        }
        return words.get(self) or super().label


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
    row_policy: ClassVar[RowPolicy] = RowPolicy(agency_reads=f"agency_id = ANY {OWN_AGENCIES}")

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
