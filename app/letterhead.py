"""What does everybody see of the partnership, also before they sign in: logo, colours, whom to ask, privacy notice?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from flask import Blueprint, Flask, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin_views.kit.partnership import partnership_now
from jobs.pdf.paper.letterhead import logo_of
from models.rules.partnership.accents import Shades, palette_of

_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
letterhead = Blueprint("letterhead", __name__)


@dataclass(frozen=True)
class ShownLogo:
    """The logo on a page: the address of its file and, in pixels, the size it has on paper."""

    href: str
    width: int
    height: int


def offer_letterhead(app: Flask) -> None:
    """Give every page the partnership's look and contact, and their files and notice an address."""
    app.context_processor(partnership_words)
    app.register_blueprint(letterhead)


def partnership_words() -> dict[str, Any]:
    """What every template may say of the partnership."""
    facts = partnership_now()
    return {"house": facts, "partnership": facts.name, "logo": shown_logo(facts.logo), "look": look(facts.accent)}


def shown_logo(png: bytes) -> ShownLogo | None:
    """The logo as pages show it; None without one."""
    if not png:
        return None
    width, height = _size_of(png)
    return ShownLogo(url_for("letterhead.logo", v=_mark(png)), width, height)


def look(accent: str) -> str:
    """The address of the style sheet that puts the partnership's colour in; empty where it has none of its own."""
    return url_for("letterhead.colours", v=_mark(style_sheet(accent))) if accent else ""


@letterhead.get("/letterhead/logo.png")
def logo() -> ResponseReturnValue:
    """The same pixels as on paper, and nothing else of the file they came from."""
    png = partnership_now().logo
    return _kept_by_browsers(png, "image/png") if png else abort(404)


@letterhead.get("/letterhead/colours.css")
def colours() -> ResponseReturnValue:
    """The colours that follow from the partnership's accent, by day and by night."""
    accent = partnership_now().accent
    return _kept_by_browsers(style_sheet(accent), "text/css; charset=utf-8") if accent else abort(404)


@letterhead.get("/privacy/")
def privacy() -> str:
    """The privacy notice, for everybody."""
    return render_template("letterhead/privacy.html")


@lru_cache(maxsize=8)
def style_sheet(accent: str) -> bytes:
    """The portal's custom properties in the partnership's colours. `accent` is # and six digits, and nothing else.

    >>> b"--accent: #1b4f8a;" in style_sheet("#1b4f8a")
    True
    """
    palette = palette_of(accent)
    day, night = (f":root {{ {_properties(shades)} }}" for shades in (palette.light, palette.dark))
    return f"{day}\n@media (prefers-color-scheme: dark) {{ {night} }}\n".encode()


def _properties(shades: Shades) -> str:
    return " ".join(f"--{name.replace('_', '-')}: {colour};" for name, colour in asdict(shades).items())


@lru_cache(maxsize=4)
def _size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, of points."""
    width, height = logo_of(png).size
    return round(width * 4 / 3), round(height * 4 / 3)


@lru_cache(maxsize=8)
def _mark(content: bytes) -> str:
    return sha256(content).hexdigest()[:10]


def _kept_by_browsers(content: bytes, content_type: str) -> ResponseReturnValue:
    """The file, kept for good under the address that names this very content, asked for anew under any other."""
    answer = Response(content, content_type=content_type)
    answer.headers["Cache-Control"] = _FOR_GOOD if request.args.get("v") == _mark(content) else _ASK_AGAIN
    answer.set_etag(_mark(content))
    return answer.make_conditional(request)
