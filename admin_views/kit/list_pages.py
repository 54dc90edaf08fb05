"""How is a list shown, narrowed and taken out as a file?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, redirect, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from sqlalchemy import Row, func, select

from admin_views.kit.actions import actions_of
from admin_views.kit.columns import Cell
from admin_views.kit.exports import LARGEST, MEDIA_TYPES, csv_pieces, rows_of
from admin_views.kit.listings import Listing
from admin_views.kit.pages import ListQuery, Page
from admin_views.kit.permissions import verb
from admin_views.kit.registry import screen_of
from admin_views.kit.requests import person_id
from admin_views.kit.stated import Stated
from admin_views.kit.workbooks import workbook
from models.core.clock import today
from models.documents.exports import record_export

Maker = Callable[[Row[Any]], str]


class ListPages(Stated):
    """The list of a screen and its exports."""

    @verb("list", "/")
    def index_view(self) -> str:
        """The list page."""
        query = self.listing.query(request.args)
        page = self.listing.page(self.session, query)
        kinds = tuple(MEDIA_TYPES) if self.allows("export") else ()
        return self.render(
            "kit/list.html", page=page, query=query, headings=self.headings(query), lines=self.lines(page),
            bulk_actions=actions_of(self, is_bulk=True), export_kinds=kinds,
        )  # fmt: skip

    @verb("export", "/export/<file_kind>/")
    def export(self, file_kind: str) -> ResponseReturnValue:
        """Every row the list page's filters ask for, as CSV or XLSX; on record before the first row leaves."""
        if file_kind not in MEDIA_TYPES:
            abort(404)
        query = self.listing.query(request.args)
        count = self._count(query)
        if count > LARGEST:
            flash(f"An export has at most {LARGEST:,} rows; narrow the list first.", "error")
            return redirect(self.list_url(**query.arguments()))
        self._put_on_record(file_kind, query, count)
        return self._file(file_kind, query)

    def export_url(self, kind: str, query: ListQuery) -> str:
        """Where this list is to be had as a file."""
        return self.link("export", file_kind=kind, **{**self.kept_arguments(), **query.arguments()})

    def _count(self, query: ListQuery) -> int:
        capped = self.listing.counted(query).limit(LARGEST + 1).subquery()
        return self.session.scalar(select(func.count()).select_from(capped)) or 0

    def _put_on_record(self, kind: str, query: ListQuery, count: int) -> None:
        record_export(
            self.session, person_id=person_id(), list_name=self.title, file_kind=kind,
            narrowed_by=query.arguments(), row_count=count,
        )  # fmt: skip
        self.session.commit()

    def _file(self, kind: str, query: ListQuery) -> Response:
        statement = self.listing.sorted(self.listing.statement(query), query)
        headings = [cell.label for cell in self.listing.cells]
        session = self.database.open_session()
        rows = rows_of(session, statement, len(headings))
        name = f"{self.path.replace('/', '-')}-{today():%Y-%m-%d}.{kind}"
        if kind == "csv":
            response = Response(stream_with_context(csv_pieces(headings, rows)), content_type=MEDIA_TYPES[kind])
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        else:
            response = send_file(
                workbook(self.title, headings, rows), MEDIA_TYPES[kind], as_attachment=True, download_name=name
            )
        response.call_on_close(session.close)
        return response

    def headings(self, query: ListQuery) -> list[dict[str, Any]]:
        """The list's headings: label, the address that sorts by it, and how it is sorted now."""
        now = query.sort or self.default_sort
        return [self._heading(cell.key, cell.label, now, query) for cell in self.listing.cells]

    def _heading(self, key: str, label: str, now: str, query: ListQuery) -> dict[str, Any]:
        if key not in self.listing.sortable:
            return {"label": label, "href": None, "sorted": None}
        is_up, is_down = now == key, now == f"-{key}"
        arguments = {**query.arguments(), "sort": f"-{key}" if is_up else key}
        is_sorted = "ascending" if is_up else "descending" if is_down else None
        return {"label": label, "href": self.list_url(**arguments), "sorted": is_sorted}

    def lines(self, page: Page) -> list[tuple[Any, Markup]]:
        """Each row's key and its cells as markup, made here rather than in the template: fifty rows must be quick."""
        makers = makers_of(self.listing)
        opened = [f'<td data-l="{escape(cell.label)}">' for cell in self.listing.cells]
        base = self.link("index_view") if self.allows("details") else ""
        return [(row.key_, _line(row, makers, opened, base)) for row in page.rows]


def makers_of(listing: Listing) -> list[Maker]:
    """For each cell a function from a row to its markup."""
    return [_maker(cell, place, is_first=not number) for number, (cell, place) in enumerate(listing.placed)]


def _maker(cell: Cell, place: int, *, is_first: bool) -> Maker:
    """A cell that names a record leads to its screen, but the first cell, which leads to the row's own record."""
    show = cell.show
    known = screen_of(cell.target) if cell.target is not None and not is_first else None
    if known is None or not known.allows("details"):
        return lambda row: _safe(show(row[place]))
    start = (
        f'<a class="whole" href="/{known.path}/' if hasattr(cell.target, "reference") else f'<a href="/{known.path}/'
    )
    return lambda row: _linked(start, row[place + 1], show(row[place]))


def _line(row: Row[Any], makers: list[Maker], opened: list[str], base: str) -> Markup:
    """The cells of one row; the first leads to the record."""
    first = makers[0](row)
    head = _link(f"{base}{row.key_}/", first) if base else first
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


def cells_of(screen: Stated, row: Row[Any]) -> list[str]:
    """One row's cells as safe markup, for the details page."""
    return [make(row) for make in makers_of(screen.detailed)]
