"""Which tables does a spreadsheet file hold, where do they begin, and what stands in their rows?"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO, NamedTuple

from models.core.errors import RuleBroken
from models.rules.case_lists.file import CaseListFile, open_case_list
from models.rules.case_lists.headings import HEADER_SEARCH_ROWS
from models.rules.case_lists.values import heading_key, unique_headings

MOST_ROWS = 10_000
MOST_CHARACTERS = 30_000_000
_TOO_MANY = f"The file holds more than {MOST_ROWS:,} rows; bring it in as several files."


class Line(NamedTuple):
    """One row: its number in the file (the first is 1) and its cells, as many as there are headings."""

    number: int
    cells: tuple[str, ...]


class Table(NamedTuple):
    """One sheet: its name ("" in a text file), its headings, the rows with something in them."""

    name: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]

    def values(self, heading: str) -> list[str]:
        """The cells below a heading, one for each row."""
        place = self.headings.index(heading)
        return [line.cells[place] for line in self.lines]

    def samples(self, heading: str, most: int = 3) -> list[str]:
        """The first different values below a heading, cut short, to recognise the column by.

        >>> Table("", ("A",), (Line(2, ("x",)), Line(3, ("",)), Line(4, ("x",)))).samples("A")
        ['x']
        """
        filled = (cell.strip()[:40] for cell in self.values(heading))
        return list(dict.fromkeys(cell for cell in filled if cell))[:most]


def read_tables(source: BinaryIO, known: Collection[str]) -> list[Table]:
    """The visible sheets of a CSV file or an .xlsx workbook that hold anything, in their order.

    `known` are headings that are expected: the row with the most of them among the first is taken for the headings,
    else the row with the most cells. Raises RuleBroken in one sentence for any other file, an empty or a huge one.

    >>> from io import BytesIO
    >>> [table] = read_tables(BytesIO(b"Our agencies\\n\\nName,Code\\nPolice,POL\\n,\\n"), ["Name", "Code"])
    >>> table.headings, table.lines
    (('Name', 'Code'), (Line(number=4, cells=('Police', 'POL')),))
    """
    file = open_case_list(source)
    keys = {heading_key(heading) for heading in known}
    shown = [name for name in file.sheet_names if name not in file.hidden_sheets]
    budget = _Budget()
    tables = [table for name in shown if (table := _read_table(file, name, keys, budget)) is not None]
    if not tables:
        raise RuleBroken("The file holds no table: its first row with words is read as the headings.")
    return tables


class _Budget:
    """What one file may hold in all."""

    def __init__(self) -> None:
        self.rows, self.characters = MOST_ROWS, MOST_CHARACTERS

    def spend(self, cells: Sequence[str]) -> None:
        self.rows -= 1
        self.characters -= sum(map(len, cells))
        if self.rows < 0 or self.characters < 0:
            raise RuleBroken(_TOO_MANY)


def _rows(file: CaseListFile, name: str) -> Iterator[tuple[int, list[str]]]:
    for batch in file.batches(name):
        for number, cells in zip(batch.numbers, batch.rows(), strict=True):
            if any(cell and not cell.isspace() for cell in cells):
                yield number, cells


def _read_table(file: CaseListFile, name: str, keys: Collection[str], budget: _Budget) -> Table | None:
    rows = _rows(file, name)
    first = list(islice(rows, HEADER_SEARCH_ROWS))
    if not first:
        return None
    start = _heading_row([cells for _, cells in first], keys)
    headings = unique_headings(_without_empty_end(first[start][1]))
    lines = []
    for number, cells in chain(first[start + 1 :], rows):
        budget.spend(cells)
        kept = tuple(cells[: len(headings)])
        if any(map(str.strip, kept)):
            lines.append(Line(number, kept + ("",) * (len(headings) - len(kept))))
    return Table(name, headings, tuple(lines))


def _without_empty_end(cells: list[str]) -> list[str]:
    last = max(place for place, cell in enumerate(cells) if cell.strip())
    return cells[: last + 1]


def _heading_row(rows: Sequence[Sequence[str]], keys: Collection[str]) -> int:
    """The place of the headings: the most known ones, else the most filled cells; the first of equals."""
    scores = [
        (sum(heading_key(cell) in keys for cell in cells if cell), sum(bool(cell.strip()) for cell in cells))
        for cells in rows
    ]
    best = max(known for known, _ in scores)
    return scores.index(next(score for score in scores if score[0] == best)) if best else _widest(scores)


def _widest(scores: Sequence[tuple[int, int]]) -> int:
    most = max(filled for _, filled in scores)
    return next(place for place, (_, filled) in enumerate(scores) if filled == most)
