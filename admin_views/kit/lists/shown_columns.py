"""Which of a list's columns has somebody chosen to see?"""

from __future__ import annotations

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

    The column that would name the review in every row of a review's own list is none of them.
    """
    kept = screen.kept_arguments()
    cells = [(place, cell) for place, cell in enumerate(screen.listing.cells) if not place or cell.key not in kept]
    return [(place, cell, not args.columns or not place or cell.key in args.columns) for place, cell in cells]
