"""Which rows does a list page show, in which order, how many are there in all, and what comes next?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from admin_views.kit.choices import Narrow
from admin_views.kit.columns import Cell, Column, Reading, label_from_key, sort_expression
from admin_views.kit.cursors import Order, cursor_from, cursor_token
from admin_views.kit.filters import Filter, ReadyFilter
from admin_views.kit.pages import PAGE_SIZE, ListQuery, Page, count_statements, options_by_name, settle_total
from admin_views.kit.searches import clean_words, matches
from models.core.db import Base


class Listed(Protocol):
    """What a screen states about its list."""

    model: ClassVar[type[Base]]
    key: ClassVar[str]
    labels: ClassVar[Mapping[str, str]]
    search: ClassVar[Sequence[str]]
    filters: ClassVar[Sequence[str | Filter]]
    sort: ClassVar[Sequence[str]]
    default_sort: ClassVar[str]
    choices: ClassVar[Mapping[str, Narrow]]

    def scope(self, statement: Select[Any]) -> Select[Any]: ...
    def known_total(self, session: Session, query: ListQuery) -> int | None: ...


class Listing:
    """The list of one screen, made once at start and asked for every page."""

    def __init__(self, screen: Listed, columns: Sequence[str | Column]) -> None:
        self.screen = screen
        model: Any = screen.model
        self.key: ColumnElement[Any] = getattr(model, screen.key)
        self.reading = Reading(model)
        self.cells = [self._cell(column) for column in columns]
        sortable = {cell.key: cell for cell in self.cells if cell.key in screen.sort}
        self.sortable: dict[str, Cell] = sortable
        self.sortable |= {name: self._cell(name) for name in screen.sort if name not in sortable}
        usual = screen.default_sort.removeprefix("-")
        self._usual = sortable.get(usual) or (None if usual == screen.key else self._cell(usual))
        self.searched = [getattr(model, name) for name in screen.search]
        self.filters = [self._filter(stated) for stated in screen.filters]
        self.filter_of = {q.name: known for known in self.filters for q in known.questions({})}
        self.base = self.reading.statement(self.cells, self.key)
        self.placed = list(_placed(self.cells))

    def _cell(self, stated: str | Column) -> Cell:
        column = Column(stated) if isinstance(stated, str) else stated
        return self.reading.cell(column, self.screen.labels.get(column.key, "") or label_from_key(column.key))

    def _filter(self, stated: str | Filter) -> ReadyFilter:
        known = Filter(stated) if isinstance(stated, str) else stated
        label = self.screen.labels.get(known.key, "")
        return ReadyFilter(known, self.screen.model, label, self.screen.choices.get(known.key))

    def query(self, arguments: Mapping[str, str]) -> ListQuery:
        """Read an address. What is unknown is left out; a sort that is not offered is the usual one."""
        words = clean_words(arguments.get("q")) if self.searched else ""
        answers = {name: arguments[name].strip() for name in self.filter_of if arguments.get(name, "").strip()}
        sort = arguments.get("sort", "")
        if sort.removeprefix("-") not in self.sortable:
            sort = ""
        kind = self.order(sort).expression.type
        return ListQuery(words, sort, answers, cursor_from(arguments, kind))

    def order(self, sort: str) -> Order:
        """The order a sort word asks for; "-due_on" is the latest first."""
        chosen = sort or self.screen.default_sort
        name = chosen.removeprefix("-")
        if name == self.screen.key:
            return Order(self.key, self.key, chosen.startswith("-"))
        cell = self.sortable.get(name) or self._usual
        if cell is None:
            return Order(self.key, self.key, is_descending=True)
        may_be_empty = cell.link is not None or getattr(cell.expression, "nullable", True)
        return Order(sort_expression(cell.expression), self.key, chosen.startswith("-"), may_be_empty)

    def narrowed(self, statement: Select[Any], query: ListQuery) -> Select[Any]:
        """The statement for the rows this person may see that answer the filters; words are left to the caller."""
        conditions = [self.filter_of[name].condition(name, answer) for name, answer in query.answers.items()]
        return self.screen.scope(statement).where(*conditions)

    def statement(self, query: ListQuery) -> Select[Any]:
        """Every row the query asks for, with values for each column, in no order yet."""
        statement = self.narrowed(self.base, query)
        return statement.where(matches(self.searched, query.words)) if query.words else statement

    def sorted(self, statement: Select[Any], query: ListQuery) -> Select[Any]:
        """The whole statement in the order the query asks for, rows without a value last."""
        order = self.order(query.sort)
        term = order.expression.desc() if order.is_descending else order.expression.asc()
        key = order.key.desc() if order.is_descending else order.key.asc()
        return statement.order_by(term.nulls_last(), key)

    def page(self, session: Session, query: ListQuery) -> Page:
        """One page of rows with its surroundings; going back beyond the start is the start."""
        rows, found = self._rows(session, query)
        has_more = len(rows) > PAGE_SIZE
        cursor = query.cursor
        if cursor is not None and ((cursor.is_back and not has_more) or not rows):
            return self.page(session, ListQuery(query.words, query.sort, query.answers))
        rows = rows[:PAGE_SIZE]
        if cursor is not None and cursor.is_back:
            rows = rows[::-1]
        page = Page(rows, query, [q for known in self.filters for q in known.questions(query.answers)])
        if rows and (has_more or (cursor is not None and cursor.is_back)):
            page.after = self._token(rows[-1])
        if rows and cursor is not None:
            page.before = self._token(rows[0])
        page.total = len(rows) if cursor is None and not has_more else found
        self._surround(session, page)
        return page

    def _token(self, row: Row[Any]) -> str:
        return cursor_token(row.sort_, row.key_)

    def _rows(self, session: Session, query: ListQuery) -> tuple[list[Row[Any]], int | None]:
        """Up to one row more than a page, and the number found where that is known already."""
        return self._in_order(session, self.statement(query), query), None

    def _in_order(self, session: Session, statement: Select[Any], query: ListQuery) -> list[Row[Any]]:
        order = self.order(query.sort)
        statement = statement.add_columns(order.expression.label("sort_"))
        rows: list[Row[Any]] = []
        for part in order.parts(query.cursor):
            wanted = PAGE_SIZE + 1 - len(rows)
            if wanted > 0:
                rows += session.execute(order.applied(statement, query.cursor, part).limit(wanted))
        return rows

    def _surround(self, session: Session, page: Page) -> None:
        """Ask in one statement for the total (where it is not known) and for every filter's records."""
        asked = [known.source.for_filter(known.key) for known in self.filters if known.source]
        if page.total is None:
            page.total = self._known_total(session, page)
        if page.total is None:
            asked += self._counts(page.query)
        if asked:
            options = options_by_name(session, asked)
            settle_total(page, options)
            for question in page.questions:
                question.options = question.options or options.get(question.name, [])

    def _known_total(self, session: Session, page: Page) -> int | None:
        known = self.screen.known_total(session, page.query)
        page.is_total_exact = known is not None
        return known

    def counted(self, query: ListQuery) -> Select[Any]:
        """The rows the query asks for, by nothing but their key: for counting."""
        statement = self.narrowed(select(self.key).select_from(self.screen.model), query)
        return statement.where(matches(self.searched, query.words)) if query.words else statement

    def _counts(self, query: ListQuery) -> list[Select[Any]]:
        return count_statements(self.counted(query), self.screen.model, is_whole=not query.is_narrowed)


def _placed(cells: Sequence[Cell]) -> Iterator[tuple[Cell, int]]:
    """Each cell with its value's place in a row; a link's key stands right after it."""
    place = 1
    for cell in cells:
        yield cell, place
        place += 1 if cell.link is None else 2
