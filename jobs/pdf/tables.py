"""How is a table drawn so that rows hold together, tall rows split, and headings come back on every page?

Each cell is a stack of already wrapped lines, so its height is known before anything is drawn; nothing is laid out
twice. A row may have a second lane, a note that runs under its cells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from jobs.pdf.page import Paper
from jobs.pdf.styles import NAVY, QUIET, TINT, colour
from jobs.pdf.tags import COLUMN_HEAD, ROW_HEAD, Attribute, Node
from jobs.pdf.texts import Style, Typesetter, short
from jobs.pdf.typefaces import STRONG

PAD: Final = 5.0
PLATE_PAD: Final = 4.0
HEAD: Final = Style(STRONG, 7.6, 10, colour(NAVY))
SPLIT_ROOM: Final = 110.0
"""A row taller than a page starts on the current page only when this much of it is free."""

SMALL: Final = 8
"""Rows of a table that stays in one piece, if it takes less than half a page."""

Piece = tuple[str, Style]


@dataclass(slots=True)
class Stack:
    """Wrapped lines of one cell, in strips of one style each."""

    strips: list[tuple[Style, list[str]]]
    height: float

    def split(self, room: float) -> tuple["Stack", "Stack"]:
        """Promise: what fits into `room` points, and the rest; together they hold every line once."""
        head, tail, used = Stack([], 0.0), Stack([], 0.0), 0.0
        for style, lines in self.strips:
            gap = style.gap if head.strips else 0.0
            count = 0 if tail.strips else max(0, int((room - used - gap) / style.leading + 0.001))
            if lines[:count]:
                head.strips.append((style, lines[:count]))
                used += gap + style.leading * len(lines[:count])
            if lines[count:]:
                tail.strips.append((style, lines[count:]))
        head.height, tail.height = used, _height(tail.strips)
        return head, tail


def _height(strips: Sequence[tuple[Style, list[str]]]) -> float:
    gaps = sum(style.gap for style, _ in strips[1:])
    return gaps + sum(style.leading * len(lines) for style, lines in strips)


def stack(setter: Typesetter, width: float, pieces: Iterable[Piece]) -> Stack:
    """Promise: the pieces wrapped to `width` points, empty ones left out."""
    strips = []
    for text, style in pieces:
        if text:
            room = width - 2 * PLATE_PAD if style.fill else width
            lines = setter.wrap(text, style, room)
            if lines:
                strips.append((style, lines))
    return Stack(strips, _height(strips))


@dataclass(slots=True)
class _Lane:
    """Cells side by side: each with its left edge, width, stack and structure element."""

    cells: list[tuple[float, float, Stack, Node]]
    fill: str = ""

    @property
    def height(self) -> float:
        return max((cell.height for _, _, cell, _ in self.cells), default=0.0) + 2 * PAD

    def split(self, room: float) -> tuple["_Lane", "_Lane"]:
        """Promise: the part of each cell that fits into `room` points, and the rest."""
        halves = [(x, width, cell.split(room - 2 * PAD), node) for x, width, cell, node in self.cells]
        head = _Lane([(x, width, half[0], node) for x, width, half, node in halves], self.fill)
        return head, _Lane([(x, width, half[1], node) for x, width, half, node in halves], self.fill)


def _total(lanes: list[_Lane]) -> float:
    return sum(lane.height for lane in lanes)


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and its width in points."""

    title: str
    width: float


@dataclass(slots=True)
class Row:
    """One row: the pieces of each cell, a note under them, a colour for its left edge, a name for its continuation."""

    cells: Sequence[Sequence[Piece]]
    note: Sequence[Piece] = ()
    edge: str = ""
    name: str = ""


@dataclass(slots=True)
class Table:
    """A table on paper; the first cell of each row is the row's heading."""

    paper: Paper
    columns: Sequence[Column]
    left: float = 0.0
    _heads: list[tuple[Column, list[str]]] = field(default_factory=list)
    _head_height: float = 0.0
    _row_head: str = "TH"
    _body: Node = field(default_factory=lambda: Node("TBody", []))

    def __post_init__(self) -> None:
        self.left = self.left or self.paper.left
        wrap = self.paper.type.wrap
        self._heads = [(column, wrap(column.title, HEAD, column.width - 2 * PAD)) for column in self.columns]
        self._head_height = max(len(lines) for _, lines in self._heads) * HEAD.leading + 2 * PAD - 2

    @property
    def width(self) -> float:
        """Promise: the sum of the column widths in points."""
        return sum(column.width for column in self.columns)

    def draw(self, rows: Iterable[Row], heading: str = "") -> None:
        """Promise: every row is on paper, in order, the headings above it on each page.

        A section `heading` is never parted from the first row, a small table is never split. The first cell of a row
        heads it; in a table of one row it would head nothing and is a plain cell.
        """
        coming = iter(rows)
        first = list(islice(coming, SMALL + 1))
        self._row_head = "TH" if len(first) > 1 else "TD"
        ready = [(row, self._lanes(row)) for row in first]
        self._open(heading, self._keep([_total(lanes) for _, lanes in ready]))
        for row, lanes in chain(ready, ((row, self._lanes(row)) for row in coming)):
            self._draw_row(row, lanes)

    def _keep(self, heights: list[float]) -> float:
        """Room that must be free before the table begins: all of a small table, otherwise head and first row."""
        whole = self._head_height + sum(heights)
        if len(heights) <= SMALL and whole < self.paper.full_room / 2:
            return whole
        return min(self._head_height + max(heights[:1], default=0.0), self.paper.full_room - 60)

    def _open(self, heading: str, keep: float) -> None:
        if heading:
            self.paper.heading(heading, keep)
        self.paper.need(keep)
        table = self.paper.tags.root.add("Table")
        self._draw_head(table.add("THead").add("TR"))
        if self._body.kids:
            table.kids.append(self._body)

    def _draw_head(self, row: Node | None) -> None:
        """The first head is structure; repetitions are decoration, or they would be read out on every page."""
        paper, top = self.paper, self.paper.y
        paper.open_artifact()
        paper.plate(self.left, top - self._head_height, self.width, self._head_height, colour(TINT))
        paper.plate(self.left, top - self._head_height, self.width, 1.1, colour(NAVY))
        paper.close()
        x = self.left
        for column, lines in self._heads:
            if row:
                paper.open(row.add("TH", COLUMN_HEAD))
            else:
                paper.open_artifact("Header")
            paper.lines(lines, HEAD, x + PAD, top - PAD + 1)
            paper.close()
            x += column.width
        paper.y = top - self._head_height

    def _draw_row(self, row: Row, lanes: list[_Lane]) -> None:
        height = _total(lanes)
        paper = self.paper
        if height > paper.room and (height <= self._full_room or paper.room < SPLIT_ROOM):
            self._next_page("")
        for lane in lanes:
            rest: _Lane | None = lane
            while rest is not None:
                rest = self._draw_lane(rest, row)
        paper.open_artifact()
        paper.rule(paper.y, self.left, self.width)
        paper.close()

    @property
    def _full_room(self) -> float:
        return self.paper.full_room - self._head_height

    def _next_page(self, continued: str) -> None:
        self.paper.new_page()
        self._draw_head(None)
        if continued:
            self.paper.open_artifact("Header")
            self.paper.lines([f"{short(continued, 60)}, continued"], QUIET, self.left + PAD, self.paper.y - PAD)
            self.paper.close()
            self.paper.y -= QUIET.leading + PAD

    def _lanes(self, row: Row) -> list[_Lane]:
        """The row's cells, and its note as a second lane beside the row's heading."""
        setter, element = self.paper.type, self._body.add("TR")
        spans: tuple[Attribute, ...] = (("RowSpan", 2),) if row.note else ()
        head = ROW_HEAD + spans if self._row_head == "TH" else spans
        cells, x = [], self.left
        for at, (column, pieces) in enumerate(zip(self.columns, row.cells, strict=True)):
            node = element.add("TD") if at else element.add(self._row_head, head)
            cells.append((x + PAD, column.width - 2 * PAD, stack(setter, column.width - 2 * PAD, pieces), node))
            x += column.width
        if not row.note:
            return [_Lane(cells)]
        first = self.columns[0].width
        width = self.width - first - 2 * PAD
        node = self._body.add("TR").add("TD", (("ColSpan", len(self.columns) - 1),))
        note = (self.left + first + PAD, width, stack(setter, width, row.note), node)
        return [_Lane(cells), _Lane([note], colour(TINT))]

    def _draw_lane(self, lane: _Lane, row: Row) -> _Lane | None:
        """Draw what fits on this page; hand back the rest, a new page begun for it."""
        paper, rest = self.paper, None
        if lane.height > paper.room:
            lane, rest = lane.split(paper.room)
        top = paper.y
        self._decorate(lane, row, top)
        for x, width, cell, node in lane.cells:
            if cell.strips or (rest is None and not node.kids):
                paper.open(node)
                _draw_stack(paper, cell, x, top - PAD, width)
                paper.close()
        paper.y = top - lane.height
        if rest is not None:
            self._next_page(row.name)
        return rest

    def _decorate(self, lane: _Lane, row: Row, top: float) -> None:
        """Plates behind the text: decoration, for their meaning is in the words on them."""
        paper = self.paper
        paper.open_artifact()
        if lane.fill:
            x, width, _, _ = lane.cells[0]
            paper.plate(x - PAD, top - lane.height, width + 2 * PAD, lane.height, lane.fill)
        if row.edge:
            paper.plate(self.left, top - lane.height, 2.4, lane.height, row.edge)
        for x, _, cell, _ in lane.cells:
            _draw_plates(paper, cell, x, top - PAD)
        paper.close()


def _draw_stack(paper: Paper, cell: Stack, x: float, top: float, width: float) -> None:
    parts = []
    for at, (style, lines) in enumerate(cell.strips):
        top -= style.gap if at else 0.0
        at_x, room = (x + PLATE_PAD, 0.0) if style.fill else (x, width)
        parts.append(paper.text(lines, style, at_x, top, room))
        top -= style.leading * len(lines)
    paper.ops.append(f"BT {' '.join(parts)} ET")


def _draw_plates(paper: Paper, cell: Stack, x: float, top: float) -> None:
    for at, (style, lines) in enumerate(cell.strips):
        top -= style.gap if at else 0.0
        height = style.leading * len(lines)
        if style.fill:
            width = max(paper.type.width(line, style) for line in lines) + 2 * PLATE_PAD
            paper.plate(x, top - height - 1, width, height + 2, style.fill, 2.5)
        top -= height
