"""What does a year's programme look like to the Board: quota, stages, days, and who must act next?"""

from __future__ import annotations

from flask import abort, request
from sqlalchemy import select

from admin_views.base import READERS, Screen, page
from models.clock import today
from models.programmes import programme
from models.thematic_reviews import ThematicReview


class ProgrammePages(Screen):
    """The programme page of the reviews' screen."""

    @page("/programme/", roles=READERS)
    def programme_page(self) -> str:
        """One year's reviews on one page; the present year unless the address names another."""
        typed = request.args.get("year", str(today().year))
        if not (typed.isascii() and typed.isdecimal() and 2000 <= int(typed[:5]) <= 2100):
            abort(404)
        years = sorted({int(typed), *self.session.scalars(select(ThematicReview.year).distinct())})
        made = programme(self.session, int(typed), on=today())
        return self.render("thematic_reviews/programme.html", programme=made, years=years)
