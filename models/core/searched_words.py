"""Which words of the tables that grow are found by a part of them without reading every row?

A list's search asks whether one of its columns contains what was typed; a trigram index answers that at any size.
Tables that stay small go without: an index costs every write. tests/kit holds the screens' searches to this page.
"""

from __future__ import annotations

from sqlalchemy import Index

SEARCHED = {
    "messages": ("subject", "recipient_name"),
    "actions": ("reference", "text", "owner_name"),
    "documents": ("title", "file_name"),
    "findings": ("text",),
    "case_audits": ("reference",),
    "sample_cases": ("reference",),
}
"""The columns that a search reads, by table."""


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
