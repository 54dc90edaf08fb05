"""How do Flask-Admin's pages of one record show, create, edit, delete and look up, and refuse in a sentence?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask import session as browser_session
from flask.typing import ResponseReturnValue
from flask_admin.contrib.sqla import form as flask_admin_forms
from flask_admin.form import BaseForm
from flask_admin.helpers import is_form_submitted
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import Form

from admin_views.kit.actions import row_actions_of
from admin_views.kit.fields import RecordField, all_problems
from admin_views.kit.forms import PortalConverter, RecordForm, is_finding, offer_choices, sent_form
from admin_views.kit.histories import history_panel
from admin_views.kit.list_views import ListViews, makers_of
from admin_views.kit.listings import Listing
from admin_views.kit.parts import Button, Fact, Panel
from admin_views.kit.permissions import NOBODY, STAFF, Roles, verb
from admin_views.kit.refusals import REFUSALS, sentence_of
from admin_views.kit.requests import actor, role
from admin_views.kit.saving import already_sent, note_saved

_BIGGEST = 2_147_483_647


class RecordViews(ListViews):
    """Details, create, edit, delete and look-up of a screen: Flask-Admin's, with these hooks overridden."""

    has_history: ClassVar[bool] = True
    form_columns: ClassVar[Sequence[str]] = ()
    form_base_class = RecordForm
    model_form_converter = PortalConverter
    details_template = "kit/details.html"
    create_template = edit_template = "kit/form.html"
    detailed: Listing
    _forms: dict[tuple[str, ...], type[RecordForm]]

    # Additions

    def can_edit_record(self, record: Any) -> bool:
        """Whether this record may be edited by whoever may edit at all; a signed one may not."""
        return True

    def can_delete_record(self, record: Any) -> bool:
        """Whether this record may be deleted by whoever may delete at all."""
        return True

    def form_columns_for(self, record: Any) -> Sequence[str]:
        """The fields this person may fill in; `record` is new (no id) on the create page."""
        return self.form_columns

    def on_form_ready(self, form: Form, record: Any) -> None:
        """Adjust a form before it is shown or checked."""

    def facts(self, session: Session, record: Any) -> Iterable[Fact]:
        """More lines for the details page."""
        return ()

    def panels(self, session: Session, record: Any) -> Iterable[Panel]:
        """Tables of related rows for the details page."""
        return ()

    def buttons(self, record: Any) -> Iterable[Button]:
        """More buttons for the details page; only those this person may use."""
        return ()

    # One record

    def get_record(self, record_id: int) -> Any:
        """The record of that id that this person may work with; 404 when it is not there or not theirs."""
        if not 0 < record_id <= _BIGGEST:
            abort(404)
        key = getattr(self.model, self._primary_key)
        record = self.session.scalars(self.get_query().where(key == record_id)).one_or_none()
        return record if record is not None else abort(404)

    def get_one(self, id: Any) -> Any:
        return self.get_record(int(id))

    @verb("details", "/<int:record_id>/")
    def details_view(self, record_id: int) -> ResponseReturnValue:
        """One record with its related rows, buttons and history."""
        _name_record(record_id)
        return super().details_view()

    def details_of(self, record: Any) -> dict[str, Any]:
        """What a record's page shows: facts, panels, buttons."""
        key, session = self.key_of(record), self.session
        return {
            "record": record,
            "record_key": key,
            "facts": [*self.stated_facts(key), *self.facts(session, record)],
            "panels": [*self.panels(session, record), *self.history(record)],
            "actions": [action for action in row_actions_of(self) if action.shown(record)],
            "buttons": list(self.buttons(record)),
        }

    def stated_facts(self, record_id: int) -> list[Fact]:
        """The columns of the details page with their values, related records by name."""
        statement = self.detailed.narrowed(self.detailed.base, self.detailed.args({}))
        row = self.session.execute(statement.where(self.detailed.key == record_id)).one()
        cells = zip(self.detailed.cells, makers_of(self.detailed), strict=True)
        return [Fact(cell.label, Markup(make(row))) for cell, make in cells]  # noqa: S704 (cells are escaped)

    def history(self, record: Any) -> list[Panel]:
        """The record's history, for partnership staff."""
        if not self.has_history or role() not in STAFF or actor().is_agency_bound:
            return []
        return [history_panel(self.session, self.model, self.key_of(record), self.column_labels or {})]

    # Its form

    def scaffold_form(self) -> type[RecordForm]:
        return self.form_class(self.form_columns)

    def form_class(self, keys: Sequence[str]) -> type[RecordForm]:
        """Flask-Admin's form of these columns, made once. Raises TypeError for a column that no field can edit."""
        wanted = tuple(keys)
        if wanted not in self._forms:
            self._forms[wanted] = self._scaffolded(wanted) if wanted else RecordForm
        return self._forms[wanted]

    def _scaffolded(self, keys: tuple[str, ...]) -> type[RecordForm]:
        scaffolded: type[RecordForm] = flask_admin_forms.get_form(
            self.model, PortalConverter(None, self), base_class=RecordForm, only=keys,
            field_args=self.form_args, extra_fields=self.form_extra_fields,
        )  # fmt: skip
        missing = [key for key in keys if not hasattr(scaffolded, key)]
        if missing or any(hasattr(RecordForm, key) for key in (*keys, "saving") if key != "saving"):
            raise TypeError(f"{self.model.__name__} has columns that no field can edit: {missing or keys}")
        return scaffolded

    def _process_ajax_references(self) -> dict[str, Any]:
        """Every field that offers records can be looked up in."""
        fields = vars(self.form_class(self.form_columns)).items()
        return {
            name: field.kwargs["loader"] for name, field in fields if getattr(field, "field_class", 0) is RecordField
        }

    def build_new_instance(self) -> Any:
        """The empty record a create page starts from; the address's arguments may set a parent."""
        return self.model()

    def create_form(self, obj: Any = None) -> RecordForm:
        record = self.build_new_instance()
        keys = self.form_columns_for(record)
        given = {key: getattr(record, key) for key in keys if getattr(record, key, None) not in (None, [])}
        form = self.form_class(keys)(sent_form(), **given)
        return self._ready(form, record, f"New {self.noun}", self.list_url())

    def edit_form(self, obj: Any = None) -> RecordForm:
        if not self.can_edit_record(obj):
            abort(403)
        form = self.form_class(self.form_columns_for(obj))(sent_form(), obj=obj)
        return self._ready(form, obj, f"Edit {self.name_of(obj)}", self.details_url(self.key_of(obj)))

    def _ready(self, form: RecordForm, record: Any, title: str, back: str) -> RecordForm:
        saving = form.saving
        saving.session, saving.title, saving.back = self.session, title, back
        saving.row_version = getattr(record, "row_version", None)
        self.on_form_ready(form, record)
        offer_choices(self.session, form)
        return form

    def validate_form(self, form: BaseForm) -> bool:
        """Whether the form was sent and holds. One that was sent before leads to what came of it."""
        if not is_form_submitted() or is_finding():
            return False
        if isinstance(form, self._action_form_class):
            return bool(form.validate())
        key = already_sent(self.session)
        if key is not None:
            self.session.rollback()
            abort(redirect(self.details_url(key) if key else self.list_url()))
        if form.validate():
            return True
        self.session.rollback()
        form.saving.problems, form.saving.status = all_problems(form), 422
        return False

    @verb("create", "/new/", ("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A form for a new record."""
        return _answered(super().create_view())

    @verb("edit", "/<int:record_id>/edit/", ("GET", "POST"))
    def edit_view(self, record_id: int) -> ResponseReturnValue:
        """A form for a record as it stands."""
        _name_record(record_id)
        return _answered(super().edit_view())

    def create_model(self, form: RecordForm) -> Any:
        return super().create_model(form) or self._refused(form)

    def create_by(self, form: RecordForm, act: Callable[[], Any]) -> Any:
        """For a `create_model` that calls a verb: the record that `act()` makes, or False with the form refused."""
        try:
            model = act()
            self._on_model_change(form, model, True)
            self.session.commit()
        except REFUSALS as refusal:
            self.session.rollback()
            self.handle_view_exception(refusal)
            return self._refused(form)
        return model

    def update_model(self, form: RecordForm, model: Any) -> bool:
        if form.saving.row_version is not None and request.form.get("row_version", "") != str(form.saving.row_version):
            self.session.rollback()
            form.conflict(type(form)(obj=model))
            return False
        return super().update_model(form, model) or self._refused(form)

    def _on_model_change(self, form: Form, model: Any, is_created: bool) -> None:
        """Let the screen have its say, then note the record, so that the same form cannot make a second."""
        self.on_model_change(form, model, is_created)
        self.session.flush()
        note_saved(self.session, self.key_of(model))

    def handle_view_exception(self, exc: Exception) -> bool:
        """Keep the sentence of a refusal; what is no refusal is a fault of ours and goes on as it came."""
        sentence = sentence_of(exc)
        if sentence is None:
            raise exc
        self._template_args["refusal"] = sentence
        return True

    def _refused(self, form: RecordForm) -> bool:
        form.saving.refuse(self._template_args.pop("refusal"))
        return False

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        _say_instead(f"The {self.noun} is saved." if is_created else "Your changes are saved.")
        return self.details_url(self.key_of(model))

    def render(self, template: str, **kwargs: Any) -> str:
        """Flask-Admin's, with this screen at hand, and for a record's page its facts, panels and buttons."""
        if template == self.details_template and "model" in kwargs:
            kwargs |= self.details_of(kwargs["model"])
        if template in (self.create_template, self.edit_template):
            g.form_status = kwargs["form"].saving.status
        return super().render(template, screen=self, **kwargs)

    # Deleting and looking up

    @verb("delete", "/<int:record_id>/delete/", ("GET", "POST"))
    def delete_view(self, record_id: int) -> ResponseReturnValue:
        """Ask, then take the record away."""
        if request.method == "POST":
            _name_record(record_id)
            answer: ResponseReturnValue = super().delete_view()
            _say_instead(f"{self._template_args.pop('deleted')} is deleted.")
            return answer
        record = self.get_record(record_id)
        if not self.can_delete_record(record):
            abort(403)
        return self.render("kit/delete.html", record=record, back=self.details_url(record_id))

    def delete_form(self) -> BaseForm:
        return self._delete_form_class(MultiDict({"id": request.args.get("id", "")}))

    def delete_model(self, model: Any) -> bool:
        if not self.can_delete_record(model):
            abort(403)
        name, key = self.name_of(model), self.key_of(model)
        if not super().delete_model(model):
            flash(self._template_args.pop("refusal"), "error")
            abort(redirect(self.details_url(key)))
        self._template_args["deleted"] = name
        return True

    @verb("lookup", "/lookup/<field_name>/")
    def ajax_lookup(self, field_name: str) -> ResponseReturnValue:
        """The choices of a form's field whose label contains the words, for the page's script."""
        if field_name not in self.form_columns_for(self.build_new_instance()):
            abort(404)
        words = request.args.get("q", "")[:100].strip()
        _set_arguments(name=field_name, query=words, limit="20")
        return super().ajax_lookup()

    @classmethod
    def roles_of(cls, view_name: str) -> Roles:
        """As the gate's; whoever may fill in a form may look up its choices."""
        if view_name == "ajax_lookup":
            return cls.roles.get("create", NOBODY) | cls.roles.get("edit", NOBODY)
        return super().roles_of(view_name)


def _answered(page: ResponseReturnValue) -> ResponseReturnValue:
    """A refused form is answered with the status of its refusal; Flask-Admin would say 200."""
    status: int = g.pop("form_status", 200)
    return (page, status) if isinstance(page, str) and status != 200 else page


def _name_record(record_id: int) -> None:
    """Say in the arguments, where Flask-Admin looks for it, which record our address names in its path."""
    _set_arguments(id=str(record_id))


def _set_arguments(**arguments: str) -> None:
    request.args = ImmutableMultiDict({**request.args.to_dict(), **arguments})


def _say_instead(sentence: str) -> None:
    """Put our sentence in place of Flask-Admin's last one, which names no noun."""
    browser_session["_flashes"] = [*browser_session.get("_flashes", [])[:-1], ("success", sentence)]
