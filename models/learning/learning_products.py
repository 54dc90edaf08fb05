"""How is the learning from a review cascaded across the partnership, and which products are released?"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Text, exists
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.reading_once import Fact, Key
from models.core.references import Referenced
from models.core.words import choice_column, one_of
from models.reviews.thematic_reviews import ThematicReview


class ProductKind(Choice):
    """The three ways of cascading learning that the framework names (framework, "The process", 4)."""

    CAMPAIGN = "campaign", "Communications campaign"
    FACE_TO_FACE = "face_to_face", "Face-to-face learning"
    ONLINE = "online", "Online learning"


class ProductForm(Choice):
    """What a product is."""

    SEVEN_MINUTE_BRIEFING = "seven_minute_briefing", "7 Minute Briefing"
    GUIDANCE = "guidance", "Guidance document"
    SHARING_EVENT = "sharing_event", "Information sharing event"
    WORKSHOP = "workshop"
    MULTI_AGENCY_TRAINING = "multi_agency_training", "Multi-agency training"
    ONLINE_MODULE = "online_module", "Online learning module"

    @property
    def kind(self) -> ProductKind:
        """The way of cascading it belongs to.

        >>> ProductForm.WORKSHOP.kind.label
        'Face-to-face learning'
        """
        return _KINDS[self]


_KINDS = {
    ProductForm.SEVEN_MINUTE_BRIEFING: ProductKind.CAMPAIGN,
    ProductForm.GUIDANCE: ProductKind.CAMPAIGN,
    ProductForm.SHARING_EVENT: ProductKind.FACE_TO_FACE,
    ProductForm.WORKSHOP: ProductKind.FACE_TO_FACE,
    ProductForm.MULTI_AGENCY_TRAINING: ProductKind.FACE_TO_FACE,
    ProductForm.ONLINE_MODULE: ProductKind.ONLINE,
}


class LearningProduct(Referenced):
    """One product that carries a review's learning to people. Agencies see it once it is released."""

    __tablename__ = "learning_products"
    __table_args__ = (one_of("form", ProductForm, "known_product_form"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        agency_reads="released_on IS NOT NULL", reason="Released learning is for every agency to use."
    )
    reference_prefix = "LP"

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    form: Mapped[ProductForm] = mapped_column(choice_column(ProductForm), index=True)
    audience: Mapped[str] = mapped_column(Text, server_default="")
    planned_on: Mapped[date] = mapped_column(index=True)
    released_on: Mapped[date | None]
    summary: Mapped[str] = mapped_column(Text, server_default="")
    link: Mapped[str] = mapped_column(Text, server_default="")

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.planned_on.year


@Fact
def has_released(review_id: Key) -> ColumnElement[bool]:
    """Whether any of a review's learning has gone out to agencies."""
    return exists().where(LearningProduct.review_id == review_id, LearningProduct.released_on.is_not(None))
