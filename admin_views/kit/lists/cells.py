"""How does a row of a list become markup, quickly enough for fifty rows a page?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Row
from sqlalchemy.orm import Session

from admin_views.kit.formats import NOTHING
from admin_views.kit.lists.columns import Cell
from admin_views.kit.lists.listings import Listing
from admin_views.kit.lists.record_names import records_by_name
from admin_views.kit.registry import screen_of

Maker = Callable[[Row[Any]], str]
Names = Mapping[str, Markup]


def makers_of(listing: Listing, session: Session, rows: Iterable[Row[Any]]) -> list[Maker]:
    """For each cell a function from one of the rows to its markup; the records they name are read here, at once."""
    naming = [place for cell, place in listing.placed if cell.key in listing.screen.column_records]
    wanted = {row[place] for row in rows for place in naming}
    names = records_by_name(session, wanted, is_deleted_too=listing.screen.names_what_is_deleted) if naming else {}
    return [
        _maker(cell, place, names, naming, is_first=not number) for number, (cell, place) in enumerate(listing.placed)
    ]


def _maker(cell: Cell, place: int, names: Names, naming: list[int], *, is_first: bool) -> Maker:
    """A cell that names a record leads to its screen, but the first cell, which leads to the row's own record."""
    if place in naming:
        return lambda row: names.get(row[place], NOTHING)
    show = cell.show
    known = screen_of(cell.target) if cell.target is not None and not is_first else None
    if known is None or not known.allows("details"):
        return lambda row: _safe(show(row[place]))
    start = f'<a class="whole" href="{known.url}/' if hasattr(cell.target, "reference") else f'<a href="{known.url}/'
    return lambda row: _linked(start, row[place + 1], show(row[place]))


@dataclass(frozen=True)
class Way:
    """How the first cell of a row leads to its record: the address before the key, the place in the list (encoded,
    after a `?`), and what stands beneath its words in the same link."""

    base: str
    place: str = ""
    beneath: Maker | None = None


def line_of(row: Row[Any], makers: list[Maker], opened: list[str], way: Way) -> Markup:
    """The cells of one row; the first leads to the record."""
    first = makers[0](row)
    if way.beneath is not None:
        first = Markup("{} <small>{}</small>").format(Markup(first), Markup(way.beneath(row)))  # noqa: S704 (both are escaped)
    head = _link(f"{way.base}{row.key_}/{way.place}", first) if way.base else first
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
