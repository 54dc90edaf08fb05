"""How are words kept in the database: fixed choices with a constraint, and texts that a search reads by an index?"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Enum, Index, Integer, String


def choice_column(kind: type[StrEnum]) -> Enum:
    """A text column type that stores the value of the enum and returns the enum."""
    return Enum(kind, native_enum=False, create_constraint=False, length=40, values_callable=_values)


def one_of(column: str, words: Iterable[str], name: str) -> CheckConstraint:
    """The constraint that keeps a column to the words of its enum, or to these codes."""
    listed = ", ".join(f"'{word}'" for word in words)
    sentence = f"Choose one of the offered words for {column.replace('_', ' ')}."
    return must(f"{column} IN ({listed})", name=name, sentence=sentence)


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


SEARCHED = {
    "messages": ("subject", "recipient_name"),
    "actions": ("reference", "text", "owner_name"),
    "documents": ("title", "file_name"),
    "findings": ("text",),
    "case_audits": ("reference",),
    "sample_cases": ("reference",),
}
"""The columns of the tables that grow which a search reads, by table: a trigram index finds what contains some words at
any size. Tables that stay small go without, as an index costs every write; tests/kit holds the screens to this."""


def word_indexes(table: str) -> tuple[Index, ...]:
    """The trigram indexes of a table's searched columns, for its `__table_args__`.

    >>> [index.name for index in word_indexes("messages")]
    ['ix_messages_subject_words', 'ix_messages_recipient_name_words']
    """
    return tuple(
        Index(index_name(table, column), column, postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})
        for column in SEARCHED[table]
    )


def index_name(table: str, column: str) -> str:
    """What the index of one column is called."""
    return f"ix_{table}_{column}_words"
