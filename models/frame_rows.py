"""Which episodes does a frame hold, and how do a million of them get there and stay as they are?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import ClassVar, cast

from psycopg import Connection as DriverConnection
from sqlalchemy import ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.access import RowPolicy
from models.case_frames import CaseFrame
from models.clock import now
from models.db import Base
from models.errors import RuleBroken
from models.rules.populations import CaseRow

MOST_WORDS = 5000
"""Different themes, or agencies, that one frame may have."""
_COLUMNS = "frame_id, row_number, reference, level_rank, theme, started_on, ended_on, agency"


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
    IF NOT EXISTS (SELECT FROM case_frames WHERE id = frame AND fingerprint = '') THEN
        RAISE EXCEPTION 'frame % is frozen', frame USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE frame_rows INCLUDING DEFAULTS)', part);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO portal_staff, portal_system', part);
    RETURN part;
END $$""",
    """
CREATE OR REPLACE FUNCTION close_frame(frame int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET maintenance_work_mem = '256MB' AS $$
DECLARE
    part text := format('frame_rows_%s', frame);
BEGIN
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (frame_id, row_number)', part);
    EXECUTE format('CREATE INDEX ON %I (frame_id, reference, row_number)', part);
    EXECUTE format('ANALYZE %I', part);
    EXECUTE format('UPDATE %1$I SET is_repeated = true WHERE reference IN'
                   ' (SELECT reference FROM %1$I GROUP BY reference HAVING count(*) > 1)', part);
END $$""",
    """
CREATE OR REPLACE FUNCTION attach_frame(frame int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET maintenance_work_mem = '256MB' AS $$
DECLARE
    part text := format('frame_rows_%s', frame);
BEGIN
    EXECUTE format('REVOKE ALL ON %I FROM portal_staff, portal_system', part);
    EXECUTE format('ALTER TABLE %I ADD CHECK (frame_id = %s)', part, frame);
    EXECUTE format('ALTER TABLE frame_rows ATTACH PARTITION %I FOR VALUES IN (%s)', part, frame);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
END $$""",
)


def load_blocks(session: Session, frame: CaseFrame, blocks: Iterable[bytes]) -> None:
    """Copy blocks of lines into a frame that is not frozen yet: frame id, then the fields of a case row, as COPY text.

    The rows go into a bare table of their own; `freeze` adds the indexes and makes it a part of `frame_rows`. Nothing
    is visible to others before the caller commits.
    """
    part = str(session.execute(text("SELECT open_frame(:frame)"), {"frame": frame.id}).scalar_one())
    with _driver(session).cursor().copy(f"COPY {part} ({_COLUMNS}) FROM STDIN (NULL '')") as copy:
        for block in blocks:
            copy.write(block)


def freeze(session: Session, frame: CaseFrame) -> None:
    """Index the loaded rows, count cases, mark repeated references, fingerprint the whole and let nobody change it.

    Refuses a frame without rows.
    """
    session.execute(text("SELECT close_frame(:frame)"), {"frame": frame.id})
    part = f"frame_rows_{frame.id}"
    counts = session.execute(text(_COUNTS.format(part=part))).one()
    if not counts.row_count:
        raise RuleBroken("The list has no row that can be used, so there is nothing to draw from.")
    frame.row_count, frame.case_count = counts.row_count, counts.case_count
    _keep_levels(session, frame, part)
    frame.themes = _cells(session, part, "theme")
    frame.agencies = _cells(session, part, "agency")
    frame.fingerprint = frame_fingerprint(session, frame)
    frame.frozen_at = now()
    session.execute(text("SELECT attach_frame(:frame)"), {"frame": frame.id})
    session.flush()


def frame_fingerprint(session: Session, frame: CaseFrame) -> str:
    """SHA-256 over the canonical lines in bytewise order, as models.rules.fingerprints states it; hexadecimal."""
    levels = (
        ", ".join(f"({int(rank)}, {_quoted(label)})" for rank, label in frame.levels.items()) or "(NULL::int, NULL)"
    )
    statement = _CANONICAL.format(part=f"frame_rows_{frame.id}", levels=levels)
    digest = hashlib.sha256()
    with _driver(session).cursor().copy(statement) as copy:
        for block in copy:
            digest.update(block)
    return digest.hexdigest()


def read_rows(session: Session, frame_id: int) -> Iterator[CaseRow]:
    """Every row of a frozen frame, streamed; for checking a draw without the SQL that made it."""
    statement = text(
        "SELECT row_number, reference, level_rank, theme, started_on, ended_on, agency FROM frame_rows"
        " WHERE frame_id = :frame"
    )
    for row in session.execute(statement, {"frame": frame_id}, execution_options={"yield_per": 5000}):
        yield row._tuple()


_COUNTS = """
SELECT coalesce(sum(n), 0)::int AS row_count, count(*)::int AS case_count
FROM (SELECT count(*) AS n FROM {part} GROUP BY reference) cases"""

_LEVELS = """
SELECT level_rank, count(*) AS row_count, count(*) FILTER (WHERE started_on IS NULL) AS undated_count
FROM {part} GROUP BY 1"""

_CELLS = """
SELECT {column}, count(*) FROM {part} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}"""

_CANONICAL = """
COPY (SELECT r.reference, l.label, r.theme, r.started_on, r.ended_on, r.agency
      FROM {part} r LEFT JOIN (VALUES {levels}) AS l(rank, label) ON l.rank = r.level_rank
      ORDER BY r.reference COLLATE "C", coalesce(l.label, '') COLLATE "C", coalesce(r.theme, '') COLLATE "C",
               r.started_on NULLS FIRST, r.ended_on NULLS FIRST, coalesce(r.agency, '') COLLATE "C")
TO STDOUT (NULL '')"""


def _keep_levels(session: Session, frame: CaseFrame, part: str) -> None:
    """Keep the words of the levels that occur, and count rows without a start date."""
    found = session.execute(text(_LEVELS.format(part=part))).all()
    occurring = {str(row.level_rank) for row in found}
    frame.levels = {rank: label for rank, label in frame.levels.items() if rank in occurring}
    frame.undated_count = sum(row.undated_count for row in found)


def _cells(session: Session, part: str, column: str) -> dict[str, int]:
    """How many rows hold each text of a column; refused when there are too many for it to be that kind of column."""
    rows = session.execute(text(_CELLS.format(part=part, column=column, most=MOST_WORDS + 1))).all()
    if len(rows) > MOST_WORDS:
        raise RuleBroken(
            f"The column chosen for the {column} has more than {MOST_WORDS:,} different values; choose another."
        )
    return {row[0]: row[1] for row in rows}


def _driver(session: Session) -> DriverConnection[object]:
    return cast("DriverConnection[object]", session.connection().connection.driver_connection)


def _quoted(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"
