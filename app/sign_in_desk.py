"""What does the portal do in its database when somebody signs in, and as whom?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple, cast

from flask import current_app, g, request, session
from sqlalchemy.orm import Session

from admin_views.kit.requests import Database
from app.known_browsers import remember_here, token_here
from app.sessions import BrowserSession
from app.settings import Settings
from models.accounts.known_browsers import known_browser
from models.accounts.passkeys import asks_for_second
from models.accounts.second_factors import factor_key, is_code
from models.accounts.sign_in_attempts import (
    AttemptKind,
    Outcome,
    SignInAttempt,
    open_attempt,
    settle_attempt,
    settle_first_half,
)
from models.accounts.sign_ins import Proof, SignInWay, sign_out, standing_of
from models.accounts.sign_ins import start_sign_in as start
from models.accounts.work_issuers import refuse_another_way
from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.partnership.people import Person


class HalfWay(NamedTuple):
    """The person who has proved one thing, their standing then, and the way they will be in once the code is given."""

    person_id: int
    standing: str
    way: str = SignInWay.PASSWORD_AND_CODE
    attempt_id: int = 0


class SignInDesk:
    """The database work of signing in, done by the web's second login: pages cannot read what proves who one is."""

    def __init__(self, pages: Database, database: Database, settings: Settings) -> None:
        self.pages = pages
        self.database = database
        self.hours = settings.session_hours
        self.idle = timedelta(minutes=settings.session_idle_minutes)
        self.factor_key = factor_key(settings.secret_key)
        self._settings = settings

    def forced_roles(self) -> frozenset[Role]:
        """The roles that must use a second factor before they do anything else."""
        return self._settings.forced_roles(current_app.extensions["band"].kind())

    def session(self) -> Session:
        """This request's session of sign-in, in a new transaction, for whoever is signed in.

        What is changed is on record under that person's name. The page's own connection is given back.
        """
        self.pages.let_go()
        session = self.database.session
        session.rollback()
        signed_in = browser().signed_in
        self.act_for(session, signed_in.person_id if signed_in is not None else None)
        return session

    def act_for(self, session: Session, person_id: int | None) -> None:
        """Let the portal act for a person who has proved who they are: the record of changes names them."""
        act_as(session, replace(Actor.sign_in(g.request_id), person_id=person_id))

    def open_attempt(self, email: str, kind: AttemptKind) -> SignInAttempt:
        """Record a try from this browser before it is looked at, so that simultaneous tries all count."""
        database, moment = self.database.session, now()
        known = known_browser(database, token_here(), email=email, now=moment)
        address = request.remote_addr or ""
        attempt = open_attempt(database, email=email, address=address, now=moment, kind=kind, browser_id=known)
        database.commit()
        return attempt

    def admit(self, email: str, password: str) -> str | HalfWay | None:
        """A new token when e-mail address and password are right. Each try is recorded before it is looked at.

        Somebody with a second factor is half way only, and the try counts as failed until the code is given.
        """
        database = self.session()
        attempt = self.open_attempt(email, AttemptKind.PASSWORD)
        person = settle_attempt(database, attempt, password=password)
        if person is None:
            database.commit()
            return None
        self.act_for(database, person.id)
        self._refuse_another_way(person, attempt)
        if is_half := asks_for_second(database, person, self.forced_roles()):
            attempt.outcome = Outcome.STARTED
        half = HalfWay(person.id, standing_of(database, person.id), attempt_id=attempt.id) if is_half else None
        token = half or self.token(person, way=SignInWay.PASSWORD)
        database.commit()
        return token

    def _refuse_another_way(self, person: Person, attempt: SignInAttempt) -> None:
        """Refuse the right password of somebody whose agency signs in with work accounts only. Raises RuleBroken."""
        database = self.database.session
        try:
            refuse_another_way(database, person)
        except RuleBroken:
            attempt.outcome = Outcome.REFUSED
            database.commit()
            raise

    def admit_by_code(self, half: HalfWay, code: str) -> str | None:
        """A new token when the code is right and the person's standing is still as when the password was given."""
        database, moment = self.session(), now()
        person = database.get(Person, half.person_id)
        if person is None or not person.is_active or standing_of(database, person.id) != half.standing:
            return None
        attempt = self.open_attempt(person.email, AttemptKind.CODE)
        self.act_for(database, person.id)
        is_open = attempt.outcome is Outcome.STARTED
        is_right = is_open and is_code(database, person.id, code, key=self.factor_key, now=moment)
        attempt.outcome = Outcome.SIGNED_IN if is_right else Outcome.REFUSED if is_open else attempt.outcome
        if is_right:
            settle_first_half(database, half.attempt_id)
        token = self.token(person, way=SignInWay(half.way), is_two_factor=True) if is_right else None
        database.commit()
        return token

    def token(self, person: Person, *, way: SignInWay, is_two_factor: bool = False) -> str:
        """A new sign-in for this browser; the one it had before is over.

        Refuses any way but a work account to somebody whose agency signs in by that only.
        """
        database = self.database.session
        if way is not SignInWay.WORK_ACCOUNT:
            refuse_another_way(database, person)
        if browser().token:
            sign_out(database, browser().token)
        moment, agent = now(), request.user_agent.string
        remember_here(database, person.id, now=moment)
        return start(database, person, proof=Proof(way, is_two_factor), browser=agent, now=moment, hours=self.hours)


def desk() -> SignInDesk:
    return cast(SignInDesk, current_app.extensions["sign_in"])


def browser() -> BrowserSession:
    """The session of the browser that sent this request."""
    return cast(BrowserSession, session)
