"""How do Flask-Admin's forms create and edit a record, once, and refuse in a sentence?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.contrib.sqla import form as flask_admin_forms
from flask_admin.form import BaseForm
from flask_admin.helpers import is_form_submitted
from wtforms import Form

from admin_views.kit.conflicts import opened_version
from admin_views.kit.fields import RecordField, all_problems
from admin_views.kit.forms import PortalConverter, RecordForm, as_sent, offer_choices, sent_form
from admin_views.kit.lists.choices import ChoiceLoader, FieldLoader
from admin_views.kit.lists.reviews import IN_REVIEW, asked_review
from admin_views.kit.permissions import NOBODY, Roles, verb
from admin_views.kit.record_views import RecordViews
from admin_views.kit.refusals import REFUSALS, problems_of
from admin_views.kit.requests import set_arguments
from admin_views.kit.saving import CHANGED_SINCE, already_sent, is_undoing, note_saved, offer_undo, say_instead


class FormViews(RecordViews):
    """Create, edit and look-up of a screen: Flask-Admin's, with these hooks overridden."""

    form_columns: ClassVar[Sequence[str]] = ()
    undoes_edits: ClassVar[bool] = False
    """Whether saving the form over a record offers to take it back: only where a save tells nobody and binds nobody."""
    form_base_class = RecordForm
    model_form_converter = PortalConverter
    create_template = edit_template = "kit/form.html"
    _forms: dict[tuple[str, ...], type[RecordForm]]

    # Additions

    def form_columns_for(self, record: Any) -> Sequence[str]:
        """The fields this person may fill in; `record` is new (no id) on the create page."""
        return self.form_columns

    def on_form_ready(self, form: Form, record: Any) -> None:
        """Adjust a form before it is shown or checked."""

    # Flask-Admin's form

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
        reserved = [key for key in keys if hasattr(RecordForm, key) or key == "saving"]
        if missing or reserved:
            raise TypeError(f"{self.model.__name__} has columns that no form can edit: {missing or reserved}")
        return scaffolded

    def _process_ajax_references(self) -> dict[str, Any]:
        """Every field that offers records can be looked up in."""
        fields = vars(self.form_class(self.form_columns)).items()
        names = [name for name, field in fields if getattr(field, "field_class", 0) is RecordField]
        return {name: FieldLoader(name, self._choices_of, lambda: self.session) for name in names}

    def _choices_of(self, name: str) -> ChoiceLoader:
        """What a field offers this person on the form for a new record, where the screen may narrow it further."""
        record = self.build_new_instance()
        form = self.form_class(self.form_columns_for(record))()
        self.on_form_ready(form, record)
        offered: ChoiceLoader = form[name].loader
        return offered

    def build_new_instance(self) -> Any:
        """The empty record a create page starts from; the address's arguments may set a parent."""
        return self.model()

    def create_form(self, obj: Any = None) -> RecordForm:
        record = self.build_new_instance()
        keys = self.form_columns_for(record)
        given = {key: getattr(record, key) for key in keys if getattr(record, key, None) not in (None, [])}
        if IN_REVIEW in keys and (review_id := asked_review(type(self))):
            given[IN_REVIEW] = review_id
        form = self.form_class(keys)(sent_form(), **given)
        return self._ready(form, record, f"New {self.noun}", self.list_url())

    def edit_form(self, obj: Any = None) -> RecordForm:
        if not self.may_edit(obj):
            abort(403)
        form = self.form_class(self.form_columns_for(obj))(sent_form(), obj=obj)
        return self._ready(form, obj, f"Edit {self.title_of(obj)}", self.details_url(self.key_of(obj)))

    def _ready(self, form: RecordForm, record: Any, title: str, back: str) -> RecordForm:
        saving = form.saving
        saving.session, saving.title, saving.back = self.session, title, back
        saving.row_version = getattr(record, "row_version", None)
        saving.opened_version = opened_version("" if saving.row_version is None else str(saving.row_version))
        self.on_form_ready(form, record)
        offer_choices(self.session, form)
        return form

    def validate_form(self, form: BaseForm) -> bool:
        """Whether the form was sent and holds. One that was sent before leads to what came of it."""
        if not is_form_submitted():
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
        set_arguments(id=str(record_id))
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
        saving = form.saving
        opened = type(form)(obj=model)
        if saving.row_version is not None and saving.opened_version != str(saving.row_version):
            self.session.rollback()
            if is_undoing():
                flash(CHANGED_SINCE, "error")
                abort(redirect(self.details_url(self.key_of(model))))
            form.conflict(opened)
            return False
        g.before_edit = as_sent(opened) if self.undoes_edits else None
        return super().update_model(form, model) or self._refused(form)

    def _on_model_change(self, form: Form, model: Any, is_created: bool) -> None:
        """Let the screen have its say, then note the record, so that the same form cannot make a second."""
        self.on_model_change(form, model, is_created)
        self.session.flush()
        note_saved(self.session, self.key_of(model))

    def _refused(self, form: RecordForm) -> bool:
        form.saving.refuse(problems_of(self._template_args.pop("refusal"), form) or [])
        return False

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        said = "It is as it was before." if is_undoing() else "Your changes are saved."
        say_instead(f"The {self.noun} is saved." if is_created else said)
        before, version = g.pop("before_edit", None), str(getattr(model, "row_version", ""))
        if before is not None and version != request.form.get("row_version"):
            fields = [*before, ("row_version", version), ("undo", "yes")]
            offer_undo(self.link("edit_view", record_id=self.key_of(model)), fields, of=said)
        return self.details_url(self.key_of(model))

    def render(self, template: str, **kwargs: Any) -> str:
        if template in (self.create_template, self.edit_template):
            g.form_status = kwargs["form"].saving.status
        return super().render(template, **kwargs)

    @verb("lookup", "/lookup/<field_name>/")
    def ajax_lookup(self, field_name: str) -> ResponseReturnValue:
        """The choices of a form's field whose label contains the words, for the page's script."""
        if field_name not in self.form_columns_for(self.build_new_instance()):
            abort(404)
        words = request.args.get("q", "")[:100].strip()
        set_arguments(name=field_name, query=words, limit="20")
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
