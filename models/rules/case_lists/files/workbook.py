"""Which sheets does an Excel workbook have, which of them are hidden, and which rows do they hold, as a stream?"""

import zipfile
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Self

from models.core.errors import RuleBroken
from models.rules.case_lists.files.archive import (
    DAMAGED,
    Attributes,
    read_elements,
    read_shared_texts,
    relations,
)
from models.rules.case_lists.files.batches import Batch
from models.rules.case_lists.files.limits import limit_note
from models.rules.case_lists.files.number_formats import Styles, read_styles
from models.rules.case_lists.files.sheet_facts import SheetFacts, hidden_note, hidden_sheets_note, uncalculated_note
from models.rules.case_lists.files.sheet_rows import MAX_ROWS, SheetRows, SheetToRead
from models.rules.case_lists.notes import Note

MAX_SHEETS = 255


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
        self.is_1904 = self.is_to_calculate = self.is_visible_only = False
        self._hidden: list[str] = []
        self._facts: dict[str, SheetFacts] = {}
        self._sheets = self._read_sheets()

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The worksheets in the order of their tabs; charts are left out."""
        return tuple(self._sheets)

    @property
    def hidden_sheets(self) -> frozenset[str]:
        """The names of the sheets that nobody sees in Excel, hidden and very hidden ones."""
        return frozenset(self._hidden)

    def _read_sheets(self) -> dict[str, str]:
        sheets: dict[str, str] = {}
        names = frozenset({"sheet", "workbookPr", "calcPr"})
        for name, attributes in read_elements(self.archive, self.part, names):
            if name == "workbookPr":
                self.is_1904 = attributes.get("date1904", "0") in ("1", "true")
            elif name == "calcPr":
                self.is_to_calculate = attributes.get("fullCalcOnLoad", "0") in ("1", "true")
            else:
                self._read_sheet(attributes, sheets)
        return sheets

    def _read_sheet(self, attributes: Attributes, sheets: dict[str, str]) -> None:
        kind, path = self._relations.get(attributes.get("id", ""), ("", ""))
        if kind == "worksheet" and len(sheets) < MAX_SHEETS:
            name = attributes.get("name", "")[:100]
            sheets[name] = path
            if attributes.get("state", "visible") != "visible":
                self._hidden.append(name)

    def _part_of(self, kind: str) -> str | None:
        path = next((path for relation, path in self._relations.values() if relation == kind), None)
        return path if path in self.archive.namelist() else None

    @cached_property
    def _shared(self) -> list[str]:
        part = self._part_of("sharedStrings")
        return read_shared_texts(self.archive, part) if part else []

    @cached_property
    def _styles(self) -> Styles:
        part = self._part_of("styles")
        return read_styles(self.archive, part) if part else Styles()

    def batches(self, sheet: str, first_row: int = 1, last_row: int = MAX_ROWS) -> Iterator[Batch]:
        """The rows from `first_row` on that the sheet stores, some at a time, with the sheet's own row numbers.

        Reading stops soon after `last_row`. Raises RuleBroken for a sheet that does not exist or is damaged.
        """
        if sheet not in self._sheets:
            raise RuleBroken(f"The workbook has no sheet “{sheet[:60]}”.")
        to_read = SheetToRead(
            self._sheets[sheet],
            self._shared,
            self._styles,
            is_1904=self.is_1904,
            is_to_calculate=self.is_to_calculate,
            is_visible_only=self.is_visible_only,
        )
        if sheet in self._facts:
            to_read = replace(to_read, last_row=self._facts[sheet].last_row)
        rows = SheetRows(to_read, first_row)
        yield from rows.read(self.archive, last_row)
        if rows.facts.is_whole:
            self._facts[sheet] = rows.facts

    def facts(self, sheet: str) -> SheetFacts:
        """What the last pass over all rows of a sheet showed beside its cells."""
        return self._facts.get(sheet, SheetFacts())

    def notes(self, sheet: str, header_row: int) -> list[Note]:
        """What had to be assumed in reading a sheet, and what it hides; complete after a pass over all rows."""
        facts = self.facts(sheet)
        notes = (
            hidden_sheets_note(sheet, self._hidden),
            hidden_note(facts.hidden, are_left_out=self.is_visible_only),
            uncalculated_note(facts),
            limit_note(facts.last_row, header_row),
        )
        return [note for note in notes if note is not None]

    def without_hidden_rows(self) -> Self:
        """The same workbook, whose hidden rows are left out and counted."""
        other = copy(self)
        other.is_visible_only = True
        return other
