"""How does a list leave the portal as a file that no spreadsheet can be tricked by?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import xlsxwriter
from sqlalchemy import Select
from sqlalchemy.orm import Session

from admin_views.kit.formats import plain_value

LARGEST = 100_000
_CHUNK = 500
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_WITHOUT_TRICKS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def rows_of(session: Session, statement: Select[Any], width: int) -> Iterator[list[Any]]:
    """The statement's rows as plain values, read in pieces so that memory stays flat."""
    result = session.execute(statement, execution_options={"yield_per": _CHUNK})
    for row in result:
        mapping = row._mapping
        yield [plain_value(mapping[f"c{number}"]) for number in range(width)]


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers and dates stay.

    >>> harmless("=HYPERLINK(1)"), harmless("Ann"), harmless(-3)
    ("'=HYPERLINK(1)", 'Ann', -3)
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(_DANGEROUS):
        return f"'{value}"
    return value


def csv_pieces(headings: Sequence[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    """A CSV file piece by piece: UTF-8 with its mark, so that spreadsheets read names right; dates as 2026-03-09."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([harmless(heading) for heading in headings])
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(rows, 1):
        writer.writerow([_csv_cell(value) for value in row])
        if number % _CHUNK == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _csv_cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else harmless(value)


def _emptied(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def workbook(title: str, headings: Sequence[str], rows: Iterable[list[Any]]) -> BinaryIO:
    """An XLSX file: headings frozen, dates as dates, no formulas, no links."""
    file = SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 (closed by the response that sends it)
    book = xlsxwriter.Workbook(file, _WITHOUT_TRICKS)
    sheet = book.add_worksheet(_sheet_name(title))
    strong = book.add_format({"bold": True})
    formats: dict[type, Any] = {
        date: book.add_format({"num_format": "dd/mm/yyyy"}),
        datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
    }
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, max(12, min(40, len(heading) + 4)))
        sheet.write_string(0, column, heading, strong)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value, formats)
    book.close()
    file.seek(0)
    return cast(BinaryIO, file)


def _write(sheet: Any, number: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None:
        return
    if isinstance(value, (date, datetime)):
        sheet.write_datetime(number, column, value, formats[type(value)])
    elif isinstance(value, str):
        sheet.write_string(number, column, harmless(value)[:32_767])
    else:
        sheet.write_number(number, column, value)


def _sheet_name(title: str) -> str:
    """A title as a worksheet may be called.

    >>> _sheet_name("Reviews: 2025/26")
    'Reviews 2025 26'
    """
    kept = "".join(letter if letter not in "[]:*?/\\'" else " " for letter in title)
    return " ".join(kept.split())[:31] or "List"
