"""Which views has everybody in the demo kept of the list of actions, and which is shared?"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from models.core.access import Role
from models.documents.saved_views import SavedView
from models.partnership.people import Person

_LATE = {"late": "yes", "sort": "due_on"}
_SHARED = {"columns": "reference,text,lead_agency_id,brag_id", "sort": "lead_agency_id"}


def load_saved_views(session: Session, people: Iterable[Person]) -> None:
    """A view of late actions for everybody; the officers' standing of all actions is shared with sponsors and Board."""
    for person in people:
        session.add(_view(person, "Late actions", 1, _LATE))
        if person.role is Role.OFFICER:
            shared_with = [Role.BOARD_VIEWER.value, Role.SPONSOR.value]
            session.add(_view(person, f"Standing ({person.name})", 2, _SHARED, shared_with))
    session.flush()


def _view(person: Person, name: str, place: int, asked: dict[str, str], shared_with: Iterable[str] = ()) -> SavedView:
    return SavedView(
        owner_id=person.id,
        list_name="actions",
        name=name,
        arguments=asked,
        place=place,
        shared_with=list(shared_with),
    )
