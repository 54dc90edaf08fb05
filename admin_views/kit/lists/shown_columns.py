"""Which of a list's columns has somebody chosen to see?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from admin_views.kit.lists.columns import Cell
from admin_views.kit.lists.pages import COLUMNS, ListArgs


def arguments_of(asked: MultiDict[str, str]) -> dict[str, str]:
    """The arguments of an address, each once; columns that were ticked one by one are named as one.

    >>> arguments_of(MultiDict([("q", "late"), ("columns", "name"), ("columns", "code")]))
    {'q': 'late', 'columns': 'name,code'}
    """
    columns = asked.getlist(COLUMNS)
    return asked.to_dict() | ({COLUMNS: ",".join(columns)} if columns else {})


def columns_to_choose(screen: Any, args: ListArgs) -> list[tuple[int, Cell, bool]]:
    """The columns of a screen's list, each with its place and whether it is shown; the first always is.

    The column that would name the review in every row of a review's own list is none of them, nor the one that stands
    beneath the first.
    """
    left_out = {*screen.kept_arguments(), screen.column_beneath}
    cells = [(place, cell) for place, cell in enumerate(screen.listing.cells) if not place or cell.key not in left_out]
    return [(place, cell, not args.columns or not place or cell.key in args.columns) for place, cell in cells]


@dataclass(frozen=True)
class Heading:
    """The heading of a column: its label, the address that sorts by it, and how it is sorted now."""

    label: str
    href: str | None = None
    sorted: str | None = None


def headings_of(screen: Any, args: ListArgs) -> list[Heading]:
    """The headings of the columns of a screen's list that are shown."""
    listing = screen.listing
    now = args.sort_words or f"{'-' if listing.is_usually_down else ''}{listing.usual}"
    shown = (cell for _, cell, is_shown in columns_to_choose(screen, args) if is_shown)
    return [_heading(screen, cell, now, args) for cell in shown]


def _heading(screen: Any, cell: Cell, now: str, args: ListArgs) -> Heading:
    if cell.key not in screen.listing.sortable:
        return Heading(cell.label)
    is_up, is_down = now == cell.key, now == f"-{cell.key}"
    arguments = {**args.arguments(), "sort": f"-{cell.key}" if is_up else cell.key}
    is_sorted = "ascending" if is_up else "descending" if is_down else None
    return Heading(cell.label, screen.list_url(**arguments), is_sorted)
