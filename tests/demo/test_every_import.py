"""Does what any list takes out come in again without a change, with the whole demo partnership behind it?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import sessionmaker

from admin_views.kit.registry import load_screens
from models.core.access import Role
from models.core.db import PortalSession
from models.partnership.people import Person
from models.plans.action_updates import ActionUpdate
from models.spreadsheets.sheet_kinds import all_kinds
from tests.spreadsheets.bringing import Bringer, counts
from tests.web import Browser

IMPORTABLE = [known for known in load_screens() if getattr(known, "importable", None) is not None]
NAMES = {
    *("agencies", "people", "hubs", "memberships", "sharing-agreements", "strategic-priorities", "feedback-groups"),
    *("intelligence-items", "recommendations", "actions"),
}


@pytest.fixture
def bringer(
    portal: Flask, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> Callable[[], Bringer]:
    def opened() -> Bringer:
        person = session.scalars(select(Person).where(Person.role == Role.ADMINISTRATOR).order_by(Person.id)).first()
        session.commit()
        assert person is not None
        return Bringer(Browser(portal).enter(person, session), session, session_factory)

    return opened


def test_every_list_that_should_come_in_does() -> None:
    assert {known.url.strip("/") for known in IMPORTABLE} == NAMES


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("known", IMPORTABLE, ids=lambda known: known.url.strip("/"))
def test_what_a_list_takes_out_it_takes_in_without_a_change(
    known: type, kind: str, bringer: Callable[[], Bringer]
) -> None:
    person = bringer()
    name = known.url.strip("/")  # type: ignore[attr-defined]
    with person.browser.client.get(f"/{name}/export/{kind}/") as answer:
        file = answer.data
    checked = person.check(file, name, f"{name}.{kind}")
    rows = person.session.scalar(select(func.count()).select_from(all_kinds()[name].model)) or 0
    updates = person.session.scalar(select(func.count()).select_from(ActionUpdate)) or 0
    expected = rows + (updates if (name, kind) == ("actions", "xlsx") else 0)
    report = [(sheet["changed"][:3], sheet["refused"][:3], sheet["new"][:3]) for sheet in checked.report or ()]
    assert counts(checked) == (0, 0, expected, 0), report
    assert expected
