"""What may each person see, how and when do they come in, and whose access wants looking at?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, false, func, select
from sqlalchemy.orm import Session

from models.accounts.invitations import has_accepted
from models.accounts.passkeys import Passkey
from models.accounts.second_factors import SecondFactor
from models.accounts.sign_in_attempts import last_signed_in
from models.accounts.work_accounts import WorkAccount
from models.core.access import Actor, Role
from models.core.choices import Choice
from models.partnership.hubs import Hub
from models.partnership.memberships import Membership, Seat, lasting
from models.partnership.people import Person
from models.reviews.thematic_reviews import Stage, ThematicReview

IDLE_AFTER = timedelta(days=90)


class AccessState(Choice):
    """Whether somebody's access is in use, or wants looking at and why."""

    LEFT = "left", "May not sign in"
    SEATS_ENDED = "seats_ended", "Seats ended, may still sign in"
    NEVER_ACCEPTED = "never_accepted", "Never accepted"
    IDLE = "idle", "Not signed in for 90 days"
    IN_USE = "in_use"


class FactorState(Choice):
    """By what a person signs in beside a password: their own second factor, or else the account of their employer."""

    APP_AND_PASSKEY = "app_and_passkey", "App and passkey"
    APP = "app", "Authenticator app"
    PASSKEY = "passkey"
    WORK_ACCOUNT = "work_account"
    NONE = "none"


@dataclass(frozen=True)
class Accessed:
    """One person with what they may see, their seats in words, and how their access stands."""

    person: Person
    sees: str
    seats: str
    state: AccessState


def sees() -> ColumnElement[str]:
    """Which rows a person reaches, in words, as their role and agency say."""
    is_bound = [
        and_(Person.role == role, Person.agency_id.is_not(None) if has_agency else Person.agency_id.is_(None))
        for role in Role
        for has_agency in (True, False)
        if Actor.person(1, role, 1 if has_agency else None).is_agency_bound
    ]
    return case(*((condition, "Own agency's rows") for condition in is_bound), else_="The whole partnership")


def factor_state() -> ColumnElement[str]:
    """The `FactorState` of a person."""
    has_app = exists(1).where(SecondFactor.person_id == Person.id, SecondFactor.confirmed_at.is_not(None))
    has_passkey = exists(1).where(Passkey.person_id == Person.id, Passkey.copied_at.is_(None))
    return case(
        (and_(has_app, has_passkey), FactorState.APP_AND_PASSKEY.value),
        (has_app, FactorState.APP.value),
        (has_passkey, FactorState.PASSKEY.value),
        (exists(1).where(WorkAccount.person_id == Person.id), FactorState.WORK_ACCOUNT.value),
        else_=FactorState.NONE.value,
    )


def seats(on: date) -> ColumnElement[str]:
    """The hubs in whose teams a person sits on a day, each with the seat."""
    seat = case(*[(Membership.seat == known, known.label) for known in Seat])
    words = func.string_agg(Hub.name + " (" + seat + ")", "; ")
    sits = select(words).select_from(Membership).join(Hub, Hub.id == Membership.hub_id)
    sits = sits.where(Membership.person_id == Person.id, lasting(on))
    return func.coalesce(sits.correlate(Person).scalar_subquery(), "")


def sponsored() -> ColumnElement[str]:
    """The open reviews that a person sponsors, by their references."""
    listed = select(func.string_agg(ThematicReview.reference, ", ")).where(
        ThematicReview.sponsor_id == Person.id, ThematicReview.stage != Stage.CLOSED
    )
    return func.coalesce(listed.correlate(Person).scalar_subquery(), "")


def access_state(now: datetime, on: date, *, knows_sign_ins: bool = True) -> ColumnElement[str]:
    """The `AccessState` of each person at a moment of a day.

    Whoever may not read when others signed in (`knows_sign_ins`) is told of nobody that they have not for long.
    """
    has_seats = exists(1).where(Membership.person_id == Person.id)
    has_lasting_seat = exists(1).where(Membership.person_id == Person.id, lasting(on))
    since = func.coalesce(last_signed_in(Person.id), Person.accepted_at)
    is_idle = func.coalesce(since < now - IDLE_AFTER, True) if knows_sign_ins else false()
    return case(
        (Person.is_active.is_(False), AccessState.LEFT.value),
        (and_(has_seats, ~has_lasting_seat), AccessState.SEATS_ENDED.value),
        (~has_accepted(), AccessState.NEVER_ACCEPTED.value),
        (is_idle, AccessState.IDLE.value),
        else_=AccessState.IN_USE.value,
    )


def people_with_access(session: Session, agency_id: int | None, *, now: datetime, on: date) -> list[Accessed]:
    """The people of an agency, or of none, whose access is to be looked at, those who may still sign in first."""
    knows_sign_ins = not session.info["actor"].is_agency_bound
    state = access_state(now, on, knows_sign_ins=knows_sign_ins)
    wanted = select(Person, sees(), seats(on), state).where(Person.agency_id.is_not_distinct_from(agency_id))
    rows = session.execute(wanted.order_by(Person.is_active.desc(), Person.name, Person.id))
    return [Accessed(person, rows_seen, held, AccessState(word)) for person, rows_seen, held, word in rows]
