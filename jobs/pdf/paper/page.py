"""What does every sheet of paper have in common: size, flow, running lines, bookmarks, page numbers?"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from jobs.pdf.paper.letterhead import PLAIN, Running, Stationery
from jobs.pdf.paper.strokes import line_path, plate_path
from jobs.pdf.paper.styles import HEADINGS, HOUSE, LINE, RUNNING, RUNNING_STRONG, colour
from jobs.pdf.paper.tags import About, Node, TagTree, finish
from jobs.pdf.paper.texts import Style, Typesetter, readable, short

LANDSCAPE: Final = landscape(A4)
PORTRAIT: Final = A4
MARGIN: Final = 34.0
TOP: Final = 50.0
"""From the upper edge to where the content begins, on every page."""
BOTTOM: Final = 44.0


rl_config.useA85 = 0  # compressed pages need no second coat of ASCII, which would have to be taken off again


class _Sheets(Canvas):
    """ReportLab's canvas without its habit of naming Helvetica at the head of every page."""

    def _make_preamble(self) -> None:
        self._preamble = ""


@dataclass(frozen=True, slots=True)
class _Bookmark:
    title: str
    level: int
    page: int
    top: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where drawing stood at some moment, so that it can go back there."""

    pages: int
    ops: int
    y: float
    bookmarks: int
    elements: int
    marks: tuple[int, ...]


class Pages:
    """A document being drawn from top to bottom; `y` is the height in points from the lower edge still free."""

    def __init__(
        self,
        about: About,
        running: Running,
        size: tuple[float, float] = LANDSCAPE,
        stationery: Stationery = PLAIN,
    ) -> None:
        self.about, self.running, self.logo = about, running, stationery.logo
        self._own_colour = colour(stationery.accent) if stationery.accent else HOUSE
        self.type = Typesetter()
        self.tags = TagTree()
        self.pages: list[list[str]] = []
        self.sizes: list[tuple[float, float]] = []
        self.y = 0.0
        self._bookmarks: list[_Bookmark] = []
        self.turn(size)

    # --- room -------------------------------------------------------------------------------------------------------

    @property
    def room(self) -> float:
        """Points left on this page."""
        return self.y - BOTTOM

    @property
    def full_room(self) -> float:
        """Points available on an empty page."""
        return self.page_height - TOP - BOTTOM

    def turn(self, size: tuple[float, float]) -> None:
        """Begin an empty page of that size; the following pages have it too."""
        self.page_width, self.page_height = size
        self.left, self.width = MARGIN, size[0] - 2 * MARGIN
        self.new_page()

    def new_page(self) -> None:
        """Continue at the top of an empty page."""
        self.pages.append([])
        self.sizes.append((self.page_width, self.page_height))
        self.ops = self.pages[-1]
        self.y = self.page_height - TOP

    def need(self, height: float) -> None:
        """Make sure that at least `height` points are free, on a new page if need be."""
        if self.room < height:
            self.new_page()

    def place(self) -> Place:
        """Where drawing stands now; to be called between blocks only, while no mark is open."""
        marks = self.tags.marks()
        kids = len(self.tags.root.kids)
        return Place(len(self.pages), len(self.ops), self.y, len(self._bookmarks), kids, marks)

    def go_back(self, place: Place) -> None:
        """Remove everything drawn since `place`."""
        del self.pages[place.pages :], self.sizes[place.pages :], self._bookmarks[place.bookmarks :]
        self.ops = self.pages[-1]
        del self.ops[place.ops :]
        self.y = place.y
        self.tags.go_back(place.elements, place.marks)

    # --- marks ------------------------------------------------------------------------------------------------------

    def open(self, node: Node) -> None:
        """Let everything drawn until `close` belong to `node`."""
        self.ops.append(self.tags.open_mark(node, len(self.pages) - 1))

    def open_artifact(self, kind: str = "") -> None:
        """Let everything drawn until `close` be decoration, or a page's `Header` or `Footer`."""
        self.ops.append(f"/Artifact<</Type/Pagination/Subtype/{kind}>>BDC" if kind else "/Artifact BMC")

    def close(self) -> None:
        """Close the innermost open mark."""
        self.ops.append("EMC")

    def bookmark(self, title: str, level: int = 0) -> None:
        """Add an entry to the reader's contents panel that leads to this height of this page."""
        text = " ".join(readable(title, limit=200).split())
        self._bookmarks.append(_Bookmark(text, level, len(self.pages) - 1, self.y))

    # --- drawing ----------------------------------------------------------------------------------------------------

    def lines(self, lines: Sequence[str], style: Style, x: float, top: float, room: float = 0.0) -> None:
        """Draw the wrapped lines with their upper edge at `top` and their left edge at `x`; `y` does not move."""
        self.ops.append(f"BT {self.text(lines, style, x, top, room)} ET")

    def text(self, lines: Sequence[str], style: Style, x: float, top: float, room: float = 0.0) -> str:
        """The operators that draw `lines`, to be put between BT and ET."""
        base = top - style.leading * 0.5 - style.size * 0.36
        drawn = self.type.show(lines, style, room)
        font, ink = f"/{style.font} {style.size} Tf {style.leading} TL", self.ink(style.colour)
        return f"{font} {ink} rg 1 0 0 1 {x:.2f} {base:.2f} Tm {drawn}"

    def ink(self, operands: str) -> str:
        """A colour as it is drawn in this document: the house's own gives way to the partnership's."""
        return self._own_colour if operands == HOUSE else operands

    def plate(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0.0) -> None:
        """Draw a filled rectangle with its lower left corner at (x, y), and rounded corners if `radius` is given."""
        self.ops.append(f"{fill} rg {plate_path(x, y, width, height, radius)} f")

    def frame(self, x: float, y: float, width: float, height: float, web: str) -> None:
        """Draw the outline of a rectangle with its lower left corner at (x, y)."""
        self.ops.append(f"{colour(web)} RG 0.8 w {plate_path(x, y, width, height, 0)} S")

    def rule(
        self, y: float, x: float | None = None, width: float | None = None, weight: float = 0.6, web: str = LINE
    ) -> None:
        """Draw a thin horizontal line, from margin to margin unless told otherwise."""
        left, span = (self.left, self.width) if x is None or width is None else (x, width)
        self.ops.append(f"{colour(web)} RG {weight} w {line_path(left, y, span)} S")

    def paragraph(
        self, role: str, text: str, style: Style, width: float | None = None, parent: Node | None = None
    ) -> None:
        """Draw a tagged paragraph or heading at the left margin; it may run over several pages."""
        span = width or self.width
        lines = self.type.wrap(text, style, span)
        if lines:
            self.y -= style.gap
            self.run(lines, style, self.left, span, (parent or self.tags.root).add(role))

    def run(self, lines: Sequence[str], style: Style, x: float, span: float, node: Node) -> None:
        """Draw lines down the page and on over the next ones, all as one element."""
        while lines:
            self.need(style.leading)
            count = max(1, int(self.room / style.leading))
            self.open(node)
            self.lines(lines[:count], style, x, self.y, span)
            self.close()
            self.y -= style.leading * len(lines[:count])
            lines = lines[count:]

    def heading_height(self, text: str, level: int) -> float:
        """The points a heading takes, including the space above and below it."""
        style = HEADINGS[level]
        return style.gap + style.leading * len(self.type.wrap(short(text), style, self.width)) + 5

    def heading(self, text: str, keep: float = 80.0, level: int = 2) -> None:
        """Draw a heading with a bookmark, never alone at the foot of a page (`keep` points follow it)."""
        style = HEADINGS[level]
        lines = self.type.wrap(short(text), style, self.width)
        self.need(min(self.heading_height(text, level) + keep, self.full_room))
        if self.room < self.full_room:
            self.y -= style.gap
        self.bookmark(text, level - 2)
        self.run(lines, style, self.left, self.width, self.tags.root.add(f"H{level}"))
        self.y -= 5

    # --- the end ----------------------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """The finished PDF: numbered pages, running lines, bookmarks, fonts, structure."""
        raw = self._sheets()
        self.type.report_lost(short(self.running.edition, 80))
        return finish(raw, self.tags, self.type.fonts, self.about, self.logo)

    def _sheets(self) -> bytes:
        """ReportLab's part; a function of its own so that its copy of all pages is gone before the tree is written."""
        out = BytesIO()
        # `invariant`: ReportLab writes no present time and no random id.
        canvas = _Sheets(out, self.sizes[0], pageCompression=1, invariant=1)
        total = len(self.pages)
        for index, ops in enumerate(self.pages):
            canvas.setPageSize(self.sizes[index])
            self._running_lines(index, total)
            canvas.addLiteral("\n".join(ops))
            ops.clear()
            self._place_bookmarks(canvas, index)
            canvas.showPage()
        canvas.save()
        return out.getvalue()

    def _place_bookmarks(self, canvas: Canvas, page: int) -> None:
        for number, mark in enumerate(self._bookmarks):
            if mark.page == page:
                canvas.bookmarkPage(f"b{number}", fit="XYZ", left=0, top=mark.top + 8)
                canvas.addOutlineEntry(mark.title, f"b{number}", mark.level)

    def _running_lines(self, index: int, total: int) -> None:
        running, self.ops = self.running, self.pages[index]
        self.page_width, self.page_height = self.sizes[index]
        self.width = self.page_width - 2 * MARGIN
        foot = BOTTOM - (11 if running.footer else 16)
        head, right = self.page_height - 24, MARGIN + self.width
        self.open_artifact("Header")
        self._span(running.partnership, RUNNING_STRONG, head, share=0.6)
        self._span(running.classification, RUNNING_STRONG, head, right=right, share=0.35)
        self.rule(head - 12)
        self.close()
        self.open_artifact("Footer")
        self.rule(foot + 4)
        self._span(running.edition, RUNNING, foot, share=0.45)
        start = " ".join(running.fingerprint[at : at + 4] for at in (0, 4, 8, 12)).upper()
        self._span(f"Fingerprint {start}", RUNNING, foot, right=right - 80, share=0.35)
        self._span(f"Page {index + 1} of {total}", RUNNING_STRONG, foot, right=right)
        if running.footer:
            self._span(running.footer, RUNNING, foot - RUNNING.leading)
        self.close()

    def _span(self, text: str, style: Style, top: float, right: float = 0.0, share: float = 1.0) -> None:
        """One line, cut to its share of the width so that no neighbour is overprinted."""
        line = (self.type.wrap(text, style, self.width * share) or [""])[0]
        x = right - self.type.width(line, style) if right else self.left
        self.lines([line], style, x, top)
