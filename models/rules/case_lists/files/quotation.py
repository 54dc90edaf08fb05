"""Which rows does a text with quotation marks hold, and which mark stands alone and swallows the rows after it?"""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from models.core.errors import RuleBroken
from models.rules.case_lists.notes import Note
from models.rules.core.counts import count_words

BATCH_CHARACTERS = 2_000_000  # bounds what a row or a batch may cost in memory, quoted line breaks included
BATCH_READ_CHARACTERS = 1 << 15

_LINE_END = re.compile("\r\n|\r|\n")
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")
_ENOUGH_LINES = 5
_SAVE_AGAIN = "save the list again as CSV from the spreadsheet."


def shape(cell: str) -> str:
    """What kind of text a cell holds: runs of letters and of digits by one sign each; `#` for a long mixed code.

    >>> shape("QK104"), shape("04/03/2025"), shape("Child in need"), shape("3f2a9c81d0e7b")
    ('a9', '9/9/9', 'a a a', '#')
    """
    cell = cell.strip()[:40]
    if len(cell) >= 13 and cell.isalnum() and not cell.isalpha() and not cell.isdigit():
        return "#"
    return _DIGITS.sub("9", _LETTERS.sub("a", cell))


@dataclass(frozen=True)
class RowPattern:
    """What a line that is a row of this list looks like: how many cells, and the shapes of the columns that tell.

    A column tells when its filled cells have digits and mostly one shape, as references and dates do.
    """

    delimiter: str
    width: int
    shapes: tuple[tuple[int, str], ...]

    @cached_property
    def _tests(self) -> tuple[tuple[int, Callable[[str], object]], ...]:
        return tuple((place, re.compile(_as_expression(told)).fullmatch) for place, told in self.shapes)

    def cells(self, line: str) -> list[str]:
        """The line read as a row of its own, a quotation mark without a partner taken for a sign of its cell."""
        line = line.rstrip("\r\n")
        if '"' not in line:
            return line.split(self.delimiter)
        for closed in (line, line + '"'):
            try:
                cells = next(csv.reader([closed], delimiter=self.delimiter, strict=True), [])
            except csv.Error:
                continue
            if len(cells) == self.width:
                return cells
        return [cell.strip('"') for cell in line.split(self.delimiter)]

    def fits(self, line: str) -> bool:
        """Whether a line is a row of its own: as many cells, telling columns of their shape (one in four may differ).

        >>> pattern = RowPattern(",", 3, ((0, "a9"), (2, "9/9/9")))
        >>> pattern.fits("F1,Neglect,04/03/2025"), pattern.fits("seen at home, well, and happy")
        (True, False)
        """
        if line.count(self.delimiter) < self.width - 1:
            return False
        cells = self.cells(line)
        if len(cells) != self.width:
            return False
        matches, others = 0, 0
        for place, is_like in self._tests:
            cell = cells[place].strip()[:40]
            if is_like(cell):
                matches += 1
            elif cell:
                others += 1
                if others * 4 > len(self._tests):
                    return False
        return matches > 0 and others * 3 <= matches


def _as_expression(told: str) -> str:
    """The regular expression of a shape."""
    if told == "#":
        return r"[^\W_]{13,}"
    return "".join({"a": r"[^\W\d_]+", "9": r"\d+"}.get(sign) or re.escape(sign) for sign in told)


def row_pattern(sample: str, delimiter: str) -> RowPattern | None:
    """The pattern that the lines of a sample show; None where there are too few, or no column tells."""
    rows: list[list[str]] = []
    for line in _LINE_END.split(sample)[1:-1]:
        try:
            rows.extend(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error:
            continue
    widths = Counter(len(row) for row in rows if len(row) > 1)
    width, count = max(widths.items(), key=lambda entry: entry[1], default=(0, 0))
    if count < _ENOUGH_LINES:
        return None
    columns = zip(*(row for row in rows if len(row) == width), strict=True)
    shapes = tuple((place, told) for place, column in enumerate(columns) if (told := _telling_shape(column)))
    return RowPattern(delimiter, width, shapes) if shapes else None


def _telling_shape(column: Sequence[str]) -> str | None:
    shapes = Counter(filter(None, map(shape, column)))
    if not shapes:
        return None
    told, count = shapes.most_common(1)[0]
    is_telling = count >= _ENOUGH_LINES and count * 5 >= shapes.total() * 3 and ("9" in told or told == "#")
    return told if is_telling else None


class _RowTooLongError(Exception):
    """More lines were taken for one row than one batch of rows may have."""


class _Lines:
    """Lines of a block, and further ones of the text when a row goes on after it; remembers those of the row read."""

    def __init__(self, block: list[str], text: io.TextIOWrapper) -> None:
        self.waiting, self.text = deque(block), text
        self.taken: list[str] = []
        self.size = 0
        self.has_ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else self.text.readline()
        if not line:
            self.has_ended = True
            raise StopIteration
        self.taken.append(line)
        self.size += len(line)
        if self.size > BATCH_CHARACTERS:
            raise _RowTooLongError
        return line

    def begin_row(self) -> None:
        self.taken, self.size = [], 0


class QuotedRows:
    """One pass over a text with quotation marks. `strays` says in which row a mark stood alone: row -> rows after it.

    A quoted cell may hold line breaks. Where the lines of such a cell are rows of the list, one and all, and so is
    the line that opens it, the mark is taken for a sign of its cell and the lines for rows. Where only some are,
    nobody can know: RuleBroken names the row.
    """

    def __init__(self, text: io.TextIOWrapper, delimiter: str, pattern: RowPattern | None) -> None:
        self.text, self.delimiter, self.pattern = text, delimiter, pattern
        self.strays: dict[int, int] = {}
        self.row = self.line = 1
        self.has_lines_in_cells = False

    def _reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def blocks(self) -> Iterator[tuple[int, list[list[str]]]]:
        """The rows, some at a time, each time with the number of the first of them."""
        while block := self.text.readlines(BATCH_READ_CHARACTERS):
            rows = [] if self.has_lines_in_cells else self._read_plainly(block)
            if rows:
                yield self.row, rows
                self.row += len(rows)
                self.line += len(rows)
            else:
                yield from self._read_carefully(block)

    def _read_plainly(self, block: list[str]) -> list[list[str]]:
        """The rows of lines that are a row each; none where some are not."""
        try:
            rows = list(self._reader(block))
        except csv.Error:
            return []
        return rows if len(rows) == len(block) else []

    def _read_carefully(self, block: list[str]) -> Iterator[tuple[int, list[list[str]]]]:
        lines = _Lines(block, self.text)
        reader = self._reader(lines)
        rows: list[list[str]] = []
        characters, first = 0, self.row
        self.has_lines_in_cells = False
        while lines.waiting:
            lines.begin_row()
            try:
                row = next(reader)
            except (csv.Error, _RowTooLongError) as error:
                rows += self._unfold(lines, error)
                reader = self._reader(lines)
            else:
                rows += [row] if len(lines.taken) == 1 else self._several_lines(row, lines.taken)
            characters += lines.size
            self.row = first + len(rows)
            self.line += len(lines.taken)
            if characters > BATCH_CHARACTERS:
                yield first, rows
                rows, characters, first = [], 0, self.row
        yield first, rows

    def _several_lines(self, row: list[str], taken: list[str]) -> list[list[str]]:
        """A row that several lines make; or the rows that a stray mark swallows."""
        self.has_lines_in_cells = True
        if self.pattern is None:
            return [row]
        inside = sum(map(self.pattern.fits, taken[1:-1]))
        if inside == len(taken) - 2 and self.pattern.fits(taken[-1]) and self.pattern.fits(taken[0]):
            return self._as_rows(taken, self.pattern)
        if inside > (len(self.pattern.shapes) == 1):
            raise RuleBroken(
                f"In row {self.row} a quoted cell holds what look like rows of the list: probably a quotation mark "
                f"stands alone there; take it or these lines out, or {_SAVE_AGAIN}"
            )
        return [row]

    def _unfold(self, lines: _Lines, error: Exception) -> list[list[str]]:
        """Rows where the text cannot be read with its quotation marks as they stand."""
        taken = lines.taken
        # Another mark met inside the cell: the line it stands in is read again, by itself.
        is_met = isinstance(error, csv.Error) and not lines.has_ended and len(taken) > 1
        if self.pattern is not None and (is_met or lines.has_ended or isinstance(error, _RowTooLongError)):
            swallowed = taken[:-1] if is_met and len(taken) > 2 else taken
            if all(map(self.pattern.fits, swallowed)):
                if is_met:
                    lines.waiting.appendleft(taken.pop())
                return self._as_rows(taken, self.pattern)
        if isinstance(error, _RowTooLongError):
            raise RuleBroken(
                f"Row {self.row} of the file has many thousand characters: probably a quotation mark is never closed; "
                + _SAVE_AGAIN
            ) from error
        raise RuleBroken(
            f"Near line {self.line} of the file (row {self.row}) a quotation mark is out of place or never closed; "
            + _SAVE_AGAIN
        ) from error

    def _as_rows(self, lines: list[str], pattern: RowPattern) -> list[list[str]]:
        self.strays[self.row] = len(lines) - 1
        return [pattern.cells(line) for line in lines]


def stray_note(strays: dict[int, int]) -> Note | None:
    """What was done about quotation marks that stand alone; None when there are none."""
    if not strays:
        return None
    named = ", ".join(map(str, islice(strays, 5))) + (" and others" if len(strays) > 5 else "")
    swallowed = sum(strays.values())
    after = f"; the {count_words(swallowed, 'line')} after it" if swallowed else "; its line"
    return Note(
        "stray_quotation_mark",
        f"A quotation mark stands alone (row {named}){after}, which look like rows of the list, were read as rows and "
        "not as one long cell. If they belong into a note, take them out of the list and upload it again.",
        tuple(strays),
    )
