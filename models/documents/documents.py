"""Which files does the portal keep, whose are they, and who has fetched them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, func
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, OWN_PERSON, Role, RowPolicy
from models.core.choices import Choice
from models.core.db import Base, Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.partnership.people import Person


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

    `subject` names the record it is about (`action_plans:12`); `agency_id` is set when it is one agency's own.
    """

    __tablename__ = "documents"
    is_about_cases = True
    __table_args__ = (
        one_of("kind", DocumentKind, "known_document_kind"),
        must("size > 0", name="document_not_empty", sentence="The file is empty."),
        Index("ix_documents_subject", "subject"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert", "update", "delete"),
        agency_reads=f"agency_id = ANY {OWN_AGENCIES}",
        agency_inserts=f"agency_id = ANY {OWN_AGENCIES} AND made_by_id = {OWN_PERSON}",
        agency_deletes=f"agency_id = ANY {OWN_AGENCIES} AND {_TAKEN_OFF}",
        unlogged_columns=("content", "title", "file_name"),  # a name can be erased in its time, a log cannot
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
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    erased_on: Mapped[date | None]

    made_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.title


class DocumentFetch(Base):
    """A record that somebody downloaded a document, and when."""

    __tablename__ = "document_fetches"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
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
    """A file that is to be kept: what it is, what it is called, and its bytes."""

    kind: DocumentKind
    title: str
    file_name: str
    media_type: str
    content: bytes


def keep_document(
    session: Session,
    file: NewDocument,
    *,
    subject: str = "",
    agency_id: int | None = None,
    made_by_id: int | None = None,
    limit: int = 50 * 1024 * 1024,
) -> Document:
    """Keep a file with its size and SHA-256. Refuses an empty file and one of more than `limit` bytes."""
    if not file.content:
        raise RuleBroken("The file is empty.")
    if len(file.content) > limit:
        raise RuleBroken(f"The file is larger than {limit // (1024 * 1024)} MB.")
    document = Document(
        **vars(file),
        size=len(file.content),
        sha256=sha256(file.content).hexdigest(),
        subject=subject,
        agency_id=agency_id,
        made_by_id=made_by_id,
    )
    session.add(document)
    session.flush()
    return document


def fetch_document(session: Session, document: Document, person_id: int | None) -> bytes:
    """The bytes of a document; the download is recorded. Refuses bytes that are not those that were stored."""
    if document.erased_on is not None:
        raise RuleBroken("What this file held was erased under a retention rule; its size and fingerprint are kept.")
    session.add(DocumentFetch(document_id=document.id, person_id=person_id))
    if sha256(document.content).hexdigest() != document.sha256:
        raise RuleBroken("This file is not the one that was stored; tell the administrator.")
    return document.content
