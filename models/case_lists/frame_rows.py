"""Which episodes does a frame hold, and how are a million of them loaded and kept unchanged?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any, ClassVar, cast

from psycopg import Connection as DriverConnection
from sqlalchemy import ForeignKey, SmallInteger, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.case_lists.case_frames import CaseFrame
from models.core.access import NONE, READ, RowPolicy
from models.core.clock import now
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.planning import plan_with
from models.rules.case_lists.fingerprints import FrameDigest
from models.rules.case_lists.report import LISTED
from models.rules.sampling.populations import CaseRow

MOST_WORDS = 5000
"""Different themes, or agencies, that one frame may have."""
_LINES = 4096
_WIDE_SCANS = {"work_mem": "192MB", "parallel_tuple_cost": "0", "parallel_setup_cost": "0"}
"""Settings under which PostgreSQL sorts and counts a loaded frame in memory and on every core it may use."""
_COLUMNS = "frame_id, row_number, reference, level_rank, theme, started_on, ended_on, agency"


class FrameRow(Base):
    """One episode of a frame. Partitioned by frame: a new frame is loaded bare and gets its key when it is frozen.

    The indexes that its list is searched and sorted by belong to each part and not to the whole, so that a large frame
    can be frozen and drawn from before they are built (`index_frame`); until then its list is only slower.
    """

    __tablename__ = "frame_rows"
    is_about_cases = True
    __table_args__ = ({"postgresql_partition_by": "LIST (frame_id)"},)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        manager=NONE,
        administrator=READ,
        officer=READ,
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


_ORDER = """reference, coalesce(words[level_rank], '') COLLATE "C", coalesce(theme, '') COLLATE "C",
        started_on NULLS FIRST, ended_on NULLS FIRST, coalesce(agency, '') COLLATE "C\""""


def load_blocks(session: Session, frame: CaseFrame, blocks: Iterable[bytes]) -> None:
    """Copy blocks of lines into a frame that is not frozen yet: frame id, then the fields of a case row, as COPY text.

    The rows go into a bare table of their own; `freeze` adds the key and makes it a part of `frame_rows`. Nothing
    is visible to others before the caller commits.
    """
    part = str(session.execute(text("SELECT open_frame(:frame)"), {"frame": frame.id}).scalar_one())
    _copy_in(session, f"{part} ({_COLUMNS})", blocks)


def freeze(session: Session, frame: CaseFrame) -> Iterator[str]:
    """Count and fingerprint the loaded rows, mark repeated references, and make all of it unchangeable.

    Returns the references that more than one row has. The list's indexes come with `index_frame`. Refuses a frame
    without rows.
    """
    plan_with(session, _WIDE_SCANS)
    _keep_counts(session, frame)
    digest = FrameDigest()
    order = {"fields": _FIELDS, "words": _word_table(frame), "order": _ORDER, "frame": int(frame.id)}
    for lines in _read_lines(session, _LOADED.format(**order), frame.row_count):
        digest.add(lines)
    for setting in _WIDE_SCANS:
        session.execute(text(f"SET LOCAL {setting} TO DEFAULT"))
    frame.case_count, frame.fingerprint, frame.frozen_at = digest.case_count, digest.fingerprint, now()
    _copy_in(session, f"frame_rows_{int(frame.id)}_repeats", digest.repeated)
    session.execute(text("SELECT attach_frame(:frame)"), {"frame": frame.id})
    session.flush()
    return digest.repeated_references()


def index_frame(session: Session, frame_id: int) -> None:
    """Build the indexes that a frozen frame's list is searched and sorted by, those that are not there yet."""
    session.execute(text("SELECT index_frame(:frame)"), {"frame": frame_id})


def frame_fingerprint(session: Session, frame: CaseFrame) -> str:
    """SHA-256 over the canonical lines in bytewise order (models.rules.case_lists.fingerprints); hexadecimal.

    Sorts again, so that it also notices when somebody has changed what is on the disk.
    """
    return _digest(
        session, _CANONICAL.format(fields=_FIELDS, words=_word_table(frame), order=_ORDER, frame=int(frame.id))
    )


def _digest(session: Session, statement: str) -> str:
    digest = hashlib.sha256()
    with _driver(session).cursor().copy(statement) as copy:
        for block in copy:
            digest.update(block)
    return digest.hexdigest()


def _copy_in(session: Session, place: str, blocks: Iterable[bytes]) -> None:
    with _driver(session).cursor().copy(f"COPY {place} FROM STDIN (NULL '')") as copy:
        for block in blocks:
            copy.write(block)


def _read_lines(session: Session, statement: str, count: int) -> Iterator[list[bytes]]:
    """The `count` lines that a COPY gives, some thousand at a time.

    Only the driver's own `read` may wait or see the end; what has come already is taken from libpq, twice as fast.
    """
    driver = _driver(session)
    take, left, lines = driver.pgconn.get_copy_data, count, list[bytes]()
    with driver.cursor().copy(statement) as copy:
        while line := bytes(copy.read()):
            lines.append(line)
            left -= 1
            while left > 1 and len(lines) < _LINES and (taken := take(1))[0] > 0:
                lines.append(bytes(taken[1]))
                left -= 1
            if len(lines) >= _LINES:
                yield lines
                lines = []
    yield lines


def read_rows(session: Session, frame_id: int) -> Iterator[CaseRow]:
    """Every row of a frozen frame, streamed; for checking a draw without the SQL that made it."""
    statement = text(
        "SELECT row_number, reference, level_rank, theme, started_on, ended_on, agency FROM frame_rows"
        " WHERE frame_id = :frame"
    )
    for row in session.execute(statement, {"frame": frame_id}, execution_options={"yield_per": 5000}):
        yield tuple(row)


def references_in(session: Session, frame_id: int, references: Collection[str]) -> set[str]:
    """Those of these references that are cases of a frozen frame; none once its rows are erased."""
    if not references:
        return set()
    known = select(FrameRow.reference).where(FrameRow.frame_id == frame_id, FrameRow.reference.in_(references))
    return set(session.scalars(known))


_SEVERAL = """
SELECT min(row_number) AS row, reference, array_agg(DISTINCT level_rank ORDER BY level_rank DESC) AS ranks,
    count(*) OVER () AS case_count
FROM frame_rows WHERE frame_id = :frame AND is_repeated AND level_rank IS NOT NULL
GROUP BY reference HAVING min(level_rank) < max(level_rank) ORDER BY 1 LIMIT :most"""


def several_levels(session: Session, frame: CaseFrame) -> dict[str, Any]:
    """Which cases of a frozen frame stand in several levels, as the check before the freezing says it.

    `{"count": …, "listed": [{"row", "reference", "levels"}, …]}`: levels highest first, cases in the order of the list,
    at most 10,000 of them (models/rules/case_lists/several_levels.py).
    """
    cases = session.execute(text(_SEVERAL), {"frame": frame.id, "most": LISTED}).all()
    listed = [
        {"row": case.row, "reference": case.reference, "levels": [frame.levels[str(rank)] for rank in case.ranks]}
        for case in cases
    ]
    return {"count": cases[0].case_count if cases else 0, "listed": listed}


_FIELDS = "reference, words[level_rank], theme, started_on, ended_on, agency"

_LOADED = "COPY (SELECT {fields} FROM frame_rows_{frame}, {words} ORDER BY {order}) TO STDOUT (NULL '')"

_CANONICAL = """
COPY (SELECT {fields} FROM frame_rows, {words} WHERE frame_id = {frame} ORDER BY {order}) TO STDOUT (NULL '')"""

_COUNTS = """
WITH grouped AS (
    SELECT level_rank, theme, agency, count(*) AS row_count,
        count(*) FILTER (WHERE started_on IS NULL) AS undated_count
    FROM frame_rows_{frame} GROUP BY level_rank, theme, agency
)
SELECT level_rank, theme, agency, grouping(level_rank, theme, agency) AS kind,
    coalesce(sum(row_count), 0)::bigint AS row_count, coalesce(sum(undated_count), 0)::bigint AS undated_count
FROM grouped GROUP BY GROUPING SETS ((), (level_rank), (theme), (agency))
ORDER BY 5 DESC, theme, agency LIMIT {most}"""

_BY_LEVEL, _BY_THEME, _BY_AGENCY, _ALL = 0b011, 0b101, 0b110, 0b111


def _keep_counts(session: Session, frame: CaseFrame) -> None:
    """Keep how many rows there are, by level, theme and agency."""
    counts = session.execute(text(_COUNTS.format(frame=int(frame.id), most=2 * MOST_WORDS + 1))).all()
    if len(counts) > 2 * MOST_WORDS:
        raise RuleBroken("The columns chosen for theme and agency have too many different values; choose others.")
    whole = next(row for row in counts if row.kind == _ALL)
    if not whole.row_count:
        raise RuleBroken("The list has no row that can be used, so there is nothing to draw from.")
    frame.row_count, frame.undated_count = whole.row_count, whole.undated_count
    occurring = {str(row.level_rank) for row in counts if row.kind == _BY_LEVEL}
    frame.levels = {rank: label for rank, label in frame.levels.items() if rank in occurring}
    frame.themes = {row.theme: row.row_count for row in counts if row.kind == _BY_THEME and row.theme is not None}
    frame.agencies = {row.agency: row.row_count for row in counts if row.kind == _BY_AGENCY and row.agency is not None}


def _word_table(frame: CaseFrame) -> str:
    """The frame's words for its levels as a table of one row, for COPY, which takes no parameters."""
    highest = max((int(rank) for rank in frame.levels), default=0)
    words = (frame.levels.get(str(rank)) for rank in range(1, highest + 1))
    listed = ", ".join("NULL" if word is None else _quoted(word) for word in words)
    return f"(SELECT ARRAY[{listed}]::text[] AS words) AS given"


def _driver(session: Session) -> DriverConnection[object]:
    return cast("DriverConnection[object]", session.connection().connection.driver_connection)


def _quoted(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"
