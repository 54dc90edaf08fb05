"""Which rows does a text file (CSV) hold, whatever its encoding, delimiter and line ends?"""

import codecs
import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from models.core.errors import RuleBroken
from models.rules.case_lists.batches import Batch, LineBatch, RowBatch

BATCH_ROWS = 128
BATCH_CHARACTERS = 2_000_000  # bounds what a row or a batch may cost in memory, quoted line breaks included
BLOCK_BYTES = 1 << 20
BATCH_READ_CHARACTERS = 1 << 15

_CONTROLS = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_DELIMITERS = ",;\t|"
_SAMPLE_CHARACTERS = 1 << 16
NOT_TEXT = "This file is not a readable list: save it as CSV or as an Excel workbook (.xlsx) and choose that file."


@dataclass(frozen=True)
class TextShape:
    """How a text file is to be read: Python's name of the encoding, the delimiter, whether it has quotation marks."""

    encoding: str
    delimiter: str
    is_quoted: bool


def inspect_text(source: BinaryIO) -> TextShape:
    """Reads the whole file once and tells its shape; memory does not grow with the file.

    UTF-8 and UTF-16 with or without a byte order mark, else Windows-1252. Raises RuleBroken for an empty or binary
    file and for a line of more than a million characters.

    >>> inspect_text(io.BytesIO("Fall;Thema\\nF1;\u00c4ngste\\n".encode("cp1252")))
    TextShape(encoding='cp1252', delimiter=';', is_quoted=False)
    """
    source.seek(0)
    head = source.read(BLOCK_BYTES)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise RuleBroken("The file is empty: choose the file that holds the case list.")
    for encoding in _encodings(head):
        try:
            sample, is_quoted = _scan(source, encoding)
        except UnicodeError:
            continue
        return TextShape(encoding, _delimiter(sample), is_quoted)
    raise RuleBroken(
        "The file is written in an encoding the portal does not know: save it as “CSV UTF-8” and choose that file."
    )


def _encodings(head: bytes) -> tuple[str, ...]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    sample = head[:4096]
    if sample[1::2].count(0) * 3 > len(sample) and not sample[::2].count(0):
        return ("utf-16-le",)
    if sample[::2].count(0) * 3 > len(sample) and not sample[1::2].count(0):
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _scan(source: BinaryIO, encoding: str) -> tuple[str, bool]:
    decoder = codecs.getincrementaldecoder(encoding)()
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
        raise RuleBroken("The file has a line of more than half a million characters, so it is not a list of cases.")


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


class _BoundedLines:
    """The lines of a text, refusing when more characters are taken than one batch of rows may have."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = lines
        self.left = BATCH_CHARACTERS

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.left -= len(line)
            if self.left < 0:
                raise RuleBroken(
                    "The file has rows of many thousand characters: probably a quotation mark is never closed; "
                    "save the list again as CSV from the spreadsheet."
                )
            yield line


@dataclass(frozen=True)
class TextFile:
    """A CSV file as one sheet without a name. Give it a seekable binary file; read one pass at a time."""

    source: BinaryIO
    shape: TextShape

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
        # Line breaks inside quotation marks stay as they are; elsewhere \r\n and \r are line ends like \n.
        newline = "" if self.shape.is_quoted else None
        text = io.TextIOWrapper(self.source, encoding=self.shape.encoding, newline=newline)
        read = _quoted_batches if self.shape.is_quoted else _line_batches
        try:
            yield from read(text, self.shape.delimiter, first_row)
        finally:
            text.detach()  # the file stays open for the next pass


def _line_batches(text: io.TextIOWrapper, delimiter: str, first_row: int) -> Iterator[Batch]:
    """Without quotation marks a line is a row; `inspect_text` has bounded the length of a line."""
    for _skipped in range(first_row - 1):
        text.readline()
    number = first_row
    while block := text.read(BATCH_READ_CHARACTERS):
        batch = LineBatch(number, block + text.readline(), delimiter)
        yield batch
        number += len(batch.lines)


def _quoted_batches(text: io.TextIOWrapper, delimiter: str, first_row: int) -> Iterator[Batch]:
    lines = _BoundedLines(text)
    rows = _quoted_rows(lines, delimiter)
    for _skipped in islice(rows, first_row - 1):
        lines.left = BATCH_CHARACTERS
    number = first_row
    while True:
        lines.left = BATCH_CHARACTERS
        batch = list(islice(rows, BATCH_ROWS))
        if not batch:
            return
        yield RowBatch(range(number, number + len(batch)), batch)
        number += len(batch)


def _quoted_rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        yield from rows
    except csv.Error as error:
        raise RuleBroken(
            f"Near line {rows.line_num} of the file a quotation mark is out of place or never closed; "
            "save the list again as CSV from the spreadsheet."
        ) from error
