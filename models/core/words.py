"""How are fixed choices kept in the database as words, with a constraint that allows no others?"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Enum


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


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]
