"""How does a file that somebody sends become a document: looked at, within its agency's room, and scanned?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.documents.documents import Document, DocumentKind, NewDocument, ScanStatus, keep_document
from models.documents.job_requests import request_job
from models.partnership.agencies import Agency
from models.partnership.partnership_settings import the_partnership
from models.rules.documents.evidence_files import look_at

_MB = 1 << 20


@dataclass(frozen=True)
class UploadRules:
    """What the operator has set for files that people send: the most megabytes, and whether a scanner must answer."""

    limit_mb: int = 25
    has_scanner: bool = False


USUAL_RULES = UploadRules()


@dataclass(frozen=True)
class SentFile:
    """A file that somebody has sent: seekable, with the name it was sent under."""

    file: BinaryIO
    file_name: str


@dataclass(frozen=True)
class KeptFor:
    """What a file is evidence of (`case_audits:12`), the agency whose own it is, who sent it, what it is called."""

    subject: str
    agency_id: int | None = None
    person_id: int | None = None
    title: str = ""


def keep_evidence(session: Session, sent: SentFile, kept_for: KeptFor, rules: UploadRules = USUAL_RULES) -> Document:
    """Keep a file as evidence. Where there is a scanner it stays in quarantine, and the scanner is asked by a job.

    Refuses, in one sentence, what `look_at` refuses, and what the room of the agency no longer holds.
    """
    looked = look_at(sent.file, sent.file_name, limit_mb=rules.limit_mb)
    if kept_for.agency_id is not None:
        refuse_beyond_room(session, kept_for.agency_id, looked.size)
    document = keep_document(
        session,
        NewDocument(
            kind=DocumentKind.EVIDENCE,
            title=kept_for.title or looked.name,
            file_name=looked.name,
            media_type=looked.media_type,
            content=sent.file,
            scan_status=ScanStatus.WAITING if rules.has_scanner else ScanStatus.UNSCANNED,
        ),
        subject=kept_for.subject,
        agency_id=kept_for.agency_id,
        made_by_id=kept_for.person_id,
    )
    if rules.has_scanner:
        request_job(session, "scan_document", {"document_id": document.id})
    return document


def room_used(session: Session, agency_id: int) -> int:
    """How many bytes the files that an agency has handed in take; what is erased takes none."""
    own = (Document.agency_id == agency_id, Document.kind == DocumentKind.EVIDENCE, Document.erased_on.is_(None))
    return int(session.scalar(select(func.coalesce(func.sum(Document.size), 0)).where(*own)) or 0)


def refuse_beyond_room(session: Session, agency_id: int, size: int) -> None:
    """Refuse a file for which an agency has no room left; two at once are asked one after the other."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('room of an agency'), :id)"), {"id": agency_id})
    most = the_partnership(session).agency_room_mb
    used = room_used(session, agency_id)
    if used + size > most * _MB:
        agency = session.get_one(Agency, agency_id)
        raise RuleBroken(
            f"{agency.name} has no room left for this file: its files take {used / _MB:,.1f} of {most:,} MB. Take off"
            " files that are no longer needed, or ask the administrator for more room.",
            field="file",
        )
