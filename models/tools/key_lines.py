"""Which key lines of enquiry does a review follow, and which are in the bank for all reviews?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import asked_once
from models.core.words import choice_column, must, one_of
from models.partnership.reference_items import ReferenceItem, ReferenceList, Service
from models.reviews.thematic_reviews import ThematicReview


class KeyLine(Record):
    """A key line of enquiry in one of the four key areas: a standard one of the bank, or a review's own."""

    __tablename__ = "key_lines"
    __table_args__ = (
        one_of("applies_to", Service, "key_line_applies_to_known_service"),
        must("text <> ''", name="key_line_written", sentence="Write the key line of enquiry."),
        Index(
            "key_line_number_once",
            "review_id",
            "number",
            unique=True,
            postgresql_where=text("review_id IS NOT NULL"),
            info={"sentence": "The review already has a key line of that number."},
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        reason="The hub's own; an agency reads the key lines in the tool it is sent, as they were signed."
    )

    review_id: Mapped[int | None] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"), index=True)
    key_area_id: Mapped[int] = mapped_column(ForeignKey("reference_items.id"), index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    applies_to: Mapped[Service] = mapped_column(choice_column(Service), server_default=Service.BOTH)
    is_additional: Mapped[bool] = mapped_column(server_default="false")
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("key_lines.id", ondelete="SET NULL"), index=True)

    review: Mapped[ThematicReview | None] = relationship(lazy="raise_on_sql")
    key_area: Mapped[ReferenceItem] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"

    def check(self, session: Session) -> None:
        with session.no_autoflush:
            area = session.get(ReferenceItem, self.key_area_id) if self.key_area_id else None
            if area is not None and area.list_name is not ReferenceList.KEY_AREA:
                raise RuleBroken("Choose one of the key areas.", field="key_area_id")


@asked_once
def key_lines_of(session: Session, review_id: int | None) -> list[KeyLine]:
    """A review's key lines in order; None gives the bank's."""
    of = KeyLine.review_id.is_(None) if review_id is None else KeyLine.review_id == review_id
    return list(session.scalars(select(KeyLine).where(of).order_by(KeyLine.number, KeyLine.id)))


def next_key_line_number(session: Session, review_id: int | None) -> int:
    """The number that the next key line of a review, or of the bank, takes."""
    of = KeyLine.review_id.is_(None) if review_id is None else KeyLine.review_id == review_id
    return (session.scalar(select(func.max(KeyLine.number)).where(of)) or 0) + 1


def move_key_line(session: Session, line: KeyLine, places: int) -> None:
    """Take a key line up (-1) or down (1) in its review's or the bank's list. Refuses beyond either end."""
    lines = key_lines_of(session, line.review_id)
    place = lines.index(line) + places
    if not 0 <= place < len(lines):
        raise RuleBroken(f"This key line is the {'first' if places < 0 else 'last'} already.")
    other = lines[place]
    ours, theirs = line.number, other.number
    line.number = next_key_line_number(session, line.review_id)  # numbers are unique, so this one steps aside
    session.flush()
    other.number = ours
    session.flush()
    line.number = theirs
    session.flush()


def copy_standard_lines(session: Session, review: ThematicReview) -> list[KeyLine]:
    """Give a review the bank's key lines for its service, to be amended; those it has already are not copied again.

    Source: framework, "The process", 1: the key lines of each thematic review within the four key areas.
    """
    has = {line.copied_from_id for line in key_lines_of(session, review.id)}
    number = next_key_line_number(session, review.id)
    fits = (
        {Service.BOTH.value, review.kind.value}
        if review.kind.value != "combined"
        else {service.value for service in Service}
    )
    copies = [
        KeyLine(review_id=review.id, key_area_id=line.key_area_id, text=line.text, applies_to=line.applies_to,
                copied_from_id=line.id)
        for line in key_lines_of(session, None)
        if line.id not in has and line.applies_to.value in fits
    ]  # fmt: skip
    for place, line in enumerate(copies):
        line.number = number + place
    session.add_all(copies)
    session.flush()
    return copies
