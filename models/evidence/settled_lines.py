"""What did both readers judge of each key line, and which mark was agreed in the end?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Select, Text, exists, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.core.access import RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import ASKED_OF
from models.core.words import choice_column, must, one_of
from models.evidence.evidence_readers import EvidenceReader
from models.evidence.reader_judgements import ReaderJudgement
from models.rules.evidence.evidence_readers import Judged, LineRead
from models.rules.evidence.triangulation import Mark
from models.tools.key_lines import KeyLine


class SettledLine(Record):
    """The mark that was agreed for a key line after two people had judged it, and the sentence that settled it."""

    __tablename__ = "settled_lines"
    __table_args__ = (
        one_of("mark", Mark, "known_mark_of_line"),
        must("reason <> ''", name="settling_reasoned", sentence="Write the sentence that settled it."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        reason="The hub's own until the review is presented.",
    )

    key_line_id: Mapped[int] = mapped_column(
        ForeignKey("key_lines.id", ondelete="CASCADE"), unique=True,
        info={"sentence": "What was agreed of this key line is written down already."},
    )  # fmt: skip
    mark: Mapped[Mark] = mapped_column(choice_column(Mark))
    reason: Mapped[str] = mapped_column(Text)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    settled_at: Mapped[datetime] = mapped_column(server_default=func.now())


def lines_read(session: Session, review_ids: Collection[int]) -> dict[int, LineRead]:
    """What both readers judged of each key line, and what was settled, by key line; of readings that are over."""
    rows = session.execute(_read_in(), {ASKED_OF.key: list(review_ids)})
    return {
        key: LineRead(_judged(mark, why), _judged(other, other_why), _judged(agreed, settled))
        for key, mark, why, other, other_why, agreed, settled in rows
    }


@cache
def _read_in() -> Select[*tuple[Any, ...]]:
    """The statement of `lines_read`, put together once."""
    first, second = aliased(ReaderJudgement), aliased(ReaderJudgement)
    by_first, by_second = aliased(EvidenceReader), aliased(EvidenceReader)
    is_open = exists().where(EvidenceReader.review_id == KeyLine.review_id, EvidenceReader.done_at.is_(None))
    parts = (first.mark, first.reason, second.mark, second.reason, SettledLine.mark, SettledLine.reason)
    return (
        select(KeyLine.id, *parts)
        .join(by_first, (by_first.review_id == KeyLine.review_id) & (by_first.place == 1))
        .join(by_second, (by_second.review_id == KeyLine.review_id) & (by_second.place == 2))
        .outerjoin(first, (first.evidence_reader_id == by_first.id) & (first.key_line_id == KeyLine.id))
        .outerjoin(second, (second.evidence_reader_id == by_second.id) & (second.key_line_id == KeyLine.id))
        .outerjoin(SettledLine, SettledLine.key_line_id == KeyLine.id)
        .where(KeyLine.review_id.in_(ASKED_OF), ~is_open)
    )


def _judged(mark: Mark | None, reason: str | None) -> Judged | None:
    return Judged(mark, reason or "") if mark is not None else None


def settled_of(session: Session, line_id: int) -> SettledLine | None:
    """What was settled of a key line; None while nothing was."""
    return session.scalar(select(SettledLine).where(SettledLine.key_line_id == line_id))


def settle_line(session: Session, line: KeyLine, *, mark: Mark, reason: str, person_id: int | None) -> SettledLine:
    """Write down which mark was agreed for a key line, and the sentence that settled it, or amend that.

    Refuses before both readers are done, and a line that neither has judged.
    """
    read = lines_read(session, [line.review_id or 0]).get(line.id)
    if read is None or (read.first is None and read.second is None):
        raise RuleBroken("What was agreed is written down once two people have judged the key line.")
    if not reason.strip():
        raise RuleBroken("Write the sentence that settled it.", field="reason")
    settled = settled_of(session, line.id) or SettledLine(key_line_id=line.id)
    settled.mark, settled.reason, settled.settled_by_id, settled.settled_at = mark, reason.strip(), person_id, now()
    session.add(settled)
    session.flush()
    return settled
