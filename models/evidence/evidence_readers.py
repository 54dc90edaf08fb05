"""Which two people read a review's evidence before they see a mark, and are they done?

A reading is over once both have handed in, or when an officer closes it; nothing is judged afterwards. Until then
neither sees what the portal makes of the evidence (models/evidence/triangulations.py asks `standing_of`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Select, SmallInteger, UniqueConstraint, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import Role, RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import must
from models.partnership.people import Person
from models.reviews.review_writes import refuse_reviews_of_other_hubs
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.tools.key_lines import key_lines_of

MAY_READ = (Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR)
"""The roles that may see a review's evidence, and so may be asked to read it."""
_ENDED = "update (done_at, closed_by_id, row_version)"
_KEPT_BY_OFFICERS = ("select", "insert", _ENDED, "delete")


class EvidenceReader(Record):
    """One of the two people who read a review's evidence, and when they were done with it.

    `closed_by_id` is the officer who ended the reading before they were.
    """

    __tablename__ = "evidence_readers"
    __table_args__ = (
        UniqueConstraint(
            "review_id", "reader_id", name="evidence_read_once_by_each",
            info={"sentence": "Choose two different people.", "field": "second_id"},
        ),
        UniqueConstraint(
            "review_id", "place", name="evidence_read_by_two",
            info={"sentence": "Two people have been asked to read this review's evidence already."},
        ),
        must("place IN (1, 2)", name="first_or_second_reader", sentence="There is a first and a second reader."),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        administrator=_KEPT_BY_OFFICERS,
        officer=_KEPT_BY_OFFICERS,
        sponsor=("select", "update (done_at, row_version)"),
        reason="The hub's own; who reads is changed by nobody, so that no judgement changes hands.",
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"))
    place: Mapped[int] = mapped_column(SmallInteger)
    reader_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    reader: Mapped[Person] = relationship(foreign_keys=reader_id, lazy="joined", innerjoin=True)


_Is = ColumnElement[bool]


@dataclass(frozen=True)
class Standing:
    """What is known of a review's reading in the statement that asks for the review: columns of `standing_of`."""

    is_asked: bool
    is_open: bool
    is_mine: bool

    @property
    def is_hidden(self) -> bool:
        """Whether whoever asks reads the evidence, and so sees no mark yet."""
        return self.is_open and self.is_mine


def standing_of(review_id: Any, person_id: Any) -> tuple[_Is, _Is, _Is]:
    """Whether two people were asked to read, whether one of them is not done, and whether the person is one of them."""
    of_review = EvidenceReader.review_id == review_id
    return (
        exists().where(of_review),
        exists().where(of_review, EvidenceReader.done_at.is_(None)),
        exists().where(of_review, EvidenceReader.reader_id == person_id),
    )


def refuse_readers(session: Session, review_id: int) -> None:
    """Refuse what would show a mark, or what leads to one, to somebody who still reads the review's evidence."""
    asked = select(*standing_of(review_id, session.info["actor"].person_id))
    is_asked, is_open, is_mine = session.execute(asked).one()
    if Standing(is_asked, is_open, is_mine).is_hidden:
        raise RuleBroken(
            "You read the evidence of this review yourself: what the sources say together is shown once both readers "
            "have handed in."
        )


def readers_of(session: Session, review_id: int) -> list[EvidenceReader]:
    """Who reads a review's evidence, the first reader first; nobody where none were asked."""
    asked = select(EvidenceReader).where(EvidenceReader.review_id == review_id).order_by(EvidenceReader.place)
    return list(session.scalars(asked))


def people_who_may_read(people: Select[Any]) -> Select[Any]:
    """Narrows a choice of people to those who may be asked."""
    return people.where(Person.role.in_(MAY_READ), Person.agency_id.is_(None))


def ask_readers(
    session: Session, review: ThematicReview, *, reader_ids: Sequence[int], person_id: int | None
) -> list[EvidenceReader]:
    """Ask two people to read the evidence of each key line and to judge it. Until both have, neither sees a mark.

    Refuses one person twice, somebody who may not see the evidence, a review without key lines or at another stage than
    its evidence, and to ask a second time.
    """
    refuse_reviews_of_other_hubs(session, [review])
    if readers_of(session, review.id):
        raise RuleBroken("Two people have been asked to read this review's evidence already.")
    if review.stage is not Stage.EVIDENCE or not key_lines_of(session, review.id):
        raise RuleBroken("Two people read the evidence of a review that has key lines, while it gathers evidence.")
    if len(set(reader_ids)) != 2:
        raise RuleBroken("Choose two different people.", field="second_id")
    may_read = set(session.scalars(people_who_may_read(select(Person.id)).where(Person.id.in_(reader_ids))))
    if may_read != set(reader_ids):
        raise RuleBroken("Choose people who may see the review's evidence: officers, administrators or sponsors.")
    asked = [
        EvidenceReader(review_id=review.id, place=place, reader_id=reader_id, asked_by_id=person_id)
        for place, reader_id in enumerate(reader_ids, 1)
    ]
    session.add_all(asked)
    session.flush()
    return asked


def close_reading(session: Session, review: ThematicReview, *, person_id: int | None) -> None:
    """End a reading before both have handed in: what is judged by then stands, and everybody sees everything."""
    for reader in _open_readers(session, review):
        reader.done_at, reader.closed_by_id = now(), person_id
    session.flush()


def call_off_reading(session: Session, review: ThematicReview) -> None:
    """Take back that two people were asked, with all they have judged; others can be asked then. Refuses once over."""
    _open_readers(session, review)
    for reader in readers_of(session, review.id):
        session.delete(reader)
    session.flush()


def _open_readers(session: Session, review: ThematicReview) -> list[EvidenceReader]:
    refuse_reviews_of_other_hubs(session, [review])
    readers = [reader for reader in readers_of(session, review.id) if reader.done_at is None]
    if not readers:
        raise RuleBroken("No reading of this review is open.")
    return readers
