"""How does a row of a list become markup, quickly enough for fifty rows a page?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Row
from sqlalchemy.orm import Session

from admin_views.kit.formats import NOTHING, whole, whole_after_first
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
        return _once_each(lambda row: row[place], lambda row: _safe(show(row[place])))
    start = f'<a class="whole" href="{known.url}/' if hasattr(cell.target, "reference") else f'<a href="{known.url}/'
    return _once_each(lambda row: row[place : place + 2], lambda row: _linked(start, row[place + 1], show(row[place])))


def _once_each(value_of: Callable[[Row[Any]], Any], make: Maker) -> Maker:
    """Make each value's markup once: fifty rows of a page name the same few agencies, states and days."""
    markup_of: dict[Any, str] = {}

    def cell(row: Row[Any]) -> str:
        value = value_of(row)
        try:
            return markup_of[value]
        except KeyError:
            return markup_of.setdefault(value, make(row))
        except TypeError:  # lists, which no dictionary takes
            return make(row)

    return cell


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
        first = f"{first} <small>{way.beneath(row)}</small>"
    head = _link(f"{way.base}{row.key_}/{way.place}", first) if way.base else first
    rest = "".join(f"{cell}{make(row)}</td>" for cell, make in zip(opened[1:], makers[1:], strict=True))
    return Markup(f"{head}</th>{rest}")  # noqa: S704 (every cell is escaped)


def body_of(lines: Iterable[tuple[Any, Markup]], *, is_ticked: bool, is_short: bool) -> Markup:
    """The rows of a list's table, each with a box to tick where it may be.

    Put together here: a template hands each piece of a page through every template around it.
    """
    mend = whole_after_first if is_short else whole
    if not is_ticked:
        return Markup("".join(f'<tr><th scope="row">{mend(line)}</tr>' for _, line in lines))  # noqa: S704 (cells are escaped)
    return Markup("".join(_ticked(escape(key), mend(line)) for key, line in lines))  # noqa: S704 (cells are escaped)


def _ticked(key: str, line: str) -> str:
    box = f'<td><input type="checkbox" name="rowid" value="{key}" aria-labelledby="r{key}"></td>'
    return f'<tr>{box}<th scope="row" id="r{key}">{line}</tr>'


def _safe(shown: str) -> str:
    """Text escaped, markup as it is. Asked for every cell of every list, so it looks before it calls."""
    return shown if type(shown) is Markup else escape(shown)


def _linked(start: str, key: Any, shown: str) -> str:
    if key is None or "<" in escape(shown):  # markup already: a tag, or the dash for nothing
        return escape(shown)
    return Markup(f'{start}{key}/">{escape(shown)}</a>')  # noqa: S704 (both halves are ours or escaped)


def _link(href: str, shown: str) -> str:
    """A link around a cell that is escaped already; both halves are ours."""
    return f'<a href="{href}">{shown}</a>'
