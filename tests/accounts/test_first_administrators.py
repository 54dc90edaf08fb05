"""Does whoever starts an empty portal become its first administrator, by a link that nobody else can use?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.accounts.access_links import LinkPurpose, find_link
from models.accounts.first_administrators import UNNAMED, first_link, name_first_administrator
from models.core.access import Role
from models.core.clock import now
from models.core.errors import RuleBroken
from models.messages.messages import Message
from models.partnership.people import Person
from tests import make
from tests.web import Browser, member, words_of

CHOSEN = "seven brass kettles sing"
ANN = {"name": "Ann Quarrier", "email": "Ann@Council.example"}


@pytest.fixture
def token(session: Session) -> str:
    token = first_link(session, now=now())
    session.commit()
    assert token is not None
    return token


def opened(portal: Flask, token: str) -> Browser:
    """A browser that has opened the link as far as its first page."""
    browser = Browser(portal)
    answer = browser.client.get(f"/invitation/{token}/")
    assert answer.status_code == 303
    return browser


def test_first_administrator_says_who_they_are_and_is_in(portal: Flask, session: Session, token: str) -> None:
    browser = opened(portal, token)
    assert browser.client.get("/invitation/").headers["Location"] == "/set-up/"
    assert browser.send("/set-up/", **ANN).headers["Location"] == "/invitation/"
    assert "ann@council.example" in browser.get("/invitation/").get_text()
    answer = browser.send("/invitation/", new=CHOSEN, again=CHOSEN)
    assert answer.status_code == 302, words_of(answer)
    assert browser.get("/").find("h1", string="Welcome, Ann Quarrier")
    person = session.scalars(select(Person)).one()
    assert (person.name, person.email, person.role) == ("Ann Quarrier", "ann@council.example", Role.ADMINISTRATOR)
    assert first_link(session, now=now()) is None
    assert session.scalar(select(func.count()).select_from(Message)) == 0


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"name": " ", "email": "ann@council.example"}, "Give your name."),
        ({"name": "Ann", "email": "ann at council"}, "Give a valid e-mail address."),
        ({"name": "Ann", "email": "taken@council.example"}, "Somebody already has that e-mail address."),
    ],
)
def test_what_is_no_name_or_address_is_refused_and_the_link_stays_good(
    portal: Flask, session: Session, token: str, given: dict[str, str], problem: str
) -> None:
    make.person(session, Role.OFFICER, email="taken@council.example")
    session.commit()
    browser = opened(portal, token)
    answer = browser.send("/set-up/", **given)
    assert answer.status_code == 422
    assert problem in words_of(answer)
    assert browser.send("/set-up/", **ANN).status_code == 303


def test_each_start_gives_a_fresh_link_and_ends_the_one_before(session: Session, token: str) -> None:
    again = first_link(session, now=now())
    assert again not in (None, token)
    with pytest.raises(RuleBroken, match="newer one"):
        find_link(session, token, now=now())
    assert session.scalars(select(Person.email)).all() == [UNNAMED]


def test_link_is_used_up_by_saying_who_one_is_and_lasts_a_day(portal: Flask, session: Session, token: str) -> None:
    opened(portal, token).send("/set-up/", **ANN)
    late = Browser(portal)
    late.client.get(f"/invitation/{token}/")
    assert late.client.get("/set-up/").status_code == 410
    with pytest.raises(RuleBroken, match="has been used"):
        name_first_administrator(session, token, name="Eve", email="eve@elsewhere.example", now=now())


def test_link_is_good_for_a_day(session: Session, token: str) -> None:
    assert find_link(session, token, now=now() + timedelta(hours=23)).purpose is LinkPurpose.INVITATION
    with pytest.raises(RuleBroken, match="expired"):
        find_link(session, token, now=now() + timedelta(hours=25))


def test_named_administrator_who_has_not_accepted_is_the_first_one(portal: Flask, session: Session) -> None:
    person = make.person(session, Role.ADMINISTRATOR, name="Ann Quarrier")
    token = first_link(session, now=now())
    session.commit()
    assert token is not None
    assert find_link(session, token, now=now()).person_id == person.id
    browser = opened(portal, token)
    assert browser.get("/invitation/").find("h1", string="Welcome, Ann Quarrier")
    assert browser.client.get("/set-up/").headers["Location"] == "/invitation/"


def test_nobody_gets_a_link_once_an_administrator_has_accepted(session: Session) -> None:
    member(session, Role.ADMINISTRATOR)
    assert first_link(session, now=now()) is None


def test_page_of_the_first_administrator_needs_the_link(portal: Flask) -> None:
    assert Browser(portal).client.get("/set-up/").status_code == 410
