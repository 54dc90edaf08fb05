"""How is one record shown, filled in, changed and taken away?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.actions import actions_of
from admin_views.kit.fields import RecordField
from admin_views.kit.forms import make_form, sent_form, write_into
from admin_views.kit.histories import history_panel
from admin_views.kit.list_pages import ListPages, cells_of
from admin_views.kit.parts import Fact, Panel
from admin_views.kit.permissions import STAFF, verb
from admin_views.kit.refusals import REFUSALS, sentence_of
from admin_views.kit.requests import actor, role
from admin_views.kit.saving import FormState, already_sent, answer_form


class RecordPages(ListPages):
    """Details, create, edit and delete pages of a screen."""

    _forms: dict[tuple[str, ...], type[Form]]

    @verb("details", "/<int:record_id>/")
    def details_view(self, record_id: int) -> str:
        """One record with its related rows, buttons and history."""
        record = self.get_record(record_id)
        session = self.session
        facts = [*self.stated_facts(record_id), *self.facts(session, record)]
        panels = [*self.panels(session, record), *self.history(record)]
        shown = [action for action in actions_of(self, is_bulk=False) if action.shown(record)]
        buttons = list(self.buttons(record))
        return self.render(
            self.details_template, record=record, record_key=record_id, facts=facts, panels=panels, buttons=buttons,
            actions=shown,
        )  # fmt: skip

    @verb("create", "/new/", ("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A form for a new record."""
        record = self.new_record()
        form = self.form_class(self.fields_for(record))(sent_form(), **self._given(record))
        self.form_ready(self.session, form, record)
        state = answer_form(self, self.session, form, record)
        return self._answer(state, f"New {self.noun}", f"The {self.noun} is saved.")

    @verb("edit", "/<int:record_id>/edit/", ("GET", "POST"))
    def edit_view(self, record_id: int) -> ResponseReturnValue:
        """A form for a record as it stands."""
        record = self.get_record(record_id)
        if not self.may_edit(record):
            abort(403)
        title = f"Edit {self.name_of(record)}"
        kind = self.form_class(self.fields_for(record))
        form, opened = kind(sent_form(), obj=record), kind(obj=record)
        self.form_ready(self.session, form, record)
        state = answer_form(self, self.session, form, record, opened)
        return self._answer(state, title, "Your changes are saved.")

    @verb("delete", "/<int:record_id>/delete/", ("GET", "POST"))
    def delete_view(self, record_id: int) -> ResponseReturnValue:
        """Ask, then take the record away."""
        if request.method == "POST" and already_sent(self.session) is not None:
            self.session.rollback()
            return redirect(self.list_url())
        record = self.get_record(record_id)
        if not self.may_delete(record):
            abort(403)
        if request.method == "GET":
            return self.render("kit/delete.html", record=record, back=self.details_url(record_id))
        return self._delete(record, self.name_of(record))

    def _delete(self, record: Any, name: str) -> ResponseReturnValue:
        try:
            self.remove(self.session, record)
            self.session.commit()
        except REFUSALS as error:
            self.session.rollback()
            sentence = sentence_of(error)
            if sentence is None:
                raise
            flash(sentence, "error")
            return redirect(request.path.removesuffix("delete/"))
        flash(f"{name} is deleted.", "success")
        return redirect(self.list_url())

    @verb("lookup", "/lookup/<field_name>/")
    def lookup(self, field_name: str) -> ResponseReturnValue:
        """The choices of a form's field whose label contains the words, for the page's script."""
        if field_name not in self.fields_for(self.new_record()):
            abort(404)
        field = self.form_class((field_name,))()[field_name]
        if not isinstance(field, RecordField):
            abort(404)
        found = field.source.found(self.session, request.args.get("q", "")[:100].strip())
        return jsonify([{"id": key, "label": label} for key, label in found])

    # What the pages above use

    def form_class(self, keys: Sequence[str]) -> type[Form]:
        """The form of these fields, made once."""
        wanted = tuple(keys)
        if wanted not in self._forms:
            self._forms[wanted] = make_form(self, wanted)
        return self._forms[wanted]

    def save(self, session: Session, form: Form, record: Any) -> Any:
        write_into(record, form, session)
        if hasattr(record, "check"):
            record.check(session)
        session.add(record)
        return record

    def stated_facts(self, record_id: int) -> list[Fact]:
        """The columns of the details page with their values, related records by name."""
        statement = self.scope(self.detailed.base).where(self.detailed.key == record_id)
        row = self.session.execute(statement).one()
        cells = zip(self.detailed.cells, cells_of(self, row), strict=True)
        return [Fact(cell.label, Markup(shown)) for cell, shown in cells]  # noqa: S704 (cells are escaped)

    def history(self, record: Any) -> list[Panel]:
        """The record's history, for partnership staff."""
        if not self.has_history or role() not in STAFF or actor().is_agency_bound:
            return []
        return [history_panel(self.session, self.model, getattr(record, self.key), self.labels)]

    def _given(self, record: Any) -> dict[str, Any]:
        """What the empty record already says (a parent from the address) as the form's first values."""
        keys = self.fields_for(record)
        return {key: getattr(record, key) for key in keys if getattr(record, key, None) not in (None, [])}

    def _answer(self, state: FormState, title: str, sentence: str) -> ResponseReturnValue:
        if state.saved_key is not None:
            flash(sentence, "success")
            return redirect(self.details_url(state.saved_key) if state.saved_key else self.list_url())
        back = self.details_url(state.record.id) if state.row_version else self.list_url()
        return self.render("kit/form.html", state=state, title=title, back=back), state.status
