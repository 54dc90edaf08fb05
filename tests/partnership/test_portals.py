"""Does a portal know what it is, and stay so?"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.partnership import load_demo
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.core.clock import today
from models.partnership.portals import Portal, PortalKind, become_demo, decide_kind, hide_start, portal_kind, the_portal
from tests import make
from tests.web import PASSWORD, Browser


def test_portal_nobody_has_decided_about_becomes_what_is_wanted_first(session: Session) -> None:
    assert decide_kind(session) is None
    assert decide_kind(session, PortalKind.OWN) is PortalKind.OWN
    assert decide_kind(session, PortalKind.DEMO) is PortalKind.OWN
    assert portal_kind(session) is PortalKind.OWN


@pytest.mark.parametrize(
    ("email", "kind"), [("officer@demo.example", PortalKind.DEMO), ("ann@council.example", PortalKind.OWN)]
)
def test_portal_from_before_this_was_on_record_is_known_by_its_people(
    session: Session, email: str, kind: PortalKind
) -> None:
    make.person(session, Role.OFFICER, email=email)
    assert decide_kind(session, PortalKind.OWN) is kind
    assert portal_kind(session) is kind


def test_demo_is_never_loaded_where_anybody_is(session: Session) -> None:
    decide_kind(session, PortalKind.OWN)
    make.person(session, Role.ADMINISTRATOR)
    assert not become_demo(session)
    assert not load_demo(session, today=today(), password=PASSWORD)
    assert portal_kind(session) is PortalKind.OWN


def test_what_a_portal_is_stands_in_the_change_log_once(session: Session) -> None:
    for wanted in (PortalKind.OWN, PortalKind.DEMO):
        decide_kind(session, wanted)
    records = session.scalars(select(ChangeRecord).where(ChangeRecord.table_name == "portals")).all()
    assert [(record.new_values or {}).get("kind") for record in records] == ["own"]
    assert len(session.scalars(select(Portal)).all()) == 1


def test_list_of_first_steps_is_hidden_and_shown_again(session: Session) -> None:
    make.person(session, Role.ADMINISTRATOR)
    for is_hidden in (True, False):
        hide_start(session, is_hidden)
        portal = the_portal(session)
        assert portal is not None
        assert portal.has_start_hidden is is_hidden


def test_partnerships_own_portal_wears_no_band(portal: Flask, session: Session) -> None:
    decide_kind(session, PortalKind.OWN)
    session.commit()
    assert Browser(portal).get("/sign-in/").select(".band") == []
