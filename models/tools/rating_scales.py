"""Which scales may a question be rated on, and how good is each point of one?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Text, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import EVERYTHING, READ, RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.rules.tools.questionnaires import Option, weighted


class RatingScale(Record):
    """A scale: its points from the best to the worst, then answers that are not counted (such as not applicable)."""

    __tablename__ = "rating_scales"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=READ,
        agency_reads=EVERYTHING,
        reason="Words everybody reads.",
    )

    name: Mapped[str] = mapped_column(Text, unique=True, info={"sentence": "There is already a scale of that name."})
    points: Mapped[list[str]] = mapped_column(ARRAY(Text))
    not_counted: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    is_active: Mapped[bool] = mapped_column(server_default="true")

    def __str__(self) -> str:
        return self.name

    def check(self, session: Session) -> None:
        words = [*(self.points or ()), *(self.not_counted or ())]
        if len(self.points or ()) < 2:
            raise RuleBroken("A scale needs at least two points, the best first.", field="points")
        if len({word.strip().lower() for word in words}) < len(words) or not all(word.strip() for word in words):
            raise RuleBroken("Each point of a scale needs a word of its own.", field="points")

    def options(self) -> tuple[Option, ...]:
        """The points with their weights: the best 1, the worst 0, the others evenly between."""
        return (*weighted(self.points), *(Option(word) for word in self.not_counted or ()))


_STARTING = (
    (
        "Ofsted grades",
        ("Outstanding", "Good", "Requires improvement", "Inadequate"),
        ("Not applicable", "Not enough evidence"),
    ),
    ("How far met", ("Fully met", "Mostly met", "Partially met", "Not met"), ("Not applicable",)),
    ("Score 0 to 3", ("3", "2", "1", "0"), ("Not applicable",)),
    (
        "Agreement",
        ("Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree"),
        ("I do not know",),
    ),
    ("Plain words", ("Yes", "Mostly", "A little", "No"), ("I do not know",)),
    ("Outcomes met", ("Fully met", "Partially met", "Not met"), ("Not asked",)),
    ("How risk changed", ("Risk removed", "Risk reduced", "Risk remains"), ("Not recorded",)),
)


def starting_scale(session: Session, name: str) -> RatingScale:
    """One of the usual scales, as the partnership has it by now; created when it is missing."""
    with session.no_autoflush:
        scale = session.scalar(select(RatingScale).where(RatingScale.name == name))
    if scale is None:
        points, others = next((points, others) for named, points, others in _STARTING if named == name)
        scale = RatingScale(name=name, points=list(points), not_counted=list(others))
        session.add(scale)
        session.flush()
    return scale


def give_starting_scales(session: Session) -> int:
    """Give a portal without scales the usual ones; returns how many were added."""
    if session.scalar(select(RatingScale.id).limit(1)) is not None:
        return 0
    for name, points, others in _STARTING:
        session.add(RatingScale(name=name, points=list(points), not_counted=list(others)))
    session.flush()
    return len(_STARTING)
