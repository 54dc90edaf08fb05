"""Which assurance tools are there: in the bank for all reviews, and amended for one?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.db import Record
from models.core.reading_once import Keys, asked_for_all, by_key
from models.core.words import choice_column, must, one_of
from models.partnership.reference_items import Service
from models.reviews.thematic_reviews import ThematicReview


class ToolKind(Choice):
    """What a tool is for. The first four are signed off by the lead sponsor (framework, appendix 1)."""

    SELF_EVALUATION = "self_evaluation", "Self-evaluation"
    CASE_AUDIT = "case_audit"
    PRACTITIONER_QUESTIONS = "practitioner_questions"
    SERVICE_USER_QUESTIONS = "service_user_questions", "Service-user questions"
    SECTION_11 = "section_11"


class AssuranceTool(Record):
    """A questionnaire that an officer builds: its sections and questions are rows; what goes out is a frozen version.

    Without a review it is in the bank, to be copied. Section 11 tools belong to no review.
    """

    __tablename__ = "assurance_tools"
    __table_args__ = (
        one_of("kind", ToolKind, "known_tool_kind"),
        one_of("covers", Service, "tool_covers_known_service"),
        must("title <> ''", name="tool_titled", sentence="Give the tool a title."),
        must(
            "kind <> 'section_11' OR review_id IS NULL",
            name="section_11_apart",
            field="review_id",
            sentence="A Section 11 audit stands apart from the reviews.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        reason="The hub's workshop; an agency reads the frozen version of what it is sent."
    )

    review_id: Mapped[int | None] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ToolKind] = mapped_column(choice_column(ToolKind), index=True)
    title: Mapped[str] = mapped_column(Text)
    introduction: Mapped[str] = mapped_column(Text, server_default="")
    covers: Mapped[Service] = mapped_column(choice_column(Service), server_default=Service.BOTH)
    copied_from_id: Mapped[int | None] = mapped_column(
        ForeignKey("assurance_tools.id", ondelete="SET NULL"), index=True
    )
    is_active: Mapped[bool] = mapped_column(server_default="true")

    review: Mapped[ThematicReview | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.title


@asked_for_all
def tools_of_review(session: Session, review_ids: Keys) -> dict[int, list[AssuranceTool]]:
    """The tools of each review, oldest first, in use or not."""
    tools = session.scalars(
        select(AssuranceTool).where(AssuranceTool.review_id.in_(review_ids)).order_by(AssuranceTool.id)
    )
    return by_key(review_ids, ((tool.review_id, tool) for tool in tools))
