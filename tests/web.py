"""How does a test use the portal as a person in a browser does?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.test import TestResponse

from app.logs import start_logging
from app.portal import create_app
from app.security import limiter
from app.sessions import new_form_token
from app.settings import Settings
from models.accounts.passwords import hash_password
from models.accounts.sign_ins import keep_data, start_sign_in
from models.core.access import Role
from models.core.clock import now
from models.partnership.people import Person
from tests import make
from tests.wall.logins import logins_of_the_web

PASSWORD = "three wet umbrellas"
SECRET = "a key for tests only, long enough"
_HASH = hash_password(PASSWORD)


class _Sessions:
    """The session factory of the test that runs now, for the one portal that all tests share."""

    now: Any = None

    def __call__(self, **options: Any) -> Any:
        return self.now(**options)


class _ByLogin:
    """The same by one of the logins of the web."""

    def __init__(self, place: int) -> None:
        self.place = place

    def __call__(self, **options: Any) -> Any:
        return logins_of_the_web(_sessions.now)[self.place](**options)


_sessions: Any = _Sessions()


def make_portal(session_factory: Any, **settings: Any) -> Flask:
    """The portal on the test's own database transaction.

    Putting it together takes longer than most tests, so all tests of a process share one, unless they want other
    settings; it works for the test that asked last.
    """
    if settings:
        return _made(*logins_of_the_web(session_factory), **settings)
    _sessions.now = session_factory
    if usual_portal().extensions["tries"] is not type(limiter.storage):  # one for all portals; it follows the last
        usual_portal.cache_clear()
    app = usual_portal()
    start_logging("ERROR")  # where this test's errors go, not where those of the last portal's went
    app.extensions["band"].forget()
    limiter.reset()
    return app


@cache
def usual_portal() -> Flask:
    """The portal that all tests of a process share; on the database of the test that asked last, if any did."""
    return _made(_ByLogin(0), _ByLogin(1))


def _made(pages: Any, door: Any, **settings: Any) -> Flask:
    values = {"secret_key": SECRET, "log_level": "ERROR", **settings}
    app = create_app(Settings(**values), session_factory=pages, sign_in_factory=door)
    app.extensions["tries"] = type(limiter.storage)
    return app


def member(session: Session, role: Role, *, agency: Any = None, name: str = "", **values: Any) -> Person:
    """A person who may sign in with PASSWORD. Commits, so that the portal's own sessions see the person."""
    person = make.person(session, role, agency=agency, name=name, **values)
    person.password_hash = _HASH
    person.accepted_at = person.accepted_at or now()
    session.commit()
    return person


def new_pages(hrefs: Iterable[str], routes: MapAdapter, seen: dict[str, int], *, each: int = 1) -> Iterator[str]:
    """Those of the links that lead to a kind of page which was not met `each` times yet; `seen` counts them."""
    for href in hrefs:
        try:
            kind = str(routes.match(href.split("?")[0].split("#")[0], method="GET")[0])
        except HTTPException:
            continue
        if href.startswith("/") and seen.get(kind, 0) < each:
            seen[kind] = seen.get(kind, 0) + 1
            yield href


def first_of(app: Flask, session: Session, role: Role) -> Browser:
    """A browser of the first person of a role who is there, such as the demo's."""
    person = session.scalars(select(Person).where(Person.role == role).order_by(Person.id)).first()
    session.commit()
    assert person is not None
    return Browser(app).enter(person, session)


class Browser:
    """One browser: keeps cookies, sends the form's own tokens, and reads pages."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, status: int = 200, **options: Any) -> BeautifulSoup:
        """A page, which must answer with the status."""
        answer = self.client.get(path, **options)
        assert answer.status_code == status, f"GET {path}: {answer.status_code} {words_of(answer)}"
        return BeautifulSoup(answer.text, "html.parser")

    def tokens(self, page: str) -> dict[str, str]:
        """The hidden fields of the form on a page: its tokens, its row version."""
        form = max(
            self.get(page).select("main form[method=post]"), key=lambda form: len(form.select("input[type=hidden]"))
        )
        return {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}  # type: ignore[misc]

    def send(self, path: str, page: str = "", **values: Any) -> TestResponse:
        """Send the form of a page (by default the page itself) with its hidden fields and these values."""
        return self.client.post(path, data={**self.tokens(page or path), **values})

    def filled(self, path: str, **changes: Any) -> dict[str, Any]:
        """What the form of a page would send as it is, with some changes; a list for a name with several values."""
        return {**sent_by(self.get(path)), **changes}

    def copies(self, count: int) -> list[Browser]:
        """The same signed-in browser so many times over."""
        cookie = self.client.get_cookie("triangulate")
        assert cookie is not None
        visitors = [Browser(self.client.application) for _ in range(count)]
        for visitor in visitors:
            visitor.client.set_cookie("triangulate", cookie.value)
        return visitors

    def sign_in(self, person: Person, password: str = PASSWORD) -> Browser:
        """Sign in by the sign-in page; fails when the portal refuses."""
        answer = self.send("/sign-in/", email=person.email, password=password)
        assert answer.status_code == 302, words_of(answer)
        return self

    def enter(self, person: Person, session: Session) -> Browser:
        """Be signed in without using the sign-in page: write the sign-in and set its token as the cookie."""
        hours = Settings.model_fields["session_hours"].default
        token = start_sign_in(session, person, browser="", now=now(), hours=hours)
        with self.client.application.app_context():
            form_token = new_form_token(person.id)
        keep_data(session, token, {"csrf_token": form_token, "_user_id": str(person.id), "_fresh": True})
        session.commit()
        self.client.set_cookie("triangulate", token)
        return self


def words_of(answer: TestResponse) -> str:
    """What a person reads in the main part of a page."""
    main = BeautifulSoup(answer.text, "html.parser").select_one("main")
    return re.sub(r"\s+", " ", main.get_text(" ") if main else answer.text).strip()


def sent_by(page: BeautifulSoup) -> dict[str, Any]:
    """What a browser sends when somebody opens the page and saves its first form without touching it."""
    form = page.select_one("main form[method=post]")
    assert form is not None
    values: dict[str, list[str]] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        values.setdefault(str(field["name"]), []).extend(_values_of(field))
    return {name: given[0] if len(given) == 1 else given for name, given in values.items() if given}


def _values_of(field: Tag) -> list[str]:
    """The values that one field of a form sends as the page shows it; none for a box that is not ticked."""
    if field.name == "select":
        chosen = field.select("option[selected]") or ([] if field.has_attr("multiple") else field.select("option")[:1])
        return [str(option.get("value", option.get_text())) for option in chosen]
    if field.get("type") in ("checkbox", "radio"):
        return [str(field.get("value", "on"))] if field.has_attr("checked") else []
    if (
        field.name == "textarea"
    ):  # a browser drops the line end that the page puts first, and sends CR LF for the others
        shown = field.get_text().replace("\r\n", "\n").removeprefix("\n")
        return [shown.replace("\n", "\r\n")]
    return [str(field.get("value", ""))]


def first_listed(field: Tag) -> str:
    """The first of the choices that a page brings along for a field into which people type; empty without any."""
    choices = field.find_next("datalist")
    return str(next((option["value"] for option in choices.select("option")), "")) if choices else ""
