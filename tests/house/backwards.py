"""Does anything count on an order of rows that it has not asked for? In tests they come the other way round.

PostgreSQL promises no order without ORDER BY, but as a rule gives rows as they were written, so that what counts on it
holds for months and fails once in a while.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, SelectBase, event

_QUOTED = re.compile(r"'(?:[^']|'')*'" + r'|"[^"]*"')
_BRACKETS = re.compile(r"\([^()]*\)")
_WRITES = re.compile(r"\b(INSERT INTO|UPDATE \S+ SET|DELETE FROM)\b", re.IGNORECASE)


def turn_rows_round() -> None:
    """From now on, have whoever asks for rows in no order of their own get them last one first, in this process.

    Statements that are written out as text stay as they are.
    """
    event.listen(Engine, "before_cursor_execute", _turned, retval=True)


def _turned(_: Any, __: Any, statement: str, parameters: Any, context: Any, ___: bool) -> tuple[str, Any]:
    is_put_together = isinstance(getattr(context, "invoked_statement", None), SelectBase)
    return (turned_round(statement) if is_put_together else statement), parameters


@lru_cache(maxsize=5_000)
def turned_round(statement: str) -> str:
    """The statement with its rows turned round; as it is where it has an order, or writes.

    >>> turned_round("SELECT id FROM hubs ORDER BY id")
    'SELECT id FROM hubs ORDER BY id'
    >>> turned_round("SELECT id FROM (SELECT id FROM hubs ORDER BY id) AS h").split()[-6:]
    ['ORDER', 'BY', 'row_number()', 'OVER', '()', 'DESC']
    """
    if _WRITES.search(statement) or "ORDER BY" in _outermost(statement):
        return statement
    return f"SELECT turned.* FROM ({statement}\n) AS turned ORDER BY row_number() OVER () DESC"


def _outermost(statement: str) -> str:
    """What stands in no brackets and no quotation marks."""
    inner, outer = "", _QUOTED.sub("", statement)
    while inner != outer:
        inner, outer = outer, _BRACKETS.sub("", outer)
    return outer.upper()
