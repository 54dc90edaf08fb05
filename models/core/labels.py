"""To which record does a foreign key lead, and by which words do people know that record?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, case, exists, func
from sqlalchemy import inspect as mapping_of
from sqlalchemy.orm import Mapper, RelationshipProperty, aliased

from models.core.db import Base

_LABELS = ("reference", "name", "title", "label", "subject", "text", "file_name", "id")


def model_of(owner: Any) -> type[Base]:
    """The model of a class or an alias of it."""
    mapper: Mapper[Any] = mapping_of(owner).mapper
    return mapper.class_


def foreign_key_of(relation: RelationshipProperty[Any]) -> str:
    """The attribute that holds a many-to-one relationship's key."""
    (local,) = relation.local_columns
    return relation.parent.get_property_by_column(local).key


def target_of(attribute: Any) -> type[Base] | None:
    """The model a foreign-key attribute points to; None for a plain column."""
    columns = getattr(attribute.property, "columns", ())
    keys: set[ForeignKey] = columns[0].foreign_keys if columns and hasattr(columns[0], "foreign_keys") else set()
    if not keys:
        return None
    table = next(iter(keys)).column.table
    return next(mapper.class_ for mapper in Base.registry.mappers if mapper.local_table is table)


def label_key(model: type[Base]) -> str:
    """The attribute by which people know a record: the model's own `label_key`, or the first usual one it has."""
    stated: str | None = getattr(model, "label_key", None)
    return stated or next(name for name in _LABELS if hasattr(model, name))


def label_of(owner: Any) -> Any:
    """That attribute of a model or an alias of it."""
    return getattr(owner, label_key(model_of(owner)))


def shown_label(owner: Any) -> Any:
    """The same as a record's own column shows it: somebody who has left is marked."""
    label, left = label_of(owner), getattr(model_of(owner), "left_words", "")
    return case((owner.is_active, label), else_=label + left) if left else label


def told_apart(owner: Any) -> Any:
    """The same, with the e-mail address behind a name that several people have, so that it can be looked up again."""
    target: Any = model_of(owner)
    if not hasattr(target, "email"):
        return shown_label(owner)
    other = aliased(target)
    is_shared = exists(1).where(func.lower(other.name) == func.lower(owner.name), other.id != owner.id)
    return case((is_shared, owner.name + " <" + owner.email + ">"), else_=shown_label(owner))
