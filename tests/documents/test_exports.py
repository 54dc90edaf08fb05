"""Can administrators see who exported which list from the portal?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]


def test_administrator_sees_who_took_which_list_and_how_narrowed(browser: Open, session: Session) -> None:
    make.hub(session)
    session.commit()
    browser(Role.OFFICER).client.get("/hubs/export/csv/?q=hub&kind=children").close()
    (row,) = browser(Role.ADMINISTRATOR).get("/exports/").select("table.list tbody tr")
    words = [cell.get_text() for cell in row.select("th, td")]
    assert words[0] == "Hubs"
    assert words[2:] == [Role.OFFICER.label, "csv", "q: hub; kind: children", "1"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_read_who_took_lists_out(browser: Open, session: Session, role: Role) -> None:
    browser(role, agency=make.agency(session) if role is Role.AGENCY_MEMBER else None).get("/exports/", 403)


def test_record_of_an_export_is_never_edited(browser: Open, session: Session) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    administrator.client.get("/hubs/export/csv/").close()
    (link,) = administrator.get("/exports/").select("table.list tbody th a")
    for page in ("edit/", "delete/"):
        administrator.get(f"{link['href']}{page}", 403)
