"""Where does a page of a document find the partnership's logo?"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from flask import Blueprint, Flask, Response, abort, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.settings import Settings
from jobs.pdf.paper.letterhead import logo_png

letterhead = Blueprint("letterhead", __name__)


@dataclass(frozen=True)
class ShownLogo:
    """The logo on a page: its file and, in pixels, the size it has on paper."""

    png: bytes
    width: int
    height: int

    @property
    def href(self) -> str:
        """The address of the file, changing with its content."""
        return url_for("letterhead.logo", v=sha256(self.png).hexdigest()[:10])


def offer_logo(app: Flask, settings: Settings) -> None:
    """Give pages the logo that stands on the documents; without one, nothing is shown and nothing is found."""
    shown = None
    if settings.logo is not None:
        width, height = settings.logo.size
        shown = ShownLogo(logo_png(settings.logo), round(width * 4 / 3), round(height * 4 / 3))
    app.extensions["logo"] = app.jinja_env.globals["logo"] = shown
    app.register_blueprint(letterhead)


@letterhead.get("/letterhead/logo.png")
@login_required
def logo() -> ResponseReturnValue:
    """The same pixels as on paper, and nothing else of the file they came from."""
    shown: ShownLogo | None = current_app.extensions["logo"]
    if shown is None:
        abort(404)
    return Response(shown.png, content_type="image/png")
