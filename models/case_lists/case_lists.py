"""Which uploaded case list waits for its columns, its check or an officer's acceptance?

The file itself may hold names and dates of birth, so it is kept sealed, only until it is accepted or discarded, and
never beyond a day; what is kept of it afterwards is the frame: pseudonymous references, levels, themes and dates.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO, ClassVar, cast

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, LargeBinary, Text, delete, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.case_lists.case_frames import CaseFrame
from models.core.access import NONE, RowPolicy
from models.core.choices import Choice
from models.core.clock import now
from models.core.db import Base, Record
from models.core.errors import RuleBroken
from models.core.seals import key_of_seal
from models.core.words import choice_column, one_of
from models.documents.job_requests import JobRequest, request_job
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview

KEPT_HOURS = 23  # looked at every hour, so that nothing is kept longer than a day
_PIECE = 1024 * 1024


class ListStatus(Choice):
    """How far an uploaded list has come."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    FREEZING = "freezing"
    FROZEN = "frozen"
    DISCARDED = "discarded"


class CaseList(Record):
    """An uploaded file on its way to a frame: the chosen columns and, once checked, the report with every problem."""

    __tablename__ = "case_lists"
    is_about_cases = True
    __table_args__ = (one_of("status", ListStatus, "known_list_status"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sponsor=NONE,
        manager=NONE,
        reader=NONE,
        reason="Case lists are for the officers who draw; agencies never see them.",
        unlogged_columns=("report",),
    )

    file_name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text, server_default="")
    review_id: Mapped[int | None] = mapped_column(ForeignKey("thematic_reviews.id"), index=True)
    status: Mapped[ListStatus] = mapped_column(choice_column(ListStatus), server_default=ListStatus.UPLOADED)
    size: Mapped[int]
    choice: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    refusal: Mapped[str] = mapped_column(Text, server_default="")
    frame_id: Mapped[int | None] = mapped_column(ForeignKey("case_frames.id"), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)

    review: Mapped[ThematicReview | None] = relationship(lazy="raise_on_sql")
    frame: Mapped[CaseFrame | None] = relationship(lazy="raise_on_sql")
    uploaded_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.title or self.file_name


class CaseListPiece(Base):
    """A sealed piece of an uploaded file; gone as soon as the list is frozen, discarded or a day old."""

    __tablename__ = "case_list_pieces"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=("select", "insert", "delete"),
        officer=("select", "insert", "delete"),
        reason="Sealed pieces of a file that may name people; agencies never see them.",
        is_logged=False,
    )

    list_id: Mapped[int] = mapped_column(ForeignKey("case_lists.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


def sealing_key(secret: str) -> bytes:
    """The key that uploaded lists are sealed with, from the portal's secret."""
    return key_of_seal("case lists", secret)


@dataclass(frozen=True)
class SentList:
    """A file that somebody has sent, with its name; `limit` is the most bytes that are taken of it."""

    file: BinaryIO
    file_name: str
    limit: int


def keep_list(
    session: Session,
    sent: SentList,
    *,
    key: bytes,
    title: str = "",
    review_id: int | None = None,
    person_id: int | None = None,
) -> CaseList:
    """Seal an uploaded file piece by piece, to keep memory flat. Refuses an empty file and one over its limit."""
    case_list = CaseList(
        file_name=sent.file_name[:200], title=title[:200], review_id=review_id, uploaded_by_id=person_id, size=0
    )
    session.add(case_list)
    session.flush()
    list_id, sealer, size = case_list.id, Fernet(key), 0
    for number, piece in enumerate(iter(lambda: sent.file.read(_PIECE), b"")):
        size += len(piece)
        if size > sent.limit:
            raise RuleBroken(f"The file is larger than {sent.limit // _PIECE} MB.")
        session.execute(insert(CaseListPiece).values(list_id=list_id, number=number, sealed=sealer.encrypt(piece)))
    if not size:
        raise RuleBroken("The file is empty.")
    case_list.size = size
    session.flush()
    return case_list


def open_list(session: Session, case_list: CaseList, *, key: bytes) -> BinaryIO:
    """The file again, in a temporary place that vanishes when closed. Refuses a list whose file is gone."""
    sealer = Fernet(key)
    numbers = session.scalars(
        select(CaseListPiece.number).where(CaseListPiece.list_id == case_list.id).order_by(CaseListPiece.number)
    ).all()
    if not numbers:
        raise RuleBroken("The uploaded file has been erased; upload it again.")
    file = tempfile.SpooledTemporaryFile(max_size=8 * _PIECE)  # noqa: SIM115 - the caller closes it
    for number in numbers:
        piece = select(CaseListPiece.sealed).where(
            CaseListPiece.list_id == case_list.id, CaseListPiece.number == number
        )
        file.write(sealer.decrypt(session.execute(piece).scalar_one()))
    file.seek(0)
    return cast("BinaryIO", file)


def ask_for_check(session: Session, case_list: CaseList, choice: dict[str, Any]) -> int | None:
    """Keep the officer's choice of columns and request the check. Returns the id of the request."""
    if case_list.status not in (ListStatus.UPLOADED, ListStatus.CHECKED, ListStatus.REFUSED):
        raise RuleBroken("This list is being worked on, or is finished.")
    case_list.choice, case_list.report, case_list.refusal = choice, None, ""
    case_list.status = ListStatus.CHECKING
    session.flush()
    return request_job(session, "check_case_list", {"list_id": case_list.id})


def accept(session: Session, case_list: CaseList) -> int | None:
    """Accept the checked list, to be frozen. Requests the job in the same transaction; returns the request's id."""
    if case_list.status is not ListStatus.CHECKED:
        raise RuleBroken("Check the list before you accept it.")
    case_list.status = ListStatus.FREEZING
    session.flush()
    return request_job(session, "freeze_case_list", {"list_id": case_list.id}, unique_key=f"freeze:{case_list.id}")


def erase_file(session: Session, case_list: CaseList) -> None:
    """Erase the sealed file; the list keeps its name and its outcome."""
    session.execute(delete(CaseListPiece).where(CaseListPiece.list_id == case_list.id))


def discard(session: Session, case_list: CaseList) -> None:
    """Discard an upload: nothing of it is kept but its name. Refuses one that became a frame."""
    if case_list.status in (ListStatus.FREEZING, ListStatus.FROZEN):
        raise RuleBroken("This list is a frame already; frames are never thrown away.")
    _throw_away(session, case_list)


def discard_stale(session: Session) -> int:
    """Discard every upload that became no frame within KEPT_HOURS; returns how many.

    Also one whose freezing failed for good; not one that is still going to be frozen.
    """
    since = now() - timedelta(hours=KEPT_HOURS)
    to_be_frozen = select(JobRequest.id).where(
        JobRequest.unique_key == func.concat("freeze:", CaseList.id), JobRequest.finished_at.is_(None)
    )
    stale = session.scalars(
        select(CaseList)
        .where(CaseList.uploaded_at < since, CaseList.status.not_in((ListStatus.FROZEN, ListStatus.DISCARDED)))
        .where(~to_be_frozen.exists())
        .with_for_update(skip_locked=True)
    ).all()
    for case_list in stale:
        _throw_away(session, case_list)
    return len(stale)


def _throw_away(session: Session, case_list: CaseList) -> None:
    case_list.status, case_list.report, case_list.choice = ListStatus.DISCARDED, None, None
    erase_file(session, case_list)
    session.flush()
