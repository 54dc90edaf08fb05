"""Where does the screen version of a document find the partnership's logo?"""

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
    """Give pages the logo of the documents; without one, pages show none and its address is 404."""
    logo = None
    if settings.logo is not None:
        width, height = settings.logo.size
        logo = ShownLogo(logo_png(settings.logo), round(width * 4 / 3), round(height * 4 / 3))
    app.extensions["logo"] = app.jinja_env.globals["logo"] = logo
    app.register_blueprint(letterhead)


@letterhead.get("/letterhead/logo.png")
@login_required
def logo() -> ResponseReturnValue:
    """The same pixels as on paper, and nothing else of the file they came from."""
    logo: ShownLogo | None = current_app.extensions["logo"]
    if logo is None:
        abort(404)
    return Response(logo.png, content_type="image/png")
