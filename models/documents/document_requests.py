"""How does somebody ask for a document, as PDF or as Word, once, however often they press?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.documents.job_requests import JobRequest, JobStatus, request_job
from models.rules.documents.file_forms import FileForm

_FORM: Final = "file"
"""The argument that says the kind of file, where that is not PDF."""


def job_name(document: str) -> str:
    """The name of the job that makes a document.

    >>> job_name("impact_analysis")
    'make_impact_analysis'
    """
    return f"make_{document}"


def form_of(arguments: Mapping[str, Any]) -> FileForm:
    """The kind of file that a request asks for.

    >>> form_of({"review_id": 1}), form_of({"review_id": 1, "file": "word"})
    (<FileForm.PDF: 'pdf'>, <FileForm.WORD: 'word'>)
    """
    return FileForm(arguments.get(_FORM, FileForm.PDF))


def without_form(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the facts of a document are read with.

    >>> without_form({"review_id": 1, "file": "word"})
    {'review_id': 1}
    """
    return {name: value for name, value in arguments.items() if name != _FORM}


def ask_for_document(
    session: Session, document: str, arguments: Mapping[str, Any], form: FileForm = FileForm.PDF
) -> int:
    """Ask for a document, in the caller's transaction and as the session's actor; returns the id of the request.

    A waiting request of the same person for the same document is returned instead: it will read the same facts.
    """
    name, asker = job_name(document), session.info["actor"].person_id
    asked = dict(arguments) if form is FileForm.PDF else {**arguments, _FORM: form.value}
    # Held until the transaction ends: the second of two simultaneous presses waits, and finds the first one's request.
    lock = text("SELECT pg_advisory_xact_lock(hashtext(:name), :asker)")
    session.execute(lock, {"name": name, "asker": asker or 0})
    not_begun = select(JobRequest.id).where(
        JobRequest.name == name,
        JobRequest.requested_by_id == asker,
        JobRequest.status.in_((JobStatus.WAITING, JobStatus.QUEUED)),
        JobRequest.arguments == asked,
    )
    return session.scalar(not_begun.limit(1)) or request_job(session, name, asked) or 0
