"""How does a table become a spreadsheet file: real dates, a frozen heading with filters, and no formulas?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import xlsxwriter

from models.rules.spreadsheets.formula_marks import harmless

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767
NARROW, WIDE = 9, 60
"""Columns are as wide as their longest text, in characters, within these bounds; longer texts wrap."""
_DATE_WIDTH, _MOMENT_WIDTH = 12, 17
_WITHOUT_TRICKS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class Worksheet:
    """One sheet: its name, its headings, and its rows of plain values."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]


def workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> BinaryIO:
    """An XLSX file of one sheet; see `workbook_of`."""
    return workbook_of(Worksheet(title, headings, rows))


def workbook_of(*sheets: Worksheet) -> BinaryIO:
    """An XLSX file: headings frozen and with filters, dates as dates, long texts wrapped, no formulas, no links."""
    file = SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 (closed by the response that sends it)
    book = xlsxwriter.Workbook(file, _WITHOUT_TRICKS)
    looks = _Looks(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet_name(sheet.title)), sheet, looks)
    book.close()
    file.seek(0)
    return cast(BinaryIO, file)


class _Looks:
    """The formats of one workbook."""

    def __init__(self, book: Any) -> None:
        top = {"valign": "top"}
        self.head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E7EDF4", "bottom": 1, **top})
        self.plain = book.add_format(top)
        self.long = book.add_format({"text_wrap": True, **top})
        self.dates = {
            date: book.add_format({"num_format": "dd/mm/yyyy", "align": "left", **top}),
            datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left", **top}),
        }


def _write_sheet(sheet: Any, told: Worksheet, looks: _Looks) -> None:
    sheet.freeze_panes(1, 0)
    widths = [min(WIDE, max(NARROW, len(heading) + 3)) for heading in told.headings]
    for column, heading in enumerate(told.headings):
        sheet.write_string(0, column, heading, looks.head)
    last = 0
    for last, row in enumerate(told.rows, 1):
        for column, value in enumerate(row):
            _write(sheet, last, column, value, looks)
            widths[column] = max(widths[column], _width(value))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    if told.headings:
        sheet.autofilter(0, 0, last, len(told.headings) - 1)
    _prepare_printing(sheet, told.title)


def _prepare_printing(sheet: Any, title: str) -> None:
    """On paper: A4 lying down, as wide as one page, the headings on each, its name and the page numbers below."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{title.replace('&', '&&')[:100]}&RPage &P of &N")


def _width(value: Any) -> int:
    """How many characters wide a value stands."""
    if isinstance(value, datetime):
        return _MOMENT_WIDTH
    if isinstance(value, date):
        return _DATE_WIDTH
    longest = max(map(len, str(value)[:500].split("\n"))) if value is not None else 0
    return min(WIDE, longest + 2)


def _write(sheet: Any, number: int, column: int, value: Any, looks: _Looks) -> None:
    if value is None:
        return
    if isinstance(value, (date, datetime)):
        sheet.write_datetime(number, column, value, looks.dates[type(value)])
    elif isinstance(value, str):
        text = harmless(value)[:LONGEST_CELL]
        sheet.write_string(number, column, text, looks.long if len(text) > WIDE or "\n" in text else looks.plain)
    else:
        sheet.write_number(number, column, value, looks.plain)


def sheet_name(title: str) -> str:
    """A title as a worksheet may be called.

    >>> sheet_name("Reviews: 2025/26")
    'Reviews 2025 26'
    """
    kept = "".join(letter if letter not in "[]:*?/\\'" else " " for letter in title)
    return " ".join(kept.split())[:31] or "List"
