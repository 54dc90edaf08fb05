"""Who works in the demo partnership? Invented people, one sign-in per role, and owners of the plan's actions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo import agencies as named
from models.core.access import Role
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub, HubKind
from models.partnership.memberships import Membership, Seat
from models.partnership.people import Person
from models.partnership.strategic_priorities import StrategicPriority

DOMAIN = "demo.example"


class _Person(NamedTuple):
    login: str
    name: str
    role: Role
    job_title: str
    agency: str | None = None
    team: str = ""


PEOPLE = (
    _Person("administrator", "Ailsa Penhallow", Role.ADMINISTRATOR, "Partnership administrator"),
    _Person("officer", "Tobias Wren", Role.OFFICER, "Quality Learning and Improvement Officer, children"),
    _Person("officer2", "Marguerite Oyelaran", Role.OFFICER, "Quality Learning and Improvement Officer, adults"),
    _Person("sponsor", "Cressida Holloway", Role.SPONSOR, "Executive Board member, health"),
    _Person("sponsor2", "Idris Fennimore", Role.SPONSOR, "Executive Board member, police"),
    _Person("sponsor3", "Rosalind Achterberg", Role.SPONSOR, "Executive Board member, local authority"),
    _Person(
        "manager",
        "Bronwen Castellan",
        Role.MANAGER,
        "Service manager",
        named.CHILDRENS_SOCIAL_CARE,
        "Quality and review",
    ),
    _Person(
        "manager2",
        "Lucian Hartwell-Okafor",
        Role.MANAGER,
        "Detective inspector",
        named.POLICE,
        "Protecting vulnerable people",
    ),
    _Person(
        "manager3",
        "Saoirse Lindqvist",
        Role.MANAGER,
        "Designated nurse",
        named.HEALTH_BOARD,
        "Designated professionals",
    ),
    _Person(
        "manager4",
        "Emrys Vandeleur",
        Role.MANAGER,
        "Principal social worker",
        named.ADULT_SOCIAL_CARE,
        "Adult safeguarding",
    ),
    _Person("manager5", "Philippa Nakagawa", Role.MANAGER, "Partnership business manager"),
    _Person(
        "member", "Octavia Brandreth", Role.AGENCY_MEMBER, "Safeguarding lead", named.ACUTE_TRUST, "Safeguarding team"
    ),
    _Person(
        "member2",
        "Stellan Ashworth",
        Role.AGENCY_MEMBER,
        "Education safeguarding manager",
        named.EDUCATION,
        "Education safeguarding",
    ),
    _Person(
        "member3",
        "Yevgenia Marchbanks",
        Role.AGENCY_MEMBER,
        "Team manager",
        named.CHILDRENS_SOCIAL_CARE,
        "Family support, east",
    ),
    _Person(
        "member4",
        "Rafferty Quillinan",
        Role.AGENCY_MEMBER,
        "Detective sergeant",
        named.POLICE,
        "Protecting vulnerable people",
    ),
    _Person(
        "member5",
        "Hestia Abernathy-Cole",
        Role.AGENCY_MEMBER,
        "Advanced practitioner",
        named.ADULT_SOCIAL_CARE,
        "Adult safeguarding",
    ),
    _Person("board", "Leopold Quarshie", Role.BOARD_VIEWER, "Board member"),
)

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

_PRIORITIES = (
    ("Neglect", "Children and adults who are neglected are recognised early and helped for as long as it takes."),
    ("Exploitation", "People at risk of exploitation are found, protected and heard."),
    ("Domestic abuse", "Families living with domestic abuse get one plan from all agencies."),
    ("Think family", "Services for adults and for children see the whole family."),
)


def email(login: str) -> str:
    """The address a demo person signs in with."""
    return f"{login}@{DOMAIN}"


def load_people(session: Session, agencies: dict[str, Agency], password_hash: str) -> dict[str, Person]:
    """The cast, by login; all share one password, whose hash is given."""
    made = {
        entry.login: Person(
            name=entry.name,
            email=email(entry.login),
            role=entry.role,
            job_title=entry.job_title,
            agency_id=agencies[entry.agency].id if entry.agency else None,
            team=entry.team,
            password_hash=password_hash,
        )
        for entry in PEOPLE
    }
    session.add_all(made.values())
    session.flush()
    return made


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
    made = {name: StrategicPriority(name=name, description=text, starts_on=starts_on) for name, text in _PRIORITIES}
    session.add_all(made.values())
    session.flush()
    return made
