"""How does a test use the portal as a person in a browser does?"""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.settings import Settings
from models.access import Role
from models.passwords import hash_password
from models.people import Person
from tests import make

PASSWORD = "three wet umbrellas"
SECRET = "a key for tests only, long enough"
_HASH = hash_password(PASSWORD)


def make_portal(session_factory: Any, **settings: Any) -> Flask:
    """The portal on the test's own database transaction."""
    values = {"secret_key": SECRET, "log_level": "ERROR", **settings}
    app = create_app(Settings(**values), session_factory=session_factory)
    app.config["RATELIMIT_ENABLED"] = False
    return app


def member(session: Session, role: Role, *, agency: Any = None, name: str = "", **values: Any) -> Person:
    """A person who may sign in with PASSWORD. Commits, so that the portal's own sessions see the person."""
    person = make.person(session, role, agency=agency, name=name, **values)
    person.password_hash = _HASH
    session.commit()
    return person


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
        form = max(self.get(page).select("main form"), key=lambda one: len(one.select("input[type=hidden]")))
        return {one["name"]: one.get("value", "") for one in form.select("input[type=hidden]")}  # type: ignore[misc]

    def send(self, path: str, page: str = "", **values: Any) -> TestResponse:
        """Send the form of a page (by default the page itself) with its hidden fields and these values."""
        return self.client.post(path, data={**self.tokens(page or path), **values})

    def filled(self, path: str, **changes: Any) -> dict[str, Any]:
        """What the form of a page would send as it stands, with some changes."""
        form = self.get(path).select_one("main form[method=post]")
        assert form is not None
        values: dict[str, Any] = {}
        for one in form.select("input[name], textarea[name], select[name]"):
            chosen = one.select_one("option[selected]") if one.name == "select" else None
            value = chosen.get("value") if chosen else one.get("value", one.get_text())
            is_off = one.get("type") == "checkbox" and not one.has_attr("checked")
            if not is_off and not (one.name == "select" and chosen is None):
                values[str(one["name"])] = value
        return {**values, **changes}

    def sign_in(self, person: Person, password: str = PASSWORD) -> Browser:
        """Sign in by the sign-in page; fails when the portal refuses."""
        answer = self.send("/sign-in/", email=person.email, password=password)
        assert answer.status_code == 302, words_of(answer)
        return self


def words_of(answer: TestResponse) -> str:
    """What a person reads in the main part of a page."""
    main = BeautifulSoup(answer.text, "html.parser").select_one("main")
    return re.sub(r"\s+", " ", main.get_text(" ") if main else answer.text).strip()
