"""Which rows does a list page show, in which order, how many are there in all, and what comes next?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from admin_views.kit.lists.columns import Cell, Reading, sort_expression
from admin_views.kit.lists.cursors import Order, cursor_from, cursor_token
from admin_views.kit.lists.filters import Filter
from admin_views.kit.lists.numbers import DEEPEST, asked_page
from admin_views.kit.lists.pages import (
    COLUMNS,
    PAGE_SIZE,
    ROWS,
    ListArgs,
    Page,
    asked_size,
    count_statements,
    options_by_name,
    settle_total,
)
from admin_views.kit.lists.searches import clean_words, matches
from admin_views.kit.lists.stated import Question, StatedOnce, read_rows
from models.core.db import Base
from models.core.labels import shown_label


class Listed(Protocol):
    """What a screen states about its list, in Flask-Admin's words."""

    model: ClassVar[type[Base]]
    column_expressions: ClassVar[Mapping[str, Any]]
    column_searchable_list: ClassVar[Sequence[str]]
    column_sortable_list: ClassVar[Sequence[str]]
    column_default_sort: ClassVar[Any]
    column_beneath: ClassVar[str]
    column_records: ClassVar[Sequence[str]]
    names_what_is_deleted: ClassVar[bool]
    _filters: list[Filter]

    def get_query(self) -> Select[Any]: ...
    def get_column_name(self, field: str) -> str: ...
    def known_total(self, session: Session, args: ListArgs) -> int | None: ...
    def further_choices(self) -> list[Select[Any]]: ...


class Listing:
    """The list of one screen, made once at start and asked for every page."""

    def __init__(
        self,
        screen: Listed,
        columns: Sequence[str],
        key: str,
        formatters: Mapping[str, Any],
        label: Callable[[Any], Any] = shown_label,
    ) -> None:
        """`label` gives the words by which other records are named in the list's columns."""
        self.screen, self.formatters = screen, formatters
        model: Any = screen.model
        self.key: ColumnElement[Any] = getattr(model, key)
        self.reading = Reading(model, label)
        self.cells = [self._cell(column) for column in columns]
        sortable = {cell.key: cell for cell in self.cells if cell.key in screen.column_sortable_list}
        self.sortable = sortable | {
            name: self._cell(name) for name in screen.column_sortable_list if name not in sortable
        }
        self.usual, self.is_usually_down = usual_order(screen.column_default_sort, key)
        self._usual = self.sortable.get(self.usual) or (None if self.usual == key else self._cell(self.usual))
        self.searched = [getattr(model, name) for name in screen.column_searchable_list]
        self.filter_of = {known.arg: known for known in screen._filters or ()}
        self._orders: dict[tuple[str | None, bool], Order] = {}
        self.base = self.reading.statement(self.cells, self.key)
        self.placed = list(_placed(self.cells))
        self.stated = StatedOnce(self)

    def _cell(self, key: str) -> Cell:
        value = self.screen.column_expressions.get(key)
        formatter = self.formatters.get(key)
        return self.reading.cell(
            key, self.screen.get_column_name(key), value=value, show=getattr(formatter, "show", None)
        )

    def args(self, arguments: Mapping[str, str]) -> ListArgs:
        """Read an address. What is unknown is left out; a sort that is not offered is the usual one."""
        search = clean_words(arguments.get("q")) if self.searched else ""
        answers = {name: arguments[name].strip() for name in self.filter_of if arguments.get(name, "").strip()}
        words = arguments.get("sort", "")
        sort = words.removeprefix("-") if words.removeprefix("-") in self.sortable else None
        is_down = bool(sort) and words.startswith("-")
        asked = asked_page(arguments, cursor_from(arguments, self._order_by(sort, is_down).expression.type))
        size, columns = asked_size(arguments.get(ROWS, "")), self._chosen(arguments.get(COLUMNS, ""))
        place = {"page": asked.cursor, "number": asked.number, "problem": asked.problem}
        return ListArgs(search, sort, is_down, answers, page_size=size, columns=columns, **place)  # type: ignore[arg-type]

    def _chosen(self, typed: str) -> tuple[str, ...]:
        """The columns that an address names, in the list's order, with the first; none where it names none or all."""
        if not typed:
            return ()
        wanted = set(typed.split(",")) & {cell.key for cell in self.cells}
        kept = [cell.key for number, cell in enumerate(self.cells) if not number or cell.key in wanted]
        return tuple(kept) if wanted and len(kept) < len(self.cells) else ()

    def order(self, args: ListArgs) -> Order:
        """The order that is asked for, or the list's usual one."""
        return self._order_by(args.sort, args.sort_desc)

    def _order_by(self, sort: str | None, is_down: bool) -> Order:
        """The order by a column; each is put together once, as a page asks for it several times."""
        if (sort, is_down) not in self._orders:
            self._orders[sort, is_down] = self._order(sort, is_down)
        return self._orders[sort, is_down]

    def _order(self, sort: str | None, is_down: bool) -> Order:
        cell = self.sortable.get(sort or "")
        if cell is None:
            cell, is_down = self._usual, self.is_usually_down
        if cell is None:
            return Order(self.key, self.key, is_down)
        may_be_empty = cell.link is not None or getattr(cell.expression, "nullable", True)
        return Order(sort_expression(cell.expression), self.key, is_down, may_be_empty)

    def scope(self) -> ColumnElement[bool] | None:
        """What narrows the rows for whoever asks, beyond the wall; None where nothing does."""
        return self.screen.get_query().whereclause

    def narrowed(self, statement: Select[Any], args: ListArgs) -> Select[Any]:
        """The statement for the rows this person may see that answer the filters; words are left to the caller."""
        scope = self.scope()
        statement = statement if scope is None else statement.where(scope)
        for name, answer in args.filters.items():
            statement = self.filter_of[name].apply(statement, answer)
        return statement

    def statement(self, args: ListArgs) -> Select[Any]:
        """Every row that is asked for, with values for each column, in no order yet."""
        return self.asked(self.base, args)

    def asked(self, statement: Select[Any], args: ListArgs) -> Select[Any]:
        """The statement for the rows that the filters and the words ask for; itself where nothing is asked."""
        statement = self.narrowed(statement, args)
        return statement.where(matches(self.searched, args.search)) if args.search else statement

    def sorted(self, args: ListArgs) -> Select[Any]:
        """Every row that is asked for in its order, rows without a value last."""
        return self.order(args).whole(self.statement(args))

    def page(self, session: Session, args: ListArgs) -> Page:
        """One page of rows with its surroundings; going back beyond the start, or to no page, is the start."""
        rows, total = self._rows(session, args) if args.skipped < DEEPEST * PAGE_SIZE else ([], None)
        has_more = len(rows) > args.page_size
        cursor = args.page
        is_back = cursor is not None and cursor.is_back
        if (is_back and not has_more) or ((cursor is not None or args.skipped) and not rows):
            page = self.page(session, replace(args, page=None, number=1))
            page.missed = args.number if args.skipped else None
            return page
        rows = rows[: args.page_size]
        page = Page(rows[::-1] if is_back else rows, args, number=args.number)
        page.total = len(rows) if cursor is None and not has_more and not args.skipped else total
        self._surround(session, page)
        self._place(page, has_more=has_more)
        return page

    def _place(self, page: Page, *, has_more: bool) -> None:
        """Say where the page stands: its number, and the places from which the pages before and after it are read."""
        cursor, rows = page.args.page, page.rows
        is_end = cursor is not None and cursor.is_end
        if is_end and page.is_counted:
            page.number = page.pages
            page.rows = rows = rows[-(((page.total or 1) - 1) % page.args.page_size + 1) :]
        if page.number and page.pages and page.number > page.pages:
            page.number = None
        if rows and not is_end and (has_more or (cursor is not None and cursor.is_back)):
            page.after = self._token(rows[-1])
        if rows and (cursor is not None or page.args.skipped):
            page.before = self._token(rows[0])

    def _token(self, row: Row[Any]) -> str:
        return cursor_token(row.sort_, row.key_)

    def _rows(self, session: Session, args: ListArgs) -> tuple[list[Row[Any]], int | None]:
        """Up to one row more than a page, and the number found where that is known already."""
        return self._in_order(session, args), None

    def _in_order(self, session: Session, args: ListArgs) -> list[Row[Any]]:
        if args.page is None and not args.skipped:
            return list(read_rows(session, self.stated.first(args, args.page_size + 1)))
        rows: list[Row[Any]] = []
        for part in self.order(args).parts(args.page):
            wanted = args.page_size + 1 - len(rows)
            if wanted > 0:
                asked = self.stated.part(args, part, wanted)
                skipped = 0 if rows else args.skipped
                rows += read_rows(session, self._counted_off(asked, args, part, skipped) if skipped else asked)
        return rows

    def _counted_off(self, asked: Question, args: ListArgs, part: bool, skipped: int) -> Question:
        """The question for one part of the order without its first rows. Only their keys are read for that."""
        order = self.order(args)
        keys = self.reading.joined(self.counted(args).with_only_columns(self.key.label("key_")))
        before: Any = skipped
        if part:  # the rows without a value come after all that have one
            valued = order.applied(keys, None, False).order_by(None).limit(skipped).subquery()
            before = func.greatest(skipped - select(func.count()).select_from(valued).scalar_subquery(), 0)
        left = order.applied(keys, None, part).offset(before).limit(args.page_size + 1).subquery()
        return Question(asked.statement.where(self.key.in_(select(left.c.key_))), asked.values)

    def _surround(self, session: Session, page: Page) -> None:
        """Ask in one statement for the total (where it is not known) and for every filter's records."""
        loaders = [(known.arg, known.loader) for known in self.filter_of.values() if known.loader]
        alike = [loader.for_filter(arg) for arg, loader in loaders if loader.is_alike]
        others = [loader.for_filter(arg) for arg, loader in loaders if not loader.is_alike]
        alike += self.screen.further_choices()
        if page.total is None:
            page.total = self._known_total(session, page)
        if page.total is None:
            others += self._counts(page.args)
        if alike or others:
            settle_total(page, options_by_name(session, self.stated.together(alike, others)))

    def _known_total(self, session: Session, page: Page) -> int | None:
        known = self.screen.known_total(session, page.args)
        page.is_total_exact = known is not None
        return known

    def counted(self, args: ListArgs) -> Select[Any]:
        """The rows the query asks for, by nothing but their key: for counting."""
        return self.asked(select(self.key).select_from(self.screen.model), args)

    def keys(self, session: Session, args: ListArgs, most: int) -> Sequence[Any]:
        """The keys of all rows the query asks for, on every page, in the order of their keys; at most so many."""
        return session.scalars(self.counted(args).order_by(self.key).limit(most)).all()

    def _counts(self, args: ListArgs) -> list[Select[Any]]:
        return count_statements(self.counted(args), self.screen.model, is_whole=not args.is_narrowed)


def usual_order(stated: Any, key: str) -> tuple[str, bool]:
    """A `column_default_sort` as a column and whether it goes down; the latest key first where nothing is stated.

    >>> usual_order("name", "id"), usual_order(("due_on", True), "id"), usual_order(None, "id")
    (('name', False), ('due_on', True), ('id', True))
    """
    if stated is None:
        return key, True
    return stated if isinstance(stated, tuple) else (stated, False)


def _placed(cells: Sequence[Cell]) -> Iterator[tuple[Cell, int]]:
    """Each cell with its value's place in a row; a link's key stands right after it."""
    place = 1
    for cell in cells:
        yield cell, place
        place += 1 if cell.link is None else 2
