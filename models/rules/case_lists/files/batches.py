"""How are some rows of a case list held so that whole columns can be read at once?"""

from collections.abc import Collection, Sequence
from functools import cached_property
from operator import methodcaller
from typing import Protocol, TypeVar

from models.core.errors import RuleBroken

MAX_COLUMNS = 500
_CELL_MARK = "\x1f"
_Row = TypeVar("_Row")


class Batch(Protocol):
    """Some rows in file order. Rows may be shorter than others; what is missing reads as blank."""

    @property
    def numbers(self) -> Sequence[int]:
        """The file's own row numbers; its first row is 1."""

    def column(self, place: int) -> Sequence[str]:
        """The cells of one column, counted from 0, one for each row."""

    def rows(self) -> list[list[str]]:
        """All rows as cells."""

    def row(self, index: int) -> list[str]:
        """One row as cells, by its place in the batch."""

    def without(self, places: Collection[int]) -> "Batch":
        """The batch without the rows at these places."""

    def hashes(self) -> list[int]:
        """A 64-bit hash of each row's cells, comparable within one reading of one file."""

    @property
    def widest(self) -> int:
        """How many cells the longest row has."""


class RowBatch:
    """Rows that were read cell by cell (workbooks, text with quotation marks)."""

    def __init__(self, numbers: Sequence[int], rows: list[list[str]]) -> None:
        self.numbers, self._rows = numbers, rows
        self.widest = max(map(len, rows), default=0)
        refuse_width(self.widest)
        self._narrowest = min(map(len, rows), default=0)

    def column(self, place: int) -> Sequence[str]:
        """The cells of one column, blank where a row is too short."""
        if place < self._narrowest:
            return [row[place] for row in self._rows]
        return [row[place] if place < len(row) else "" for row in self._rows]

    def rows(self) -> list[list[str]]:
        """All rows as cells."""
        return self._rows

    def row(self, index: int) -> list[str]:
        """One row as cells."""
        return self._rows[index]

    def without(self, places: Collection[int]) -> "RowBatch":
        """The batch without the rows at these places."""
        return RowBatch(_left(self.numbers, places), _left(self._rows, places))

    def hashes(self) -> list[int]:
        """A hash of each row's cells."""
        return list(map(hash, map(_CELL_MARK.join, self._rows)))


class LineBatch:
    """Lines without quotation marks: split all at once when every line has as many cells as the first.

    Each line end becomes a cell of its own before the one split, so that a column is every n-th cell and a line with
    more or fewer cells shows at once.
    """

    def __init__(self, first_number: int, text: str, delimiter: str) -> None:
        self.text, self.delimiter = text, delimiter
        self.lines = text.split("\n")
        if not self.lines[-1]:
            self.lines.pop()
        self.numbers: Sequence[int] = range(first_number, first_number + len(self.lines))
        self._columns: dict[int, Sequence[str]] = {}
        self._split_all()

    def _split_all(self) -> None:
        width = self.lines[0].count(self.delimiter) + 1
        step, count = width + 1, len(self.lines)
        text = self.text if self.text.endswith("\n") else self.text + "\n"
        cells = text.replace("\n", f"{self.delimiter}\n{self.delimiter}").split(self.delimiter)
        self._step = 0
        if len(cells) == step * count + 1 and cells[width::step].count("\n") == count:
            self._cells, self._step, self.widest = cells, step, width
        else:
            self.widest = 1 + max(map(methodcaller("count", self.delimiter), self.lines))
        refuse_width(self.widest)

    @cached_property
    def _ragged(self) -> RowBatch:
        return RowBatch(self.numbers, [line.split(self.delimiter) for line in self.lines])

    def column(self, place: int) -> Sequence[str]:
        """The cells of one column, blank where a row is too short."""
        column = self._columns.get(place)
        if column is None:
            column = self._columns[place] = self._column(place)
        return column

    def _column(self, place: int) -> Sequence[str]:
        if not self._step:
            return self._ragged.column(place)
        if place >= self.widest:
            return [""] * len(self.lines)
        return self._cells[place :: self._step][: len(self.lines)]

    def rows(self) -> list[list[str]]:
        """All rows as cells."""
        return self._ragged.rows()

    def row(self, index: int) -> list[str]:
        """One row as cells."""
        return self.lines[index].split(self.delimiter)

    def without(self, places: Collection[int]) -> Batch:
        """The batch without the rows at these places."""
        numbers, lines = _left(self.numbers, places), _left(self.lines, places)
        if not lines:
            return RowBatch([], [])
        rest = LineBatch(0, "\n".join([*lines, ""]), self.delimiter)
        rest.numbers = numbers
        return rest

    def hashes(self) -> list[int]:
        """A hash of each line, which is as good as one of its cells."""
        return list(map(hash, self.lines))


def _left(rows: Sequence[_Row], places: Collection[int]) -> list[_Row]:
    return [row for place, row in enumerate(rows) if place not in places]


def refuse_width(width: int) -> None:
    """Raises RuleBroken for more columns than any case list has.

    >>> refuse_width(34)
    """
    if width > MAX_COLUMNS:
        raise RuleBroken(f"The file has more than {MAX_COLUMNS} columns, so it is not a list.")
