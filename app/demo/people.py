"""Who works in the demo partnership? Invented people, one sign-in per role, and owners of the plan's actions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.core.access import Role
from models.core.clock import now
from models.documents.saved_views import SavedView
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub, HubKind
from models.partnership.memberships import Membership, Seat
from models.partnership.people import Person
from models.partnership.portals import DEMO_DOMAIN
from models.partnership.strategic_priorities import StrategicPriority


class _Person(NamedTuple):
    login: str
    name: str
    role: Role
    job_title: str
    agency: str | None = None
    team: str = ""


PEOPLE = words_of("people", "people", tuple[_Person, ...])

SIGN_INS = (
    (Role.ADMINISTRATOR, "administrator"),
    (Role.OFFICER, "officer"),
    (Role.SPONSOR, "sponsor"),
    (Role.MANAGER, "manager"),
    (Role.AGENCY_MEMBER, "member"),
    (Role.BOARD_VIEWER, "board"),
)

_SEATS = {
    HubKind.CHILDREN: (
        ("officer", Seat.OFFICER),
        ("manager", Seat.SOCIAL_CARE),
        ("manager2", Seat.POLICE),
        ("manager3", Seat.HEALTH),
        ("member2", Seat.STATUTORY),
    ),
    HubKind.ADULTS: (
        ("officer2", Seat.OFFICER),
        ("manager4", Seat.SOCIAL_CARE),
        ("manager2", Seat.POLICE),
        ("member", Seat.HEALTH),
    ),
    HubKind.COMBINED: (("officer", Seat.OFFICER), ("manager4", Seat.SOCIAL_CARE), ("manager2", Seat.POLICE)),
}


class _Priority(NamedTuple):
    name: str
    description: str


_PRIORITIES = words_of("people", "priorities", tuple[_Priority, ...])


def email(login: str) -> str:
    """The address a demo person signs in with."""
    return f"{login}@{DEMO_DOMAIN}"


def demo_sign_ins(session: Session) -> list[dict[str, str]]:
    """One sign-in per role, as far as the demo people are there."""
    wanted = {email(login): role for role, login in SIGN_INS}
    there = set(session.scalars(select(Person.email).where(Person.email.in_(wanted), Person.is_active)))
    return [{"role": role.label, "email": address} for address, role in wanted.items() if address in there]


def load_people(session: Session, agencies: dict[str, Agency], password_hash: str) -> dict[str, Person]:
    """The cast, by login; all share one password, whose hash is given."""
    people = {
        entry.login: Person(
            name=entry.name,
            email=email(entry.login),
            role=entry.role,
            job_title=entry.job_title,
            agency_id=agencies[entry.agency].id if entry.agency else None,
            team=entry.team,
            password_hash=password_hash,
            accepted_at=now(),
        )
        for entry in PEOPLE
    }
    session.add_all(people.values())
    session.flush()
    return people


def load_hubs(session: Session, people: dict[str, Person], today: date) -> dict[HubKind, Hub]:
    """Three hubs with their officers and project teams."""
    hubs = {}
    for kind, seats in _SEATS.items():
        name = f"{kind.label} Quality, Learning and Improvement Hub"
        hubs[kind] = Hub(name=name, kind=kind, officer_id=people[seats[0][0]].id)
        session.add(hubs[kind])
        session.flush()
        session.add_all(
            Membership(
                hub_id=hubs[kind].id,
                person_id=people[login].id,
                agency_id=people[login].agency_id,
                seat=seat,
                starts_on=today - timedelta(days=400),
            )
            for login, seat in seats
        )
    return hubs


def load_priorities(session: Session, today: date) -> dict[str, StrategicPriority]:
    """The Board's priorities, by name."""
    starts_on = date(today.year - 1, 4, 1)
    priorities = {
        name: StrategicPriority(name=name, description=text, starts_on=starts_on) for name, text in _PRIORITIES
    }
    session.add_all(priorities.values())
    session.flush()
    return priorities


_LATE = {"late": "yes", "sort": "due_on"}
_UNANSWERED = {"stands": "Open", "sort": "challenged_on"}
_SHARED = {"columns": "reference,text,lead_agency_id,brag_id", "sort": "lead_agency_id"}


def load_saved_views(session: Session, people: Collection[Person]) -> None:
    """A view of late actions for everybody; the officers' standing of all actions is shared with sponsors and Board.

    For officers the list of challenges opens first as one of them has shared it: those without an answer.
    """
    for person in people:
        session.add(_view(person, "Late actions", _LATE))
        if person.role is Role.OFFICER:
            shared_with = [Role.BOARD_VIEWER, Role.SPONSOR]
            session.add(_view(person, f"Standing ({person.name})", _SHARED, place=2, shared_with=shared_with))
    sharing = [person for person in people if person.role is Role.OFFICER][-1]
    shared = _view(sharing, "Without an answer", _UNANSWERED, place=3, shared_with=[Role.OFFICER])
    shared.list_name, shared.is_default = "challenges", True
    session.add(shared)
    session.flush()


def _view(
    person: Person, name: str, asked: dict[str, str], *, place: int = 1, shared_with: Iterable[Role] = ()
) -> SavedView:
    return SavedView(
        owner_id=person.id,
        list_name="actions",
        name=name,
        arguments=asked,
        place=place,
        shared_with=[role.value for role in shared_with],
    )
