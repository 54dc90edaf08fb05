"""Which rows do the sheets of an Excel workbook hold, formulas as their stored values, read as a stream?"""

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cached_property

from models.core.errors import RuleBroken
from models.rules.case_lists.archive import (
    DAMAGED,
    MAX_CELL_CHARACTERS,
    Attributes,
    PartScan,
    decode_escapes,
    read_date_styles,
    read_elements,
    read_shared_texts,
    relations,
    shorten,
)
from models.rules.case_lists.batches import MAX_COLUMNS, Batch, RowBatch
from models.rules.case_lists.day_numbers import whole_days
from models.rules.case_lists.text import BATCH_CHARACTERS, BATCH_ROWS

MAX_ROWS = 1_048_576
MAX_SHEETS = 255
NO_STORED_VALUE = "#VALUE!"
_CELLS_IN_A_ROW = 16_384  # Excel's own limit
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?\d+")


class Workbook:
    """An .xlsx or .xlsm workbook in an archive that `open_archive` has checked; a sheet is a stream of text cells.

    Own reader instead of openpyxl's read-only one, which keeps an element for every row and every shared text until
    the sheet ends (a 100 MB part of empty elements costs gigabytes); this one holds one batch of rows and the shared
    texts. Cells read as text: dates as yyyy-mm-dd, whole numbers without a point, error values as Excel shows them.
    A formula that was never calculated reads as `#VALUE!`. Cells right of column 500 are left out.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        start = {kind: path for kind, path in relations(self.archive, "").values()}
        self.part = start.get("officeDocument", "xl/workbook.xml")
        if self.part not in self.archive.namelist():
            raise RuleBroken(DAMAGED)
        self._relations = relations(self.archive, self.part)
        self.is_1904 = False
        self._sheets = self._read_sheets()

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The worksheets in the order of their tabs; charts are left out."""
        return tuple(self._sheets)

    def _read_sheets(self) -> dict[str, str]:
        sheets: dict[str, str] = {}
        for name, attributes in read_elements(self.archive, self.part, frozenset({"sheet", "workbookPr"})):
            if name == "workbookPr":
                self.is_1904 = attributes.get("date1904", "0") in ("1", "true")
                continue
            kind, path = self._relations.get(attributes.get("id", ""), ("", ""))
            if kind == "worksheet" and len(sheets) < MAX_SHEETS:
                sheets[attributes.get("name", "")[:100]] = path
        return sheets

    def _part_of(self, kind: str) -> str | None:
        path = next((path for relation, path in self._relations.values() if relation == kind), None)
        return path if path in self.archive.namelist() else None

    @cached_property
    def _shared(self) -> list[str]:
        part = self._part_of("sharedStrings")
        return read_shared_texts(self.archive, part) if part else []

    @cached_property
    def _date_styles(self) -> frozenset[str]:
        part = self._part_of("styles")
        return read_date_styles(self.archive, part) if part else frozenset()

    def batches(self, sheet: str, first_row: int = 1, last_row: int = MAX_ROWS) -> Iterator[Batch]:
        """The rows from `first_row` on that the sheet stores, some at a time, with the sheet's own row numbers.

        Reading stops soon after `last_row`. Raises RuleBroken for a sheet that does not exist or is damaged.
        """
        if sheet not in self._sheets:
            raise RuleBroken(f"The workbook has no sheet “{sheet[:60]}”.")
        rows = _SheetRows(self._shared, self._date_styles, is_1904=self.is_1904, first_row=first_row)
        yield from rows.read(self.archive, self._sheets[sheet], last_row)


class _SheetRows:
    """The state of one pass over one sheet: the row and the cell being read, and the rows not yet handed over."""

    def __init__(self, shared: list[str], date_styles: frozenset[str], *, is_1904: bool, first_row: int) -> None:
        self.shared, self.date_styles, self.first_row = shared, date_styles, first_row
        self.epoch = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)
        self.is_1904 = is_1904
        self.numbers: list[int] = []
        self.rows: list[list[str]] = []
        self.row: list[str] = []
        self.row_number = 0
        self.place = -1
        self.cell_count = 0
        self.kind = self.style = ""
        self.has_formula = False
        self.pieces: list[str] = []
        self.is_hint = False
        self.characters = 0
        self.places: dict[str, int] = {}
        self.dates: dict[str, str] = {}

    def read(self, archive: zipfile.ZipFile, part: str, last_row: int) -> Iterator[Batch]:
        self.scan = PartScan(archive, part)
        self.scan.on_start, self.scan.on_end = self.start, self.end
        self.starts = {
            "row": self.start_row,
            "c": self.start_cell,
            "f": self.start_formula,
            "rPh": self.start_hint,
            "v": self.start_value,
            "t": self.start_value,
        }
        self.ends = {
            "row": self.end_row,
            "c": self.end_cell,
            "rPh": self.end_hint,
            "v": self.end_value,
            "t": self.end_value,
        }
        for _piece in self.scan.pieces():
            shorten(self.pieces)
            if len(self.rows) >= BATCH_ROWS or self.characters > BATCH_CHARACTERS:
                yield self.hand_over()
            if self.row_number > last_row:
                break
        if self.rows:
            yield self.hand_over()

    def start(self, name: str, attributes: Attributes) -> None:
        if name in self.starts:
            self.starts[name](attributes)

    def end(self, name: str) -> None:
        if name in self.ends:
            self.ends[name]()

    def start_value(self, _attributes: Attributes) -> None:
        if not self.is_hint:
            self.scan.on_text(self.pieces.append)

    def end_value(self) -> None:
        self.scan.on_text(None)

    def hand_over(self) -> Batch:
        batch = RowBatch(self.numbers, self.rows)
        self.numbers, self.rows, self.characters = [], [], 0
        return batch

    def start_row(self, attributes: Attributes) -> None:
        text = attributes.get("r", "")
        number = int(text) if text.isdecimal() and len(text) < 9 else self.row_number + 1
        if not self.row_number < number <= MAX_ROWS:
            raise RuleBroken(DAMAGED)
        self.row_number, self.row, self.place, self.cell_count = number, [], -1, 0

    def end_row(self) -> None:
        if self.row and self.row_number >= self.first_row:
            self.numbers.append(self.row_number)
            self.rows.append(self.row)

    def start_cell(self, attributes: Attributes) -> None:
        self.cell_count += 1
        if self.cell_count > _CELLS_IN_A_ROW:
            raise RuleBroken(DAMAGED)
        self.place = self.place_of(attributes["r"]) if "r" in attributes else self.place + 1
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.has_formula = False
        self.pieces.clear()

    def place_of(self, address: str) -> int:
        cell = _CELL.fullmatch(address)
        if not cell:
            raise RuleBroken(DAMAGED)
        letters = cell[1]
        if letters not in self.places:
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter) - 64
            self.places[letters] = place - 1
        return self.places[letters]

    def start_formula(self, _attributes: Attributes) -> None:
        self.has_formula = True

    def start_hint(self, _attributes: Attributes) -> None:
        self.is_hint = True

    def end_hint(self) -> None:
        self.is_hint = False

    def end_cell(self) -> None:
        raw = "".join(self.pieces)[:MAX_CELL_CHARACTERS]
        self.pieces.clear()
        text = self.text_of(raw)
        if text and self.place < MAX_COLUMNS:
            if self.place < len(self.row):
                raise RuleBroken(DAMAGED)
            self.row.extend([""] * (self.place - len(self.row)))
            self.row.append(text)
            self.characters += len(text) + 16

    def text_of(self, raw: str) -> str:
        if not raw:
            return NO_STORED_VALUE if self.has_formula and self.kind == "n" else ""
        reading = _READINGS.get(self.kind)
        return reading(self, raw) if reading else decode_escapes(raw)

    def shared_text(self, raw: str) -> str:
        place = int(raw) if raw.isdecimal() and len(raw) < 9 else len(self.shared)
        if place >= len(self.shared):
            raise RuleBroken(DAMAGED)
        return self.shared[place]

    def number_text(self, raw: str) -> str:
        if self.style in self.date_styles:
            text = self.dates.get(raw)
            if text is None:
                if len(self.dates) > 100_000:
                    self.dates.clear()
                text = self.dates[raw] = self.date_text(raw)
            return text
        return raw if raw.isdecimal() else plain_number(raw)

    def date_text(self, raw: str) -> str:
        try:
            days = whole_days(float(raw))
            if days < 1:
                return plain_number(raw)
            leap = 0 if self.is_1904 or days >= 60 else 1  # Excel's 1900 has a 29 February that never was
            return (self.epoch + timedelta(days=days + leap)).isoformat()
        except (ValueError, OverflowError):
            return plain_number(raw)


def plain_number(raw: str) -> str:
    """A stored number as a person would type it: whole numbers up to 15 digits without point or exponent.

    >>> plain_number("20.0"), plain_number("6.138"), plain_number("1E3"), plain_number("1.2345678901234567E+17")
    ('20', '6.138', '1000', '1.2345678901234567E+17')
    """
    try:
        number = float(raw)
    except ValueError:
        return raw
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else raw


_READINGS: dict[str, Callable[[_SheetRows, str], str]] = {
    "n": _SheetRows.number_text,
    "s": _SheetRows.shared_text,
    "b": lambda _rows, raw: "TRUE" if raw == "1" else "FALSE",
    "e": lambda _rows, raw: raw,
    "d": lambda _rows, raw: raw[:10],
}
