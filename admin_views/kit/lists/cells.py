"""How do the rows of a list become markup, quickly enough for fifty rows a page?

Column by column: a page names the same few agencies, states and days again and again, so each value is made into a
cell once. No template is asked for them, as it hands each piece of a page through every template around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from sqlalchemy import Row
from sqlalchemy.orm import Session

from admin_views.kit.formats import NOTHING, whole
from admin_views.kit.lists.columns import Cell
from admin_views.kit.lists.listings import Listing
from admin_views.kit.lists.pages import Page
from admin_views.kit.lists.record_names import records_by_name
from admin_views.kit.registry import screen_of

Make = Callable[[Any], str]
Names = Mapping[str, Markup]


@dataclass(frozen=True)
class Column:
    """One column of a page: what it holds in each row, and how a value of it becomes markup."""

    label: str
    values: Sequence[Any]
    make: Make

    def markup(self, finish: Callable[[str], str] = str) -> list[str]:
        """Each row's markup, of which `finish` makes more; each value's is made once."""
        try:
            different = dict.fromkeys(self.values)
        except TypeError:  # lists, which no dictionary takes
            return [finish(self.make(value)) for value in self.values]
        markup_of = {value: finish(self.make(value)) for value in different}
        return [markup_of[value] for value in self.values]

    def cells(self) -> list[str]:
        """Each row's cell of the table, under the label that a phone shows beside it."""
        opened = f'<td data-l="{escape(self.label)}">'
        return self.markup(lambda shown: f"{opened}{whole(shown)}</td>")


@dataclass(frozen=True)
class Way:
    """How the first cell of a row leads to its record: the address before the key, and the place in the list (encoded,
    after a `?`), which the record's page remembers. Without an address it leads nowhere."""

    base: str
    place: str = ""


def columns_of(listing: Listing, session: Session, rows: Sequence[Row[Any]]) -> list[Column]:
    """A page's rows as the columns of a list; the records they name are read here, at once."""
    values: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(listing.base.selected_columns)
    naming = [place for cell, place in listing.placed if cell.key in listing.screen.column_records]
    wanted = {name for place in naming for name in values[place]}
    names = records_by_name(session, wanted, is_deleted_too=listing.screen.names_what_is_deleted) if naming else {}
    return list(_columns(listing, values, {place: names for place in naming}))


def _columns(listing: Listing, values: Sequence[Any], names_at: Mapping[int, Names]) -> Iterator[Column]:
    """A cell that names a record leads to its screen, but the first cell, which leads to the row's own record."""
    for number, (cell, place) in enumerate(listing.placed):
        known = screen_of(cell.target) if cell.target is not None and number else None
        if place in names_at:
            yield Column(cell.label, values[place], _name_from(names_at[place]))
        elif known is not None and known.allows("details"):
            linked = zip(values[place], values[place + 1], strict=True)
            yield Column(cell.label, list(linked), _link_to(known.url, cell))
        else:
            yield Column(cell.label, values[place], _words_of(cell))


def _name_from(names: Names) -> Make:
    return lambda name: names.get(name, NOTHING)


def _words_of(cell: Cell) -> Make:
    show = cell.show

    def words(value: Any) -> str:
        shown = show(value)
        return shown if type(shown) is Markup else escape(shown)

    return words


def _link_to(url: str, cell: Cell) -> Make:
    start = f'<a class="whole" href="{url}/' if hasattr(cell.target, "reference") else f'<a href="{url}/'

    def linked(value: tuple[Any, Any]) -> str:
        shown = escape(cell.show(value[0]))
        if value[1] is None or "<" in shown:  # markup already: a tag, or the dash for nothing
            return shown
        return Markup(f'{start}{value[1]}/">{shown}</a>')  # noqa: S704 (both halves are ours or escaped)

    return linked


def body_of_page(screen: Any, page: Page, *, is_ticked: bool, is_short: bool) -> Markup:
    """The rows of a page of a screen's list, as `body_of` puts them together."""
    every = columns_of(screen.listing, screen.session, page.rows)
    shown = [every[place] for place, _, is_shown in screen.columns_to_choose(page.args) if is_shown]
    beneath = every[-1] if screen.column_beneath else None
    left = screen.list_place()
    way = Way(screen.records_address(), f"?{urlencode(left)}" if left else "")
    keys = [str(escape(row.key_)) for row in page.rows]
    return body_of(keys, shown, beneath, way, is_ticked=is_ticked, is_short=is_short)


def body_of(
    keys: Iterable[str], columns: Sequence[Column], beneath: Column | None, way: Way, *, is_ticked: bool, is_short: bool
) -> Markup:
    """The rows of a list's table, each with a box to tick where it may be; the first cell leads to the record.

    `beneath` stands under the words of the first cell, in the same link. Short first cells stand on one line already.
    """
    first, *others = columns
    heads = first.markup() if is_short else first.markup(whole)
    if beneath is not None:
        heads = [f"{head} <small>{small}</small>" for head, small in zip(heads, beneath.markup(), strict=True)]
    cells = [column.cells() for column in others]
    rests = map("".join, zip(*cells, strict=True)) if cells else [""] * len(heads)
    opened = _ticked if is_ticked else _plain
    end = "</a></th>" if way.base else "</th>"
    rows = zip(keys, heads, rests, strict=True)
    lines = [f"{opened(key)}{_open(way, key)}{head}{end}{rest}</tr>" for key, head, rest in rows]
    return Markup("".join(lines))  # noqa: S704 (cells are escaped)


def _open(way: Way, key: str) -> str:
    return f'<a href="{way.base}{key}/{way.place}">' if way.base else ""


def _plain(key: str) -> str:
    return '<tr><th scope="row">'


def _ticked(key: str) -> str:
    box = f'<td><input type="checkbox" name="rowid" value="{key}" aria-labelledby="r{key}"></td>'
    return f'<tr>{box}<th scope="row" id="r{key}">'
