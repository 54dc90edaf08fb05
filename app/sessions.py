"""How does a browser's cookie lead to a sign-in kept in the database, and to nothing once that is over?"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from hmac import new as keyed
from io import BytesIO
from secrets import token_hex
from typing import Any

from flask import Flask, Request, Response, current_app, g, session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.datastructures import CallbackDict

from admin_views.kit.requests import NOBODY, Database
from app.settings import Settings
from models.accounts.sign_ins import NOTED_AFTER, SignedIn, find_sign_in, keep_data, seen_note
from models.core.access import Actor
from models.core.clock import now
from models.core.db import is_database_away

VISIT = timedelta(hours=2)  # how long an anonymous page's form stays good
_WITHOUT_SESSION = ("/static/", "/letterhead/", "/calendar/", "/healthz", "/readyz", "/metrics")


def act_as_nobody(session: Session) -> None:
    """Let a request be answered as whoever is not signed in."""
    session.rollback()
    session.info["actor"] = NOBODY


def mark_of(person_id: int) -> str:
    """A mark that stands for a person in their browser and in their forms, and tells nobody else who they are."""
    return keyed(str(current_app.secret_key).encode(), f"person {person_id}".encode(), sha256).hexdigest()[:24]


def new_form_token(person_id: int) -> str:
    """The secret behind the tokens of a person's forms; from a signed token it can be told whom it was made for."""
    return f"{mark_of(person_id)}.{token_hex(32)}"


class BrowserSession(CallbackDict[str, Any], SessionMixin):
    """What a browser's requests share. `token` and `signed_in` are empty until somebody signs in."""

    def __init__(self, data: dict[str, Any] | None = None, token: str = "", signed_in: SignedIn | None = None) -> None:
        self.modified = False
        self.token = token
        self.signed_in = signed_in
        self.has_new_token = False
        super().__init__(data, BrowserSession._note)

    def _note(self) -> None:
        self.modified = True

    def begin(self, token: str, signed_in: SignedIn) -> None:
        """Go on as a new sign-in: a token, a form token and nothing else from before."""
        self.clear()
        self["csrf_token"] = new_form_token(signed_in.person_id)
        self.token, self.signed_in, self.has_new_token = token, signed_in, True

    def go_on(self, token: str) -> None:
        """Be the same sign-in under another token; forms that are open elsewhere in the browser stay good."""
        self.token, self.has_new_token = token, True

    def end(self) -> None:
        """Be nobody again."""
        self.clear()
        self.token, self.signed_in, self.has_new_token = "", None, True


class DatabaseSessions(SessionInterface):
    """Sessions in the database for people signed in; a short-lived signed cookie, and no row, for everybody else."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.is_secure = settings.is_cookie_secure
        self.idle = timedelta(minutes=settings.session_idle_minutes)
        self.name = "__Host-triangulate" if self.is_secure else "triangulate"
        self.visitor_name = f"{self.name}-visitor"
        self._signer = URLSafeTimedSerializer(settings.secret_key, salt="visitor")

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        g.request_id = token_hex(8)
        if request.path.startswith(_WITHOUT_SESSION):
            return BrowserSession()
        token = request.cookies.get(self.name, "")
        if 20 <= len(token) <= 100:
            try:
                signed_in = self.find(token)
            except SQLAlchemyError as error:
                if not is_database_away(error):
                    raise
                g.is_database_away = True
                return BrowserSession()
            if signed_in is not None:
                return BrowserSession(dict(signed_in.data), token, signed_in)
        return BrowserSession(self._visitor(request.cookies.get(self.visitor_name, "")))

    def find(self, token: str) -> SignedIn | None:
        """The sign-in of a token; from then on this request acts as that person."""
        session = self._at_the_door()
        moment = now()
        signed_in = find_sign_in(session, token, now=moment, idle=self.idle)
        if signed_in is None:
            act_as_nobody(session)
            return None
        g.actor = session.info["actor"]
        g.partnership_revision = signed_in.partnership_revision
        if moment - signed_in.seen_at >= NOTED_AFTER:
            g.seen_note = seen_note(token, moment)
        return signed_in

    def _at_the_door(self) -> Session:
        """This request's session in a new transaction, which does nothing but what a token opens."""
        session = self.database.session
        session.rollback()
        session.info["actor"] = Actor.at_the_door(g.request_id)
        return session

    def _visitor(self, cookie: str) -> dict[str, Any]:
        try:
            data: dict[str, Any] = self._signer.loads(cookie, max_age=int(VISIT.total_seconds()))
        except BadSignature:
            return {}
        return data

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, BrowserSession) or not (session.modified or session.has_new_token):
            return
        options: dict[str, Any] = {"secure": self.is_secure, "httponly": True, "samesite": "Lax", "path": "/"}
        if session.token:
            self._keep(session)
            if session.has_new_token:
                response.set_cookie(self.name, session.token, **options)
                response.delete_cookie(self.visitor_name, **options)
            return
        if session.has_new_token:
            response.delete_cookie(self.name, **options)
        response.set_cookie(self.visitor_name, self._signer.dumps(dict(session)), max_age=VISIT, **options)

    def _keep(self, session: BrowserSession) -> None:
        """Write the session's data in its own transaction; what the view left uncommitted is rolled back first."""
        database = self._at_the_door()
        keep_data(database, session.token, dict(session))
        database.commit()


def is_somebodys(app: Flask, facts: dict[str, Any]) -> bool:
    """Whether a request, of which only the head is there, comes from somebody who is signed in."""
    with app.request_context({**facts, "wsgi.input": BytesIO()}):
        return isinstance(session, BrowserSession) and session.signed_in is not None
