"""How is an agency reminded of something it was asked for, before or after its day?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import LONDON, today
from models.core.errors import RuleBroken
from models.messages.agency_messages import Letterhead, tell_agency
from models.messages.messages import Draft, Message, write_message
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.rules.core.due_dates import due_words, in_words


@dataclass(frozen=True)
class Asked:
    """What an agency was asked for: in words, with its reference, its day and the page where it is filled in.

    `in_hands_of` is the one person who is to do it, where it is in somebody's hands.
    """

    what: str
    reference: str
    due_on: date
    address: str
    agency_id: int
    in_hands_of: int | None = None


def remind_agency(session: Session, asked: Asked, *, said: str, letterhead: Letterhead) -> int:
    """Remind whoever is to do it, else everybody of the agency who is written to; once a day. Returns how many.

    Names the thing by its own reference only, for a message leaves the portal. Refuses no words, a second reminder of
    the day, and an agency in which nobody can be written to.
    """
    if not said.strip():
        raise RuleBroken("Write what should be said.")
    subject = f"{asked.reference}: reminder, due {in_words(asked.due_on)}"
    if _is_reminded_today(session, subject):
        raise RuleBroken(f"{asked.reference} was reminded of today already; one reminder a day is enough.")
    words = f"{asked.what} {asked.reference} is due on {in_words(asked.due_on)} ({due_words(asked.due_on, today())})."
    body = letterhead.under(f"{words}\n\n{said.strip()}", asked.address)
    count = _write(session, asked, subject, body)
    if not count:
        agency = session.get_one(Agency, asked.agency_id)
        raise RuleBroken(f"Nobody can be written to: {agency.name} has no contact address and nobody who signs in.")
    return count


def _write(session: Session, asked: Asked, subject: str, body: str) -> int:
    person = session.get(Person, asked.in_hands_of) if asked.in_hands_of else None
    if person is None or not person.is_active:
        return tell_agency(session, session.get_one(Agency, asked.agency_id), subject=subject, body=body)
    write_message(session, Draft(person.id, person.name, person.email, subject, f"Dear {person.name},\n\n{body}\n"))
    return 1


def _is_reminded_today(session: Session, subject: str) -> bool:
    since = datetime.combine(today(), time(), LONDON)
    written = select(Message.id).where(Message.subject == subject, Message.written_at >= since)
    return session.scalar(written.limit(1)) is not None
