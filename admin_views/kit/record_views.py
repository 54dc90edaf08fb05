"""How do Flask-Admin's pages show one record and delete it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.form import BaseForm
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin_views.kit.actions import Action, row_actions_of
from admin_views.kit.histories import history_panel
from admin_views.kit.list_views import ListViews
from admin_views.kit.lists.cells import columns_of
from admin_views.kit.lists.listings import Listing
from admin_views.kit.lists.record_names import records_by_name
from admin_views.kit.look_panels import look_panel
from admin_views.kit.looks import note_shown
from admin_views.kit.parts import Button, Fact, Panel
from admin_views.kit.permissions import ADMINISTRATORS, OFFICERS, STAFF, verb
from admin_views.kit.refusals import sentence_of
from admin_views.kit.requests import actor, role, set_arguments
from admin_views.kit.saving import say_instead
from admin_views.kit.workspace.workspaces import workspace_of
from models.core.needing import needing
from models.reviews.review_writes import runs_review_of

_BIGGEST = 2_147_483_647


class RecordViews(ListViews):
    """The page of a record and its deletion: Flask-Admin's, with these hooks overridden."""

    has_history: ClassVar[bool] = True
    undone_by: ClassVar[Mapping[str, str]] = {}
    """Which action takes back what another did, by their names: only plain reversals that tell nobody."""
    details_template = "kit/details.html"

    # Additions

    def can_edit_record(self, record: Any) -> bool:
        """Whether this record may be edited by whoever may edit at all; a signed one may not."""
        return True

    def can_delete_record(self, record: Any) -> bool:
        """Whether this record may be deleted by whoever may delete at all."""
        return True

    def facts(self, session: Session, record: Any) -> Iterable[Fact]:
        """More lines for the details page."""
        return ()

    def panels(self, session: Session, record: Any) -> Iterable[Panel]:
        """Tables of related rows for the details page."""
        return ()

    def buttons(self, record: Any) -> Iterable[Button]:
        """More buttons for the details page; only those this person may use."""
        return ()

    def may_edit(self, record: Any) -> bool:
        """Whether who may edit at all may edit this record: an officer nothing of another hub's review."""
        return self.can_edit_record(record) and runs_review_of(self.session, record)

    def may_delete(self, record: Any) -> bool:
        """The same of deleting it."""
        return self.can_delete_record(record) and runs_review_of(self.session, record)

    # One record

    def get_record(self, record_id: int) -> Any:
        """The record of that id that this person may work with; 404 when it is not there or not theirs."""
        if not 0 < record_id <= _BIGGEST:
            abort(404)
        key = getattr(self.model, self._primary_key)
        record = self.session.scalars(self.get_query().where(key == record_id)).one_or_none()
        if record is None:
            abort(404)
        note_shown(record)
        return record

    def get_one(self, id: Any) -> Any:
        return self.get_record(int(id))

    @verb("details", "/<int:record_id>/")
    def details_view(self, record_id: int) -> ResponseReturnValue:
        """One record with its related rows, buttons and history."""
        set_arguments(id=str(record_id))
        return super().details_view()

    def details_of(self, record: Any) -> dict[str, Any]:
        """What a record's page shows: facts, panels, buttons."""
        key, session = self.key_of(record), self.session
        return {
            "record": record,
            "record_key": key,
            "facts": [*self.stated_facts(key), *self.gathered("facts", session, record)],
            "panels": [*self.gathered("panels", session, record), *self.history(record), *self.looks(record)],
            "actions": self._shown_actions(record),
            "buttons": self.gathered("buttons", record),
        }

    def _shown_actions(self, record: Any) -> list[Action]:
        """The buttons that make sense for this record and person; officers' own ones only to who runs its review."""
        runs = runs_review_of(self.session, record)
        actions = [action for action in row_actions_of(self) if runs or not action.roles <= OFFICERS]
        return [action for action in actions if action.shown(record)]

    @cached_property
    def detailed(self) -> Listing:
        """What a record's page tells of it: put together for the first page."""
        return self.new_listing(self.column_details_list or self._everything(), self.column_formatters_detail)

    def _everything(self) -> tuple[str, ...]:
        """The list's columns, then what the form has beside them."""
        known = {*self.column_list, *(self.form_extra_fields or {})}
        return (*self.column_list, *(key for key in self.form_columns if key not in known and not self._is_many(key)))

    def _is_many(self, key: str) -> bool:
        relation = self.model.__mapper__.relationships.get(key)
        return relation is not None and bool(relation.uselist)

    def stated_facts(self, record_id: int) -> list[Fact]:
        """The columns of the details page with their values, related records by name."""
        statement = self.detailed.narrowed(self.detailed.base, self.detailed.args({}))
        row = self.session.execute(statement.where(self.detailed.key == record_id)).one()
        columns = columns_of(self.detailed, self.session, [row])
        return [Fact(column.label, Markup(column.markup()[0])) for column in columns]  # noqa: S704 (cells are escaped)

    def history(self, record: Any) -> list[Panel]:
        """The record's history, for partnership staff."""
        if not self.has_history or role() not in STAFF or actor().is_agency_bound:
            return []
        return [history_panel(self.session, self.model, self.key_of(record), self.column_labels or {})]

    def looks(self, record: Any) -> list[Panel]:
        """Who has looked at a record of a case, for administrators."""
        if not self.model.is_about_cases or role() not in ADMINISTRATORS:
            return []
        return [look_panel(self.session, record, self.key_of(record))]

    def render(self, template: str, **kwargs: Any) -> str:
        """Flask-Admin's, with this screen and the page's review at hand, and a record's facts, panels and buttons."""
        kwargs["workspace"] = g.workspace = workspace_of(self.session, type(self), kwargs)
        if template == self.details_template and "model" in kwargs:
            kwargs |= self.details_of(kwargs["model"])
        return super().render(template, screen=self, **kwargs)

    def handle_view_exception(self, exc: Exception) -> bool:
        """Keep a refusal; what is no refusal is a fault of ours and goes on as it came."""
        if sentence_of(exc) is None:
            raise exc
        self._template_args["refusal"] = exc
        return True

    # Flask-Admin's deletion

    @verb("delete", "/<int:record_id>/delete/", ("GET", "POST"))
    def delete_view(self, record_id: int) -> ResponseReturnValue:
        """Ask, then take the record away."""
        if request.method == "POST":
            set_arguments(id=str(record_id))
            super().delete_view()
            say_instead(f"{self._template_args.pop('deleted')} is deleted.")
            return redirect(self.list_url())  # where Flask-Admin would go to the whole list
        record = self.get_record(record_id)
        if not self.may_delete(record):
            abort(403)
        names = needing(self.session, record)
        needed = list(dict.fromkeys(records_by_name(self.session, names).values()))
        values = {"record": record, "needed": needed, "retire_url": self._retire_url(record) if needed else ""}
        return self.render("kit/delete.html", back=self.details_url(record_id), **values)

    def _retire_url(self, record: Any) -> str:
        """The form on which a record is taken out of use instead; empty where it has no such state or is not theirs."""
        columns: Any = self.form_columns_for(record) if self.allows("edit") and self.may_edit(record) else ()
        is_in_use = "is_active" in columns and record.is_active
        return self.link("edit_view", record_id=self.key_of(record), _anchor="is_active") if is_in_use else ""

    def delete_form(self) -> BaseForm | None:
        """The form of a deletion that is sent; Flask-Admin's own list wants one too, ours none."""
        if request.method != "POST":
            return None
        return self._delete_form_class(MultiDict({"id": request.args.get("id", "")}))

    def delete_model(self, model: Any) -> bool:
        if not self.may_delete(model):
            abort(403)
        name, key = self.name_of(model), self.key_of(model)
        if not super().delete_model(model):
            flash(sentence_of(self._template_args.pop("refusal")) or "", "error")
            abort(redirect(self.details_url(key)))
        self._template_args["deleted"] = name
        return True
