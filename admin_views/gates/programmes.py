"""What does a year's programme look like to the Board: quota, stages, days, and who must act next?"""

from __future__ import annotations

from flask import abort, request
from sqlalchemy import select

from admin_views.kit.base import READERS, Button, PageSet, expose
from models.core.clock import today
from models.gates.programmes import programme
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
        buttons = [
            Button("The year in pictures", self.link("board", year=year)),
            Button("Board pack", self.link("pack")),
        ]
        return self.render("thematic_reviews/programme.html", programme=shown, years=years, buttons=buttons)
