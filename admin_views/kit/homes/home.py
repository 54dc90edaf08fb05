"""What does a person see first, by role?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from sqlalchemy.orm import Session

from admin_views.kit.homes.searches import found_by, the_only
from admin_views.kit.homes.side_cards import side_cards_of
from admin_views.kit.homes.task_tabs import task_tab
from admin_views.kit.lists.searches import clean_words
from admin_views.kit.permissions import ADMINISTRATORS, EVERYONE, READERS, Gate, expose
from admin_views.kit.registry import load_screens, menu_of
from admin_views.kit.requests import Database, actor, role
from models.core.access import Role
from models.core.clock import today
from models.partnership.mail_settings import mail_is_tested
from models.partnership.partnership_settings import is_named
from models.partnership.portals import PortalKind, hide_start, the_portal
from models.reminders.first_steps import FirstStep, SettingsDone, first_steps
from models.reviews.followed_reviews import reviews_of

WORKBOOKS = "/table-imports"
OwnHome = Callable[[Session], tuple[str, dict[str, Any]]]
_homes: dict[Role | None, OwnHome] = {}


def home_of(*roles: Role) -> Callable[[OwnHome], OwnHome]:
    """Give roles a first page of their own: `def board_home(session)` names its template and what that shows."""

    def mark(make: OwnHome) -> OwnHome:
        _homes.update(dict.fromkeys(roles, make))
        return make

    return mark


class HomeView(Gate, BaseView):
    """The first page: what waits for this person, and the ways into the portal."""

    def __init__(self, database: Database) -> None:
        self.database = database
        BaseView.__init__(self, name="Home", endpoint="home", url="/")

    @expose("/", roles=EVERYONE)
    def index_view(self) -> str:
        """What waits for oneself, and the ways into the portal."""
        session, on = self.database.session, today()
        own = _homes.get(role())
        if own is not None:
            template, values = own(session)
            return render_template(template, **values)
        tab, reviews = task_tab(session, on), reviews_of(session, actor(), on)
        cards = side_cards_of(session)
        return render_template("home.html", tab=tab, reviews=reviews, side_cards=cards, on=on, **_start(session))

    @expose("/administration/", roles=READERS)
    def administration(self) -> str:
        """Every list that the person may open, by its heading."""
        own_role = role()
        return render_template("administration.html", headings=menu_of(own_role) if own_role else ())

    @expose("/search/", roles=EVERYONE)
    def search(self) -> ResponseReturnValue:
        """What is called so: by reference, name, agency or person. One exact reference leads to its record at once."""
        words = clean_words(request.args.get("q"))
        lists = found_by(self.database.session, words) if words else []
        if (only := the_only(lists, words)) is not None:
            return redirect(only)
        return render_template("search.html", asked_words=words, found=lists)

    @expose("/first-steps/", roles=ADMINISTRATORS, methods=("POST",))
    def hide_or_show(self) -> ResponseReturnValue:
        """Hide the list of first steps, or show it again."""
        hide_start(self.database.session, request.form.get("then") == "hide")
        self.database.session.commit()
        return redirect("/")


def _start(session: Session) -> dict[str, object]:
    """The first steps for an administrator of a partnership's own portal until all are done; none while hidden."""
    if role() not in ADMINISTRATORS:
        return {}
    portal = the_portal(session)
    if portal is not None and portal.kind is PortalKind.DEMO:
        return {}
    if portal is not None and portal.has_start_hidden:
        return {"is_start_hidden": True}
    steps = _steps(session)
    are_done = all(step.is_done for step in steps)
    return {} if are_done else {"first_steps": steps, "workbooks": _workbooks()}


def _steps(session: Session) -> list[FirstStep]:
    fixed, secret = current_app.extensions["partnership"].fixed, current_app.extensions["settings"].secret_key
    done = SettingsDone(is_named(session, fixed), mail_is_tested(session, fixed, secret=secret))
    return first_steps(session, done, today=today())


def _workbooks() -> str:
    """The address at which a workbook of agencies, people and seats is brought, where there is one."""
    return next((f"{WORKBOOKS}/upload/" for known in load_screens() if known.url == WORKBOOKS), "")
