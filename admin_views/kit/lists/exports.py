"""How does a list leave the portal as a file that no spreadsheet can be tricked by?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from admin_views.kit.lists.workbooks import XLSX
from models.rules.spreadsheets.formula_marks import harmless

_CHUNK = 500

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX,
}


def rows_of(session: Session, statement: Select[Any]) -> Iterator[Row[Any]]:
    """The statement's rows, read in pieces so that memory stays flat; the session is closed after the last."""
    try:
        yield from session.execute(statement, execution_options={"yield_per": _CHUNK})
    finally:
        session.close()


def csv_pieces(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
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
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def _emptied(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
