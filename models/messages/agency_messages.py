"""Who in an agency is told when it receives a request, and in which words?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.messages.messages import Draft, write_message
from models.partnership.agencies import Agency
from models.partnership.people import Person


@dataclass(frozen=True)
class Letterhead:
    """What every letter of the portal carries: the portal's address, and the partnership that writes."""

    portal: str = ""
    partnership: str = ""

    def under(self, words: str, address: str = "") -> str:
        """The words, where in the portal to read on, and who writes."""
        return f"{words}\n\n{self.portal}{address}\n\n{self.partnership}"


PLAIN = Letterhead()
"""For letters that are written where nobody knows the portal's address: the demo and tests."""

_TOLD = (Role.AGENCY_MEMBER, Role.MANAGER)


def tell_agency(session: Session, agency: Agency, *, subject: str, body: str) -> int:
    """Write to an agency's contact address and to each of its active members and managers, nobody twice.

    The messages leave when the caller's transaction is committed. Returns how many were written, 0 for an agency
    without people.
    """
    statement = select(Person).where(Person.agency_id == agency.id, Person.is_active, Person.role.in_(_TOLD))
    people = list(session.scalars(statement.order_by(Person.id)))
    drafts = {
        person.email: Draft(person.id, person.name, person.email, subject, _letter(person.name, body))
        for person in people
    }
    contact = agency.contact_email.strip().lower()
    if agency.is_active and contact and contact not in drafts:
        drafts[contact] = Draft(None, agency.name, contact, subject, _letter(agency.name, body))
    for draft in drafts.values():
        write_message(session, draft)
    return len(drafts)


def _letter(name: str, body: str) -> str:
    return f"Dear {name},\n\n{body}\n"
