"""Which rows does one sheet of a workbook hold, formulas as their stored values, and what does it hide?"""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.core.errors import RuleBroken
from models.rules.case_lists.days.day_numbers import whole_days
from models.rules.case_lists.files.archive import (
    DAMAGED,
    MAX_CELL_CHARACTERS,
    Attributes,
    PartScan,
    decode_escapes,
    shorten,
)
from models.rules.case_lists.files.batches import MAX_COLUMNS, Batch, RowBatch
from models.rules.case_lists.files.blank_cells import without_blank_cells
from models.rules.case_lists.files.number_formats import DigitFormat, Styles
from models.rules.case_lists.files.quotation import BATCH_CHARACTERS
from models.rules.case_lists.files.sheet_facts import SheetFacts, is_hidden

MAX_ROWS = 1_048_576
BATCH_ROWS = 128
NO_STORED_VALUE = "#VALUE!"
_CELLS_IN_A_ROW = 16_384  # Excel's own limit
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?\d+")


@dataclass(frozen=True)
class SheetToRead:
    """What a pass over a sheet needs to know: its part of the archive, the workbook's texts and styles, and the rest.

    is_to_calculate: the file asks Excel to calculate when it opens. is_visible_only: hidden rows are left out.
    last_row: the last row with a value, where an earlier pass has told it.
    """

    part: str
    shared: Sequence[str]
    styles: Styles
    is_1904: bool = False
    is_to_calculate: bool = False
    is_visible_only: bool = False
    last_row: int = MAX_ROWS + 1


class SheetRows:
    """The state of one pass over one sheet: the row and the cell being read, and the rows not yet handed over."""

    def __init__(self, sheet: SheetToRead, first_row: int) -> None:
        self.sheet, self.first_row = sheet, first_row
        self.epoch = date(1904, 1, 1) if sheet.is_1904 else date(1899, 12, 30)
        self.facts = SheetFacts()
        self.numbers: list[int] = []
        self.rows: list[list[str]] = []
        self.row: list[str] = []
        self.row_number = 0
        self.place = -1
        self.cell_count = 0
        self.kind = self.style = ""
        self.is_hidden = self.has_formula = self.has_value = False
        self.pieces: list[str] = []
        self.is_hint = False
        self.characters = 0
        self.places: dict[str, int] = {}
        self.dates: dict[str, str] = {}

    def read(self, archive: zipfile.ZipFile, last_row: int) -> Iterator[Batch]:
        """The rows up to `last_row` and perhaps some more; `facts` are complete when all rows were read."""
        self.scan = PartScan(archive, self.sheet.part, without_blank_cells)
        self.scan.on_start, self.scan.on_end = self.start, self.end
        self.starts = {
            "row": self.start_row,
            "c": self.start_cell,
            "f": self.start_formula,
            "rPh": self.start_hint,
            "v": self.start_value,
            "t": self.start_value,
            "col": self.facts.see_column,
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
            if self.row_number > last_row or self.facts.last_row >= self.sheet.last_row:
                break
        if self.rows:
            yield self.hand_over()
        self.facts.is_whole = self.row_number <= last_row

    def start(self, name: str, attributes: Attributes) -> None:
        take = self.starts.get(name)
        if take is not None:
            take(attributes)

    def end(self, name: str) -> None:
        take = self.ends.get(name)
        if take is not None:
            take()

    def start_value(self, _attributes: Attributes) -> None:
        self.has_value = True
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
        self.is_hidden = is_hidden(attributes)

    def end_row(self) -> None:
        if not self.row:
            return
        self.facts.last_row = self.row_number
        if self.row_number < self.first_row:
            return
        self.facts.row_count += 1
        if self.is_hidden:
            self.facts.hidden.add(self.row_number)
        if not (self.is_hidden and self.sheet.is_visible_only):
            self.numbers.append(self.row_number)
            self.rows.append(self.row)

    def start_cell(self, attributes: Attributes) -> None:
        self.cell_count += 1
        if self.cell_count > _CELLS_IN_A_ROW:
            raise RuleBroken(DAMAGED)
        self.place = self.place_of(attributes["r"]) if "r" in attributes else self.place + 1
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.has_formula = self.has_value = False
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
        if self.has_formula and self.is_uncalculated(raw) and self.row_number >= self.first_row:
            self.facts.see_uncalculated(self.row_number, self.place)
        text = self.text_of(raw)
        if text and self.place < MAX_COLUMNS:
            if self.place < len(self.row):
                raise RuleBroken(DAMAGED)
            self.row.extend([""] * (self.place - len(self.row)))
            self.row.append(text)
            self.characters += len(text) + 16

    def is_uncalculated(self, raw: str) -> bool:
        """Whether a formula has no result yet; a program that cannot calculate may write 0 and ask Excel to do it."""
        if not raw:
            return self.kind == "n" or not self.has_value
        return raw == "0" and self.sheet.is_to_calculate

    def text_of(self, raw: str) -> str:
        if not raw:
            return NO_STORED_VALUE if self.has_formula and self.is_uncalculated(raw) else ""
        reading = _READINGS.get(self.kind)
        return reading(self, raw) if reading else decode_escapes(raw)

    def shared_text(self, raw: str) -> str:
        place = int(raw) if raw.isdecimal() and len(raw) < 9 else len(self.sheet.shared)
        if place >= len(self.sheet.shared):
            raise RuleBroken(DAMAGED)
        return self.sheet.shared[place]

    def number_text(self, raw: str) -> str:
        if self.style in self.sheet.styles.digits:
            return digits_text(raw, self.sheet.styles.digits[self.style])
        if self.style in self.sheet.styles.dates:
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
            leap = 0 if self.sheet.is_1904 or days >= 60 else 1  # Excel's 1900 has a 29 February that never was
            return (self.epoch + timedelta(days=days + leap)).isoformat()
        except (ValueError, OverflowError):
            return plain_number(raw)


def digits_text(raw: str, digits: DigitFormat) -> str:
    """A stored number as a format of fixed digits shows it; one that is not whole, or is below 0, as it is.

    >>> digits_text("4120", DigitFormat(("0",) * 6)), digits_text("1.5", DigitFormat(("0",) * 6))
    ('004120', '1.5')
    """
    plain = plain_number(raw)
    return digits.show(int(plain)) if plain.isdecimal() else plain


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


_READINGS: dict[str, Callable[[SheetRows, str], str]] = {
    "n": SheetRows.number_text,
    "s": SheetRows.shared_text,
    "b": lambda _rows, raw: "TRUE" if raw == "1" else "FALSE",
    "e": lambda _rows, raw: raw,
    "d": lambda _rows, raw: raw[:10],
}
