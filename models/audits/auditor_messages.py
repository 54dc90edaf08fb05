"""When is an auditor told that a case audit is assigned to them, or no longer, and in which words?

The message is written by the portal itself: a manager of an agency may ask for it, but reads and writes nobody's mail.
What was written and has not left yet is taken back when it is true no more; of what has left, the next letter says so.
"""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.audits.case_audits import IN_HAND, AuditStatus, CaseAudit
from models.core.addresses import address_of
from models.documents.job_requests import request_job
from models.messages.messages import Draft, Message, MessageStatus, settle_message, write_message
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import in_words


def tell_auditor(session: Session, audit: CaseAudit, person_id: int) -> None:
    """Request one message to a person who was given an audit, or had one taken away, in the caller's transaction."""
    request_job(session, "tell_auditor", {"audit_id": audit.id, "person_id": person_id})


def write_to_auditor(session: Session, *, audit_id: int, person_id: int, portal: str) -> int | None:
    """Write what is true now: the audit is theirs to fill in, or not any more. `portal` is the portal's address.

    Returns the message's id; None when there is nothing to say: the audit is handed in, the person has left, or what
    they were told last is true. Names the audit by its own reference only, for a message leaves the portal: never the
    case.
    """
    audit, person = session.get_one(CaseAudit, audit_id), session.get_one(Person, person_id)
    is_theirs = audit.auditor_id == person.id and audit.status is not AuditStatus.WITHDRAWN
    if not person.is_active or (is_theirs and audit.status not in IN_HAND):
        return None
    review = session.get_one(ThematicReview, audit.review_id)
    subject, words = _given(audit, review, portal) if is_theirs else _taken(audit, review)
    told = _told_last(session, audit, person, subject)
    if told == subject or (not told and not is_theirs):
        return None
    body = f"Dear {person.name},\n\n{words}\n"
    return write_message(session, Draft(person.id, person.name, person.email, subject, body))


def _told_last(session: Session, audit: CaseAudit, person: Person, subject: str) -> str:
    """The subject of the last letter about the audit that has left to the person, or says `subject` and will; else "".

    Letters after it that have not left are withdrawn.
    """
    begun, ended = _begins(audit), _ends(audit)
    about = or_(Message.subject.startswith(begun, autoescape=True), Message.subject == ended)
    letters = select(Message).where(Message.recipient_id == person.id, Message.rule_id.is_(None), about)
    for letter in session.scalars(letters.order_by(Message.id.desc()).with_for_update()):
        is_on_its_way = letter.status is MessageStatus.WAITING and letter.subject == subject
        if is_on_its_way or letter.status in (MessageStatus.SENT, MessageStatus.KEPT):
            return letter.subject
        if letter.status is not MessageStatus.WITHDRAWN:
            settle_message(letter, MessageStatus.WITHDRAWN, "No longer needed: who audits has changed since.")
    return ""


def _begins(audit: CaseAudit) -> str:
    """How the subject of a letter begins that gives somebody an audit; its day follows."""
    return f"{audit.reference}: case audit due "


def _ends(audit: CaseAudit) -> str:
    """The subject of a letter that takes an audit from somebody."""
    return f"{audit.reference}: no longer yours to audit"


def _given(audit: CaseAudit, review: ThematicReview, portal: str) -> tuple[str, str]:
    due = in_words(audit.due_on)
    words = (
        f"The case audit {audit.reference} of the review {review.title} is yours to fill in by {due}:"
        f" {portal}{address_of(audit)}\n\n"
        "Nobody audits their own team's case, or one they have been involved in. If that is so here, declare it there."
    )
    return f"{_begins(audit)}{due}", words


def _taken(audit: CaseAudit, review: ThematicReview) -> tuple[str, str]:
    words = f"The case audit {audit.reference} of the review {review.title} is no longer yours; there is nothing to do."
    return _ends(audit), words
