"""Which promises does every answer carry, and which requests are turned away before anything reads them?"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Request, Response, abort, g, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from admin_views.kit.requests import role
from app.known_browsers import line
from app.settings import Settings
from app.signed_out import refuse_signed_out

CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
        "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    ]
)  # fmt: skip
_PROMISES = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_KEPT_FILES = frozenset({"letterhead.logo", "letterhead.colours"})
_WITH_SECRETS = frozenset({"links.open_invitation", "links.open_new_password"})
"""Addresses with a secret in them, which nobody is told who is asked next."""

_A_YEAR = "max-age=31536000; includeSubDomains"
_FORM_MEMORY = 4 * 1024 * 1024
_STRANGERS_FORM = 64 * 1024
_WORDS_BESIDE_FILES = 1024 * 1024
TAKES_LISTS = frozenset({"case_lists.upload", "audit_samples.check_page"})
"""Where a whole case list may be sent, for which UPLOAD_LIMIT_MB holds; everywhere else DOCUMENT_LIMIT_MB does."""
_UNREADABLE = re.compile("[\x00\ufffd\ud800-\udfff]")

csrf = CSRFProtect()
limiter = Limiter(
    line,
    in_memory_fallback_enabled=True,
    strategy="fixed-window",
    storage_options={"socket_connect_timeout": 1, "socket_timeout": 1},
    headers_enabled=False,
)


def guard(app: Flask, settings: Settings) -> None:
    """Put the guards before and after every request of the portal."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=_request_of(settings.upload_limit_mb),
        MAX_FORM_MEMORY_SIZE=_FORM_MEMORY,
        MAX_FORM_PARTS=5_000,
        TRUSTED_HOSTS=trusted_hosts(settings),
        WTF_CSRF_TIME_LIMIT=None,  # the token lives and dies with the session it belongs to
        WTF_CSRF_SSL_STRICT=settings.is_cookie_secure,
        RATELIMIT_STORAGE_URI=_limiter_storage(settings.redis_url),
    )
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.before_request(lambda: limit_requests(settings))
    app.before_request(refuse_signed_out)
    app.before_request(refuse_unreadable)
    app.after_request(lambda response: with_promises(response, is_secure=settings.is_cookie_secure))
    csrf.init_app(app)
    limiter.init_app(app)


def _limiter_storage(redis_url: str) -> str:
    if redis_url.startswith("unix://"):
        return f"redis+{redis_url}"
    return redis_url or "memory://"


def trusted_hosts(settings: Settings) -> list[str]:
    """The names under which the portal answers; a request for any other is turned away."""
    public = urlsplit(settings.public_url).hostname
    if public:
        return [public, "127.0.0.1", "localhost"]
    if settings.host in {"0.0.0.0", "::"}:  # noqa: S104 (compared, not bound)
        return []
    return [settings.host, "127.0.0.1", "localhost", "[::1]"]


def limit_requests(settings: Settings) -> None:
    """Let nobody send floods of text, least of all somebody who is not signed in; and files within one limit in all."""
    if role() is None:
        request.max_content_length = _STRANGERS_FORM
    elif request.mimetype != "multipart/form-data":
        request.max_content_length = _FORM_MEMORY
    else:
        g.most_mb = settings.upload_limit_mb if request.endpoint in TAKES_LISTS else settings.document_limit_mb
        request.max_content_length = _request_of(g.most_mb)


def _request_of(limit_mb: int) -> int:
    """The most bytes of a request whose files have so many megabytes: the words of its form come with them."""
    return limit_mb * 1024 * 1024 + _WORDS_BESIDE_FILES


def refuse_unreadable() -> None:
    """Turn away what no person types: NUL bytes and broken characters in the address or a form."""
    if g.get("is_database_away"):
        abort(503)
    if not _is_readable(request.full_path) or not _is_raw_readable(request):
        abort(400)
    if request.method == "POST" and not request.is_json:
        for name, value in request.form.items(multi=True):
            if not (_is_readable(name) and _is_readable(value)):
                abort(400)


def _is_readable(text: str) -> bool:
    return _UNREADABLE.search(text) is None


def _is_raw_readable(incoming: Request) -> bool:
    """Whether the address is UTF-8 and free of NUL once unquoted."""
    raw = unquote_to_bytes(incoming.query_string)
    try:
        return "\x00" not in raw.decode()
    except UnicodeDecodeError:
        return False


def with_promises(response: Response, *, is_secure: bool) -> Response:
    """Put the headers on a response; no cache keeps what only one person may see."""
    for name, value in _PROMISES.items():
        response.headers[name] = value
    if request.endpoint in _WITH_SECRETS:
        response.headers["Referrer-Policy"] = "no-referrer"
    if is_secure:
        response.headers["Strict-Transport-Security"] = _A_YEAR
    if request.endpoint == "static" and response.status_code in {200, 304}:
        response.headers["Cache-Control"] = f"public, max-age={31536000 if 'v' in request.args else 86400}"
    elif request.endpoint in _KEPT_FILES and response.status_code in {200, 304}:
        pass  # the file itself says how long: app/letterhead.py
    elif request.endpoint == "surveys.ask":  # nobody's own; Back must show this very page, which can be sent once
        response.headers["Cache-Control"] = "private, max-age=0"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
