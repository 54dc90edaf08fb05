"""How does a test let every text that people may have typed begin or end with something hostile?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, cycle
from typing import Any

from sqlalchemy import String, Table, func, literal, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.core.db import Base

NOT_TYPED = ("change_log", "sign_ins")
_VERSIONS = count(1_000)
"""As every save gives a row another version; by that the portal notices that it remembers what is no longer so."""


def plant(session: Session, hostile: Iterable[str]) -> int:
    """Put the next of the hostile strings into the newest rows of every text column of every table that takes it.

    Codes, references and signed words refuse. Returns how many columns took one.
    """
    return sum(_takes(session, table, column, text) for (table, column), text in zip(_texts(), cycle(hostile)))


def _texts() -> Iterator[tuple[Table, Any]]:
    for table in Base.metadata.sorted_tables:
        if "id" in table.c and table.name not in NOT_TYPED:
            texts = (column for column in table.c if isinstance(column.type, String))
            yield from ((table, column) for column in texts if not column.foreign_keys and not column.primary_key)


def _takes(session: Session, table: Table, column: Any, text: str) -> bool:
    some = select(table.c.id).where(column.is_not(None)).order_by(table.c.id.desc()).limit(2)
    values = {column.name: func.concat(literal(text), column)}
    if "row_version" in table.c:
        values["row_version"] = next(_VERSIONS)  # type: ignore[assignment]
    planted = update(table).where(table.c.id.in_(some)).values(values)
    try:
        with session.begin_nested():
            return bool(session.execute(planted).rowcount)  # type: ignore[attr-defined]
    except DBAPIError:  # a code, a reference, a signed text: never what somebody typed
        return False
