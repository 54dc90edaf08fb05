"""How does somebody ask for a document once, however often they press?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.documents.job_requests import JobRequest, JobStatus, request_job


def job_name(document: str) -> str:
    """The name of the job that makes a document.

    >>> job_name("impact_analysis")
    'make_impact_analysis'
    """
    return f"make_{document}"


def ask_for_document(session: Session, document: str, arguments: Mapping[str, Any]) -> int:
    """Ask for a document, in the caller's transaction and as the session's actor; returns the id of the request.

    A waiting request of the same person for the same document is returned instead: it will read the same facts.
    """
    name, asker = job_name(document), session.info["actor"].person_id
    # Held until the transaction ends: the second of two simultaneous presses waits, and finds the first one's request.
    lock = text("SELECT pg_advisory_xact_lock(hashtext(:name), :asker)")
    session.execute(lock, {"name": name, "asker": asker or 0})
    not_begun = select(JobRequest.id).where(
        JobRequest.name == name,
        JobRequest.requested_by_id == asker,
        JobRequest.status.in_((JobStatus.WAITING, JobStatus.QUEUED)),
        JobRequest.arguments == dict(arguments),
    )
    return session.scalar(not_begun.limit(1)) or request_job(session, name, arguments) or 0
