"""What does a year's programme look like to the Board: quota, stages, days, and who must act next?"""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_views.documents.papers import document_buttons, document_page
from admin_views.kit.base import READERS, PageSet, expose
from admin_views.kit.homes.cards import Card, card
from admin_views.plans.challenges import stands_of
from models.core.access import Actor, Role
from models.core.addresses import list_address
from models.core.clock import today
from models.gates.programmes import programme
from models.plans.actions import Action, is_overdue
from models.plans.challenges import Challenge
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.keys import key_in


class ProgrammePages(PageSet):
    """The programme page of the reviews' screen."""

    @expose("/programme/", roles=READERS)
    def programme_page(self) -> str:
        """One year's reviews on one page; the present year unless the address names another."""
        year = key_in(request.args.get("year", str(today().year)))
        if year is None or not 2000 <= year <= 2100:
            abort(404)
        years = sorted({year, *self.session.scalars(select(ThematicReview.year).distinct())})
        shown = programme(self.session, year, on=today())
        buttons = document_buttons(self.link("board_pack", year=year), "Board pack", "board_pack")
        return self.render("thematic_reviews/programme.html", programme=shown, years=years, buttons=buttons)

    @expose("/programme/<int:year>/board-pack/", roles=READERS, methods=("GET", "POST"))
    def board_pack(self, year: int) -> ResponseReturnValue:
        """The Board's pack of a year, as a page or on paper."""
        if not 2000 <= year <= 2100:
            abort(404)
        return document_page(self, "board_pack", {"year": year}, self.link("programme_page", year=year), "Programme")


_BOARD = (Role.BOARD_VIEWER,)


@card(roles=_BOARD, order=10)
def late_actions(session: Session, actor: Actor) -> Card:
    """Open actions of all plans whose day has passed."""
    count = session.scalar(select(func.count()).where(is_overdue(today()))) or 0
    return Card(count, "Actions past their day", list_address(Action, late="yes"), "warning")


@card(roles=_BOARD, order=20)
def open_challenges(session: Session, actor: Actor) -> Card:
    """Challenges that nobody has answered."""
    count = session.scalar(select(func.count()).where(stands_of(Challenge) == "Open")) or 0
    return Card(count, "Challenges without an answer", list_address(Challenge, stands="Open"))
