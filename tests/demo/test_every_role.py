"""Does the database refuse anybody a page that the screens let them open, in any role of the partnership?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.registry import load_screens
from models.core.access import Role
from tests.web import Browser, member

pytestmark = pytest.mark.assures(3)

MOST = 3  # records of each list whose pages are opened
PAGES = {"details_view": "/{0}/", "edit_view": "/{0}/edit/", "delete_view": "/{0}/delete/"}
PARTNERSHIP = [role for role in Role if role is not Role.AGENCY_MEMBER]


def paths(session: Session, role: Role) -> Iterator[str]:
    """The pages of every screen that a role may open, as far as they are the same for every screen."""
    for known in load_screens():
        for view, path in {"index_view": "/", "create_view": "/new/"}.items():
            if role in known.roles_of(view):
                yield f"{known.url}{path}"
        if role in known.roles_of("export"):
            yield f"{known.url}/export/csv/"
        yield from _of_records(session, known, role)


def _of_records(session: Session, known: Any, role: Role) -> Iterator[str]:
    key = getattr(getattr(known, "model", None), "id", None)
    keys = [] if key is None else session.scalars(select(key).order_by(key).limit(MOST)).all()
    for view, path in PAGES.items():
        if role in known.roles_of(view):
            yield from (f"{known.url}{path.format(number)}" for number in keys)


@pytest.mark.parametrize("role", PARTNERSHIP)
def test_whatever_a_role_may_open_its_database_role_may_read(portal: Flask, session: Session, role: Role) -> None:
    visitor = Browser(portal).enter(member(session, role, name="Somebody of no agency"), session)
    opened = list(paths(session, role))
    session.commit()
    answers = {path: visitor.client.get(path).status_code for path in ["/", *opened]}
    refused = {path: status for path, status in answers.items() if status not in (200, 302, 403, 404)}
    assert refused == {}
    assert sum(status == 200 for status in answers.values()) > 20
