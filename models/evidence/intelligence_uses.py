"""In which reviews is a piece of intelligence used, along which key line, and has it become a finding?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import NONE, RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import Fact, Key, values_of
from models.evidence.findings import Finding, Judgement, take_finding
from models.evidence.intelligence_items import IntelligenceItem
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.evidence.triangulation import Source
from models.tools.key_lines import KeyLine


class IntelligenceUse(Record):
    """One item of the register brought into one review, along one of that review's key lines."""

    __tablename__ = "intelligence_uses"
    __table_args__ = (
        Index(
            "intelligence_used_once", "item_id", "review_id", "key_line_id",
            unique=True, postgresql_nulls_not_distinct=True,
            info={"sentence": "The review uses this item along that key line already."},
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=NONE,
        reason="The hub's own work on a review, like its findings.",
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("intelligence_items.id", ondelete="CASCADE"))
    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"), index=True)
    key_line_id: Mapped[int | None] = mapped_column(ForeignKey("key_lines.id", ondelete="SET NULL"), index=True)
    relevance: Mapped[str] = mapped_column(Text, server_default="")

    item: Mapped[IntelligenceItem] = relationship(lazy="raise_on_sql")
    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    key_line: Mapped[KeyLine | None] = relationship(lazy="raise_on_sql")

    @property
    def origin(self) -> str:
        """The origin that a finding made from this has."""
        return f"intelligence_uses:{self.id}"

    @classmethod
    def origin_expression(cls) -> ColumnElement[str]:
        """The same in SQL."""
        return func.concat("intelligence_uses:", cls.id)

    def check(self, session: Session) -> None:
        with session.no_autoflush:
            line = session.get(KeyLine, self.key_line_id) if self.key_line_id else None
            if line is not None and line.review_id != self.review_id:
                raise RuleBroken("Choose a key line of this review.", field="key_line_id")


def use_in_review(
    session: Session, item: IntelligenceItem, *, review_id: int, key_line_id: int | None = None, relevance: str = ""
) -> IntelligenceUse:
    """Bring an item of the register into a review. Refuses a key line of another review, and the same use twice."""
    same = IntelligenceUse.key_line_id.is_not_distinct_from(key_line_id)
    of_review = (IntelligenceUse.item_id == item.id, IntelligenceUse.review_id == review_id)
    if session.scalar(select(IntelligenceUse.id).where(*of_review, same)):
        raise RuleBroken("The review uses this item along that key line already.")
    use = IntelligenceUse(
        item_id=item.id, review_id=review_id, key_line_id=key_line_id, relevance=relevance.strip()
    )  # fmt: skip
    use.check(session)
    session.add(use)
    session.flush()
    return use


def take_intelligence(session: Session, use: IntelligenceUse, *, person_id: int | None) -> Finding:
    """Make a finding of the review from what the item says; once. Refuses while no key line is chosen."""
    if use.key_line_id is None:
        raise RuleBroken("Choose the key line this bears on first; then it can become a finding.")
    item = session.get_one(IntelligenceItem, use.item_id)
    return take_finding(
        session,
        judgement=Judgement(
            source=Source.REVIEWS_AND_INSPECTIONS,
            verdict=item.verdict,
            strength=item.strength,
            text=item.finding,
            key_line_id=use.key_line_id,
        ),
        review_id=use.review_id,
        origin=use.origin,
        agency_id=item.agency_id,
        person_id=person_id,
    )


@Fact
def intelligence_taken(review_id: Key) -> ColumnElement[list[bool]]:
    """Of each item of intelligence that a review uses, whether it is a finding."""
    taken = select(Finding.id).where(
        Finding.review_id == IntelligenceUse.review_id, Finding.origin == IntelligenceUse.origin_expression()
    )
    return values_of(select(taken.exists()).where(IntelligenceUse.review_id == review_id))


def intelligence_missing(session: Session, review_id: int) -> str:
    """What a review's intelligence still lacks, as one sentence; empty when every item used is a finding.

    Source: framework, "Initial scoping": intelligence is drawn from local reviews, internal audits and inspections.
    """
    are_findings = intelligence_taken(session, review_id)
    if not are_findings:
        return "No local review, internal audit or inspection is brought in yet."
    count = sum(not is_finding for is_finding in are_findings)
    words = count_words(count, "item of intelligence is", "items of intelligence are")
    return f"{words} not made a finding yet." if count else ""
