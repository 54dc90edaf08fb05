"""What has been found, along which key line, from which source, and how well is it evidenced?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of, word_indexes
from models.partnership.agencies import Agency
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.rules.feedback.quotations import quotations, refuse_quotations
from models.tools.key_lines import KeyLine

OF_ANSWERS = "sheet_answers:"
"""How the origin of a finding begins that was taken from an answer."""

Count = Callable[[Session, int, Source], int | None]
_counters: list[Count] = []


def heard_by(count: Count) -> Count:
    """Register who knows how many people a review heard for a source, None where the source is no people."""
    _counters.append(count)
    return count


class Finding(Record):
    """One finding of a review. `origin` names the record it was taken from (`sheet_answers:12`), empty when typed."""

    __tablename__ = "findings"
    __table_args__ = (
        *word_indexes("findings"),
        one_of("source", Source, "known_finding_source"),
        one_of("verdict", Verdict, "known_finding_verdict"),
        one_of("strength", Strength, "known_finding_strength"),
        must("text <> ''", name="finding_written", sentence="Write what was found."),
        Index(
            "finding_taken_once", "review_id", "origin",
            unique=True, postgresql_where=text("origin <> ''"),
            info={"sentence": "This is among the review's findings already."},
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        reason="The hub's own until the review is presented.",
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"), index=True)
    key_line_id: Mapped[int | None] = mapped_column(ForeignKey("key_lines.id", ondelete="SET NULL"), index=True)
    source: Mapped[Source] = mapped_column(choice_column(Source), index=True)
    verdict: Mapped[Verdict] = mapped_column(choice_column(Verdict))
    strength: Mapped[Strength] = mapped_column(choice_column(Strength), server_default=Strength.MODERATE)
    text: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text, server_default="")
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    key_line: Mapped[KeyLine | None] = relationship(lazy="raise_on_sql")
    agency: Mapped[Agency | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.text

    def check(self, session: Session) -> None:
        with session.no_autoflush:
            line = session.get(KeyLine, self.key_line_id) if self.key_line_id else None
            if line is not None and line.review_id != self.review_id:
                raise RuleBroken("Choose a key line of this review.", field="key_line_id")
        if quotations(self.text or ""):
            for count in _counters:
                heard = count(session, self.review_id, self.source)
                if heard is not None:
                    refuse_quotations(self.text, heard=heard)


@dataclass(frozen=True)
class Judgement:
    """What somebody concludes from a piece of evidence: of which source, along which key line, and how strongly."""

    source: Source
    verdict: Verdict
    text: str
    strength: Strength = Strength.MODERATE
    key_line_id: int | None = None


def take_finding(
    session: Session, *, review_id: int, judgement: Judgement, origin: str = "", agency_id: int | None = None,
    person_id: int | None = None,
) -> Finding:  # fmt: skip
    """Make a finding of an answer, an audit, feedback or an intelligence item; the same origin is taken once."""
    if origin and session.scalar(select(Finding.id).where(Finding.review_id == review_id, Finding.origin == origin)):
        raise RuleBroken("This is among the review's findings already.")
    if not judgement.text.strip():
        raise RuleBroken("Write what was found.")
    finding = Finding(
        review_id=review_id, source=judgement.source, verdict=judgement.verdict, text=judgement.text.strip(),
        origin=origin, strength=judgement.strength, key_line_id=judgement.key_line_id, agency_id=agency_id,
        made_by_id=person_id,
    )  # fmt: skip
    finding.check(session)
    session.add(finding)
    session.flush()
    return finding
