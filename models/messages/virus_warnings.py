"""Who is told by mail that a file held a virus, and in which words?"""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.addresses import address_of
from models.documents.documents import Document
from models.messages.agency_messages import Letterhead
from models.messages.messages import Draft, write_message
from models.partnership.people import Person


def tell_of_virus(session: Session, document: Document, letterhead: Letterhead) -> int:
    """Write to whoever sent an infected file and to every active administrator; returns how many letters there are."""
    told = or_(Person.id == document.made_by_id, Person.role == Role.ADMINISTRATOR)
    people = session.scalars(select(Person).where(Person.is_active, told).order_by(Person.id)).all()
    sender = next((person.name for person in people if person.id == document.made_by_id), "Somebody")
    for person in people:
        words = (
            f"Dear {person.name},\n\nThe virus scanner found {document.scan_words} in the file “{document.file_name}”,"
            f" which {'you' if person.id == document.made_by_id else sender} sent to the portal. Its content was erased"
            " and reached nobody. If the file came from one of your own computers, tell whoever looks after it."
        )
        body = letterhead.under(words, address_of(document))
        write_message(session, Draft(person.id, person.name, person.email, "A virus in a file", body))
    return len(people)
