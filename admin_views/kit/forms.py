"""Which form do Flask-Admin's pages work with, which field edits which column, and what is written into the record?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_admin.form import BaseForm
from sqlalchemy import ARRAY, Boolean, Date, DateTime, Enum, Integer, String
from sqlalchemy import inspect as mapping_of
from sqlalchemy.orm import Session
from wtforms import Form, SelectMultipleField
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired

from admin_views.kit.conflicts import CONFLICT, in_words, status_of
from admin_views.kit.fields import (
    ChoiceField,
    DayField,
    LineField,
    LinesField,
    MomentField,
    RecordField,
    RecordsField,
    Required,
    WholeNumberField,
    YesField,
)
from admin_views.kit.lists.choices import ChoiceLoader
from models.core.labels import foreign_key_of
from models.core.words import default_of

MEANT = "__meant"
"""What stands behind a field's name where one of several records that fitted the typed words was chosen."""


@dataclass
class Saving:
    """What becomes of a record's form: its title and way back, and why it is shown again instead of saved.

    `row_version` is the record's now, `opened_version` the one that the page carries. The latter stays through
    refusals, so that what a colleague saves while somebody mends a field is not saved over.
    """

    session: Session | None = None
    title: str = ""
    back: str = ""
    row_version: int | None = None
    opened_version: str = ""
    status: int = 200
    problems: list[tuple[str, str]] = field(default_factory=list)
    theirs: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, problems: Sequence[tuple[str, str]]) -> None:
        """Answer with these problems, each with the id of its field or "", instead of saving."""
        self.problems = list(problems)
        self.status = status_of(problems)


class RecordForm(BaseForm):
    """The form of a record. Its attribute `saving` says what becomes of it; no column may be called so."""

    saving: Saving

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.saving = Saving()

    def conflict(self, opened: Form) -> None:
        """Keep what was typed, show what is saved now where it differs; a second "Save" is then a decision."""
        self.saving.theirs = [
            (str(typed.label.text), in_words(typed, theirs.data))
            for typed, theirs in zip(self, opened, strict=True)
            if typed.data != theirs.data
        ]
        self.saving.refuse([("", CONFLICT)])
        self.saving.opened_version = str(self.saving.row_version)

    def populate_obj(self, obj: Any) -> None:
        """Write the fields into the record, and let the record check itself. Raises RuleBroken."""
        session = self.saving.session
        if session is None:
            raise LookupError("a form writes within a session")
        write_into(obj, self, session)
        if hasattr(obj, "check"):
            obj.check(session)


class PortalConverter(AdminModelConverter):
    """Flask-Admin's converter from columns to fields, with the portal's own fields and sentences."""

    def convert(self, *arguments: Any) -> Any:
        unbound = super().convert(*arguments)
        if isinstance(unbound, UnboundField) and "validators" in unbound.kwargs:
            validators = unbound.kwargs["validators"]
            is_required = any(isinstance(validator, InputRequired) for validator in validators)
            own = [validator for validator in validators if not _is_flask_admins(validator)]
            unbound.kwargs["validators"] = [*([Required()] if is_required else []), *own]
        return unbound

    def _get_label(self, name: str, field_args: Any) -> str:
        """The field's own label (`form_args`), else the column's."""
        return field_args.get("label") or self.view.get_column_name(name)

    def _get_description(self, name: str, field_args: Any) -> str:
        return (self.view.column_descriptions or {}).get(name, "")

    def get_converter(self, column: Any) -> Any:
        """The portal's field for a column, by its type. A text is one line unless `form_overrides` says otherwise."""
        if column.foreign_keys:
            return self._record
        kind = getattr(column.type, "enum_class", None)
        field = next((field for known, field in _FIELDS if isinstance(column.type, known)), None)
        options: dict[str, Any] = {} if kind is None else {"kind": kind, "is_required": not column.nullable}
        options["default"] = default_of(column)
        return field and (lambda field_args, **extra: field(**_taken(field_args), **options))

    def _record(self, prop: Any, column: Any, field_args: Any, **extra: Any) -> Any:
        """A foreign key is edited by choosing the record."""
        loader = self.view.loader_of(prop.key)
        return RecordField(loader=loader, is_required=not column.nullable, **_taken(field_args))

    def _model_select_field(self, prop: Any, multiple: Any, remote_model: Any, **kwargs: Any) -> Any:
        loader = ChoiceLoader(remote_model, self.view.narrow_of(prop.key))
        return RecordsField(loader=loader, **{**_taken(kwargs), "validators": []})


_FIELDS: tuple[tuple[Any, Any], ...] = (
    (ARRAY, LinesField),
    (Boolean, YesField),
    (DateTime, MomentField),
    (Date, DayField),
    (Integer, WholeNumberField),
    (Enum, ChoiceField),
    (String, LineField),
)


def _is_flask_admins(validator: Any) -> bool:
    """Its own validators speak another language, or ask the database once more what a constraint says anyway."""
    return type(validator).__module__.startswith(("flask_admin.", "wtforms."))


def _taken(field_args: Any) -> dict[str, Any]:
    """What Flask-Admin gathered for a field, without what the portal's fields do not take."""
    foreign = ("filters", "allow_blank", "query_factory", "narrow", "default")
    return {name: value for name, value in field_args.items() if name not in foreign}


def offer_choices(session: Session, form: Form) -> None:
    """Read the choices of every field that offers records, as the asking person may see them."""
    for chooser in form:
        if isinstance(chooser, (RecordField, RecordsField)):
            chooser.offer(session, request.form.get(f"{chooser.name}{MEANT}", "")[:20].strip())


def sent_form() -> Any:
    """What was sent with this request, None where nothing was: then a form shows the record's own values."""
    return request.form if request.method == "POST" else None


def write_into(record: Any, form: Form, session: Session) -> None:
    """Set the record's attributes from the form. Text that may be missing is NULL when empty."""
    for filled in form:
        if not hasattr(type(record), filled.name):
            continue
        relation = mapping_of(type(record)).relationships.get(filled.name)
        if relation is not None and relation.uselist:
            _write_records(record, filled, relation.mapper.class_, session)
        else:
            name = filled.name if relation is None else foreign_key_of(relation)
            _write_value(record, name, filled)


def _write_records(record: Any, filled: Any, target: Any, session: Session) -> None:
    chosen = [session.get_one(target, key) for key in filled.data or ()]
    if {kept.id for kept in getattr(record, filled.name)} != {added.id for added in chosen}:
        setattr(record, filled.name, chosen)


def _write_value(record: Any, name: str, filled: Any) -> None:
    value = filled.value() if isinstance(filled, ChoiceField) else filled.data
    column = getattr(type(record), name).property.columns[0]
    if value == "" and column.nullable:
        value = None
    if value is None and not column.nullable:
        value = default_of(column)
    if getattr(record, name) != value:
        setattr(record, name, value)


def as_sent(form: Form) -> list[tuple[str, str]]:
    """What a browser would send of a form as it is shown: name and value of each field that says something."""
    return [(asked.name, value) for asked in form for value in _values_of(asked)]


def _values_of(asked: Any) -> list[str]:
    if isinstance(asked, YesField):
        return ["y"] if asked.data else []
    if isinstance(asked, SelectMultipleField):
        return [str(key) for key in asked.data or ()]
    if isinstance(asked, (ChoiceField, RecordField)):
        return ["" if asked.data is None else str(asked.data)]
    return [asked._value()]
