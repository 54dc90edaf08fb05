"""What must be done before a new partnership can begin its first review, and what of it is done?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from models.accounts.invitations import has_accepted
from models.accounts.passkeys import Passkey
from models.accounts.second_factors import SecondFactor
from models.core.access import Role
from models.core.addresses import list_address
from models.core.db import Base
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.memberships import Membership, Seat
from models.partnership.memberships import lasting as is_seated
from models.partnership.partnership_settings import Partnership
from models.partnership.people import Person
from models.partnership.sharing_agreements import SharingAgreement, in_date
from models.partnership.strategic_priorities import StrategicPriority
from models.partnership.strategic_priorities import lasting as is_priority
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words

ADMINISTRATORS = 2
"""So many should there be, so that nobody is locked out when one of them is away."""


@dataclass(frozen=True)
class FirstStep:
    """One line of the list: what to do, why, how far it is, and the page that does it."""

    what: str
    why: str
    state: str
    is_done: bool
    address: str


@dataclass(frozen=True)
class SettingsDone:
    """What of the settings is done, which the operator may have done in the environment."""

    is_named: bool
    is_mail_tested: bool


def first_steps(session: Session, done: SettingsDone, *, today: date) -> list[FirstStep]:
    """The steps in the order in which they build on each other, as they stand now. One statement."""
    counts = session.execute(_counts(today)).one()
    return [*_steps_of_administrators(counts, done), *_steps_of_people(counts), *_steps_of_reviews(counts)]


def _steps_of_administrators(counts: Row[Any], done: SettingsDone) -> list[FirstStep]:
    settings = list_address(Partnership)
    administrators, proved = counts.administrators, counts.administrators_proved
    return [
        _counted(
            ("A second administrator", "so that nobody is locked out when one is away"),
            (administrators, ADMINISTRATORS),
            list_address(Person, role=Role.ADMINISTRATOR),
        ),
        _counted(
            ("A second factor for administrators", "because they may do everything"),
            (proved, administrators),
            "/account/",
        ),
        _simple(("The partnership's name", "it stands on every page, letter and document"), done.is_named, settings),
        _simple(("A tested mail server", "so that invitations and reminders arrive"), done.is_mail_tested, settings),
    ]


def _steps_of_people(counts: Row[Any]) -> list[FirstStep]:
    return [
        _some(("Agencies", "people, actions and returns belong to them"), counts.agencies, "agency", Agency),
        _counted(
            ("People invited, who have accepted", "only then can they be asked for anything"),
            (counts.people_in, counts.people),
            list_address(Person),
            least=ADMINISTRATORS,
        ),
        _counted(
            ("Hubs with police, social care and health", "the core of every project team"),
            (counts.hubs_complete, counts.hubs),
            list_address(Membership) if counts.hubs else list_address(Hub),
        ),
        _counted(
            ("Sharing agreements of the agencies with a seat", "cases are sent to no agency without one"),
            (counts.seated_signed, counts.seated),
            list_address(SharingAgreement),
        ),
    ]


def _steps_of_reviews(counts: Row[Any]) -> list[FirstStep]:
    return [
        _some(
            ("Strategic priorities", "every review serves one of them"),
            counts.priorities,
            "priority",
            StrategicPriority,
        ),
        _some(("The first thematic review", "what all this is for"), counts.reviews, "review", ThematicReview),
    ]


def _simple(words: tuple[str, str], is_done: bool, address: str) -> FirstStep:
    return FirstStep(*words, "done" if is_done else "not yet", is_done, address)


def _some(words: tuple[str, str], count: int, noun: str, table: type[Base]) -> FirstStep:
    """A step that is done with the first record."""
    return FirstStep(*words, count_words(count, noun) if count else "not yet", count > 0, list_address(table))


def _counted(words: tuple[str, str], reached: tuple[int, int], address: str, *, least: int = 1) -> FirstStep:
    """A step that is done when all of them are, and there are so many at least."""
    count, whole = reached
    state = f"{min(count, whole)} of {whole}" if whole else "not yet"
    return FirstStep(*words, state, count >= whole >= least, address)


def _counts(today: date) -> Select[*tuple[Any, ...]]:
    """All counts as the columns of one row."""
    people_in = (Person.is_active, has_accepted())
    administrators = (*people_in, Person.role == Role.ADMINISTRATOR)
    confirmed = (SecondFactor.person_id == Person.id, SecondFactor.confirmed_at.is_not(None))
    has_factor = select(SecondFactor.id).where(*confirmed).exists()
    has_passkey = select(Passkey.id).where(Passkey.person_id == Person.id).exists()
    seated = select(Membership.id).where(Membership.agency_id == Agency.id, is_seated(today)).exists()
    signed = select(SharingAgreement.id).where(SharingAgreement.agency_id == Agency.id, in_date(today)).exists()
    columns = {
        "administrators": _count(Person.id, *administrators),
        "administrators_proved": _count(Person.id, *administrators, has_factor | has_passkey),
        "agencies": _count(Agency.id, Agency.is_active),
        "people": _count(Person.id, Person.is_active),
        "people_in": _count(Person.id, *people_in),
        "hubs": _count(Hub.id, Hub.is_active),
        "hubs_complete": _count(Hub.id, Hub.is_active, _core_seats(today) == sum(seat.is_core for seat in Seat)),
        "seated": _count(Agency.id, seated),
        "seated_signed": _count(Agency.id, seated, signed),
        "priorities": _count(StrategicPriority.id, is_priority(today)),
        "reviews": _count(ThematicReview.id),
    }
    return select(*(column.label(name) for name, column in columns.items()))


def _count(key: Any, *conditions: Any) -> ScalarSelect[int]:
    return select(func.count(key)).where(*conditions).scalar_subquery()


def _core_seats(today: date) -> ScalarSelect[int]:
    """How many of the core seats of a hub are taken on a day."""
    core = [seat for seat in Seat if seat.is_core]
    taken = (Membership.hub_id == Hub.id, Membership.seat.in_(core), is_seated(today))
    return select(func.count(Membership.seat.distinct())).where(*taken).correlate(Hub).scalar_subquery()
