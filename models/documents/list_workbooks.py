"""Which long lists has somebody asked for as a workbook, and where does it wait for them?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, LargeBinary, Text, delete, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import OWN_PERSON, RowPolicy
from models.core.db import Base
from models.documents.job_requests import request_job

AT_ONCE = 5_000
"""So many rows a workbook holds that is made while its reader waits; one of more is made by a job."""

MOST_ROWS = 100_000
"""So many rows a workbook holds at all; a list as CSV has no end."""

WORKBOOK_DAYS = 14
_MINE = f"owner_id = {OWN_PERSON}"


class ListWorkbook(Base):
    """A list as one person asked for it, and its workbook from the moment it is made, for fourteen days.

    `list_name` is the list's endpoint; `arguments` are those of its address. They may name people, as words that were
    searched for do, and so stand here and not with the request that everybody on the staff may read.
    """

    __tablename__ = "list_workbooks"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert", "update (row_count, content)"),
        own=_MINE,
        own_reads=_MINE,
        binds_all=True,
        system=("select", "insert", "delete"),
        agency_reads=_MINE,
        agency_inserts=_MINE,
        agency_writes=_MINE,
        agency_updates=("row_count", "content"),
        reason="Rows taken out with somebody's rights are for their eyes only, administrators included.",
        is_logged=False,
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("job_requests.id", ondelete="CASCADE"), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    list_name: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    row_count: Mapped[int | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


def ask_for_workbook(session: Session, owner_id: int, list_name: str, arguments: Mapping[str, str]) -> int:
    """Ask for the workbook of a list as it is asked now; the number of the request. Who asks is its owner."""
    request_id = request_job(session, "make_list_workbook") or 0
    session.add(ListWorkbook(request_id=request_id, owner_id=owner_id, list_name=list_name, arguments=dict(arguments)))
    session.flush()
    return request_id


def workbook_asked(session: Session, request_id: int) -> ListWorkbook | None:
    """What was asked for with a request; None for everybody but its owner, and when it is gone."""
    return session.get(ListWorkbook, request_id)


def discard_workbooks(session: Session, now: datetime) -> int:
    """Delete every workbook that is too old, and how many they were."""
    old: Any = delete(ListWorkbook).where(ListWorkbook.asked_at < now - timedelta(days=WORKBOOK_DAYS))
    return len(session.execute(old.returning(ListWorkbook.request_id)).all())
