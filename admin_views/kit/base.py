'''How is a table shown, searched, edited, acted upon and taken out, by whom, once for the whole portal?

A screen is a Flask-Admin ModelView: a class that says what is special about one table, in Flask-Admin's own words.
Everything else (gate, list, forms, confirm pages, exports, locking, history) is here. A complete screen:

    """Which hubs are there, and who runs them?"""

    @screen
    class HubScreen(Screen):
        """Hubs, for everybody to read and administrators to keep."""

        model = Hub
        name, noun, plural = "Hubs", "hub", "hubs"
        url, category, menu_order = "/hubs", Category.PEOPLE, 30
        roles = kept_by(ADMINISTRATORS, delete=NOBODY)
        column_list = ("name", "kind", "officer_id", "is_active")
        column_searchable_list = ("name",)
        column_filters = ("kind", "officer_id", "is_active")
        column_sortable_list = ("name", "kind")
        column_default_sort = "name"
        column_labels = {"officer_id": "Officer"}
        column_descriptions = {"purpose": "One or two sentences for people outside."}
        form_columns = ("name", "kind", "officer_id", "purpose", "is_active")
        form_overrides = {"purpose": TextField}
        form_args = {"officer_id": {"narrow": lambda people: people.where(Person.role == Role.OFFICER)}}

        @row_action("Close hub", roles=ADMINISTRATORS, confirmation="Close this hub?", shown=lambda hub: hub.is_active)
        def close(self, session: Session, hub: Hub) -> str:
            hub.is_active = False
            return f"{hub.name} is closed."

Pages of a noun of their own are sets that the screen lists: `page_sets = (…,)` (admin_views/kit/page_sets.py).
`roles` names the roles of each verb: list, details, create, edit, delete, export. What is not named is closed to all.
docs/screens.md lists the words and hooks, Flask-Admin's and our additions; CONTRIBUTING.md has the recipe for a table.
'''

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import url_for

from admin_views.kit.actions import action, row_action
from admin_views.kit.fields import TextField
from admin_views.kit.form_pages import FormPages
from admin_views.kit.form_views import FormViews
from admin_views.kit.formats import by_value, show_tag, tag
from admin_views.kit.imports import beneath_first, offer_import
from admin_views.kit.lists.choices import in_list
from admin_views.kit.lists.filters import Filter
from admin_views.kit.lists.places import address_with
from admin_views.kit.page_sets import PageSet
from admin_views.kit.parts import Button, Fact, Panel
from admin_views.kit.permissions import (
    ADMINISTRATORS,
    EVERYONE,
    NOBODY,
    OFFICERS,
    READERS,
    STAFF,
    Roles,
    expose,
    kept_by,
    read_by,
)
from admin_views.kit.places import Part, Place
from admin_views.kit.registry import Category, screen
from admin_views.kit.requests import Database, actor, person_id, role
from admin_views.kit.saving import already_sent
from models.core.db import PortalSession
from models.spreadsheets.sheet_kinds import Importable

__all__ = [
    "ADMINISTRATORS", "EVERYONE", "NOBODY", "OFFICERS", "READERS", "STAFF", "Button", "Category", "Fact", "Filter",
    "Importable",
    "PageSet", "Panel", "Part", "Place", "Roles", "Screen", "TextField", "action", "actor", "already_sent", "by_value",
    "expose",
    "in_list", "kept_by", "person_id", "read_by", "role", "row_action", "screen", "show_tag", "tag",
]  # fmt: skip

_FROM_THE_LIST = ("create_view", "action_view")
_NO_SESSION = SimpleNamespace(session=None)  # Flask-Admin looks for one outside any request


class Screen(FormViews, FormPages):
    """One table as people see it. Closed until the class says otherwise."""

    ajax_update = None  # no editing within a list

    def __init_subclass__(cls, **named: Any) -> None:
        """A screen that says it is importable is known to the jobs that import, from where it is written."""
        super().__init_subclass__(**named)
        offer_import(cls)

    def __init__(self, database: Database) -> None:
        self.database = database
        self._forms = {}
        super().__init__(self.model, _NO_SESSION, self.name, self.category, self.endpoint_of(), self.url)
        self.listing = self.new_listing((*self.column_list, *beneath_first(self)), self.column_formatters)

    @property
    def session(self) -> PortalSession:
        """This request's database session, acting as the person who asks."""
        return self.database.session

    @session.setter
    def session(self, given: object) -> None:
        """Flask-Admin puts a session here at start; ours is the request's own."""

    def key_of(self, record: Any) -> Any:
        """The key of a record of this screen."""
        return getattr(record, self._primary_key)

    def name_of(self, record: Any) -> str:
        """What a record is called on pages: its own words, or the noun and key of one that has none."""
        has_words = any("__str__" in vars(kind) for kind in type(record).__mro__[:-1])
        return str(record) if has_words else f"{self.noun.capitalize()} {self.key_of(record)}"

    def title_of(self, record: Any) -> str:
        """What heads a record's pages: the title of one that is called by a reference, which then stands beneath."""
        title = getattr(record, "title", "") if hasattr(record, "reference") else ""
        return title if isinstance(title, str) and title else self.name_of(record)

    def link(self, view: str, /, **arguments: Any) -> str:
        """The address of a page of this screen, by the name of its view; it carries the place in the list on."""
        if "record_id" in arguments or view in _FROM_THE_LIST:
            arguments = {**self.list_place(), **arguments}
        if view == "create_view":
            arguments = {**self.kept_arguments(), **arguments}
        return url_for(f"{self.endpoint}.{view}", **arguments)

    def list_url(self, **arguments: Any) -> str:
        """The list's address, with the arguments every link of it carries on; from other pages, the place left."""
        left = {} if arguments else self.list_place_left()
        return address_with(f"{self.url}/", {**self.kept_arguments(), **self.view_asked(), **left, **arguments})

    def details_url(self, record_id: object) -> str:
        """A record's page, or the list where records have no page for this person."""
        if not self.allows("details"):
            return self.list_url()
        return self.link("details_view", record_id=record_id)
