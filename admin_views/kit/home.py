"""What does a person see first, by role?"""

from __future__ import annotations

from flask import render_template
from flask_admin import BaseView

from admin_views.kit.cards import cards_of
from admin_views.kit.permissions import EVERYONE, Gate, expose
from admin_views.kit.requests import Database


class HomeView(Gate, BaseView):
    """The first page: what waits for this person, and the ways into the portal."""

    def __init__(self, database: Database) -> None:
        self.database = database
        BaseView.__init__(self, name="Home", endpoint="home", url="/")

    @expose("/", roles=EVERYONE)
    def index_view(self) -> str:
        return render_template("home.html", cards=cards_of(self.database.session))
