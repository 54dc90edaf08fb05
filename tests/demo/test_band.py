"""Does the demonstration say on every page that it is one, and does no other portal?"""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from admin_views.kit.requests import Database
from app.bands import Band
from models.core.access import Role
from models.core.db import make_engine, make_session_factory
from models.feedback.surveys import Survey
from models.partnership.people import Person
from models.partnership.portals import PortalKind, portal_kind
from tests.kit.test_screens import statements
from tests.web import Browser

WORDS = "Demonstration: nothing here is real"


@pytest.fixture
def officer(portal: Flask, session: Session) -> Browser:
    person = session.scalars(select(Person).where(Person.role == Role.OFFICER)).first()
    session.commit()
    assert person is not None
    return Browser(portal).enter(person, session)


def bands(page: BeautifulSoup) -> list[str]:
    return [band.get_text(strip=True) for band in page.select("body > .band")]


def test_demo_is_on_record_as_the_demonstration(session: Session) -> None:
    assert portal_kind(session) is PortalKind.DEMO


def test_every_kind_of_page_wears_the_band_once(officer: Browser, portal: Flask, session: Session) -> None:
    survey = session.scalars(select(Survey).where(Survey.closed_on.is_(None)).order_by(Survey.id.desc())).first()
    session.commit()
    assert survey is not None
    for path in ("/", "/actions/", "/actions/1/", "/action-plans/1/report/", "/hubs/new/", "/account/"):
        page = BeautifulSoup(officer.client.get(path).text, "html.parser")
        assert bands(page) == [WORDS], path
    for path, status in (("/sign-in/", 200), (f"/answer/{survey.token}/", 200), ("/nothing-of-the-kind/", 404)):
        assert bands(Browser(portal).get(path, status)) == [WORDS], path


def test_band_costs_no_statement_once_it_is_known(officer: Browser, engine: Engine, portal: Flask) -> None:
    portal.extensions["band"].forget()
    with statements(engine) as first:
        officer.get("/actions/")
    with statements(engine) as second:
        officer.get("/actions/")
    asked = [[words for words in seen if "FROM portals" in words] for seen in (first, second)]
    assert [len(words) for words in asked] == [1, 0]


def test_page_that_cannot_reach_the_database_goes_without_the_band(portal: Flask) -> None:
    away = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    with portal.app_context():
        assert Band(Database(lambda: make_session_factory(away)))() is False
