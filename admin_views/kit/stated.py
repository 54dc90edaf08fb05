"""What may a screen state about its table, and how does it reach one record that the asking person may see?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.choices import Narrow
from admin_views.kit.columns import Column
from admin_views.kit.filters import Filter
from admin_views.kit.listings import Listing
from admin_views.kit.pages import ListQuery
from admin_views.kit.parts import Button, Fact, Panel
from admin_views.kit.permissions import NOBODY, Roles
from admin_views.kit.registry import RegisteredPages
from admin_views.kit.requests import Database
from models.core.db import PortalSession

_BIGGEST = 2_147_483_647


class Stated(RegisteredPages):
    """The words of a screen, all optional but model, title, path and columns; and the hooks it may fill."""

    model: ClassVar[Any]
    noun: ClassVar[str] = "record"
    plural: ClassVar[str] = "records"
    key: ClassVar[str] = "id"
    columns: ClassVar[Sequence[str | Column]] = ()
    details: ClassVar[Sequence[str | Column]] = ()
    labels: ClassVar[Mapping[str, str]] = {}
    hints: ClassVar[Mapping[str, str]] = {}
    search: ClassVar[Sequence[str]] = ()
    filters: ClassVar[Sequence[str | Filter]] = ()
    sort: ClassVar[Sequence[str]] = ()
    default_sort: ClassVar[str] = "-id"
    fields: ClassVar[Sequence[str]] = ()
    extra_fields: ClassVar[Mapping[str, Any]] = {}
    text_areas: ClassVar[Sequence[str]] = ()
    choices: ClassVar[Mapping[str, Narrow]] = {}
    introduction: ClassVar[str] = ""
    has_history: ClassVar[bool] = True
    is_large: ClassVar[bool] = False
    details_template: ClassVar[str] = "kit/details.html"

    database: Database
    listing: Listing
    detailed: Listing

    # Hooks

    def scope(self, statement: Select[Any]) -> Select[Any]:
        """Narrow to the rows this person may work with, beyond the row policies beneath: lists, counts, single records,
        exports and actions all pass here."""
        return statement

    def known_total(self, session: Session, query: ListQuery) -> int | None:
        """The total, where the screen knows it without counting."""
        return None

    def may_edit(self, record: Any) -> bool:
        """Whether this record may be edited by whoever may edit at all; a signed one may not."""
        return True

    def may_delete(self, record: Any) -> bool:
        """Whether this record may be deleted by whoever may delete at all."""
        return True

    def fields_for(self, record: Any) -> Sequence[str]:
        """The fields this person may fill in; `record` is new (no id) on the create page."""
        return self.fields

    def new_record(self) -> Any:
        """The empty record a create page starts from; the address's arguments may set a parent."""
        return self.model()

    def form_ready(self, session: Session, form: Form, record: Any) -> None:
        """Adjust a form before it is shown or checked."""

    def save(self, session: Session, form: Form, record: Any) -> Any:
        """Write the form into the record, check and keep it; give back the record. Override to call a verb instead.

        Raise RuleBroken with one sentence to refuse. The base flushes and commits.
        """
        raise NotImplementedError

    def remove(self, session: Session, record: Any) -> None:
        """Take the record away; override to call a verb instead."""
        session.delete(record)

    def facts(self, session: Session, record: Any) -> Iterable[Fact]:
        """More lines for the details page."""
        return ()

    def panels(self, session: Session, record: Any) -> Iterable[Panel]:
        """Tables of related rows for the details page."""
        return ()

    def buttons(self, record: Any) -> Iterable[Button]:
        """More buttons for the details page; only those this person may use."""
        return ()

    def list_buttons(self) -> Iterable[Button]:
        """More buttons above the list; only those this person may use."""
        return ()

    # What every page uses

    @classmethod
    def roles_of(cls, view_name: str) -> Roles:
        """As the gate's; whoever may fill in a form may look up its choices."""
        if view_name == "lookup":
            return cls.may.get("create", NOBODY) | cls.may.get("edit", NOBODY)
        return super().roles_of(view_name)

    def key_of(self, record: Any) -> Any:
        """The key of a record of this screen."""
        return getattr(record, self.key)

    def kept_arguments(self) -> dict[str, str]:
        """Arguments of the address that every link of the list carries on (a parent's id, say)."""
        return {}

    @property
    def session(self) -> PortalSession:
        """This request's database session, acting as the person who asks."""
        return self.database.session

    @session.setter
    def session(self, given: object) -> None:
        """Flask-Admin puts a session here at start; ours is the request's own."""

    def get_record(self, record_id: int) -> Any:
        """The record of that id within the scope; 404 when it is not there or not theirs."""
        if not 0 < record_id <= _BIGGEST:
            abort(404)
        statement = self.scope(select(self.model)).where(getattr(self.model, self.key) == record_id)
        record = self.session.scalars(statement).one_or_none()
        if record is None:
            abort(404)
        return record

    def link(self, view: str, **arguments: Any) -> str:
        """The address of a page of this screen, by the name of its view."""
        return url_for(f"{self.path.replace('-', '_')}.{view}", **arguments)

    def list_url(self, **arguments: Any) -> str:
        """The list's address, with the arguments every link of it carries on."""
        return self.link("index_view", **{**self.kept_arguments(), **arguments})

    def name_of(self, record: Any) -> str:
        """What a record is called on pages: its own words, or the noun and key of one that has none."""
        has_words = any("__str__" in vars(kind) for kind in type(record).__mro__[:-1])
        return str(record) if has_words else f"{self.noun.capitalize()} {self.key_of(record)}"

    def details_url(self, record_id: object) -> str:
        """A record's page, or the list where records have no page for this person."""
        if not self.allows("details"):
            return self.list_url()
        return self.link("details_view", record_id=record_id)

    def render(self, template: str, **values: Any) -> str:
        """Show a template with this screen at hand."""
        return render_template(template, screen=self, **values)
