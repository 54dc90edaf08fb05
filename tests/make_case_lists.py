"""How does a test get a case-list file of any kind: proper, odd, or hostile?"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

import xlsxwriter

from models.rules.case_lists.check import CaseListCheck, CaseRow
from models.rules.case_lists.file import CaseListFile, describe_sheet, describe_sheets, likely_sheet, open_case_list
from models.rules.case_lists.files.batches import RowBatch
from models.rules.case_lists.headings import ColumnChoice
from models.rules.case_lists.levels import Level
from models.rules.case_lists.report import Report

TODAY = date(2026, 3, 31)
HEADINGS = ("Case reference", "Level", "Theme", "Start date", "End date", "Date of birth", "Agency")
LEVELS = (
    Level(1, "Closed", ("closed episode",)),
    Level(2, "Early help"),
    Level(3, "Child in need", ("CIN", "child in need plan", "open child in need")),
    Level(4, "Child protection plan", ("CPP",)),
    Level(5, "Looked after", ("CLA", "looked after child")),
)


def csv_bytes(
    rows: Iterable[Sequence[str]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    newline: str = "\r\n",
    quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:
    """Rows as a CSV file in any encoding, with any delimiter and line end."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(rows)
    return text.getvalue().encode(encoding)


def case_row(
    reference: str = "F1001",
    level: str = "CIN",
    theme: str = "Neglect",
    start: str = "16/05/2019",
    end: str = "",
    born: str = "",
    agency: str = "",
) -> tuple[str, ...]:
    """A row under `HEADINGS` with something in it."""
    return (reference, level, theme, start, end, born, agency)


def listed(*rows: Sequence[str]) -> bytes:
    """A CSV file of the rows under `HEADINGS`."""
    return csv_bytes([HEADINGS, *rows])


def check_bytes(
    content: bytes,
    choice: ColumnChoice | None = None,
    *,
    levels: Sequence[Level] = LEVELS,
    level_map: Mapping[str, int] | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    is_row_by_row: bool = False,
) -> tuple[Report, list[CaseRow]]:
    """Check a whole file; the choice is guessed unless given."""
    file = open_case_list(io.BytesIO(content))
    described = (
        likely_sheet(describe_sheets(file))
        if sheet is None and header_row is None
        else describe_sheet(file, sheet or file.sheet_names[0], header_row)
    )
    read = cast("CaseListFile", _RowByRow(file)) if is_row_by_row else file
    check = CaseListCheck(read, described, choice or described.choice, levels, today=TODAY, level_map=level_map)
    rows = list(check.rows())
    return check.report, rows


class _RowByRow:
    """A file of which every row is a batch of its own, so that each is judged without its neighbours."""

    def __init__(self, file: CaseListFile) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def batches(self, sheet: str, first_row: int = 1) -> Iterator[RowBatch]:
        for batch in self._file.batches(sheet, first_row):
            for index, number in enumerate(batch.numbers):
                yield RowBatch([number], [batch.row(index)])


def xlsx_bytes(sheets: Mapping[str, Sequence[Sequence[object]]], *, date_1904: bool = False) -> bytes:
    """A workbook as a spreadsheet writes it; dates become real date cells, `=...` formulas with a stored value of 0."""
    target = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "dd/mm/yyyy", "strings_to_formulas": True}
    with xlsxwriter.Workbook(target, {**options, "date_1904": date_1904}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    sheet.write(number, place, value)
    return target.getvalue()


def raw_workbook(sheet: bytes | Iterable[bytes], *, is_packed: bool = True, **parts: bytes) -> bytes:
    """A minimal workbook around the XML of one sheet; further parts by name (`styles`, `sharedStrings`)."""
    spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(f'<Relationship Id="{name}" Type="{office}/{name}" Target="{name}.xml"/>' for name in parts)
    target = io.BytesIO()
    packing = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w", packing, compresslevel=9) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{spreadsheet}" xmlns:r="{office}"><sheets>'
            '<sheet name="Cases" sheetId="1" r:id="s1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships><Relationship Id="s1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
            f"{relations}</Relationships>",
        )
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.xml", content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for piece in [sheet] if isinstance(sheet, bytes) else sheet:
                part.write(piece)
    return target.getvalue()


def sheet_xml(rows: str) -> bytes:
    """The XML of a sheet around its rows."""
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return f"{head}{rows}</sheetData></worksheet>".encode()


def inline_row(number: int, *cells: str) -> str:
    """One row of inline texts."""
    inside = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{inside}</row>'
