"""Is it Flask-Admin's own code that lists, shows, creates, edits, deletes, exports, acts and looks up?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import flask_admin
import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from models.partnership.agencies import Agency
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]
_ITS_CODE = str(Path(flask_admin.__file__).parent)


def functions_during(act: Callable[[], Any]) -> set[str]:
    """The functions of Flask-Admin that run while `act()` does."""
    names: set[str] = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(_ITS_CODE):
            names.add(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return names


@pytest.fixture
def agency(session: Session) -> Agency:
    agency = make.agency(session, "Northshire Council")
    session.commit()
    return agency


def sent_to(person: Browser, path: str, page: str, **values: Any) -> Callable[[], Any]:
    """Sends the form of a page; the page itself is fetched beforehand, so that it is not part of what runs."""
    data = {**person.tokens(page), **values}
    return lambda: person.client.post(path, data=data)


def each_page(person: Browser, agency: Agency) -> dict[str, Callable[[], Any]]:
    """One request for each of the eight kinds of page; the deletion last."""
    own = f"/agencies/{agency.id}/"
    edited = person.filled(f"{own}edit/", name="Southshire Council")
    added = person.filled("/agencies/new/", name="Eastshire Council", category_id=agency.category_id)
    get = person.client.get
    return {
        "index_view": lambda: get("/agencies/?q=north&sort=-name"),
        "details_view": lambda: get(own),
        "create_model": lambda: person.client.post("/agencies/new/", data=added),
        "update_model": lambda: person.client.post(f"{own}edit/", data=edited),
        "_export_data": lambda: get("/agencies/export/csv/").get_data(),
        "handle_action": sent_to(person, "/agencies/bulk/retire/", "/agencies/", rowid=agency.id, confirmed="yes"),
        "ajax_lookup": lambda: get("/agencies/lookup/category_id/?q=a"),
        "delete_model": sent_to(person, f"{own}delete/", f"{own}delete/"),
    }


def test_each_kind_of_page_runs_on_flask_admins_own_code(browser: Open, agency: Agency) -> None:
    requests = each_page(browser(Role.ADMINISTRATOR), agency)
    ran = {name: functions_during(act) for name, act in requests.items()}
    assert [name for name, functions in ran.items() if name not in functions] == []
    every = set().union(*ran.values())
    assert {"create_view", "edit_view", "delete_view", "action_view", "export", "get_actions_list", "render"} <= every
