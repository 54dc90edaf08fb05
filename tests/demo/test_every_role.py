"""Does the database refuse anybody a page that the screens let them open, in any role of the partnership?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, ExceptionContext, event, select
from sqlalchemy.orm import Session

from admin_views.kit.registry import load_screens
from models.core.access import Role
from tests.assurance.figures import note_figure, scaled
from tests.web import Browser, first_of, member, new_pages

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


@contextmanager
def denied_by_the_database() -> Iterator[list[str]]:
    """What the database denies while this lasts, in its own words."""
    denials: list[str] = []

    def note(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, InsufficientPrivilege):
            denials.append(f"{str(context.original_exception).partition(chr(10))[0]} for {context.statement}")

    event.listen(Engine, "handle_error", note)
    try:
        yield denials
    finally:
        event.remove(Engine, "handle_error", note)


@pytest.mark.parametrize("role", Role)
def test_no_page_that_a_role_is_led_to_refuses_it_or_meets_a_grant_that_is_missing(
    portal: Flask, session: Session, role: Role
) -> None:
    browser, routes = first_of(portal, session, role), portal.url_map.bind("localhost")
    waiting, kinds, denied, refused, looked_at = ["/"], dict[str, int](), list[str](), list[str](), 0
    while waiting and looked_at < scaled(1500, ci=120):
        path = waiting.pop(0)
        with denied_by_the_database() as denials, browser.client.get(path) as answer:
            page = BeautifulSoup(answer.text if answer.mimetype == "text/html" else "", "html.parser")
        looked_at += 1
        denied += [f"{path}: {words}" for words in denials]
        refused += [path] if answer.status_code == 403 else []
        hrefs = [str(link["href"]) for link in page.select("a[href]")]
        of_pages = (href for href in hrefs if not href.startswith("/account/"))  # these ask by the door's login
        waiting += new_pages(of_pages, routes, kinds, each=scaled(3, ci=1))
    said = f"{role.label.lower()}: {looked_at} pages of {len(kinds)} kinds, each as far as links lead"
    note_figure(3, "grants missing", reached=len(denied), wanted="0", tried=said, holds=not denied)
    assert (denied, refused) == ([], [])
