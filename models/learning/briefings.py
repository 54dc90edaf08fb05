"""What do the seven minutes of a review's briefing say?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.evidence.findings import Finding
from models.learning.learning_products import LearningProduct, ProductForm
from models.partnership.strategic_priorities import StrategicPriority
from models.plans.action_plans import ActionPlan
from models.plans.recommendations import Recommendation
from models.reviews.thematic_reviews import ThematicReview, review_words
from models.rules.documents.papers import Occasion
from models.rules.evidence.triangulation import Verdict
from models.rules.learning.briefings import BriefingFacts, Found, Sources, draft_points

POINTS = (
    "background",
    "why_it_matters",
    "key_information_1",
    "key_information_2",
    "key_information_3",
    "things_to_remember",
    "what_to_do",
)


class Briefing(Record):
    """The seven points of a seven-minute briefing, drafted from the review and edited; it is one learning product."""

    __tablename__ = "briefings"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        agency_reads="EXISTS (SELECT FROM learning_products p WHERE p.id = product_id AND p.released_on IS NOT NULL)",
        reason="A released briefing is for every agency to use.",
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id"), index=True)
    product_id: Mapped[int] = mapped_column(
        ForeignKey("learning_products.id", ondelete="CASCADE"),
        unique=True,
        info={"sentence": "That product has its briefing already."},
    )
    title: Mapped[str] = mapped_column(Text)
    background: Mapped[str] = mapped_column(Text, server_default="")
    why_it_matters: Mapped[str] = mapped_column(Text, server_default="")
    key_information_1: Mapped[str] = mapped_column(Text, server_default="")
    key_information_2: Mapped[str] = mapped_column(Text, server_default="")
    key_information_3: Mapped[str] = mapped_column(Text, server_default="")
    things_to_remember: Mapped[str] = mapped_column(Text, server_default="")
    what_to_do: Mapped[str] = mapped_column(Text, server_default="")

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    product: Mapped[LearningProduct] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.title

    @property
    def points(self) -> tuple[str, ...]:
        """The seven texts in their order."""
        return tuple(getattr(self, name) for name in POINTS)


def draft_briefing(session: Session, review: ThematicReview, product: LearningProduct) -> Briefing:
    """Draft the briefing of a product from the review's focus, priority, findings and recommendations, to be edited.

    Refuses a product of another review or of another form, and one that has its briefing.
    """
    if product.review_id != review.id:
        raise RuleBroken("That product belongs to another review.")
    if product.form is not ProductForm.SEVEN_MINUTE_BRIEFING:
        raise RuleBroken(f"{product.reference} is no 7 Minute Briefing.")
    if session.scalar(select(Briefing.id).where(Briefing.product_id == product.id)):
        raise RuleBroken("That product has its briefing already.")
    briefing = Briefing(review_id=review.id, product_id=product.id, title=product.title)
    _fill(session, briefing, review)
    session.add(briefing)
    session.flush()
    return briefing


def draft_anew(session: Session, briefing: Briefing) -> None:
    """Write the seven points again from what the review says today. Refuses once the briefing is released."""
    product = session.get_one(LearningProduct, briefing.product_id)
    if product.released_on is not None:
        raise RuleBroken("A released briefing is not drafted anew; agencies have used it as it is.")
    _fill(session, briefing, session.get_one(ThematicReview, briefing.review_id))
    session.flush()


def _fill(session: Session, briefing: Briefing, review: ThematicReview) -> None:
    for name, text in zip(POINTS, draft_points(_sources(session, review)), strict=True):
        setattr(briefing, name, text)


def _sources(session: Session, review: ThematicReview) -> Sources:
    findings = session.scalars(select(Finding).where(Finding.review_id == review.id).order_by(Finding.id))
    advice = session.scalars(
        select(Recommendation.text)
        .join(ActionPlan, ActionPlan.id == Recommendation.plan_id)
        .where(ActionPlan.review_id == review.id)
        .order_by(ActionPlan.id, Recommendation.number)
    )
    priority = session.get_one(StrategicPriority, review.priority_id)
    return Sources(
        reference=review.reference,
        title=review.title,
        focus=review.focus or "",
        priority=priority.name,
        priority_text=priority.description or "",
        findings=[
            Found(finding.text, finding.verdict is not Verdict.STRENGTH, finding.strength.weight)
            for finding in findings
        ],
        recommendations=list(advice),
    )


def briefing_facts(session: Session, occasion: Occasion, *, briefing_id: int) -> BriefingFacts:
    """What stands on the sheet, on paper or on a page; no review's name for people who may not see the review.

    Refuses a briefing that the person may not see.
    """
    briefing = session.get(Briefing, briefing_id)
    if briefing is None:
        raise RuleBroken("There is no such briefing that you may see.")
    product = session.get_one(LearningProduct, briefing.product_id)
    return BriefingFacts(
        partnership=occasion.partnership,
        reference=product.reference,
        title=briefing.title,
        review=review_words(session, briefing.review_id),
        audience=product.audience,
        released_on=product.released_on,
        points=briefing.points,
        made_on=occasion.made_on,
        about=f"briefings:{briefing.id}",
    )
