"""What kind of file is this by its content, which sheets does it have, and which of them is a case list?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, Self

from models.core.errors import RuleBroken
from models.rules.case_lists.columns_seen import ColumnsSeen, fit, look_at_columns
from models.rules.case_lists.files.archive import open_archive
from models.rules.case_lists.files.batches import Batch
from models.rules.case_lists.files.other_files import refuse_other_archive, refuse_other_file, refuse_other_text
from models.rules.case_lists.files.sheet_facts import SheetFacts
from models.rules.case_lists.files.sheet_rows import MAX_ROWS
from models.rules.case_lists.files.text import TextFile, inspect_text
from models.rules.case_lists.files.workbook import Workbook
from models.rules.case_lists.headings import (
    ColumnChoice,
    find_header_row,
    guess_columns,
    is_statistics_table,
)
from models.rules.case_lists.notes import Note
from models.rules.case_lists.values import clean, unique_headings
from models.rules.core.counts import count_words, list_words

_HEADER_WITHIN = 200  # rows of a sheet that show where its headings are and what its columns hold, blank ones counted

STATISTICS = (
    "This is a table of published statistics, not a list of cases: choose a file with one row for each case or episode."
)


class CaseListFile(Protocol):
    """A file of one or more sheets, read as batches of rows with the file's own row numbers (first row = 1)."""

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The names of the sheets; a text file has one, named ""."""

    @property
    def hidden_sheets(self) -> frozenset[str]:
        """The names of the sheets that nobody sees in Excel."""

    @property
    def is_1904(self) -> bool:
        """Whether day numbers count from 1904, as in workbooks of old Macs."""

    def batches(self, sheet: str, first_row: int = 1, last_row: int = MAX_ROWS) -> Iterator[Batch]:
        """Rows from `first_row` on, some at a time; those after `last_row` may be left out."""

    def facts(self, sheet: str) -> SheetFacts:
        """What a sheet showed beside its cells; complete after a pass over all its rows."""

    def notes(self, sheet: str, header_row: int) -> list[Note]:
        """What had to be assumed in reading, and what is hidden; complete after a pass over all rows of the sheet."""

    def without_hidden_rows(self) -> Self:
        """The same file, whose hidden rows are left out and counted."""


@dataclass(frozen=True)
class Sheet:
    """One sheet as the portal understands it before a person confirms.

    is_list: its headings are a case list's. is_statistics: they are those of published statistics. has_rows: something
    is filled in near below them. header_row: the file's row number of the headings. choice: the guessed columns.
    seen: what the first rows show about the columns. is_hidden: nobody sees it in Excel.
    """

    name: str
    is_list: bool
    is_statistics: bool
    has_rows: bool
    header_row: int
    headings: tuple[str, ...]
    choice: ColumnChoice
    seen: ColumnsSeen = field(default_factory=ColumnsSeen)
    is_hidden: bool = False


def open_case_list(source: BinaryIO) -> CaseListFile:
    """The file behind a seekable binary file (an upload or an open path), told by its content and never by its name.

    Reads CSV in UTF-8, UTF-16 or Windows-1252 with comma, semicolon, tab or bar, and .xlsx. Memory does not grow
    with the file. Raises RuleBroken, in one sentence that says what the file is and what to do, for everything else.

    >>> from io import BytesIO
    >>> open_case_list(BytesIO(b"CHILD;DECOM\\r\\n1;16/05/2019\\r\\n")).sheet_names
    ('',)
    """
    source.seek(0)
    head = source.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _open_workbook(source)
    refuse_other_file(source, head)
    shape = inspect_text(source)
    source.seek(0)
    refuse_other_text(source.read(4096).decode(shape.encoding.name, "replace"))
    return TextFile(source, shape)


def _open_workbook(source: BinaryIO) -> Workbook:
    archive = open_archive(source)
    refuse_other_archive(archive)
    return Workbook(archive)


def _first_rows(file: CaseListFile, sheet: str, last_row: int) -> list[tuple[int, list[str]]]:
    rows: list[tuple[int, list[str]]] = []
    for batch in file.batches(sheet, last_row=last_row):
        rows.extend(zip(batch.numbers, batch.rows(), strict=True))
        if rows[-1][0] >= last_row:
            break
    return rows


def describe_sheet(file: CaseListFile, name: str, header_row: int | None = None) -> Sheet:
    """The sheet as guessed, or as it looks with the headings in a row that a person names.

    Raises RuleBroken when the sheet, or that row, does not exist.
    """
    rows = _first_rows(file, name, (header_row or 0) + _HEADER_WITHIN)
    guessed_row, is_list = find_header_row(rows)
    asked_row, header_row = header_row, header_row or guessed_row
    cells = next((cells for number, cells in rows if number == header_row), [])
    if asked_row is not None and not any(map(clean, cells)):
        raise RuleBroken(f"The sheet has no row {header_row}; choose the row that holds the headings.")
    headings = unique_headings(cells)
    seen = look_at_columns(headings, [row for number, row in rows if number > header_row])
    return Sheet(
        name=name,
        is_list=is_list and header_row == guessed_row,
        is_statistics=is_statistics_table(headings),
        has_rows=any(number > header_row and any(map(clean, row)) for number, row in rows),
        header_row=header_row,
        headings=headings,
        choice=fit(guess_columns(headings), headings, seen),
        seen=seen,
        is_hidden=name in file.hidden_sheets,
    )


def describe_sheets(file: CaseListFile) -> tuple[Sheet, ...]:
    """All sheets with the portal's guesses.

    Raises RuleBroken for a file of published statistics.
    """
    sheets = tuple(describe_sheet(file, name) for name in file.sheet_names)
    if any(sheet.is_statistics for sheet in sheets) and not any(sheet.is_list for sheet in sheets):
        raise RuleBroken(STATISTICS)
    return sheets


def likely_sheet(sheets: Sequence[Sheet]) -> Sheet:
    """The sheet to offer first: the first case list with rows, else the first case list, else the first sheet.

    A hidden sheet is never offered while another is there.

    Raises RuleBroken when there is no sheet at all.
    """
    if not sheets:
        raise RuleBroken("The workbook has no sheet with cells, so there is no list to read.")
    return max(sheets, key=lambda sheet: (not sheet.is_hidden, sheet.is_list, sheet.has_rows and sheet.is_list))


def other_lists_note(file: CaseListFile, sheets: Sequence[Sheet], sheet: Sheet) -> Note | None:
    """That a workbook has further lists beside the one that is read, with their rows; None where it has not."""
    others = [
        other
        for other in sheets
        if other.is_list and other.has_rows and not other.is_hidden and other.name != sheet.name
    ]
    if not others:
        return None
    counted = [f"“{other.name}” ({count_words(_count_rows(file, other), 'row')})" for other in others]
    one_each = "is a list too" if len(others) == 1 else "are lists too"
    return Note(
        "other_lists",
        f"Only the sheet “{sheet.name}” is read. {list_words(counted)} {one_each}: import each by itself, or put the "
        "rows into one sheet first.",
    )


def _count_rows(file: CaseListFile, sheet: Sheet) -> int:
    batches = file.batches(sheet.name, sheet.header_row + 1)
    return sum(sum(any(map(str.strip, row)) for row in batch.rows()) for batch in batches)
