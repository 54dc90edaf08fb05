"""From which frozen list of cases is a sample drawn?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.access import RowPolicy
from models.db import Base
from models.people import Person
from models.references import Referenced
from models.thematic_reviews import ThematicReview


class CaseFrame(Referenced):
    """An imported list of episodes, frozen on acceptance. Its words (levels, themes) are kept as they were then.

    `levels` maps a rank to its word; `themes` and `agencies` count rows by the cell as it was read; `fingerprint`
    is SHA-256 over the sorted canonical lines (models/rules/fingerprints.py).
    """

    __tablename__ = "case_frames"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert", "update"),
        reason="Case lists are for the officers who draw; agencies never see them.",
    )
    reference_prefix = "CF"

    review_id: Mapped[int | None] = mapped_column(ForeignKey("thematic_reviews.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text, server_default="")
    sheet: Mapped[str] = mapped_column(Text, server_default="")
    row_count: Mapped[int] = mapped_column(server_default="0")
    case_count: Mapped[int] = mapped_column(server_default="0")
    rejected_count: Mapped[int] = mapped_column(server_default="0")
    levels: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    themes: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    fingerprint: Mapped[str] = mapped_column(Text, server_default="", index=True)
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    frozen_at: Mapped[datetime] = mapped_column(server_default=func.now())

    review: Mapped[ThematicReview | None] = relationship(lazy="raise_on_sql")
    imported_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return self.frozen_at.year


class FrameRow(Base):
    """One episode of a frame. Partitioned by frame: a new frame is loaded bare and indexed afterwards."""

    __tablename__ = "frame_rows"
    __table_args__ = (
        Index("ix_frame_rows_reference", "frame_id", "reference", "row_number"),
        Index(
            "ix_frame_rows_reference_words",
            "reference",
            postgresql_using="gin",
            postgresql_ops={"reference": "gin_trgm_ops"},
        ),
        Index("ix_frame_rows_level", "frame_id", "level_rank", "row_number"),
        Index("ix_frame_rows_started", "frame_id", "started_on", "row_number"),
        {"postgresql_partition_by": "LIST (frame_id)"},
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select",),
        system=("select",),
        reason="Rows enter only through a frame's freezing, whose fingerprint and counts are on the change log.",
        is_logged=False,
    )

    frame_id: Mapped[int] = mapped_column(ForeignKey("case_frames.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(collation="C"))
    level_rank: Mapped[int | None] = mapped_column(SmallInteger)
    theme: Mapped[str | None] = mapped_column(Text)
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    agency: Mapped[str | None] = mapped_column(Text)
    is_repeated: Mapped[bool] = mapped_column(server_default="false")


FRAME_FUNCTIONS = (
    """
CREATE OR REPLACE FUNCTION open_frame(frame int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    part text := format('frame_rows_%s', frame);
BEGIN
    IF EXISTS (SELECT 1 FROM case_frames WHERE id = frame AND fingerprint <> '') THEN
        RAISE EXCEPTION 'frame % is frozen', frame USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE frame_rows INCLUDING DEFAULTS)', part);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO portal_staff, portal_system', part);
    RETURN part;
END $$""",
    """
CREATE OR REPLACE FUNCTION close_frame(frame int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    part text := format('frame_rows_%s', frame);
BEGIN
    EXECUTE format('REVOKE ALL ON %I FROM portal_staff, portal_system', part);
    EXECUTE format('ALTER TABLE %I ADD CHECK (frame_id = %s)', part, frame);
    EXECUTE format('ALTER TABLE frame_rows ATTACH PARTITION %I FOR VALUES IN (%s)', part, frame);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ANALYZE %I', part);
END $$""",
)


def level_word(frame: CaseFrame, rank: int | None) -> str:
    """The frame's own word for a level."""
    return frame.levels.get(str(rank), "Level not recorded")


def frame_partition(session: Session, frame_id: int) -> str:
    """Open the bare table that a frame's rows are loaded into; refused once the frame is frozen."""
    return str(session.execute(text("SELECT open_frame(:frame)"), {"frame": frame_id}).scalar_one())
