"""What does a list page ask for, what does it show, and how many rows are there in all?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CompoundSelect, Integer, Row, Select, Text, cast, func, literal, null, select, text
from sqlalchemy.orm import Session

from admin_views.kit.lists.cursors import Cursor
from admin_views.kit.lists.numbers import DEEPEST, missing_page, neighbours
from admin_views.kit.requests import actor
from models.core.db import Base
from models.documents.saved_views import ASKING
from models.rules.core.counts import count_words

PAGE_SIZE = 50
"""Rows a page where nobody has chosen."""

PAGE_SIZES = (25, PAGE_SIZE, 100)
ROWS = "rows"
"""The argument of a list's address that says how many rows a page has."""

MOST_AT_ONCE = 500  # records one press of a button under the list may touch
COLUMNS = "columns"
"""The argument of a list's address that names the columns that are shown, set apart by commas."""

COUNTED = 10_000  # beyond this a filtered total is "more than 10,000"
_COUNT, _ESTIMATE = "count_", "estimate_"


@dataclass(frozen=True)
class ListArgs:
    """What the address asks of a list, as Flask-Admin's ViewArgs says it; here a column and a filter go by name.

    `page` is the row at which the page begins, `filters` are the answers by the filters' names, `sort` is a column of
    the list. `number` is the page's number: without a row it is counted off; None where nobody can know it. `problem`
    is what is wrong with the page that was asked for. `columns` are those that are shown, the first among them; none
    named is all of them. `page_size` is how many rows a page has.
    """

    search: str = ""
    sort: str | None = None
    sort_desc: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    page: Cursor | None = None
    page_size: int = PAGE_SIZE
    extra_args: Mapping[str, str] = field(default_factory=dict)
    number: int | None = 1
    problem: str = ""
    columns: tuple[str, ...] = ()

    @property
    def skipped(self) -> int:
        """How many rows stand before a page that is asked for by its number alone; 0 for the first and for cursors."""
        return 0 if self.page is not None or self.number is None else (self.number - 1) * self.page_size

    def clone(self, **changes: Any) -> ListArgs:
        """The same list without words and filters: the one other address that Flask-Admin asks for."""
        return ListArgs(sort=self.sort, sort_desc=self.sort_desc)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.filters)

    @property
    def sort_words(self) -> str:
        """The order as the address names it: "-due_on" is the latest first; empty for the list's usual one."""
        return f"-{self.sort}" if self.sort and self.sort_desc else self.sort or ""

    def arguments(self) -> dict[str, str]:
        """The same as arguments of an address, without the place in the list."""
        named = {"q": self.search, "sort": self.sort_words, **self.looks(), **self.filters}
        return {name: value for name, value in named.items() if value}

    def looks(self) -> dict[str, str]:
        """How the rows are shown, as arguments of an address: the columns, and how many rows a page; none as usual."""
        rows = "" if self.page_size == PAGE_SIZE else str(self.page_size)
        named = {COLUMNS: ",".join(self.columns), ROWS: rows}
        return {name: value for name, value in named.items() if value}


@dataclass
class Page:
    """One page of a list, ready to be shown. It can be counted and gone through, as Flask-Admin's list of rows is."""

    rows: Sequence[Row[Any]]
    args: ListArgs
    options: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    total: int | None = None
    is_total_exact: bool = False
    counted_to: int = COUNTED
    is_total_estimated: bool = False
    after: str | None = None
    before: str | None = None
    number: int | None = 1
    missed: int | None = None

    @property
    def is_counted(self) -> bool:
        """Whether the total is the very number of rows."""
        if self.total is None or self.is_total_estimated:
            return False
        return self.is_total_exact or self.total <= self.counted_to

    @property
    def pages(self) -> int | None:
        """How many pages there are; None where the rows are not counted."""
        return max(1, -(-(self.total or 0) // self.args.page_size)) if self.is_counted else None

    @property
    def may_be_ticked_whole(self) -> bool:
        """Whether the rows of all pages may be taken with one tick: there are more pages, and not too many rows."""
        return self.is_counted and len(self.rows) < (self.total or 0) <= MOST_AT_ONCE

    @property
    def sizes(self) -> Sequence[int]:
        """How many rows a page may have, where that makes a difference to this list; none where it does not."""
        has_more = self.before is not None or self.after is not None
        return PAGE_SIZES if has_more or len(self.rows) > min(PAGE_SIZES) else ()

    @property
    def numbers(self) -> list[int | None]:
        """The pages this one leads to by their numbers; None stands for those left out between."""
        return neighbours(self.number, self.pages, has_more=self.after is not None)

    @property
    def problem(self) -> str:
        """What is said of the page that was asked for, where it is not this one; "" where nothing is wrong."""
        return self.args.problem or (missing_page(self.missed, self.pages) if self.missed else "")

    def may_open(self, number: int) -> bool:
        """Whether a page is opened by its number alone."""
        return (number - 1) * self.args.page_size < DEEPEST * PAGE_SIZE

    def range_words(self) -> str:
        """Which rows these are, "51 to 100"; "" where the page has no number, or is the only one."""
        if self.number is None or not self.rows or not (self.before or self.after):
            return ""
        is_last = self.is_counted and self.after is None
        first = (self.total or 0) - len(self.rows) + 1 if is_last else (self.number - 1) * self.args.page_size + 1
        last = first + len(self.rows) - 1
        return f"{first:,}" if first == last else f"{first:,} to {last:,}"

    def __iter__(self) -> Iterator[Row[Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def total_words(self, noun: str, plural: str) -> str:
        """How many in all, in words that do not claim more than is known."""
        if self.total is None:
            return f"many {plural}"
        if self.total > self.counted_to and not self.is_total_estimated and not self.is_total_exact:
            return f"more than {self.counted_to:,} {plural}"
        if self.is_total_estimated:
            return f"about {_rounded(self.total):,} {plural}"
        return count_words(self.total, noun, plural)


def asked_size(typed: str) -> int:
    """How many rows a page is asked to have; the usual number for all that is no choice.

    >>> asked_size("100"), asked_size("7"), asked_size("many"), asked_size("")
    (100, 50, 50, 50)
    """
    return next((size for size in PAGE_SIZES if str(size) == typed), PAGE_SIZE)


def _rounded(number: int) -> int:
    """Two leading digits of an estimate.

    >>> _rounded(1_004_321), _rounded(987_654)
    (1000000, 990000)
    """
    unit: int = 10 ** max(0, len(str(number)) - 2)
    return round(number / unit) * unit


def count_statements(statement: Select[Any], model: type[Base], *, is_whole: bool) -> list[Select[Any]]:
    """Count up to COUNTED rows; for a whole table also the database's own estimate.

    The estimate is of all rows, so it is for people who may see them all, never for one agency's.
    """
    capped = statement.with_only_columns(literal(1), maintain_column_froms=True).order_by(None).limit(COUNTED + 1)
    counted = [_as_option(_COUNT, select(func.count()).select_from(capped.subquery()).scalar_subquery())]
    if is_whole and not actor().is_agency_bound:
        size = text("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(:name)")
        known = size.bindparams(name=str(model.__table__)).columns(size=Integer)
        counted.append(_as_option(_ESTIMATE, known.scalar_subquery()))
    return counted


def count_as_told(number: Any) -> Select[Any]:
    """A count of a list's own, beside its choices; where this has no row, no number is claimed."""
    return _as_option(_COUNT, number)


def _as_option(name: str, number: Any) -> Select[Any]:
    columns: tuple[Any, ...] = (
        literal(name).label("name"),
        cast(number, Integer).label("id"),
        cast(null(), Text).label("label"),
    )
    return select(*columns)


def options_by_name(session: Session, together: CompoundSelect[Any]) -> dict[str, list[tuple[str, str]]]:
    """Run statements that were put together; their rows by name, in each statement's order."""
    options: dict[str, list[tuple[str, str]]] = {}
    for name, key, label in session.connection().execute(together, {ASKING.key: actor().person_id}).all():
        options.setdefault(name, []).append((str(key), label))
    return options


def settle_total(page: Page, options: dict[str, list[tuple[str, str]]]) -> None:
    """Take the counts out of the answers and state the total as well as it is known; the rest are choices."""
    page.options = options
    counted, estimated = options.pop(_COUNT, None), options.pop(_ESTIMATE, None)
    if counted is not None:
        page.total = int(counted[0][0])
    if page.total is not None and page.total > COUNTED:
        estimate = int(estimated[0][0]) if estimated else 0
        page.is_total_estimated = estimate > COUNTED
        page.total = estimate if page.is_total_estimated else page.total
