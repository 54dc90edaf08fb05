"""What does every sheet of paper have in common: size, flow, letterhead, running lines, bookmarks, page numbers?"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from jobs.pdf.styles import HEADING, LABEL, LEAD, LINE, RUNNING, RUNNING_STRONG, colour
from jobs.pdf.tags import About, Node, TagTree, finish
from jobs.pdf.texts import Style, Typesetter, readable, short

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
class Running:
    """What the running lines say: all of it is decoration to a screen reader, and none of it is only there."""

    partnership: str
    classification: str
    edition: str
    """Reference, version and date, lower left."""
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Bookmark:
    title: str
    level: int
    page: int
    top: float


class Paper:
    """A document being drawn from top to bottom; `y` is the height in points from the lower edge still free."""

    def __init__(self, about: About, running: Running, size: tuple[float, float] = LANDSCAPE) -> None:
        self.about, self.running = about, running
        self.page_width, self.page_height = size
        self.left, self.width = MARGIN, size[0] - 2 * MARGIN
        self.type = Typesetter()
        self.tags = TagTree()
        self.pages: list[list[str]] = []
        self.y = 0.0
        self._bookmarks: list[_Bookmark] = []
        self.new_page()

    # --- room -------------------------------------------------------------------------------------------------------

    @property
    def room(self) -> float:
        """Promise: points left on this page."""
        return self.y - BOTTOM

    @property
    def full_room(self) -> float:
        """Promise: points an empty page offers."""
        return self.page_height - TOP - BOTTOM

    def new_page(self) -> None:
        """Promise: drawing goes on at the top of an empty page."""
        self.pages.append([])
        self.ops = self.pages[-1]
        self.y = self.page_height - TOP

    def need(self, height: float) -> None:
        """Promise: at least `height` points are free, on a new page if need be."""
        if self.room < height:
            self.new_page()

    # --- marks ------------------------------------------------------------------------------------------------------

    def open(self, node: Node) -> None:
        """Promise: what is drawn until `close` belongs to `node`."""
        self.ops.append(self.tags.open_mark(node, len(self.pages) - 1))

    def open_artifact(self, kind: str = "") -> None:
        """Promise: what is drawn until `close` is decoration, or a page's `Header` or `Footer`."""
        self.ops.append(f"/Artifact<</Type/Pagination/Subtype/{kind}>>BDC" if kind else "/Artifact BMC")

    def close(self) -> None:
        """Promise: the innermost open mark is closed."""
        self.ops.append("EMC")

    def bookmark(self, title: str, level: int = 0) -> None:
        """Promise: the reader's contents panel leads to this height of this page."""
        text = " ".join(readable(title, limit=200).split())
        self._bookmarks.append(_Bookmark(text, level, len(self.pages) - 1, self.y))

    # --- drawing ----------------------------------------------------------------------------------------------------

    def lines(self, lines: Sequence[str], style: Style, x: float, top: float, room: float = 0.0) -> None:
        """Promise: the wrapped lines stand with their upper edge at height `top`, left at `x`; `y` does not move."""
        self.ops.append(f"BT {self.text(lines, style, x, top, room)} ET")

    def text(self, lines: Sequence[str], style: Style, x: float, top: float, room: float = 0.0) -> str:
        """Promise: the operators of `lines`, to stand between BT and ET."""
        base = top - style.leading * 0.5 - style.size * 0.36
        shown = self.type.show(lines, style, room)
        return (
            f"/{style.font} {style.size} Tf {style.leading} TL {style.colour} rg 1 0 0 1 {x:.2f} {base:.2f} Tm {shown}"
        )

    def plate(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0.0) -> None:
        """Promise: a filled rectangle, lower left corner at (x, y), with rounded corners if `radius`."""
        if not radius:
            self.ops.append(f"{fill} rg {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")
            return
        self.ops.append(f"{fill} rg {_rounded(x, y, x + width, y + height, radius)} f")

    def rule(self, y: float, x: float | None = None, width: float | None = None, weight: float = 0.6) -> None:
        """Promise: a thin horizontal line, from margin to margin unless said otherwise."""
        left, span = (self.left, self.width) if x is None or width is None else (x, width)
        self.ops.append(f"{colour(LINE)} RG {weight} w {left:.2f} {y:.2f} m {left + span:.2f} {y:.2f} l S")

    def paragraph(
        self, role: str, text: str, style: Style, width: float | None = None, parent: Node | None = None
    ) -> None:
        """Promise: a tagged paragraph or heading at the left margin; it may run over several pages."""
        span = width or self.width
        lines = self.type.wrap(text, style, span)
        node = (parent or self.tags.root).add(role)
        self.y -= style.gap
        self._run(lines, style, self.left, span, node)

    def _run(self, lines: Sequence[str], style: Style, x: float, span: float, node: Node) -> None:
        """Lines down the page and on over the next ones, all of one element."""
        while lines:
            self.need(style.leading)
            count = max(1, int(self.room / style.leading))
            self.open(node)
            self.lines(lines[:count], style, x, self.y, span)
            self.close()
            self.y -= style.leading * len(lines[:count])
            lines = lines[count:]

    def numbered(self, items: Sequence[str], style: Style) -> None:
        """Promise: a tagged list, its numbers in the margin of its texts."""
        listed, indent = self.tags.root.add("L"), 18.0
        for number, text in enumerate(items, start=1):
            lines = self.type.wrap(text, style, self.width - indent)
            self.need(style.leading * min(len(lines), 3))
            item = listed.add("LI")
            self.open(item.add("Lbl"))
            self.lines([f"{number}."], style, self.left, self.y)
            self.close()
            self._run(lines, style, self.left + indent, self.width - indent, item.add("LBody"))
            self.y -= 3

    def heading(self, text: str, keep: float = 80.0, level: int = 0) -> None:
        """Promise: an H2 with a bookmark, never alone at the foot of a page (`keep` points follow it)."""
        self.need(HEADING.leading + keep)
        self.bookmark(text, level)
        self.paragraph("H2", text, HEADING)
        self.y -= 5

    # --- the end ----------------------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """Promise: the finished PDF: numbered pages, running lines, bookmarks, fonts, structure."""
        raw = self._sheets()
        self.type.report_lost(short(self.running.edition, 80))
        return finish(raw, self.tags, self.type.fonts, self.about)

    def _sheets(self) -> bytes:
        """ReportLab's part; a function of its own so that its copy of all pages is gone before the tree is written."""
        out = BytesIO()
        canvas = _Sheets(out, (self.page_width, self.page_height), pageCompression=1, invariant=1)
        total = len(self.pages)
        for index, ops in enumerate(self.pages):
            self.ops = ops
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
        said = self.running
        foot, head = BOTTOM - 16, self.page_height - 24
        right = self.left + self.width
        self.open_artifact("Header")
        self._span(said.partnership, RUNNING_STRONG, head, share=0.6)
        self._span(said.classification, RUNNING_STRONG, head, right=right, share=0.35)
        self.rule(head - 12)
        self.close()
        self.open_artifact("Footer")
        self.rule(foot + 4)
        self._span(said.edition, RUNNING, foot, share=0.5)
        start = " ".join(said.fingerprint[at : at + 4] for at in (0, 4, 8, 12)).upper()
        self._span(f"Fingerprint {start}", RUNNING, foot, right=right - 110, share=0.25)
        self._span(f"Page {index + 1} of {total}", RUNNING_STRONG, foot, right=right)
        self.close()

    def _span(self, text: str, style: Style, top: float, right: float = 0.0, share: float = 1.0) -> None:
        """One line, cut to its share of the width so that no neighbour is overprinted."""
        line = (self.type.wrap(text, style, self.width * share) or [""])[0]
        x = right - self.type.width(line, style) if right else self.left
        self.lines([line], style, x, top)


def draw_facts(paper: Paper, facts: Sequence[tuple[str, str]], columns: int = 4, limit: int = 300) -> None:
    """Promise: labels with their values in a grid, read row by row; a value not known is a dash.

    A value longer than `limit` characters is cut with a note, so that a row of the grid always fits a page.
    """
    width = paper.width / columns
    wrap = paper.type.wrap
    for start in range(0, len(facts), columns):
        cells = [
            (label, wrap(short(value, limit) or "–", LEAD, width - 14))
            for label, value in facts[start : start + columns]
        ]
        height = LABEL.leading + LEAD.leading * max(len(lines) for _, lines in cells) + 9
        paper.need(height)
        for at, (label, lines) in enumerate(cells):
            x = paper.left + at * width
            paper.open(paper.tags.root.add("P"))
            paper.lines([label], LABEL, x, paper.y)
            paper.lines(lines, LEAD, x, paper.y - LABEL.leading)
            paper.close()
        paper.y -= height


def _rounded(left: float, low: float, right: float, high: float, radius: float) -> str:
    """The path of a rectangle whose corners are quarter circles (0.4477 is 1 - 0.5523, the usual Bézier constant)."""
    bend = radius * 0.4477
    return (
        f"{left + radius:.2f} {low:.2f} m {right - radius:.2f} {low:.2f} l "
        f"{right - bend:.2f} {low:.2f} {right:.2f} {low + bend:.2f} {right:.2f} {low + radius:.2f} c "
        f"{right:.2f} {high - radius:.2f} l "
        f"{right:.2f} {high - bend:.2f} {right - bend:.2f} {high:.2f} {right - radius:.2f} {high:.2f} c "
        f"{left + radius:.2f} {high:.2f} l "
        f"{left + bend:.2f} {high:.2f} {left:.2f} {high - bend:.2f} {left:.2f} {high - radius:.2f} c "
        f"{left:.2f} {low + radius:.2f} l "
        f"{left:.2f} {low + bend:.2f} {left + bend:.2f} {low:.2f} {left + radius:.2f} {low:.2f} c h"
    )
