"""How is a table drawn so that rows hold together, tall rows split, and headings come back on every page?

Each cell is a stack of already wrapped lines, so its height is known before anything is drawn; nothing is laid out
twice. A row may have a second lane, a note that runs under its cells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from jobs.pdf.paper.columns import column_widths
from jobs.pdf.paper.page import Pages
from jobs.pdf.paper.stacks import PLATE_PAD, Stack, stack, widest_of
from jobs.pdf.paper.styles import HOUSE, LEAD, QUIET, TINT, TONE_COLOURS, colour
from jobs.pdf.paper.tags import COLUMN_HEAD, ROW_HEAD, Attribute, Node
from jobs.pdf.paper.texts import Style, Typesetter, short
from jobs.pdf.paper.typefaces import STRONG
from models.rules.documents.papers import Column, Row, pieces_of

PAD: Final = 5.0
"""Points between the edge of a column and its words."""
ROW_PAD: Final = 4.0
"""Points over and under the words of a row."""
HEAD: Final = Style(STRONG, 8, 10.6, HOUSE)
LONGEST_HEAD: Final = 80
MOST_HEAD_LINES: Final = 10
SPLIT_ROOM: Final = 110.0
"""A row that is parted starts on the current page only when this much of it is free."""
LEAST_REST: Final = 36.0
"""So much of a parted row goes overleaf, three lines or more."""

SMALL: Final = 8
"""Rows of a table that stays in one piece, if it takes no more than a quarter of a page."""
LARGE: Final = 0.25
"""What is taller than this part of a page may be parted, for kept whole it would leave as much of the page empty."""

EDGES: Final = {tone: colour(fill) for tone, (fill, _) in TONE_COLOURS.items()}


@dataclass(slots=True)
class _Lane:
    """Cells side by side: each with its left edge, width, stack and structure element."""

    cells: list[tuple[float, float, Stack, Node]]
    fill: str = ""

    @property
    def height(self) -> float:
        return max((cell.height for _, _, cell, _ in self.cells), default=0.0) + 2 * ROW_PAD

    def split(self, room: float) -> tuple["_Lane", "_Lane"]:
        """The part of each cell that fits into `room` points, and the rest."""
        halves = [(x, width, cell.split(room - 2 * ROW_PAD), node) for x, width, cell, node in self.cells]
        head = _Lane([(x, width, half[0], node) for x, width, half, node in halves], self.fill)
        return head, _Lane([(x, width, half[1], node) for x, width, half, node in halves], self.fill)


def _total(lanes: list[_Lane]) -> float:
    return sum(lane.height for lane in lanes)


class Table:
    """A table on paper, `width` points wide; the first cell of each row is the row's heading."""

    def __init__(self, pages: Pages, columns: Sequence[Column], left: float = 0.0, width: float = 0.0) -> None:
        self.pages, self.columns = pages, columns
        self.left, self.width = left or pages.left, width or pages.width
        self._titles = [_title_of(column) for column in columns]
        self._row_head = "TH"
        self._body = Node("TBody", [])
        self._measure([])

    def _measure(self, rows: Sequence[Row]) -> None:
        """Give each column its width, by its share and by the widest word of its heading and of the first rows."""
        setter = self.pages.type
        needs = [setter.widest_word(title, HEAD) for title in self._titles]
        for row in rows:
            needs = [max(need, widest_of(setter, cell)) for need, cell in zip(needs, row.cells, strict=True)]
        shares = [column.share for column in self.columns]
        self.widths = column_widths(shares, [need + 2 * PAD + 0.1 for need in needs], self.width)
        heads = zip(self._titles, self.widths, strict=True)
        self._heads = [_wrapped_head(setter, title, width - 2 * PAD) for title, width in heads]
        self._head_height = max(len(lines) for _, lines in self._heads) * HEAD.leading + 2 * ROW_PAD - 1

    def draw(self, rows: Iterable[Row], heading: str = "", level: int = 2, empty: str = "None.") -> None:
        """Draw every row in order, with the headings above them on each page; `empty` when there is no row.

        A section `heading` is never parted from the first row, a small table or row is never split, and a larger row
        first of all between its cells and its note. The first cell of a row heads it, unless there would then be more
        headings than cells: in a table of few rows, or of two columns.
        """
        coming = iter(rows)
        first = list(islice(coming, SMALL + 1))
        if not first:
            self._say_empty(heading, level, empty)
            return
        self._measure(first)
        self._row_head = "TH" if len(first) * (len(self.columns) - 2) >= len(self.columns) else "TD"
        ready = [(row, self._lanes(row)) for row in first]
        self._open(heading, level, self._keep([lanes for _, lanes in ready]))
        for row, lanes in chain(ready, ((row, self._lanes(row)) for row in coming)):
            self._draw_row(row, lanes)

    def lead(self, rows: Iterable[Row], heading: str = "", level: int = 2) -> float:
        """The points from the table's heading to where it may first go on overleaf; nothing is drawn."""
        rows = list(islice(rows, SMALL + 1))
        self._measure(rows)
        first = [self._lanes(row) for row in rows]
        above = self.pages.heading_height(heading, level) if heading else 0.0
        return above + (self._keep(first) if first else LEAD.leading)

    def _say_empty(self, heading: str, level: int, empty: str) -> None:
        if heading:
            self.pages.heading(heading, LEAD.leading, level)
        self.pages.paragraph("P", empty, LEAD)

    def _keep(self, rows: list[list[_Lane]]) -> float:
        """Room that must be free before the table begins: all of a small table, otherwise head and first row."""
        whole = self._head_height + sum(map(_total, rows))
        if len(rows) <= SMALL and not self._is_large(whole):
            return whole
        return min(self._head_height + self._beginning(rows[0]), self.pages.full_room - 60)

    def _is_large(self, height: float) -> bool:
        return height > self.pages.full_room * LARGE

    def _beginning(self, lanes: list[_Lane]) -> float:
        """The points of a row that stay together: without its note, where both are large."""
        whole = _total(lanes)
        return lanes[0].height if self._is_large(whole) else whole

    def _open(self, heading: str, level: int, keep: float) -> None:
        if heading:
            self.pages.heading(heading, keep, level)
        self.pages.need(keep)
        table = self.pages.tags.root.add("Table")
        self._draw_head(table.add("THead").add("TR"))
        if self._body.kids:
            table.kids.append(self._body)

    def _draw_head(self, row: Node | None) -> None:
        """The first head is structure; repetitions are decoration, or they would be read out on every page."""
        pages, top = self.pages, self.pages.y
        pages.open_artifact()
        pages.plate(self.left, top - self._head_height, self.width, self._head_height, colour(TINT))
        pages.plate(self.left, top - self._head_height, self.width, 1.1, pages.ink(HOUSE))
        pages.close()
        x = self.left
        for column, width, (style, lines) in zip(self.columns, self.widths, self._heads, strict=True):
            if row:
                pages.open(row.add("TH", COLUMN_HEAD))
            else:
                pages.open_artifact("Header")
            for at, line in enumerate(lines):
                shift = width - 2 * PAD - pages.type.width(line, style) if column.is_number else 0.0
                pages.lines([line], style, x + PAD + shift, top - ROW_PAD + 0.5 - at * HEAD.leading)
            pages.close()
            x += width
        pages.y = top - self._head_height

    def _draw_row(self, row: Row, lanes: list[_Lane]) -> None:
        pages = self.pages
        if _total(lanes) > pages.room and not self._may_part(lanes):
            self._next_page("")
        for at, lane in enumerate(lanes):
            if at and pages.room < lane.height <= self._full_room:
                self._next_page(row.name)
            rest: _Lane | None = lane
            while rest is not None:
                rest = self._draw_lane(rest, row)
        pages.open_artifact()
        pages.rule(pages.y, self.left, self.width)
        pages.close()

    def _may_part(self, lanes: list[_Lane]) -> bool:
        """Whether a row that does not fit begins here all the same: with its cells whole, or a good part of them."""
        height, room = _total(lanes), self.pages.room
        if self._beginning(lanes) <= room:
            return True
        is_over = height > self._full_room or lanes[0].height - room >= LEAST_REST
        return room >= SPLIT_ROOM and self._is_large(height) and is_over

    @property
    def _full_room(self) -> float:
        return self.pages.full_room - self._head_height

    def _next_page(self, continued: str) -> None:
        self.pages.new_page()
        self._draw_head(None)
        if continued:
            self.pages.open_artifact("Header")
            line = self.pages.type.wrap(f"Continued: {short(continued, 60)}", QUIET, self.width - 2 * PAD)[:1]
            self.pages.lines(line, QUIET, self.left + PAD, self.pages.y - PAD)
            self.pages.close()
            self.pages.y -= QUIET.leading + PAD

    def _lanes(self, row: Row) -> list[_Lane]:
        """The row's cells, and its note as a second lane beside the row's heading."""
        setter, element = self.pages.type, self._body.add("TR")
        spans: tuple[Attribute, ...] = (("RowSpan", 2),) if row.note else ()
        head = ROW_HEAD + spans if self._row_head == "TH" else spans
        cells, x = [], self.left
        for at, (width, cell) in enumerate(zip(self.widths, row.cells, strict=True)):
            node = element.add("TD") if at else element.add(self._row_head, head)
            content = stack(setter, width - 2 * PAD, pieces_of(cell))
            content.is_right = self.columns[at].is_number
            cells.append((x + PAD, width - 2 * PAD, content, node))
            x += width
        if not row.note:
            return [_Lane(cells)]
        first = self.widths[0]
        width = self.width - first - 2 * PAD
        node = self._body.add("TR").add("TD", (("ColSpan", len(self.columns) - 1),))
        note = (self.left + first + PAD, width, stack(setter, width, row.note), node)
        return [_Lane(cells), _Lane([note], colour(TINT))]

    def _draw_lane(self, lane: _Lane, row: Row) -> _Lane | None:
        """Draw what fits on this page; return the rest, with a new page begun for it."""
        pages, rest = self.pages, None
        if lane.height > pages.room:
            lane, rest = lane.split(pages.room)
        top = pages.y
        self._decorate(lane, row, top)
        for x, width, cell, node in lane.cells:
            if cell.strips or (rest is None and not node.kids):
                pages.open(node)
                _draw_stack(pages, cell, x, top - ROW_PAD, width)
                pages.close()
        pages.y = top - lane.height
        if rest is not None:
            self._next_page(row.name)
        return rest

    def _decorate(self, lane: _Lane, row: Row, top: float) -> None:
        """Plates behind the text: decoration, for their meaning is in the words on them."""
        pages = self.pages
        pages.open_artifact()
        if lane.fill:
            x, width, _, _ = lane.cells[0]
            pages.plate(x - PAD, top - lane.height, width + 2 * PAD, lane.height, lane.fill)
        if row.tone:
            pages.plate(self.left, top - lane.height, 2.4, lane.height, EDGES[row.tone])
        for x, _, cell, _ in lane.cells:
            _draw_plates(pages, cell, x, top - ROW_PAD)
        pages.close()


def _title_of(column: Column) -> str:
    """A heading stands on every page of the table, so it must leave room for rows: long ones end in an ellipsis."""
    return column.title if len(column.title) <= LONGEST_HEAD else f"{column.title[:LONGEST_HEAD].rstrip()} …"


def _wrapped_head(setter: Typesetter, title: str, width: float) -> tuple[Style, list[str]]:
    style, lines = setter.wrap_whole(title, HEAD, width)
    return style, lines[:MOST_HEAD_LINES]


def _draw_stack(pages: Pages, cell: Stack, x: float, top: float, width: float) -> None:
    parts: list[str] = []
    for at, (style, lines) in enumerate(cell.strips):
        top -= style.gap if at else 0.0
        at_x, room = (x + PLATE_PAD, 0.0) if style.fill else (x, width)
        if cell.is_right and not style.fill:
            parts += _ending_right(pages, lines, style, x + width, top)
        else:
            parts.append(pages.text(lines, style, at_x, top, room))
        top -= style.leading * len(lines)
    pages.ops.append(f"BT {' '.join(parts)} ET")


def _ending_right(pages: Pages, lines: Sequence[str], style: Style, right: float, top: float) -> Iterable[str]:
    for at, line in enumerate(lines):
        yield pages.text([line], style, right - pages.type.width(line, style), top - at * style.leading)


def _draw_plates(pages: Pages, cell: Stack, x: float, top: float) -> None:
    for at, (style, lines) in enumerate(cell.strips):
        top -= style.gap if at else 0.0
        height = style.leading * len(lines)
        if style.fill:
            width = max(pages.type.width(line, style) for line in lines) + 2 * PLATE_PAD
            pages.plate(x, top - height - 1, width, height + 2, style.fill, 2.5)
        top -= height
