"""How does a list leave as a file, and what may come back into it?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import Response, abort, flash, redirect, send_file, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, func, select

from admin_views.kit.formats import plain_value
from admin_views.kit.imports import exported_columns, sheet_name_of
from admin_views.kit.lists.exports import MEDIA_TYPES, csv_pieces
from admin_views.kit.lists.listings import Listing
from admin_views.kit.lists.pages import PAGE_SIZE, ListArgs
from admin_views.kit.lists.places import address_with
from admin_views.kit.lists.workbooks import Worksheet, workbook_of
from admin_views.kit.looks import note_export
from admin_views.kit.permissions import verb
from admin_views.kit.requests import person_id
from models.core.addresses import list_address
from models.core.clock import today
from models.core.labels import told_apart
from models.documents.exports import record_export
from models.documents.list_workbooks import AT_ONCE, MOST_ROWS
from models.spreadsheets.sheet_kinds import Importable
from models.spreadsheets.table_imports import TableImport


class ExportViews:
    """The export of a list, Flask-Admin's with these hooks overridden, and the way to its import."""

    importable: ClassVar[Importable | None] = None
    export_types: ClassVar[list[str]] = list(MEDIA_TYPES)
    export_max_rows = None
    name: Any
    model: Any
    url: Any
    endpoint: Any
    keeps_views: ClassVar[bool]
    session: Any
    listing: Listing
    new_listing: Callable[..., Listing]
    column_formatters: ClassVar[Any]
    get_column_names: Callable[..., list[tuple[str, str]]]
    list_args: Callable[[], ListArgs]
    list_url: Callable[..., str]
    link: Callable[..., str]
    kept_arguments: Callable[[], dict[str, str]]
    allows: Callable[[str], bool]
    _export_data: Callable[[], tuple[int, Iterator[Any]]]
    _export_columns: list[tuple[str, str]]

    @cached_property
    def exported(self) -> Listing:
        """The list as it leaves: put together for the first file, as a portal starts sooner without."""
        return self.new_listing([name for name, _ in self._export_columns], self.column_formatters, told_apart)

    def further_sheets(self, args: ListArgs) -> Iterable[Worksheet]:
        """More sheets of the list's workbook: what belongs to the rows that are asked for."""
        return ()

    # Flask-Admin's export

    def get_export_columns(self) -> list[tuple[str, str]]:
        """The columns of a file, each with its heading."""
        return self.get_column_names(exported_columns(self), None)

    @verb("export", "/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """Every row the list page's filters ask for, as CSV or XLSX; on record before the first row leaves."""
        if export_type not in self.export_types:
            abort(404)
        args = replace(self.list_args(), page_size=PAGE_SIZE)  # a file has no pages
        count = self._count(args)
        if export_type != "csv" and count > AT_ONCE:
            return self._later(args, count)
        note_export(self.model, count, args.arguments())
        record_export(
            self.session, person_id=person_id(), list_name=self.name, file_kind=export_type,
            narrowed_by=args.arguments(), row_count=count,
        )  # fmt: skip
        self.session.commit()
        return super().export(export_type)  # type: ignore[misc]  # Flask-Admin's, beneath

    def _count(self, args: ListArgs) -> int:
        """How many rows are asked for, and so leave."""
        asked = self.listing.counted(args).subquery()
        return self.session.scalar(select(func.count()).select_from(asked)) or 0

    def _later(self, args: ListArgs, count: int) -> ResponseReturnValue:
        """Lead to where a workbook of so many rows is asked for, or say why it cannot be had."""
        arguments = {**self.kept_arguments(), **args.arguments()}
        most = MOST_ROWS if self.keeps_views else AT_ONCE
        if count > most:
            flash(f"A workbook has at most {most:,} rows; narrow the list first, or take it out as CSV.", "error")
            return redirect(self.list_url(**args.arguments()))
        return redirect(url_for("requests.ask_workbook", of=self.endpoint, asked=urlencode(arguments)))

    def export_url(self, kind: str, args: ListArgs) -> str:
        """The address of this list as a file."""
        return address_with(f"{self.url}/export/{kind}/", {**self.kept_arguments(), **args.arguments()})

    def import_url(self) -> str:
        """The address at which a spreadsheet is brought into this list; "" where this person may not, or nobody may."""
        may = self.importable is not None and self.allows("create")
        return list_address(TableImport, "upload", to=sheet_name_of(type(self))) if may else ""

    def get_export_name(self, export_type: str = "csv") -> str:
        return f"{self.url.strip('/').replace('/', '-')}-{today():%Y-%m-%d}.{export_type}"

    def get_export_value(self, model: Row[Any], name: str) -> Any:
        return plain_value(model._mapping[name])

    def taken_out(self, rows: Iterable[Any], args: ListArgs) -> Worksheet:
        """Rows of the export as a sheet of plain values: under all its headings, or those of the columns chosen."""
        taken = [(name, label) for name, label in self._export_columns if not args.columns or name in args.columns]
        plain = ([self.get_export_value(row, name) for name, _ in taken] for row in rows)
        return Worksheet(self.name, [label for _, label in taken], plain)

    def _export_csv(self, return_url: Any) -> Response:
        """As Flask-Admin streams it, in larger pieces, with the mark of UTF-8, and without acting as a formula."""
        sheet = self.taken_out(self._export_data()[1], self.list_args())
        answer = Response(stream_with_context(csv_pieces(sheet.headings, sheet.rows)), content_type=MEDIA_TYPES["csv"])
        answer.headers["Content-Disposition"] = f'attachment; filename="{self.get_export_name("csv")}"'
        return answer

    def _export_tablib(self, export_type: str, return_url: str) -> Response:
        """A workbook with real dates and no formulas, which tablib cannot write."""
        name = self.get_export_name(export_type)
        first = self.taken_out(self._export_data()[1], self.list_args())
        file = workbook_of(first, *self.further_sheets(self.list_args()))
        return send_file(file, MEDIA_TYPES[export_type], as_attachment=True, download_name=name)
