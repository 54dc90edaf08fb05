"""What do reviews, audits and inspections from elsewhere tell the partnership?"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.core.access import NONE, RowPolicy
from models.core.choices import Choice
from models.core.references import Referenced
from models.core.words import choice_column, must, one_of
from models.partnership.agencies import Agency
from models.rules.evidence.triangulation import Strength, Verdict


class IntelligenceKind(Choice):
    """Where additional intelligence comes from (framework, "The process", 1)."""

    PRACTICE_REVIEW = "practice_review", "Local Child Safeguarding Practice Review"
    SAFEGUARDING_ADULT_REVIEW = "safeguarding_adult_review", "Safeguarding Adult Review"
    INTERNAL_AUDIT = "internal_audit"
    PARTNER_INSPECTION = "partner_inspection"


class IntelligenceItem(Referenced):
    """One finding of one published review, audit or inspection, kept once and used in every review it is relevant to.

    `web_address` is shown as text: nobody is led away from the portal.
    """

    __tablename__ = "intelligence_items"
    __table_args__ = (
        one_of("kind", IntelligenceKind, "known_intelligence_kind"),
        one_of("verdict", Verdict, "known_intelligence_verdict"),
        one_of("strength", Strength, "known_intelligence_strength"),
        must("finding <> ''", name="intelligence_has_finding", sentence="Write what it found."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=NONE,
        reader=NONE,
        reason="Weighed by the hub for a review before anything is said in public; agencies read the outcome.",
    )
    reference_prefix = "IN"

    kind: Mapped[IntelligenceKind] = mapped_column(choice_column(IntelligenceKind), index=True)
    title: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(Text, server_default="")
    published_on: Mapped[date] = mapped_column(index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    finding: Mapped[str] = mapped_column(Text)
    verdict: Mapped[Verdict] = mapped_column(choice_column(Verdict))
    strength: Mapped[Strength] = mapped_column(choice_column(Strength), server_default=Strength.MODERATE)
    web_address: Mapped[str] = mapped_column(Text, server_default="")

    agency: Mapped[Agency | None] = relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.published_on.year
