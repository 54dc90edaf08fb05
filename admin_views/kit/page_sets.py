"""How does a screen list sets of pages that belong to one noun each, instead of inheriting them?"""

from __future__ import annotations

from functools import cached_property
from typing import Any, TypeVar

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_admin.actions import ActionsMixin
from flask_admin.base import AdminViewMeta
from flask_admin.helpers import set_current_view
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.form_pages import Act
from admin_views.kit.parts import Button, Fact, Panel
from admin_views.kit.permissions import Gate
from admin_views.kit.places import Part
from admin_views.kit.registry import RegisteredPages
from models.core.db import PortalSession


class PageSet(ActionsMixin, metaclass=AdminViewMeta):
    """Pages of one noun, made with the screen that lists them: `page_sets = (AssignmentPages, OpeningPages)`.

    They are written with `expose`, `verb`, `row_action` and `action` as on a screen, and stand behind its gate, under
    its address and its names: `self.link("assign", …)`. What a set needs of its screen it asks of `self.screen`; a set
    that belongs to one kind of screen says so: `screen: AnsweredScreen`.
    """

    screen: Any
    part: Part | None = None
    """The part of a review to which these pages belong, where it is another than their screen's."""

    def __init__(self, screen: Any) -> None:
        self.screen = screen
        self.init_actions()

    # What the set adds to the pages of its screen, after the screen's own, in the order of `page_sets`

    def facts(self, session: Session, record: Any) -> list[Fact]:
        """More lines for the record's page."""
        return []

    def panels(self, session: Session, record: Any) -> list[Panel]:
        """More tables for the record's page."""
        return []

    def buttons(self, record: Any) -> list[Button]:
        """More buttons for the record's page; only those this person may use."""
        return []

    def list_buttons(self) -> list[Button]:
        """More buttons above the list; only those this person may use."""
        return []

    # The screen's own, by a shorter name

    @property
    def session(self) -> PortalSession:
        return self.screen.session

    def get_record(self, record_id: int) -> Any:
        return self.screen.get_record(record_id)

    def link(self, view: str, **arguments: Any) -> str:
        return self.screen.link(view, **arguments)

    def list_url(self, **arguments: Any) -> str:
        return self.screen.list_url(**arguments)

    def details_url(self, record_id: object) -> str:
        return self.screen.details_url(record_id)

    def render(self, template: str, **values: Any) -> str:
        return self.screen.render(template, **values)

    def ask(self, form: Form, back: str, act: Act, **values: Any) -> ResponseReturnValue:
        return self.screen.ask(form, back, act, **values)

    def press(self, back: str, act: Act) -> ResponseReturnValue:
        return self.screen.press(back, act)

    def opens(self, view_name: str) -> bool:
        """Whether the person who asks may open that page."""
        return self.screen.opens(view_name)

    # What Flask-Admin asks before it calls a page: the screen answers, so that the gate is one

    def _handle_view(self, name: str, **arguments: Any) -> ResponseReturnValue | None:
        set_current_view(self.screen)
        return self.screen._handle_view(name, **arguments)

    _run_view = Gate._run_view


def part_of_page(screen: type[RegisteredPages]) -> Part | None:
    """The part of a review to which the page asked for belongs: its set's, or its screen's."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(getattr(view, "__self__", None), "part", None) or screen.part


def page_opens(endpoint: str) -> bool:
    """Whether the page of that endpoint opens for the person who asks; true for one behind no gate."""
    view = current_app.view_functions[endpoint]
    gate = getattr(view, "__self__", None)
    return gate.opens(view.__name__) if isinstance(gate, Gate | PageSet) else True


Set = TypeVar("Set", bound=PageSet)


class ListedPageSets(RegisteredPages):
    """The part of every screen that puts its sets' pages beside its own."""

    _actions: list[tuple[str, str]]
    _actions_data: dict[str, Any]

    @cached_property
    def sets(self) -> tuple[PageSet, ...]:
        """The sets this screen lists, each made with it."""
        return tuple(listed(self) for listed in self.page_sets)

    def pages(self, listed: type[Set]) -> Set:
        """The set of that class which this screen lists; KeyError where it lists none."""
        return {type(pages): pages for pages in self.sets}[listed]

    def gathered(self, hook: str, *arguments: Any) -> list[Any]:
        """What the screen and then its sets answer to a hook: `facts`, `panels`, `buttons` or `list_buttons`."""
        return [part for source in (self, *self.sets) for part in getattr(source, hook)(*arguments)]

    def create_blueprint(self, admin: Admin) -> Any:
        """Flask-Admin's, with the sets' addresses under the names they would have as the screen's own."""
        blueprint = super().create_blueprint(admin)  # type: ignore[misc]
        for pages in self.sets:
            for url, name, methods in type(pages)._urls:
                blueprint.add_url_rule(url, name, getattr(pages, name), methods=methods)
        return blueprint

    def init_actions(self) -> None:
        """Flask-Admin's, with the sets' bulk actions."""
        super().init_actions()  # type: ignore[misc]
        for pages in self.sets:
            self._actions += pages._actions
            self._actions_data |= pages._actions_data
