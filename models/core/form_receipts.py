"""Has this very form been sent before, and which record did it make or change?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import CursorResult, ForeignKey, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import OWN_PERSON, RowPolicy
from models.core.db import Base

KEPT = timedelta(days=2)


class FormReceipt(Base):
    """One form sent once: the token it carried and the record that was made or changed."""

    __tablename__ = "form_receipts"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        own=f"person_id = {OWN_PERSON}",
        own_reads=f"person_id = {OWN_PERSON}",
        staff=("select", "insert", "update (record_key)"),
        agency_reads=f"person_id = {OWN_PERSON}",
        agency_inserts=f"person_id = {OWN_PERSON}",
        agency_writes=f"person_id = {OWN_PERSON}",
        agency_updates=("record_key",),
        is_logged=False,
        reason="A short-lived guard against sending a form twice; what was saved is on the change log.",
    )

    token: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    record_key: Mapped[str] = mapped_column(Text, server_default="")
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


def claim_form(session: Session, *, token: str, person_id: int) -> bool:
    """Whether this form is sent for the first time. A second sending at the same instant waits for the first to end."""
    claim = insert(FormReceipt).values(token=token, person_id=person_id).on_conflict_do_nothing()
    return session.scalar(claim.returning(FormReceipt.token)) is not None


def note_record(session: Session, *, token: str, person_id: int, record_key: object) -> None:
    """Remember which record the form made or changed."""
    mine = (FormReceipt.token == token, FormReceipt.person_id == person_id)
    session.execute(update(FormReceipt).where(*mine).values(record_key=str(record_key)))


def record_of_form(session: Session, *, token: str, person_id: int) -> str:
    """The key of the record that the form made or changed when it was first sent; empty when there was none."""
    mine = (FormReceipt.token == token, FormReceipt.person_id == person_id)
    return session.scalar(select(FormReceipt.record_key).where(*mine)) or ""


def forget_receipts(session: Session, now: datetime) -> int:
    """Delete receipts that nobody will need again; returns how many."""
    gone: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(FormReceipt).where(FormReceipt.sent_at < now - KEPT)
    )
    return gone.rowcount
