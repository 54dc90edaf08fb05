"""When is an auditor told that a case audit is assigned to them, or no longer, and in which words?

The message is written by the portal itself: a manager of an agency may ask for it, but reads and writes nobody's mail.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.audits.case_audits import IN_HAND, AuditStatus, CaseAudit
from models.core.addresses import address_of
from models.documents.job_requests import request_job
from models.messages.messages import Draft, write_message
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import in_words


def tell_auditor(session: Session, audit: CaseAudit, person_id: int) -> None:
    """Request one message to a person who was given an audit, or had one taken away, in the caller's transaction."""
    request_job(session, "tell_auditor", {"audit_id": audit.id, "person_id": person_id})


def write_to_auditor(session: Session, *, audit_id: int, person_id: int, portal: str) -> int | None:
    """Write what is true now: the audit is theirs to fill in, or not any more. `portal` is the portal's address.

    Returns the message's id; None when there is nothing to say: the audit is handed in, or the person has left. Names
    the audit by its own reference only, for a message leaves the portal: never the case.
    """
    audit, person = session.get_one(CaseAudit, audit_id), session.get_one(Person, person_id)
    is_theirs = audit.auditor_id == person.id and audit.status is not AuditStatus.WITHDRAWN
    if not person.is_active or (is_theirs and audit.status not in IN_HAND):
        return None
    review = session.get_one(ThematicReview, audit.review_id)
    subject, words = _given(audit, review, portal) if is_theirs else _taken(audit, review)
    body = f"Dear {person.name},\n\n{words}\n"
    return write_message(session, Draft(person.id, person.name, person.email, subject, body))


def _given(audit: CaseAudit, review: ThematicReview, portal: str) -> tuple[str, str]:
    due = in_words(audit.due_on)
    words = (
        f"The case audit {audit.reference} of the review {review.title} is yours to fill in by {due}:"
        f" {portal}{address_of(audit)}\n\n"
        "Nobody audits their own team's case, or one they have been involved in. If that is so here, declare it there."
    )
    return f"{audit.reference}: case audit due {due}", words


def _taken(audit: CaseAudit, review: ThematicReview) -> tuple[str, str]:
    words = f"The case audit {audit.reference} of the review {review.title} is no longer yours; there is nothing to do."
    return f"{audit.reference}: no longer yours to audit", words
