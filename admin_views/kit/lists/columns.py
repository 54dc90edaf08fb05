"""Which expression of the database stands behind a column of a list, and what is it called?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Enum, Select, String, func, select, text
from sqlalchemy import inspect as mapping_of
from sqlalchemy.orm import aliased

from admin_views.kit.formats import Show, show_value
from models.core.db import Base
from models.core.labels import foreign_key_of, model_of, shown_label, target_of

Value = Callable[[Any], ColumnElement[Any]]
_MARKS = "[\u0300-\u036f]"  # accents, once letters are taken apart


@dataclass(frozen=True)
class Cell:
    """One column of a list or a record's page: the expression behind it, and for another record its key and model."""

    key: str
    label: str
    expression: ColumnElement[Any]
    link: ColumnElement[Any] | None
    target: type[Base] | None
    show: Show


class Reading:
    """The tables and expressions one list reads: the model outer-joined to what its columns point to."""

    def __init__(self, model: type[Base], label: Callable[[Any], Any] = shown_label) -> None:
        self.model, self.label = model, label
        self._joins: dict[str, tuple[Any, ColumnElement[bool]]] = {}

    def statement(self, cells: Iterable[Cell], key: ColumnElement[Any]) -> Select[Any]:
        """Select the record's key, then each cell's value and link, from the model with its joins."""
        wanted: list[ColumnElement[Any]] = [key.label("key_")]
        for cell in cells:
            wanted.append(cell.expression.label(cell.key))
            if cell.link is not None:
                wanted.append(cell.link.label(f"{cell.key}:"))
        return self.joined(select(*wanted).select_from(self.model))

    def joined(self, statement: Select[Any]) -> Select[Any]:
        for alias, condition in self._joins.values():
            statement = statement.outerjoin(alias, condition)
        return statement

    def cell(self, key: str, label: str, *, value: Value | None, show: Show | None) -> Cell:
        """Resolve a column; raises AttributeError at start when the model has no such attribute.

        `key` is an attribute ("name"), a foreign key ("agency_id", shown as that record's label), or a path through
        relationships ("plan.review.title"). `value` computes the column in SQL instead.
        """
        attribute = self._attribute(key) if value is None else value(self.model)
        target = target_of(attribute) if value is None else None
        if target is None:
            return Cell(key, label, attribute, None, None, show or show_value(attribute.type))
        expression = self.label(self._join(key, target, attribute))
        return Cell(key, label, expression, attribute, target, show or show_value(expression.type))

    def _attribute(self, key: str) -> Any:
        """Walk "plan.review.title" to its attribute; a relationship at the end gives its foreign key."""
        owner: Any = self.model
        *path, last = key.split(".")
        for depth, step in enumerate(path):
            relation = mapping_of(model_of(owner)).relationships[step]
            foreign = getattr(owner, foreign_key_of(relation))
            owner = self._join(".".join(path[: depth + 1]), relation.mapper.class_, foreign)
        relation_at_end = mapping_of(model_of(owner)).relationships.get(last)
        name = last if relation_at_end is None else foreign_key_of(relation_at_end)
        return getattr(owner, name)

    def _join(self, key: str, target: type[Base], attribute: Any) -> Any:
        if key not in self._joins:
            alias: Any = aliased(target)
            self._joins[key] = (alias, alias.id == attribute)
        return self._joins[key][0]


def label_from_key(key: str) -> str:
    """Words for a column that has none of its own.

    >>> label_from_key("original_due_on"), label_from_key("agency_id"), label_from_key("is_statutory")
    ('Original due', 'Agency', 'Statutory')
    """
    last = (
        key.rsplit(".", 1)[-1] if not key.endswith((".name", ".title", ".label", ".reference")) else key.split(".")[-2]
    )
    words = last.removesuffix("_id").removesuffix("_on").removesuffix("_at").removeprefix("is_").removeprefix("has_")
    return words.replace("_", " ").capitalize()


def sort_expression(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """How a column is put in order: words as people look them up, without regard to capitals and accents.

    The database sorts by bytes and may be built without ICU, so letters are folded here. A column that states its own
    collation, or that holds references alone, keeps its order, and its index: that is for big tables.
    """
    kind = expression.type
    if getattr(expression, "info", {}).get("is_plain"):
        return expression
    if not isinstance(kind, String) or isinstance(kind, Enum) or kind.collation is not None:
        return expression
    apart = func.normalize(func.lower(expression), text("NFD"))
    return func.regexp_replace(apart, _MARKS, "", "g", type_=String())
