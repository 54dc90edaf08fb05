"""How does a test sign in with a work account, step by step, as a browser between portal and issuer does?"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.accounts.invitations import Inviting, invite
from models.accounts.sign_in_attempts import SignInAttempt
from models.accounts.work_issuers import WorkIssuer
from models.core.access import Role
from models.core.clock import now
from models.partnership.people import Person
from tests import make
from tests.accounts.issuers import CLIENT, LyingIssuer
from tests.web import Browser


def trust(session: Session, address: str, name: str = "Northfield Council", **values: Any) -> WorkIssuer:
    """An issuer that the portal trusts."""
    issuer = WorkIssuer(name=name, address=address, client_id=CLIENT, **values)
    session.add(issuer)
    session.commit()
    return issuer


def newcomer(session: Session, role: Role = Role.OFFICER, **values: Any) -> Person:
    """Ann, who is invited and has not been in yet."""
    person = make.person(session, role, name="Ann", email="ann@council.example", **values)
    if person.is_active:
        invite(session, person, Inviting(), now=now())
    session.commit()
    return person


def begin(browser: Browser, issuer: WorkIssuer, onward: str = "") -> str:
    """Press the issuer's button; gives the address at the issuer to which the portal leads."""
    answer = browser.client.get(f"/sign-in/work-account/{issuer.id}/", query_string={"next": onward} if onward else {})
    assert answer.status_code == 302, answer.text
    return answer.location


def asked_for(location: str) -> dict[str, str]:
    """What the portal asks of the issuer in that address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def come_back(browser: Browser, issuer: WorkIssuer, **said: str) -> TestResponse:
    """The browser is sent back to the portal with what the issuer has said."""
    return browser.client.get(f"/sign-in/work-account/{issuer.id}/back/", query_string=said)


def go_through(browser: Browser, issuer: WorkIssuer, lying: LyingIssuer, onward: str = "") -> TestResponse:
    """The whole way, with what the lying issuer says of whoever signs in there."""
    location = begin(browser, issuer, onward)
    return come_back(browser, issuer, code=lying.code_for(location), state=asked_for(location)["state"])


def is_in(browser: Browser) -> bool:
    return browser.client.get("/account/").status_code == 200


def last_attempt(session: Session) -> SignInAttempt:
    session.expire_all()
    return session.scalars(select(SignInAttempt).order_by(SignInAttempt.id.desc())).first()  # type: ignore[return-value]
