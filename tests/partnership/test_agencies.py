"""Is what an agency's page tells of it told to those alone whom it concerns?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]


def test_administrators_read_how_much_room_the_files_of_an_agency_take(browser: Open, session: Session) -> None:
    agency = make.agency(session)
    assert "of 2,000 MB used" in browser(Role.ADMINISTRATOR).get(f"/agencies/{agency.id}/").get_text()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SPONSOR, Role.BOARD_VIEWER, Role.MANAGER, Role.AGENCY_MEMBER])
def test_nobody_else_reads_how_much_room_the_files_of_an_agency_take(
    browser: Open, session: Session, role: Role
) -> None:
    agency = make.agency(session)
    own = agency if role in (Role.MANAGER, Role.AGENCY_MEMBER) else None
    page = browser(role, agency=own).get(f"/agencies/{agency.id}/").get_text()
    assert agency.name in page
    assert "Room for files" not in page
