"""How does somebody outside the database know that the change log is still the one they were told of?

Once a day the end of the log's chain is published: it leaves the database by mail and in the Board's pack. Whoever
could rewrite the whole chain cannot rewrite those. With it goes a seal over the looks since the last one, which have no
chain of their own: a lock at every page would stop the portal.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from sqlalchemy import BigInteger, LargeBinary, Row, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import NONE, RowPolicy
from models.core.change_log import STRETCH, ChangeLogHead, ChangeRecord, seal_waiting
from models.core.clock import now
from models.core.db import Base
from models.core.errors import RuleBroken

_WORDS = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
_SEAL = text(r"""
SELECT count(*) AS look_count, sha256(convert_to(coalesce(string_agg(concat_ws('|', id,
    to_char(looked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), coalesce(person_id::text, ''), request_id, kind,
    page, answer_status, shown::text, row_count, asked_by::text), E'\n' ORDER BY id), ''), 'UTF8')) AS seal
FROM looks WHERE looked_at >= :since AND looked_at < :until""")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class PublishedHead(Base):
    """The end of the chain as it was published on a day, and the seal over the looks between two moments."""

    __tablename__ = "published_heads"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=NONE,
        staff=("select",),
        system=("select", "insert", "update"),
        reason="What was told outside of the change log, which agencies never read.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    published_on: Mapped[date] = mapped_column(unique=True)
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())
    link_number: Mapped[int] = mapped_column(BigInteger)
    link_hash: Mapped[bytes] = mapped_column(LargeBinary)
    looks_from_at: Mapped[datetime]
    looks_until_at: Mapped[datetime]
    look_count: Mapped[int]
    looks_seal: Mapped[bytes] = mapped_column(LargeBinary)
    looks_forgotten_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return f"{self.link_number}:{self.link_hash.hex()}"


def latest_head(session: Session) -> PublishedHead | None:
    """The head that was published last; None before the first."""
    return session.scalars(select(PublishedHead).order_by(PublishedHead.published_on.desc()).limit(1)).first()


def publish_head(session: Session, on: date) -> PublishedHead | None:
    """Put the chain's end and the seal of the looks before this day (UTC) on record; None when the day has its head.

    What waits is sealed first, as the portal itself, so that the head speaks of the changes committed until now; if it
    is more than a stretch, of the first ones, and the next day's head of the rest.
    """
    last = latest_head(session)
    if last is not None and last.published_on >= on:
        return None
    seal_waiting(session, STRETCH)
    end = session.get_one(ChangeLogHead, 1, populate_existing=True)
    since = last.looks_until_at if last is not None else _BEGINNING
    until = datetime.combine(on, time(), tzinfo=UTC)
    sealed = _seal(session, since, until)
    published = PublishedHead(
        published_on=on, link_number=end.link_number, link_hash=end.link_hash, looks_from_at=since,
        looks_until_at=until, look_count=sealed.look_count, looks_seal=sealed.seal,
    )  # fmt: skip
    session.add(published)
    session.flush()
    return published


def _seal(session: Session, since: datetime, until: datetime) -> Row[Any]:
    return session.execute(_SEAL, {"since": since, "until": until}).one()


def stands_in_chain(session: Session, words: str) -> bool:
    """Whether a published head, as in `1234:ab…`, is still a link of the chain. Refuses what is no head."""
    read = _WORDS.fullmatch("".join(words.split()).lower())
    if read is None:
        raise RuleBroken("A published head is a number, a colon and 64 digits from 0 to f, such as 1234:0ab….")
    link = int(read[1])
    if link == 0:
        return bool(session.scalar(text("SELECT encode(sha256('triangulate'), 'hex')")) == read[2])
    held = session.scalar(select(ChangeRecord.link_hash).where(ChangeRecord.link_number == link))
    return held is not None and held.hex() == read[2]


def first_fallen_head(session: Session) -> PublishedHead | None:
    """The first published head that is no link of the chain any more; None when all of them stand."""
    heads = session.execute(
        select(PublishedHead, ChangeRecord.link_hash)
        .outerjoin(ChangeRecord, ChangeRecord.link_number == PublishedHead.link_number)
        .where(PublishedHead.link_number > 0)
        .order_by(PublishedHead.id)
    )
    return next((head for head, held in heads if held != head.link_hash), None)


def first_broken_seal(session: Session) -> PublishedHead | None:
    """The first published head whose looks are not those it sealed; None when all hold that are not forgotten."""
    kept = select(PublishedHead).where(PublishedHead.looks_forgotten_at.is_(None)).order_by(PublishedHead.id)
    for head in session.scalars(kept).all():
        sealed = _seal(session, head.looks_from_at, head.looks_until_at)
        if (sealed.look_count, sealed.seal) != (head.look_count, head.looks_seal):
            return head
    return None


def note_forgotten(session: Session, before: datetime) -> None:
    """Say of the seals over looks before a moment that their looks are forgotten, so that nobody misses them."""
    open_yet = PublishedHead.looks_forgotten_at.is_(None) & (PublishedHead.looks_from_at < before)
    has_any = PublishedHead.look_count > 0
    session.execute(update(PublishedHead).where(open_yet, has_any).values(looks_forgotten_at=now()))
