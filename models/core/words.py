"""How are fixed choices kept in the database as words, with a constraint that allows no others?"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Enum, Integer, String


def choice_column(kind: type[StrEnum]) -> Enum:
    """A text column type that stores the value of the enum and returns the enum."""
    return Enum(kind, native_enum=False, create_constraint=False, length=40, values_callable=_values)


def one_of(column: str, kind: type[StrEnum], name: str) -> CheckConstraint:
    """The constraint that keeps a column to the words of its enum."""
    words = ", ".join(f"'{member.value}'" for member in kind)
    sentence = f"Choose one of the offered words for {column.replace('_', ' ')}."
    return must(f"{column} IN ({words})", name=name, sentence=sentence)


def must(condition: str, *, name: str, sentence: str, field: str = "") -> CheckConstraint:
    """A named constraint with the sentence that people read when it is broken.

    `field` names the column to mend where the condition speaks of several.
    """
    return CheckConstraint(condition, name=name, info={"sentence": sentence, "field": field})


def default_of(column: Any) -> Any:
    """What a new record offers and an emptied field means: the column's own default, None when it has none."""
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


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def names_in(listed: str) -> set[str]:
    """The names of a comma-separated list, in small letters.

    >>> sorted(names_in("Officer, administrator,"))
    ['administrator', 'officer']
    """
    return {name.strip().lower() for name in listed.split(",")} - {""}
