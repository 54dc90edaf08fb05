"""Does whoever starts an empty portal become its first administrator, by a link printed again until one has come in?"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.printed_links import first_invitation
from app.settings import Settings
from models.accounts.access_links import find_link
from models.core.access import Role
from models.core.clock import now
from models.core.errors import RuleBroken
from models.messages.messages import Message
from models.partnership.people import Person
from tests import make
from tests.web import Browser, member, words_of

CHOSEN = "seven brass kettles sing"
ANN = {"name": "Ann Quarrier", "email": "Ann@Council.example"}


def first_link(session: Session) -> str:
    """The path of the link that a start would print."""
    link = first_invitation(session, Settings(public_url="https://portal.example"))
    session.commit()
    assert link is not None
    return link.removeprefix("https://portal.example")


def test_first_administrator_says_who_they_are_and_is_in(portal: Flask, session: Session) -> None:
    browser = Browser(portal)
    browser.client.get(first_link(session))
    answer = browser.send("/invitation/", new=CHOSEN, again=CHOSEN, **ANN)
    assert answer.status_code == 302, words_of(answer)
    assert "Welcome, Ann Quarrier" in browser.get("/").get_text()
    person = session.scalars(select(Person)).one()
    assert (person.name, person.email, person.role) == ("Ann Quarrier", "ann@council.example", Role.ADMINISTRATOR)
    assert first_invitation(session, Settings()) is None
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_each_start_gives_a_fresh_link_and_ends_the_one_before(session: Session) -> None:
    first, second = first_link(session), first_link(session)
    assert first != second
    with pytest.raises(RuleBroken, match="newer one"):
        find_link(session, first.strip("/").rpartition("/")[2], now=now())
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_named_administrator_who_has_not_accepted_is_the_first_one(portal: Flask, session: Session) -> None:
    make.person(session, Role.ADMINISTRATOR, name="Ann Quarrier")
    browser = Browser(portal)
    browser.client.get(first_link(session))
    assert browser.get("/invitation/").find("h1", string="Welcome, Ann Quarrier")


def test_nobody_gets_a_link_once_an_administrator_has_accepted(session: Session) -> None:
    member(session, Role.ADMINISTRATOR)
    assert first_invitation(session, Settings()) is None
