"""Has somebody signed in in this browser before, and how does it carry that on?

Its cookie is a random token, signed, so that a made-up one is worth nothing even where no database is asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import cast

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from models.accounts.known_browsers import remember_browser
from models.accounts.sign_ins import browser_words
from models.rules.accounts.locks import place_of

CARRIED = timedelta(days=400)
"""As long as browsers keep a cookie at most; each sign-in renews it."""


def token_here() -> str:
    """The token of this browser, "" in one that has none, or none that the portal has signed."""
    try:
        return str(_signer().loads(request.cookies.get(_cookie(), ""), max_age=int(CARRIED.total_seconds())))
    except BadSignature:
        return ""


def remember_here(session: Session, person_id: int, *, now: datetime) -> None:
    """Know this browser as one of the person's from now on; the answer to this request carries its cookie."""
    token = token_here() or token_urlsafe(32)
    remember_browser(session, person_id, token, browser=browser_words(request.user_agent.string), now=now)
    signed = _signer().dumps(token)

    @after_this_request
    def carry(response: Response) -> Response:
        is_secure = current_app.extensions["settings"].is_cookie_secure
        response.set_cookie(
            _cookie(), signed, max_age=CARRIED, secure=is_secure, httponly=True, samesite="Lax", path="/"
        )
        return response


def asker() -> str:
    """By what the requests of one who signs in are counted: the browser where it is known, else whose line it is.

    So nobody behind the same address uses up the tries of a person in a browser of their own.
    """
    token = token_here()
    return f"browser {sha256(token.encode()).hexdigest()[:32]}" if token else line()


def line() -> str:
    """Whose line this request came by."""
    return place_of(request.remote_addr or "") or "nowhere"


def _cookie() -> str:
    sessions = current_app.session_interface
    return f"{cast(str, sessions.name)}-known"  # type: ignore[attr-defined]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known browser")
