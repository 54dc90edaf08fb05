"""Where does the Board see the year at a glance, and how does each picture leave as a file?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.base import READERS, PageSet, expose
from admin_views.kit.homes.home import home_of
from admin_views.kit.lists.exports import MEDIA_TYPES, csv_pieces
from admin_views.kit.places import Link
from jobs.pdf.paper.pictures.files import png_of, svg_of
from models.core.access import Role
from models.core.addresses import list_address
from models.core.clock import today
from models.gates.boards import PICTURES, board_picture, board_year
from models.gates.pictures.scopes import BoardScope
from models.partnership.agencies import Agency
from models.partnership.hubs import HubKind
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.keys import key_in
from models.rules.documents.pictures import Picture

_KINDS = {"": None, "children": HubKind.CHILDREN, "adults": HubKind.ADULTS}
_DRAWN = {"svg": ("image/svg+xml", svg_of), "png": ("image/png", png_of)}


class BoardPages(PageSet):
    """The Board's page of the reviews' screen, and the files of its pictures."""

    @expose("/board/", roles=READERS)
    def board(self) -> str:
        """The year in pictures, for all or for children or adults, of all agencies or one."""
        return self.render("boards/board.html", **shown(self.session))

    @expose("/board/<picture>.<kind>", roles=READERS)
    def download_picture(self, picture: str, kind: str) -> ResponseReturnValue:
        """One of the pictures as a drawing, or its figures as CSV."""
        if picture not in PICTURES or kind not in (*_DRAWN, "csv"):
            abort(404)
        return picture_file(board_picture(self.session, picture, asked_scope(), on=today()), kind)


def asked_scope() -> BoardScope:
    """The year, the kind and the agency that the address asks for; 404 for what they cannot be."""
    year = key_in(request.args.get("year", str(today().year)))
    kind, agency = request.args.get("for", ""), request.args.get("agency", "")
    if year is None or not 2000 <= year <= 2100 or kind not in _KINDS or (agency and key_in(agency) is None):
        abort(404)
    return BoardScope(year, _KINDS[kind], key_in(agency))


def shown(session: Session) -> dict[str, Any]:
    """What the Board's page shows of what its address asks."""
    scope, on = asked_scope(), today()
    return {
        "year": board_year(session, scope, on=on),
        "on": on,
        "chosen": _Chosen(session, scope, list_address(ThematicReview, "board")),
    }


def picture_file(picture: Picture, kind: str) -> Response:
    """A picture as SVG or PNG, or its table as CSV, to be kept."""
    if kind == "csv":
        answer = Response(csv_pieces(picture.headings, picture.table), content_type=MEDIA_TYPES["csv"])
    else:
        media_type, drawn = _DRAWN[kind]
        answer = Response(drawn(picture), content_type=media_type)
    name = f"{picture.name}-{today():%Y-%m-%d}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@dataclass(frozen=True)
class _Chosen:
    """What may be chosen above the pictures, and what is."""

    session: Session
    scope: BoardScope
    here: str

    def kinds(self) -> list[Link]:
        """For whom."""
        words = {"": "Children and adults", "children": "Children", "adults": "Adults"}
        return [Link(words[key], self.link(**{"for": key}), kind == self.scope.kind) for key, kind in _KINDS.items()]

    def years(self) -> list[Link]:
        """The years that have reviews, the latest first, and the present one."""
        known = {today().year, *self.session.scalars(select(ThematicReview.year).distinct())}
        return [Link(str(year), self.link(year=year), year == self.scope.year) for year in sorted(known, reverse=True)]

    def agencies(self) -> list[tuple[int, str]]:
        """The agencies by name."""
        rows = self.session.execute(select(Agency.id, Agency.name).where(Agency.is_active).order_by(Agency.name))
        return [(row.id, row.name) for row in rows]

    def link(self, page: str = "", **changed: Any) -> str:
        """This page, or a file of it, with something chosen otherwise."""
        kind = next(key for key, kind in _KINDS.items() if kind == self.scope.kind)
        asked = {"year": self.scope.year, "for": kind, "agency": self.scope.agency_id or "", **changed}
        words = "&".join(f"{name}={value}" for name, value in asked.items() if value != "")
        return f"{self.here}{page}?{words}"

    def file(self, name: str, kind: str) -> str:
        """The address of a picture as a file."""
        return self.link(f"{name}.{kind}")


@home_of(Role.BOARD_VIEWER)
def board_home(session: Session) -> tuple[str, dict[str, Any]]:
    """The Board's own first page is the year."""
    return "boards/board.html", shown(session)
