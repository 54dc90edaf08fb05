"""Which fields does a form of a screen have, and what do they write into the record?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from flask import request
from sqlalchemy import ARRAY, Boolean, Date, DateTime, Enum, Integer, String
from sqlalchemy import inspect as mapping_of
from sqlalchemy.orm import Session
from wtforms import Form
from wtforms.fields.core import UnboundField

from admin_views.kit.choices import ChoiceSource, Narrow
from admin_views.kit.columns import foreign_key_of, label_from_key, target_of
from admin_views.kit.fields import (
    ChoiceField,
    DayField,
    LineField,
    LinesField,
    MomentField,
    RecordField,
    RecordsField,
    Required,
    TextField,
    WholeNumberField,
    YesField,
)
from models.core.db import Base


class Formed(Protocol):
    """What a screen states about its forms."""

    model: ClassVar[type[Base]]
    labels: ClassVar[Mapping[str, str]]
    hints: ClassVar[Mapping[str, str]]
    text_areas: ClassVar[Sequence[str]]
    choices: ClassVar[Mapping[str, Narrow]]
    extra_fields: ClassVar[Mapping[str, Any]]


def make_form(screen: Formed, keys: Sequence[str]) -> type[Form]:
    """The form class for these attributes of the screen's model, in this order.

    Raises TypeError at start for an attribute no field can edit.
    """
    fields = {key: _stated(screen, key) or _field(screen, key) for key in keys}
    reserved = sorted(key for key in fields if hasattr(Form, key))
    if reserved:
        raise TypeError(f"a form field may not be called {', '.join(reserved)}")
    return type(f"{screen.model.__name__}Form", (Form,), fields)


def _stated(screen: Formed, key: str) -> UnboundField[Any] | None:
    """The screen's own field, made anew so that it stands in the order of this form."""
    stated = screen.extra_fields.get(key)
    return None if stated is None else UnboundField(stated.field_class, *stated.args, **stated.kwargs)


def _field(screen: Formed, key: str) -> Any:
    label = screen.labels.get(key) or label_from_key(key)
    options: dict[str, Any] = {"description": screen.hints.get(key, "")}
    relation = mapping_of(screen.model).relationships.get(key)
    if relation is not None and relation.uselist:
        source = ChoiceSource(relation.mapper.class_, screen.choices.get(key))
        return RecordsField(label, source=source, **options)
    name = foreign_key_of(relation) if relation is not None else key
    attribute = getattr(screen.model, name)
    column = attribute.property.columns[0]
    is_required = not column.nullable and column.server_default is None and column.default is None
    if is_required and not isinstance(column.type, Boolean):
        options["validators"] = [Required()]
    target = target_of(attribute)
    if target is not None:
        source = ChoiceSource(target, screen.choices.get(key))
        return RecordField(label, source=source, is_required=not column.nullable, **options)
    options["default"] = _default(column)
    return _plain_field(column, label, options, is_long=key in screen.text_areas)


def _plain_field(column: Any, label: str, options: dict[str, Any], *, is_long: bool) -> Any:
    kind = column.type
    if isinstance(kind, Enum) and kind.enum_class:
        return ChoiceField(label, kind=kind.enum_class, is_required=not column.nullable, **options)
    made_by: tuple[tuple[Any, Any], ...] = (
        (ARRAY, LinesField),
        (Boolean, YesField),
        (DateTime, MomentField),
        (Date, DayField),
        (Integer, WholeNumberField),
        (String, TextField if is_long else LineField),
    )
    for known, field in made_by:
        if isinstance(kind, known):
            return field(label, **options)
    raise TypeError(f"no field can edit {column}")


def offer_choices(session: Session, form: Form) -> None:
    """Read the choices of every field that offers records, as the asking person may see them."""
    for field in form:
        if isinstance(field, (RecordField, RecordsField)):
            field.offer(session, request.form.get(f"{field.name}__words", "")[:100].strip())


def sent_form() -> Any:
    """What was sent with this request, None where nothing was: then a form shows the record's own values."""
    return request.form if request.method == "POST" else None


def is_finding() -> bool:
    """Whether the person pressed "Find" beside a field, which only looks for choices and saves nothing."""
    return "_find" in request.form


def write_into(record: Any, form: Form, session: Session) -> None:
    """Set the record's attributes from the form. Text that may be missing is NULL when empty."""
    for field in form:
        if not hasattr(type(record), field.name):
            continue
        relation = mapping_of(type(record)).relationships.get(field.name)
        if relation is not None and relation.uselist:
            _write_records(record, field, relation.mapper.class_, session)
        else:
            name = field.name if relation is None else foreign_key_of(relation)
            _write_value(record, name, field)


def _write_records(record: Any, field: Any, target: Any, session: Session) -> None:
    chosen = [session.get_one(target, key) for key in field.data or ()]
    if {one.id for one in getattr(record, field.name)} != {one.id for one in chosen}:
        setattr(record, field.name, chosen)


def _write_value(record: Any, name: str, field: Any) -> None:
    value = field.value() if isinstance(field, ChoiceField) else field.data
    column = getattr(type(record), name).property.columns[0]
    if value == "" and column.nullable:
        value = None
    if value is None and not column.nullable:
        value = _default(column)
    if getattr(record, name) != value:
        setattr(record, name, value)


def _default(column: Any) -> Any:
    """What a new form offers and an emptied field means: the column's own default, None when it has none."""
    stated = getattr(column.server_default, "arg", None)
    kind = column.type
    if not isinstance(stated, str):
        return None
    if isinstance(kind, Enum) and kind.enum_class:
        return kind.enum_class(stated)
    if isinstance(kind, Boolean):
        return stated == "true"
    if isinstance(kind, Integer):
        return int(stated)
    return stated if isinstance(kind, String) else None
