"""Which files wait for the virus scanner, and what becomes of one once it has answered?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.core.clock import today
from models.documents.documents import Document, DocumentKind, ScanStatus, erase_content

TO_BE_SCANNED = (ScanStatus.WAITING, ScanStatus.UNSCANNED)
"""Sent by people, and not scanned yet: in quarantine, or kept while no scanner was set."""


def take_unscanned(session: Session, document_id: int) -> Document | None:
    """Lock a file that is still to be scanned; None when it is gone, scanned, or in another process's hands."""
    wanted = select(Document).where(Document.id == document_id, *_unscanned())
    return session.scalar(wanted.with_for_update(skip_locked=True))


def unscanned_ids(session: Session, *, most: int) -> Sequence[int]:
    """The files still to be scanned, those in quarantine first, then the oldest."""
    order = (Document.scan_status != ScanStatus.WAITING, Document.id)
    return session.scalars(select(Document.id).where(*_unscanned()).order_by(*order).limit(most)).all()


def _unscanned() -> tuple[ColumnElement[bool], ...]:
    return (
        Document.kind == DocumentKind.EVIDENCE,
        Document.scan_status.in_(TO_BE_SCANNED),
        Document.erased_on.is_(None),
    )


def let_out(session: Session, document: Document) -> None:
    """Let a file out of quarantine, in which the scanner has found nothing."""
    document.scan_status, document.scan_words, document.scanned_at = ScanStatus.CLEAN, "", func.now()
    session.flush()


def erase_infected(session: Session, document: Document, virus: str) -> None:
    """Erase the bytes of a file in which the scanner has found a virus. Its name, size and SHA-256 stay."""
    document.scan_status, document.scan_words, document.scanned_at = ScanStatus.INFECTED, virus[:200], func.now()
    document.erased_on = today()
    erase_content(session, [document.id])
    session.flush()


def stay_in_quarantine(session: Session, document: Document, sentence: str) -> None:
    """Keep why the scanner has not answered for a file; it stays where it is."""
    document.scan_words = sentence[:300]
    session.flush()
