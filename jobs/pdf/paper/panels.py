"""How are panels set side by side on paper, each on a ground of its own under its heading?"""

from dataclasses import dataclass
from typing import Final

from jobs.pdf.paper.page import Pages
from jobs.pdf.paper.styles import BULLET, HOUSE, LARGE_HEAD, PANEL_HEAD, STYLES, TINT, colour
from jobs.pdf.paper.texts import Style, short
from models.rules.documents.panels import LARGE, Panel, Panels

PAD: Final = 10.0
GAP: Final = 10.0
EDGE: Final = 2.4
INDENT: Final = 11.0
UNDER_HEAD: Final = 3.0
BETWEEN: Final = 2.5


@dataclass(slots=True)
class _Sheet:
    """A panel as it is wrapped to its width."""

    title: str
    head: list[str]
    text: list[str]
    points: list[list[str]]
    style: Style
    head_style: Style

    @property
    def height(self) -> float:
        lines = len(self.text) + sum(map(len, self.points))
        gaps = BETWEEN * len(self.points) + UNDER_HEAD
        return 2 * PAD + self.head_style.leading * len(self.head) + self.style.leading * lines + gaps


def draw_panels(pages: Pages, block: Panels) -> None:
    """Two panels a row, as tall as the taller one; what is taller than a page runs down it without a ground."""
    for start in range(0, len(block.panels), 2):
        pair = block.panels[start : start + 2]
        width = (pages.width - GAP) / 2 if len(pair) == 2 else pages.width
        sheets = [_wrapped(pages, panel, width - 2 * PAD, block.look) for panel in pair]
        height = max(sheet.height for sheet in sheets)
        if height > pages.full_room:
            for panel in pair:
                _run(pages, panel, STYLES[block.look])
            continue
        pages.need(height)
        for at, sheet in enumerate(sheets):
            _draw(pages, sheet, pages.left + at * (width + GAP), width, height)
        pages.y -= height + GAP


def _wrapped(pages: Pages, panel: Panel, width: float, look: str) -> _Sheet:
    wrap, style = pages.type.wrap, STYLES[look]
    head = LARGE_HEAD if look == LARGE else PANEL_HEAD
    points = [wrap(point, style, width - INDENT) or [""] for point in panel.points]
    title, text = wrap(short(panel.title), head, width), wrap(panel.text, style, width)
    return _Sheet(panel.title, title, text, points, style, head)


def _draw(pages: Pages, sheet: _Sheet, x: float, width: float, height: float) -> None:
    top, inner, left = pages.y, width - 2 * PAD, x + PAD
    pages.open_artifact()
    pages.plate(x, top - height, width, height, colour(TINT))
    pages.plate(x, top - EDGE, width, EDGE, pages.ink(HOUSE))
    pages.close()
    pages.bookmark(sheet.title)
    y = top - PAD
    pages.open(pages.tags.root.add("H2"))
    pages.lines(sheet.head, sheet.head_style, left, y, inner)
    pages.close()
    y -= sheet.head_style.leading * len(sheet.head) + UNDER_HEAD
    if sheet.text:
        pages.open(pages.tags.root.add("P"))
        pages.lines(sheet.text, sheet.style, left, y, inner)
        pages.close()
        y -= sheet.style.leading * len(sheet.text)
    if sheet.points:
        _draw_points(pages, sheet, left, y - BETWEEN, inner)


def _draw_points(pages: Pages, sheet: _Sheet, left: float, y: float, inner: float) -> None:
    listed = pages.tags.root.add("L", (("ListNumbering", "Disc"),))
    for lines in sheet.points:
        item = listed.add("LI")
        for role, words, x in (("Lbl", [BULLET], left), ("LBody", lines, left + INDENT)):
            pages.open(item.add(role))
            pages.lines(words, sheet.style, x, y, inner - INDENT if role == "LBody" else 0.0)
            pages.close()
        y -= sheet.style.leading * len(lines) + BETWEEN


def _run(pages: Pages, panel: Panel, style: Style) -> None:
    pages.heading(panel.title)
    for text in (panel.text, *(f"{BULLET} {point}" for point in panel.points)):
        pages.paragraph("P", text, style)
    pages.y -= GAP
