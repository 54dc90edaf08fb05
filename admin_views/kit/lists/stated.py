"""Which statements of a list are put together once, and only filled in for each page?

Those by which everybody is asked alike: the first page as the list usually is, also that of a review, and the choices
of the filters. Stating them costs a page more than asking them. What is kept is the question, never an answer and no
value; the wall beneath sees to whose rows come back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, CompoundSelect, Integer, Row, Select, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from admin_views.kit.lists.cursors import Order
from admin_views.kit.lists.filters import Filter
from admin_views.kit.lists.pages import ListArgs

_WANTED: Any = bindparam("wanted_rows", type_=Integer)

_MOST_FILTERS = 2  # so that what is kept stays little, whatever anybody asks


class OneList(Protocol):
    """What is asked of the list whose statements these are."""

    base: Select[Any]
    filter_of: dict[str, Filter]

    def order(self, args: ListArgs) -> Order: ...
    def scope(self) -> ColumnElement[bool] | None: ...
    def asked(self, statement: Select[Any], args: ListArgs) -> Select[Any]: ...


@dataclass(frozen=True)
class Question:
    """A statement, and the values that it leaves open."""

    statement: Select[Any]
    values: Mapping[str, Any]


def read_rows(session: Session, asked: Question) -> Sequence[Row[Any]]:
    """The rows of a question for columns, not records: past the part of a session that makes records of rows."""
    return session.connection().execute(asked.statement, asked.values).all()


class StatedOnce:
    """The statements of one list."""

    def __init__(self, listing: OneList) -> None:
        self._listing = listing
        self._parts: dict[tuple[str | None, bool, bool, bool], Select[Any]] = {}
        self._firsts: dict[tuple[str | None, bool, tuple[str, ...]], Select[Any]] = {}
        self._unions: dict[tuple[Select[Any], ...], CompoundSelect[Any]] = {}

    def part(self, args: ListArgs, part: bool, wanted: int) -> Question:
        """Up to so many rows of one part of the list's order, from the cursor on."""
        order, is_back = self._listing.order(args), args.page is not None and args.page.is_back
        kind = args.sort, args.sort_desc, part, is_back
        if kind not in self._parts:
            self._parts[kind] = order.part(self._rows(order), part, is_back=is_back).limit(_WANTED)
        statement = order.beyond(self._parts[kind], args.page, part)
        return Question(self._listing.asked(statement, args), {_WANTED.key: wanted})

    def first(self, args: ListArgs, wanted: int) -> Question:
        """The first rows of the list, those without a value after all others, in one statement."""
        values = self._left_open(args)
        if values is None:
            return Question(self._first(args, None), {_WANTED.key: wanted})
        kind = args.sort, args.sort_desc, tuple(args.filters)
        if kind not in self._firsts:
            filters = [self._listing.filter_of[name] for name in args.filters]
            self._firsts[kind] = self._first(args, [known.left_open for known in filters])
        return Question(self._firsts[kind], {**values, _WANTED.key: wanted})

    def together(self, alike: Sequence[Select[Any]], others: Sequence[Select[Any]]) -> CompoundSelect[Any]:
        """Statements for the choices of a page as one; `alike` are stated once themselves."""
        if others:
            return union_all(*alike, *others)
        wanted = tuple(alike)
        if wanted not in self._unions:
            self._unions[wanted] = union_all(*alike)
        return self._unions[wanted]

    def _left_open(self, args: ListArgs) -> dict[str, Any] | None:
        """The values of the filters that are asked, where the question is left open for them; None elsewhere."""
        if args.search or len(args.filters) > _MOST_FILTERS or self._listing.scope() is not None:
            return None
        values: dict[str, Any] = {}
        for name, answer in args.filters.items():
            value = self._listing.filter_of[name].values_for(answer)
            if value is None:
                return None
            values |= value
        return values

    def _rows(self, order: Order) -> Select[Any]:
        return self._listing.base.add_columns(order.expression.label("sort_"))

    def _first(self, args: ListArgs, conditions: Sequence[Any] | None) -> Select[Any]:
        order = self._listing.order(args)
        rows = self._rows(order)
        rows = self._listing.asked(rows, args) if conditions is None else rows.where(*conditions)
        first, *rest = [order.part(rows, part, is_back=False).limit(_WANTED) for part in order.parts(None)]
        return _followed(order, first, rest[0]) if rest else first


def _followed(order: Order, valued: Select[Any], empty: Select[Any]) -> Select[Any]:
    """One part of an order, and the part of rows without a value after it, of which none is read for a full page."""
    near = valued.cte("valued").prefix_with("MATERIALIZED")
    is_short = select(func.count()).select_from(near).scalar_subquery() < _WANTED
    both = union_all(select(near), empty.where(is_short)).subquery()
    return order.around(both).whole(select(both)).limit(_WANTED)
