"""Which rows does a text file (CSV) hold, whatever its encoding, delimiter and line ends?"""

import codecs
import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Self

from models.core.errors import RuleBroken
from models.rules.case_lists.files.batches import Batch, LineBatch, RowBatch
from models.rules.case_lists.files.encodings import (
    BLOCK_BYTES,
    Encoding,
    encoding_note,
    foreign_rows,
    possible_encodings,
)
from models.rules.case_lists.files.limits import last_filled_row, limit_note
from models.rules.case_lists.files.quotation import (
    BATCH_READ_CHARACTERS,
    QuotedRows,
    RowPattern,
    row_pattern,
    stray_note,
)
from models.rules.case_lists.files.sheet_facts import SheetFacts
from models.rules.case_lists.notes import Note

_CONTROLS = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_DELIMITERS = ",;\t|"
_SAMPLE_CHARACTERS = 1 << 16
NOT_TEXT = "This file is not a readable list: save it as CSV or as an Excel workbook (.xlsx) and choose that file."


@dataclass(frozen=True)
class TextShape:
    """How a text file is to be read: its encoding, the delimiter, whether it has quotation marks.

    foreign_rows: the first rows with letters whose encoding was assumed. pattern: what a row looks like.
    """

    encoding: Encoding
    delimiter: str
    is_quoted: bool
    foreign_rows: tuple[int, ...] = ()
    pattern: RowPattern | None = None


def inspect_text(source: BinaryIO) -> TextShape:
    """Reads the whole file once and tells its shape; memory does not grow with the file.

    Raises RuleBroken for an empty or binary file, an unknown encoding and a line of more than a million characters.

    >>> inspect_text(io.BytesIO("Fall;Thema\\nF1;\u00c4ngste\\n".encode("cp1252"))).encoding.name
    'cp1252'
    """
    source.seek(0)
    head = source.read(BLOCK_BYTES)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise RuleBroken("The file is empty: choose the file that holds the list.")
    for encoding in possible_encodings(source):
        try:
            sample, is_quoted = _scan(source, encoding)
        except UnicodeError:
            continue
        delimiter = _delimiter(sample)
        rows = foreign_rows(source, encoding, is_quoted=is_quoted)
        return TextShape(encoding, delimiter, is_quoted, rows, row_pattern(sample, delimiter) if is_quoted else None)
    raise AssertionError("the encodings end in a refusal")


def _scan(source: BinaryIO, encoding: Encoding) -> tuple[str, bool]:
    decoder = codecs.getincrementaldecoder(encoding.name)(encoding.errors)
    sample, is_quoted = "", False
    source.seek(0)
    while True:
        block = source.read(BLOCK_BYTES)
        text = decoder.decode(block, final=not block)
        _refuse_unreadable(text, is_last=len(block) < BLOCK_BYTES)
        sample = sample or text[:_SAMPLE_CHARACTERS]
        is_quoted = is_quoted or '"' in text
        if not block:
            return sample, is_quoted


def _refuse_unreadable(text: str, *, is_last: bool) -> None:
    if "\0" in text or len(_CONTROLS.findall(text)) > 3 + len(text) // 200:
        raise RuleBroken(NOT_TEXT)
    if not is_last and "\n" not in text and "\r" not in text:
        raise RuleBroken("The file has a line of more than half a million characters, so it is not a list.")


def _delimiter(sample: str) -> str:
    """The delimiter that splits most rows of the sample into the same number of cells, the more cells the better."""
    if sample[:4].lower() == "sep=" and sample[4:5] in tuple(_DELIMITERS):
        return sample[4]
    return max(_DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(sample: str, delimiter: str) -> float:
    widths: Counter[int] = Counter()
    try:
        for row in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 60):
            widths[len(row)] += 1
    except csv.Error:
        pass
    widths.pop(0, None)
    rows = sum(widths.values())
    return max((width * count / rows for width, count in widths.items() if width > 1), default=0.0)


class TextFile:
    """A CSV file as one sheet without a name. Give it a seekable binary file; read one pass at a time."""

    is_1904 = False
    hidden_sheets: frozenset[str] = frozenset()

    def __init__(self, source: BinaryIO, shape: TextShape) -> None:
        self.source, self.shape = source, shape
        self._strays: dict[int, int] = {}
        self._last_row = 0

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """A text file is one sheet; it has no name."""
        return ("",)

    def batches(self, sheet: str = "", first_row: int = 1, last_row: int = sys.maxsize) -> Iterator[Batch]:
        """All rows from `first_row` on, blank ones too, some at a time; a row is a spreadsheet row, not a line.

        The caller stops reading where it has enough; `last_row` is a help for workbooks only.

        Raises RuleBroken for quotation marks out of place and for more than 500 columns.
        """
        self.source.seek(0)
        encoding = self.shape.encoding
        # Line breaks inside quotation marks stay as they are; elsewhere \r\n and \r are line ends like \n.
        newline = "" if self.shape.is_quoted else None
        text = io.TextIOWrapper(self.source, encoding=encoding.name, errors=encoding.errors, newline=newline)
        read = self._quoted_batches if self.shape.is_quoted else self._line_batches
        try:
            for batch in read(text, first_row):
                self._last_row = last_filled_row(batch) or self._last_row
                yield batch
        finally:
            text.detach()  # the file stays open for the next pass

    def _line_batches(self, text: io.TextIOWrapper, first_row: int) -> Iterator[Batch]:
        """Without quotation marks a line is a row; `inspect_text` has bounded the length of a line."""
        for _skipped in range(first_row - 1):
            text.readline()
        number = first_row
        while block := text.read(BATCH_READ_CHARACTERS):
            batch = LineBatch(number, block + text.readline(), self.shape.delimiter)
            yield batch
            number += len(batch.lines)

    def _quoted_batches(self, text: io.TextIOWrapper, first_row: int) -> Iterator[Batch]:
        quoted = QuotedRows(text, self.shape.delimiter, self.shape.pattern)
        for first, rows in quoted.blocks():
            self._strays |= quoted.strays
            skipped = max(first_row - first, 0)
            if skipped < len(rows):
                yield RowBatch(range(first + skipped, first + len(rows)), rows[skipped:])

    def notes(self, sheet: str, header_row: int) -> list[Note]:
        """What had to be assumed in reading the file; complete after a pass over all rows."""
        notes = (
            stray_note(self._strays),
            encoding_note(self.shape.encoding, self.shape.foreign_rows),
            limit_note(self._last_row, header_row),
        )
        return [note for note in notes if note is not None]

    def facts(self, sheet: str) -> SheetFacts:
        """A text file shows nothing beside its cells."""
        return SheetFacts()

    def without_hidden_rows(self) -> Self:
        """A text file hides nothing."""
        return self
