'''How is a table shown, searched, edited, acted upon and taken out, by whom, once for the whole portal?

A screen is a class that says what is special about one table. Everything else (gate, list, forms, confirm pages,
exports, locking, history) is here. A complete screen:

    """Which hubs are there, and who runs them?"""

    @screen
    class HubScreen(Screen):
        """Hubs, for everybody to read and administrators to keep."""

        model = Hub
        title, noun, plural = "Hubs", "hub", "hubs"
        path, group, order = "hubs", Group.PEOPLE, 30
        may = {"list": EVERYONE, "details": EVERYONE, "create": ADMINISTRATORS, "edit": ADMINISTRATORS, "export": STAFF}
        columns = ("name", "kind", "officer_id", "is_active")
        search = ("name",)
        filters = ("kind", "officer_id", "is_active")
        sort = ("name", "kind")
        default_sort = "name"
        fields = ("name", "kind", "officer_id", "purpose", "is_active")
        labels = {"officer_id": "Officer"}
        hints = {"purpose": "One or two sentences for people outside."}
        text_areas = ("purpose",)
        choices = {"officer_id": lambda people: people.where(Person.role == Role.OFFICER)}

        @row_action("Close hub", roles=ADMINISTRATORS, question="Close this hub?", shown=lambda hub: hub.is_active)
        def close(self, session: Session, hub: Hub) -> str:
            hub.is_active = False
            return f"{hub.name} is closed."

`may` names the roles of each verb: list, details, create, edit, delete, export. What is not named is closed to all.
Columns, filters and fields are attributes or foreign keys; `Column(...)` and `Filter(...)` say more.
Hooks: scope, fields_for, form_ready, save, remove, panels, buttons, facts, known_total; extra pages with @page.
The recipe for a new table is in docs/screens.md.
'''

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask_admin.contrib.sqla import ModelView
from wtforms import Form

from admin_views.kit.actions import bulk_action, row_action
from admin_views.kit.choices import in_list
from admin_views.kit.columns import Column
from admin_views.kit.filters import Filter
from admin_views.kit.form_pages import FormPages
from admin_views.kit.formats import show_tag, tag
from admin_views.kit.large_listings import LargeListing
from admin_views.kit.listings import Listing
from admin_views.kit.parts import Button, Fact, Panel
from admin_views.kit.permissions import ADMINISTRATORS, EVERYONE, NOBODY, OFFICERS, READERS, STAFF, Roles, page
from admin_views.kit.record_pages import RecordPages
from admin_views.kit.registry import Group, screen
from admin_views.kit.requests import Database, actor, person_id, role
from admin_views.kit.saving import already_sent

__all__ = [
    "ADMINISTRATORS", "EVERYONE", "NOBODY", "OFFICERS", "READERS", "STAFF", "Button", "Column", "Fact", "Filter",
    "Group", "Panel", "Roles", "Screen", "actor", "already_sent", "bulk_action", "in_list", "page", "person_id", "role",
    "row_action", "screen", "show_tag", "tag",
]  # fmt: skip

_NO_SESSION = SimpleNamespace(session=None)  # Flask-Admin looks for one outside any request


class Screen(RecordPages, FormPages, ModelView):
    """One table as people see it. Closed until the class says otherwise."""

    # Flask-Admin's own ways to forms, in-list editing and bulk deletion stay shut; ours are in kit/.
    column_sortable_list = column_filters = ()
    can_create = can_edit = can_delete = can_export = can_view_details = False
    action_view = ajax_lookup = ajax_update = None

    def __init__(self, database: Database) -> None:
        self.database = database
        self.listing = (LargeListing if self.is_large else Listing)(self, self.columns)
        self.detailed = Listing(self, self.details or self._everything())
        self._forms = {}
        self.form_class(self.fields)
        endpoint = self.path.replace("-", "_")
        ModelView.__init__(self, self.model, _NO_SESSION, name=self.title, endpoint=endpoint, url=f"/{self.path}")

    def _everything(self) -> tuple[str | Column, ...]:
        """The list's columns, then what the form has beside them."""
        listed = {column if isinstance(column, str) else column.key for column in self.columns}
        more = [key for key in self.fields if key not in listed and key not in self.extra_fields]
        return (*self.columns, *(key for key in more if not self._is_many(key)))

    def _is_many(self, key: str) -> bool:
        relation = self.model.__mapper__.relationships.get(key)
        return relation is not None and bool(relation.uselist)

    def scaffold_form(self) -> type[Form]:
        """Flask-Admin asks for a form at start; ours are made field by field in kit/forms.py."""
        return Form

    def get_one(self, record_id: Any) -> Any:
        return self.get_record(int(record_id))
