"""Where in a long list does a page begin, so that the next page costs no more than the first?"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Enum, FromClause, Select, tuple_

_BIGGEST = 9_223_372_036_854_775_807


@dataclass(frozen=True)
class Cursor:
    """The last row seen: its sort value and key, and whether to go on (`after`) or back (`before`).

    `is_end` is no row but the end of the list, to go back from.
    """

    value: Any
    key: int
    is_back: bool = False
    is_end: bool = False


END = Cursor(None, 0, is_back=True, is_end=True)


@dataclass(frozen=True)
class Order:
    """A total order of a list: the sort expression, then the key, so that no row is shown twice or never.

    Rows without a value come last in both directions; they are a part of their own, so that each part keeps its index.
    """

    expression: ColumnElement[Any]
    key: ColumnElement[Any]
    is_descending: bool = False
    may_be_empty: bool = False

    def parts(self, cursor: Cursor | None) -> list[bool]:
        """The parts still to be read, in reading order; True is the part of rows without a value."""
        if not self.may_be_empty:
            return [False]
        if cursor is None:
            return [False, True]
        in_order = [True, False] if cursor.is_back else [False, True]
        return in_order[in_order.index(cursor.value is None) :]

    def around(self, rows: FromClause) -> Order:
        """The same order for rows that a statement gives out under our own names for them."""
        return replace(self, expression=rows.c.sort_, key=rows.c.key_)

    def whole(self, statement: Select[Any]) -> Select[Any]:
        """Both parts of the statement in this order."""
        term = self.expression.desc() if self.is_descending else self.expression.asc()
        return statement.order_by(term.nulls_last(), self.key.desc() if self.is_descending else self.key.asc())

    def applied(self, statement: Select[Any], cursor: Cursor | None, is_empty_part: bool) -> Select[Any]:
        """The statement in this order, from the cursor on where the cursor lies in this part."""
        is_back = cursor is not None and cursor.is_back
        return self.beyond(self.part(statement, is_empty_part, is_back=is_back), cursor, is_empty_part)

    def part(self, statement: Select[Any], is_empty_part: bool, *, is_back: bool) -> Select[Any]:
        """A part of the statement's rows in this order, or in the reverse."""
        if self.may_be_empty:
            is_none = self.expression.is_(None)
            statement = statement.where(is_none if is_empty_part else self.expression.is_not(None))
        is_down = self.is_descending != is_back
        return statement.order_by(*(term.desc() if is_down else term.asc() for term in self._terms(is_empty_part)))

    def beyond(self, statement: Select[Any], cursor: Cursor | None, is_empty_part: bool) -> Select[Any]:
        """The statement from the cursor on, where the cursor lies in this part; all of it elsewhere."""
        if cursor is None or cursor.is_end or (cursor.value is None) != is_empty_part:
            return statement
        is_down = self.is_descending != cursor.is_back
        return statement.where(_beyond(self._terms(is_empty_part), cursor, is_down))

    def _terms(self, is_empty_part: bool) -> list[ColumnElement[Any]]:
        return [self.key] if is_empty_part or self.expression is self.key else [self.expression, self.key]


def _beyond(terms: list[ColumnElement[Any]], cursor: Cursor, is_down: bool) -> ColumnElement[bool]:
    if len(terms) == 1:
        return terms[0] < cursor.key if is_down else terms[0] > cursor.key
    here, there = tuple_(*terms), tuple_(cursor.value, cursor.key)
    return here < there if is_down else here > there


def cursor_token(value: Any, key: int) -> str:
    """A row's place as it travels in an address.

    >>> cursor_token("Ann", 7)
    'WyJBbm4iLDdd'
    """
    plain = value.isoformat() if isinstance(value, (date, datetime)) else value
    text = json.dumps([plain, key], separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def cursor_from(arguments: Mapping[str, str], kind: Any) -> Cursor | None:
    """The cursor in an address; anything malformed is the start of the list."""
    token = arguments.get("after") or arguments.get("before") or ""
    if not token:
        return None
    try:
        value, key = json.loads(urlsafe_b64decode(token[:2000] + "=" * (-len(token) % 4)))
        if not isinstance(key, int) or abs(key) > _BIGGEST:
            return None
        return Cursor(_typed(value, kind), key, is_back="after" not in arguments)
    except (ValueError, TypeError, RecursionError):
        return None


def _typed(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Enum) and kind.enum_class:
        return kind.enum_class(value)
    wanted = kind.python_type
    if wanted in (date, datetime):
        return wanted.fromisoformat(value)
    if wanted is int and (isinstance(value, bool) or abs(value) > _BIGGEST):
        raise ValueError(value)
    if not isinstance(value, wanted):
        raise TypeError(value)
    if isinstance(value, str):
        value.encode()  # half a character can be told in JSON, not kept in a database: a ValueError
        if "\0" in value:
            raise ValueError(value)
    return value
