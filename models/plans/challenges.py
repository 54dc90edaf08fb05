"""Who challenged whom, about what, what was the answer, and what was the outcome?"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import must
from models.partnership.agencies import Agency
from models.plans.presentations import Presentation
from models.reviews.thematic_reviews import ThematicReview

_OWN = f"agency_id = ANY {OWN_AGENCIES}"


class Challenge(Record):
    """One line of the challenge log: at a meeting, or in the course of a review. It closes with an outcome."""

    __tablename__ = "challenges"
    is_about_cases = True
    __table_args__ = (
        must("question <> ''", name="challenge_asks", sentence="Write what was challenged."),
        must(
            "closed_on IS NULL OR (answered_on IS NOT NULL AND outcome <> '')",
            name="closed_challenge_has_answer_and_outcome",
            field="outcome",
            sentence="A challenge closes with its answer and its outcome.",
        ),
        must(
            "answered_on IS NULL OR answered_on >= challenged_on",
            name="answer_after_challenge",
            field="answered_on",
            sentence="The answer cannot come before the challenge.",
        ),
        must(
            "review_id IS NOT NULL OR presentation_id IS NOT NULL",
            name="challenge_has_its_occasion",
            field="review_id",
            sentence="Name the review or the meeting in which the challenge was made.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=("select", "update (answer, answered_on, row_version)"),
        agency_reads=_OWN,
        agency_writes=f"{_OWN} AND closed_on IS NULL",
        agency_updates=("answer", "answered_on", "row_version"),
    )

    review_id: Mapped[int | None] = mapped_column(ForeignKey("thematic_reviews.id"), index=True)
    presentation_id: Mapped[int | None] = mapped_column(ForeignKey("presentations.id"), index=True)
    challenged_on: Mapped[date] = mapped_column(index=True)
    challenger: Mapped[str] = mapped_column(Text)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, server_default="")
    answered_on: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(Text, server_default="")
    closed_on: Mapped[date | None]

    review: Mapped[ThematicReview | None] = relationship(lazy="raise_on_sql")
    presentation: Mapped[Presentation | None] = relationship(lazy="raise_on_sql")
    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return f"Challenge of {self.challenged_on.day} {self.challenged_on:%B %Y}"

    def check(self, session: Session) -> None:
        """A challenge made at a meeting belongs to that meeting's review."""
        with session.no_autoflush:
            meeting = session.get(Presentation, self.presentation_id) if self.presentation_id else None
        if meeting is None and self.review_id is None:
            raise RuleBroken("Name the review or the meeting in which the challenge was made.", field="review_id")
        if meeting is not None and self.review_id not in (None, meeting.review_id):
            raise RuleBroken("That meeting was about another review.", field="presentation_id")
        if meeting is not None:
            self.review_id = meeting.review_id


def answer_challenge(session: Session, challenge: Challenge, *, answer: str, on: date) -> None:
    """Write down the answer; it may be corrected until the challenge is closed."""
    if challenge.closed_on is not None:
        raise RuleBroken("This challenge is closed.")
    if not answer.strip():
        raise RuleBroken("Write the answer.")
    if on < challenge.challenged_on:
        raise RuleBroken("The answer cannot come before the challenge.")
    challenge.answer, challenge.answered_on = answer.strip(), on
    session.flush()


def close_challenge(session: Session, challenge: Challenge, *, outcome: str, on: date) -> None:
    """Close a challenge with its outcome. Refuses while there is no answer."""
    if challenge.closed_on is not None:
        raise RuleBroken("This challenge is closed already.")
    if challenge.answered_on is None:
        raise RuleBroken("There is no answer yet; a challenge closes with its answer and its outcome.")
    if not outcome.strip():
        raise RuleBroken("Write what came of the challenge.")
    challenge.outcome, challenge.closed_on = outcome.strip(), on
    session.flush()
