"""Which files does the portal keep, whose are they, and who has fetched them?"""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from io import BytesIO
from typing import BinaryIO, ClassVar, cast

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, OWN_PERSON, Role, RowPolicy
from models.core.choices import Choice
from models.core.db import Base, Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of, word_indexes
from models.partnership.people import Person
from models.rules.documents.looks import PIECE, pieces_of

_IN_MEMORY = 2 * PIECE  # a larger file that is fetched waits on disk until it is sent


class DocumentKind(Choice):
    """What a document is."""

    ACTION_PLAN = "action_plan"
    DRAW_CERTIFICATE = "draw_certificate"
    DRAW_DATA = "draw_data"
    EVIDENCE = "evidence"
    PLAN_SUMMARY = "plan_summary"
    SELF_EVALUATION = "self_evaluation"
    SECTION_11_RETURN = "section_11_return"
    CASE_AUDIT = "case_audit"
    MODERATED_RESULT = "moderated_result"
    TRIANGULATION_MATRIX = "triangulation_matrix"
    REVIEW_REPORT = "review_report"
    BRIEFING = "briefing"
    BOARD_PACK = "board_pack"
    NON_ENGAGEMENT_LETTER = "non_engagement_letter"
    IMPACT_ANALYSIS = "impact_analysis"


class ScanStatus(Choice):
    """What is known of viruses in a document. One that waits or is infected reaches nobody."""

    NOT_NEEDED = "not_needed", "Made by the portal"
    UNSCANNED = "unscanned", "Not scanned"
    WAITING = "waiting", "In quarantine"
    CLEAN = "clean", "No virus found"
    INFECTED = "infected", "Virus found"

    @property
    def is_open(self) -> bool:
        """Whether the file may be fetched.

        >>> [status.value for status in ScanStatus if not status.is_open]
        ['waiting', 'infected']
        """
        return self not in (ScanStatus.WAITING, ScanStatus.INFECTED)

    @property
    def is_quarantine(self) -> bool:
        """Whether the file waits for the scanner's answer."""
        return self is ScanStatus.WAITING


_PLANS = (DocumentKind.ACTION_PLAN, DocumentKind.PLAN_SUMMARY, DocumentKind.BRIEFING)
OPEN_KINDS: dict[Role | None, tuple[DocumentKind, ...]] = {
    Role.MANAGER: _PLANS,
    Role.BOARD_VIEWER: (*_PLANS, DocumentKind.BOARD_PACK, DocumentKind.IMPACT_ANALYSIS),
}
"""What partnership managers and board viewers may fetch, even if others had it made, as they may read it as a page;
everything else is staff's."""


_TAKEN_OFF = (
    "EXISTS (SELECT FROM sheet_answers a JOIN answer_sheets s ON s.id = a.sheet_id"
    " WHERE subject = 'sheet_answers:' || a.id AND s.is_open AND (a.value @> to_jsonb(documents.id)) IS NOT TRUE)"
)  # evidence that the agency itself has taken off an answer it may still change


class Document(Record):
    """A file in the database, behind the same wall as the rows it speaks of, with the SHA-256 of its bytes.

    `subject` names the record it is about (`action_plans:12`); `agency_id` is set when it is one agency's own. The
    bytes themselves lie in pieces. `scan_words` say what a scanner found, or why it has not answered yet.
    """

    __tablename__ = "documents"
    is_about_cases = True
    __table_args__ = (
        *word_indexes("documents"),
        one_of("kind", DocumentKind, "known_document_kind"),
        one_of("scan_status", ScanStatus, "known_scan_status"),
        must("size > 0", name="document_not_empty", sentence="The file is empty."),
        Index("ix_documents_subject", "subject"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sponsor=("select", "insert"),
        manager=("select", "insert"),
        reader=("select", "insert"),
        own=f"made_by_id = {OWN_PERSON}",
        staff=("select", "insert", "update", "delete"),
        agency_reads=f"agency_id = ANY {OWN_AGENCIES}",
        agency_inserts=f"agency_id = ANY {OWN_AGENCIES} AND made_by_id = {OWN_PERSON} AND scan_status <> 'clean'",
        agency_deletes=f"agency_id = ANY {OWN_AGENCIES} AND {_TAKEN_OFF}",
        unlogged_columns=("title", "file_name"),  # a name can be erased in its time, a log cannot
    )

    kind: Mapped[DocumentKind] = mapped_column(choice_column(DocumentKind), index=True)
    title: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, server_default="")
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    erased_on: Mapped[date | None]
    scan_status: Mapped[ScanStatus] = mapped_column(choice_column(ScanStatus), server_default=ScanStatus.NOT_NEEDED)
    scanned_at: Mapped[datetime | None]
    scan_words: Mapped[str] = mapped_column(Text, server_default="")

    made_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.title

    @property
    def is_erased(self) -> bool:
        """Whether the bytes were erased in their time, and not for a virus."""
        return self.erased_on is not None and self.scan_status is not ScanStatus.INFECTED


_MADE = ("select", "insert")
_OWN_DOCUMENT = "EXISTS (SELECT FROM documents d WHERE d.id = document_id"  # of which an agency sees its own only


class DocumentPart(Base):
    """A piece of a document's bytes, so that no process ever holds more of a file than that."""

    __tablename__ = "document_parts"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert", "delete"),
        sponsor=_MADE,
        manager=_MADE,
        reader=_MADE,
        own=f"{_OWN_DOCUMENT} AND d.made_by_id = {OWN_PERSON})",
        system=("select", "insert", "delete"),
        agency_reads=f"{_OWN_DOCUMENT} AND d.scan_status IN ('not_needed', 'unscanned', 'clean'))",
        agency_inserts=f"{_OWN_DOCUMENT} AND d.made_by_id = {OWN_PERSON})",
        is_logged=False,
        reason="The bytes of a document, whose own row is on record with their SHA-256.",
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentFetch(Base):
    """A record that somebody downloaded a document, and when."""

    __tablename__ = "document_fetches"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        own=f"person_id = {OWN_PERSON}",
        own_reads=f"person_id = {OWN_PERSON}",
        staff=("select", "insert"),
        system=("select", "insert"),
        agency_reads=f"person_id = {OWN_PERSON}",
        agency_inserts=f"person_id = {OWN_PERSON} AND EXISTS (SELECT FROM documents d WHERE d.id = document_id)",
        is_logged=False,
        reason="A record of looking, itself append-only.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    fetched_at: Mapped[datetime] = mapped_column(server_default=func.now())


@dataclass(frozen=True)
class NewDocument:
    """A file that is to be kept: what it is, what it is called, its bytes or a seekable file of them."""

    kind: DocumentKind
    title: str
    file_name: str
    media_type: str
    content: bytes | BinaryIO
    scan_status: ScanStatus = ScanStatus.NOT_NEEDED


def keep_document(
    session: Session,
    file: NewDocument,
    *,
    subject: str = "",
    agency_id: int | None = None,
    made_by_id: int | None = None,
) -> Document:
    """Keep a file with its size and SHA-256, piece by piece. Refuses an empty file."""
    source = BytesIO(file.content) if isinstance(file.content, bytes) else file.content
    size, fingerprint = measured(source)
    if not size:
        raise RuleBroken("The file is empty.")
    facts = {name: value for name, value in vars(file).items() if name != "content"}
    document = Document(
        **facts, size=size, sha256=fingerprint, subject=subject, agency_id=agency_id, made_by_id=made_by_id
    )
    session.add(document)
    session.flush()
    for number, piece in enumerate(pieces_of(source)):
        session.execute(insert(DocumentPart).values(document_id=document.id, number=number, content=piece))
    return document


def measured(source: BinaryIO) -> tuple[int, str]:
    """The size and the SHA-256 of a seekable file, read piece by piece."""
    size, mark = 0, sha256()
    for piece in pieces_of(source):
        size += len(piece)
        mark.update(piece)
    return size, mark.hexdigest()


def fetch_document(session: Session, document: Document, person_id: int | None) -> BinaryIO:
    """The file of a document, at its beginning; whoever asks closes it. The download is recorded.

    Refuses what is erased or in quarantine, and bytes that are not those that were stored.
    """
    if document.is_erased:
        raise RuleBroken("What this file held was erased under a retention rule; its size and fingerprint are kept.")
    if not document.scan_status.is_open:
        raise RuleBroken(_KEPT_BACK[document.scan_status])
    session.add(DocumentFetch(document_id=document.id, person_id=person_id))
    return open_document(session, document)


def open_document(session: Session, document: Document) -> BinaryIO:
    """The stored file of a document in a temporary place that vanishes when closed, large ones on disk.

    Refuses bytes that are not those that were stored.
    """
    is_small = document.size <= _IN_MEMORY
    file = cast("BinaryIO", BytesIO() if is_small else tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
    of_document = DocumentPart.document_id == document.id
    numbers = session.scalars(select(DocumentPart.number).where(of_document).order_by(DocumentPart.number)).all()
    for number in numbers:
        piece = select(DocumentPart.content).where(of_document, DocumentPart.number == number)
        file.write(session.scalars(piece).one())
    if measured(file) != (document.size, document.sha256):
        file.close()
        raise RuleBroken("This file is not the one that was stored; tell the administrator.")
    file.seek(0)
    return file


def erase_content(session: Session, document_ids: Collection[int]) -> None:
    """Erase the bytes of documents, in one statement; what is known of each stays."""
    session.execute(delete(DocumentPart).where(DocumentPart.document_id.in_(document_ids)))


_KEPT_BACK = {
    ScanStatus.WAITING: "This file is in quarantine until the virus scanner has answered; try again in a few minutes.",
    ScanStatus.INFECTED: "The virus scanner found a virus in this file, so its content was erased.",
}
