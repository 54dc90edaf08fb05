"""How does a row of a list become markup, quickly enough for fifty rows a page?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Row

from admin_views.kit.lists.columns import Cell
from admin_views.kit.lists.listings import Listing
from admin_views.kit.registry import screen_of

Maker = Callable[[Row[Any]], str]


def makers_of(listing: Listing) -> list[Maker]:
    """For each cell a function from a row to its markup."""
    return [_maker(cell, place, is_first=not number) for number, (cell, place) in enumerate(listing.placed)]


def _maker(cell: Cell, place: int, *, is_first: bool) -> Maker:
    """A cell that names a record leads to its screen, but the first cell, which leads to the row's own record."""
    show = cell.show
    known = screen_of(cell.target) if cell.target is not None and not is_first else None
    if known is None or not known.allows("details"):
        return lambda row: _safe(show(row[place]))
    start = f'<a class="whole" href="{known.url}/' if hasattr(cell.target, "reference") else f'<a href="{known.url}/'
    return lambda row: _linked(start, row[place + 1], show(row[place]))


def line_of(row: Row[Any], makers: list[Maker], opened: list[str], base: str, place: str = "") -> Markup:
    """The cells of one row; the first leads to the record, with the place in the list (encoded, after a `?`)."""
    first = makers[0](row)
    head = _link(f"{base}{row.key_}/{place}", first) if base else first
    rest = "".join(f"{cell}{make(row)}</td>" for cell, make in zip(opened[1:], makers[1:], strict=True))
    return Markup(f"{head}</th>{rest}")  # noqa: S704 (every cell is escaped)


def _safe(shown: str) -> str:
    """Text escaped, markup as it is. Asked for every cell of every list, so it looks before it calls."""
    return shown if type(shown) is Markup else escape(shown)


def _linked(start: str, key: Any, shown: str) -> str:
    if key is None or "<" in escape(shown):  # markup already: a tag, or the dash for nothing
        return escape(shown)
    return Markup(f'{start}{key}/">{escape(shown)}</a>')  # noqa: S704 (both halves are ours or escaped)


def _link(href: str, shown: str) -> Markup:
    """A link around a cell that is escaped already; both halves are ours."""
    return Markup(f'<a href="{href}">{shown}</a>')  # noqa: S704 (both halves are ours or escaped)
