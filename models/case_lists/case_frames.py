"""From which frozen list of cases is a sample drawn?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.core.access import READ, RowPolicy
from models.core.errors import RuleBroken
from models.core.references import Referenced
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview


class CaseFrame(Referenced):
    """An imported list of episodes, frozen on acceptance. Its words (levels, themes) are kept as they were then.

    `levels` maps a rank to its word; `themes` and `agencies` count rows by the cell as it was read; `fingerprint`
    is SHA-256 over the sorted canonical lines (models/rules/case_lists/fingerprints.py).
    """

    __tablename__ = "case_frames"
    is_about_cases = True
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        administrator=("select", "insert", "update"),
        officer=("select", "insert", "update"),
        reason="Case lists are for the officers who draw; agencies never see them.",
    )
    reference_prefix = "CF"

    review_id: Mapped[int | None] = mapped_column(ForeignKey("thematic_reviews.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text, server_default="")
    sheet: Mapped[str] = mapped_column(Text, server_default="")
    row_count: Mapped[int] = mapped_column(server_default="0")
    case_count: Mapped[int] = mapped_column(server_default="0")
    undated_count: Mapped[int] = mapped_column(server_default="0")
    rejected_count: Mapped[int] = mapped_column(server_default="0")
    levels: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    themes: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    agencies: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    fingerprint: Mapped[str] = mapped_column(Text, server_default="", index=True)
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    frozen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    erased_on: Mapped[date | None]

    review: Mapped[ThematicReview | None] = relationship(lazy="raise_on_sql")
    imported_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.frozen_at.year


def refuse_erased(frame: CaseFrame) -> None:
    """Refuse what needs the rows of a frame whose rows are gone."""
    if frame.erased_on is not None:
        raise RuleBroken(
            f"The rows of {frame.reference} were erased under a retention rule, so nothing is drawn from it any more."
        )


def level_word(frame: CaseFrame, rank: int | None) -> str:
    """The frame's own word for a level."""
    return frame.levels.get(str(rank), "Level not recorded")
