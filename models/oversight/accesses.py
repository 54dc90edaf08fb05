"""What may each person see, how and when do they come in, and whose access wants looking at?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from models.accounts.invitations import has_accepted
from models.accounts.passkeys import Passkey
from models.accounts.second_factors import SecondFactor
from models.accounts.sign_in_attempts import Outcome, SignInAttempt
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
    """By what a person signs in beside a password."""

    APP_AND_PASSKEY = "app_and_passkey", "App and passkey"
    APP = "app", "Authenticator app"
    PASSKEY = "passkey"
    NONE = "none"


LEAVERS = (AccessState.LEFT, AccessState.SEATS_ENDED)


def sees(person: Any = Person) -> ColumnElement[str]:
    """Which rows a person reaches, in words, as their role and agency say."""
    is_bound = [
        and_(person.role == role, person.agency_id.is_not(None) if has_agency else person.agency_id.is_(None))
        for role in Role
        for has_agency in (True, False)
        if Actor.person(1, role, 1 if has_agency else None).is_agency_bound
    ]
    return case(*((condition, "Own agency's rows") for condition in is_bound), else_="The whole partnership")


def last_signed_in(person: Any = Person) -> ColumnElement[datetime]:
    """When a person last signed in, as far back as attempts are kept."""
    latest = select(func.max(SignInAttempt.attempted_at)).where(
        SignInAttempt.person_id == person.id, SignInAttempt.outcome == Outcome.SIGNED_IN
    )
    return latest.correlate(person.__table__).scalar_subquery()


def factor_state(person: Any = Person) -> ColumnElement[str]:
    """The `FactorState` of a person."""
    has_app = exists().where(SecondFactor.person_id == person.id, SecondFactor.confirmed_at.is_not(None))
    has_passkey = exists().where(Passkey.person_id == person.id, Passkey.copied_at.is_(None))
    return case(
        (and_(has_app, has_passkey), FactorState.APP_AND_PASSKEY.value),
        (has_app, FactorState.APP.value),
        (has_passkey, FactorState.PASSKEY.value),
        else_=FactorState.NONE.value,
    )


def seats(on: date, person: Any = Person) -> ColumnElement[str]:
    """The hubs in whose teams a person sits on a day, each with the seat."""
    seat = case(*[(Membership.seat == known, known.label) for known in Seat])
    words = func.string_agg(Hub.name + " (" + seat + ")", "; ")
    sits = select(words).join(Hub, Hub.id == Membership.hub_id).where(Membership.person_id == person.id, lasting(on))
    return func.coalesce(sits.correlate(person.__table__).scalar_subquery(), "")


def sponsored(person: Any = Person) -> ColumnElement[str]:
    """The open reviews that a person sponsors, by their references."""
    listed = select(func.string_agg(ThematicReview.reference, ", ")).where(
        ThematicReview.sponsor_id == person.id, ThematicReview.stage != Stage.CLOSED
    )
    return func.coalesce(listed.correlate(person.__table__).scalar_subquery(), "")


def access_state(now: datetime, on: date) -> ColumnElement[str]:
    """The `AccessState` of each person at a moment of a day."""
    has_seats = exists().where(Membership.person_id == Person.id)
    has_lasting_seat = exists().where(Membership.person_id == Person.id, lasting(on))
    since = func.coalesce(last_signed_in(), Person.accepted_at)
    return case(
        (Person.is_active.is_(False), AccessState.LEFT.value),
        (and_(has_seats, ~has_lasting_seat), AccessState.SEATS_ENDED.value),
        (~has_accepted(), AccessState.NEVER_ACCEPTED.value),
        (func.coalesce(since < now - IDLE_AFTER, True), AccessState.IDLE.value),
        else_=AccessState.IN_USE.value,
    )
