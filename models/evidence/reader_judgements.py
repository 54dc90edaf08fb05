"""Which mark does a reader give each key line, before anybody else's is seen?

While a reading is open nobody reads a judgement but whoever gave it, administrators included: the row policy says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import OWN_PERSON, RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.evidence.evidence_readers import EvidenceReader, readers_of
from models.rules.core.counts import count_words
from models.rules.evidence.triangulation import Mark
from models.tools.key_lines import KeyLine, key_lines_of

_JUDGED = ("select", "insert", "update (mark, reason, judged_at, row_version)")
_BY_ME = f"SELECT FROM evidence_readers r WHERE r.id = evidence_reader_id AND r.reader_id = {OWN_PERSON}"
_OVER = (
    "NOT EXISTS (SELECT FROM evidence_readers r JOIN evidence_readers o ON o.review_id = r.review_id"
    " WHERE r.id = evidence_reader_id AND o.done_at IS NULL)"
)


class ReaderJudgement(Record):
    """Which mark a reader gives one key line, and why. Its words are nobody else's until the reading is over."""

    __tablename__ = "reader_judgements"
    __table_args__ = (
        UniqueConstraint(
            "evidence_reader_id", "key_line_id", name="line_judged_once_by_each",
            info={"sentence": "You have judged this key line already; open it again."},
        ),
        one_of("mark", Mark, "known_mark_of_reader"),
        must("reason <> ''", name="judgement_reasoned", sentence="Say in a sentence why."),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select",),
        administrator=_JUDGED,
        officer=_JUDGED,
        sponsor=_JUDGED,
        own=f"EXISTS ({_BY_ME} AND r.done_at IS NULL)",
        own_reads=f"EXISTS ({_BY_ME}) OR {_OVER}",
        binds_all=True,
        unlogged_columns=("mark", "reason"),
        reason="A reader's own until both are done, so that neither is led by the other; administrators included.",
    )

    evidence_reader_id: Mapped[int] = mapped_column(ForeignKey("evidence_readers.id", ondelete="CASCADE"))
    key_line_id: Mapped[int] = mapped_column(ForeignKey("key_lines.id", ondelete="CASCADE"), index=True)
    mark: Mapped[Mark] = mapped_column(choice_column(Mark))
    reason: Mapped[str] = mapped_column(Text)
    judged_at: Mapped[datetime] = mapped_column(server_default=func.now())


def own_judgements(session: Session, reader: EvidenceReader) -> dict[int, ReaderJudgement]:
    """What a reader has judged so far, by key line."""
    given = select(ReaderJudgement).where(ReaderJudgement.evidence_reader_id == reader.id)
    return {judgement.key_line_id: judgement for judgement in session.scalars(given)}


def judge_line(session: Session, reader: EvidenceReader, line: KeyLine, *, mark: Mark, reason: str) -> ReaderJudgement:
    """Give a key line a mark and say why, or change that; refuses once the reading is over."""
    _refuse_when_done(session, reader)
    if line.review_id != reader.review_id:
        raise RuleBroken("That is no key line of this review.")
    if not reason.strip():
        raise RuleBroken("Say in a sentence why.", field="reason")
    judgement = own_judgements(session, reader).get(line.id) or ReaderJudgement(
        evidence_reader_id=reader.id, key_line_id=line.id
    )
    judgement.mark, judgement.reason, judgement.judged_at = mark, reason.strip(), now()
    session.add(judgement)
    session.flush()
    return judgement


def hand_in_reading(session: Session, reader: EvidenceReader) -> bool:
    """Hand in what a reader has judged, for good; says whether both are done now. Refuses while a line is left."""
    _refuse_when_done(session, reader)
    lines = {line.id for line in key_lines_of(session, reader.review_id)}
    left = len(lines - own_judgements(session, reader).keys())
    if left:
        raise RuleBroken(f"{count_words(left, 'key line is', 'key lines are')} not judged yet.")
    reader.done_at = now()
    session.flush()
    return all(each.done_at is not None for each in readers_of(session, reader.review_id))


def _refuse_when_done(session: Session, reader: EvidenceReader) -> None:
    """Asked of the row as it is now, and held, so that nobody closes the reading in the middle."""
    session.refresh(reader, attribute_names=["done_at", "row_version"], with_for_update=True)
    if reader.done_at is not None:
        raise RuleBroken("This reading is over; what was judged stays as it is.")
