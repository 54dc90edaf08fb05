"""How is each block of a document set on paper?"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from jobs.pdf.paper.blanks import draw_blanks
from jobs.pdf.paper.leads import AFTER_PARAGRAPH, lead_of
from jobs.pdf.paper.page import LANDSCAPE, PORTRAIT, Pages
from jobs.pdf.paper.panels import draw_panels
from jobs.pdf.paper.pictures.on_paper import draw_picture, height_on_paper
from jobs.pdf.paper.styles import (
    ALARM_FIGURE,
    BULLET,
    EDGE,
    FIGURE,
    HEADINGS,
    LABEL,
    LEAD,
    QUIET,
    STRONG_BODY,
    STRONG_LEAD,
    STYLES,
    TINT,
    TONE_COLOURS,
    colour,
)
from jobs.pdf.paper.tables import Table as PaperTable
from jobs.pdf.paper.texts import readable, short
from models.rules.documents.papers import (
    Facts,
    Figure,
    Heading,
    Items,
    Notice,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
    Tiles,
    Together,
)

SHORT_FACT: Final = 300
"""Characters; a longer value does not stand in the grid but takes the full width."""
INDENT: Final = 18.0
HAND: Final = 46.0
"""Room for a signature by hand."""
UNDER_PICTURE: Final = 8.0
UPWARDS: Final = 10.0
"""How far the last line of a document may move up, of what other blocks leave free beneath them."""
INTO_MARGIN: Final = 6.0
"""How far it may reach below the content, and is still clear of the line over the foot."""


def draw_blocks(pages: Pages, blocks: Sequence[Any]) -> None:
    """Draw the blocks from `y` down, in order."""
    for at, block in enumerate(blocks):
        if isinstance(block, Heading):
            pages.heading(block.text, lead_of(pages, blocks[at + 1 :]), block.level)
        else:
            DRAWERS[block.kind](pages, block)


def draw_last(pages: Pages, block: Paragraph) -> None:
    """Draw the last line of a document: it moves up to what stands above it, and a little into the margin, rather than
    onto a page of its own.
    """
    style = STYLES[block.look]
    lines = pages.type.wrap(block.text, style, pages.width)
    missing = style.leading * len(lines) - pages.room
    if not 0 < missing <= UPWARDS + INTO_MARGIN:
        _draw_paragraph(pages, block)
        return
    pages.y += min(missing, UPWARDS)
    pages.open(pages.tags.root.add("P"))
    pages.lines(lines, style, pages.left, pages.y, pages.width)
    pages.close()
    pages.y -= style.leading * len(lines)


def _draw_paragraph(pages: Pages, block: Paragraph) -> None:
    if block.text.strip():
        pages.paragraph("P", block.text, STYLES[block.look])
        pages.y -= AFTER_PARAGRAPH


def draw_facts(pages: Pages, block: Facts) -> None:
    """Draw labels with their values in a grid, read row by row; an unknown value is a dash."""
    waiting: list[tuple[str, str]] = []
    for label, value in block.pairs:
        if len(value) > SHORT_FACT and block.columns > 1:
            _draw_grid(pages, waiting, block.columns)
            waiting = []
            _draw_grid(pages, [(label, value)], 1)
        else:
            waiting.append((label, value))
    _draw_grid(pages, waiting, block.columns)
    pages.y -= 4


def _draw_grid(pages: Pages, pairs: Sequence[tuple[str, str]], columns: int) -> None:
    width = pages.width / columns
    wrap = pages.type.wrap
    for start in range(0, len(pairs), columns):
        cells = [
            (wrap(label, LABEL, width - 14), wrap(value, LEAD, width - 14) or ["–"])
            for label, value in pairs[start : start + columns]
        ]
        heads = LABEL.leading * max(len(labels) for labels, _ in cells)
        height = heads + LEAD.leading * max(len(lines) for _, lines in cells) + 9
        if columns == 1 and height > pages.full_room / 2:
            _draw_long_fact(pages, *cells[0])
            continue
        pages.need(height)
        for at, (labels, lines) in enumerate(cells):
            x = pages.left + at * width
            pages.open(pages.tags.root.add("P"))
            pages.lines(labels, LABEL, x, pages.y)
            pages.lines(lines, LEAD, x, pages.y - heads, width - 14)
            pages.close()
        pages.y -= height


def _draw_long_fact(pages: Pages, labels: list[str], lines: list[str]) -> None:
    """A value that may take pages: its label, and then the text as it comes."""
    pages.need(LABEL.leading * len(labels) + 3 * LEAD.leading)
    node = pages.tags.root.add("P")
    pages.run(labels, LABEL, pages.left, pages.width, node)
    pages.run(lines, LEAD, pages.left, pages.width - 14, node)
    pages.y -= 9


def _draw_tiles(pages: Pages, block: Tiles) -> None:
    """Figures side by side, each with its words; one element each."""
    share = pages.width / max(1, len(block.tiles))
    words = [pages.type.wrap(tile.words, QUIET, share - 12)[:3] for tile in block.tiles]
    height = FIGURE.leading + QUIET.leading * max(map(len, words), default=0) + 14
    pages.need(height)
    for at, (tile, lines) in enumerate(zip(block.tiles, words, strict=True)):
        x, style = pages.left + at * share, ALARM_FIGURE if tile.is_alarm else FIGURE
        pages.open(pages.tags.root.add("P"))
        pages.lines(pages.type.wrap(tile.figure, style, share - 12)[:1], style, x, pages.y)
        pages.lines(lines, QUIET, x, pages.y - FIGURE.leading - 1)
        pages.close()
    pages.y -= height


def _draw_items(pages: Pages, block: Items) -> None:
    """A tagged list, its numbers or bullets in the margin of its texts."""
    texts = [text for text in block.texts if text.strip()]
    if not texts:
        return
    listed = pages.tags.root.add("L", (("ListNumbering", "Decimal" if block.is_numbered else "Disc"),))
    for number, text in enumerate(texts, start=1):
        lines = pages.type.wrap(text, LEAD, pages.width - INDENT) or [""]
        pages.need(LEAD.leading * min(len(lines), 3))
        item = listed.add("LI")
        pages.open(item.add("Lbl"))
        pages.lines([f"{number}." if block.is_numbered else BULLET], LEAD, pages.left, pages.y)
        pages.close()
        pages.run(lines, LEAD, pages.left + INDENT, pages.width - INDENT, item.add("LBody"))
        pages.y -= 3
    pages.y -= 6


def _draw_table(pages: Pages, block: Table) -> None:
    PaperTable(pages, block.columns).draw(block.rows, block.heading, block.level, block.empty)
    pages.y -= 12


def _draw_figure(pages: Pages, block: Figure) -> None:
    """The picture, and at its side or below it the same figures as a table."""
    beside = block.table is not None and pages.width > 600
    width = pages.width * 0.49 if beside else pages.width
    pages.need(min(height_on_paper(pages, block.picture, width), pages.full_room))
    top, started_on = pages.y, len(pages.pages)
    draw_picture(pages, block.picture, pages.left, width)
    low, ended_on = pages.y, len(pages.pages)
    if block.table is not None:
        width = pages.width * 0.47 if beside else pages.width
        if beside and started_on == ended_on:
            pages.y = top
        if not beside:
            pages.y -= UNDER_PICTURE
        table = PaperTable(pages, block.table.columns, pages.left + pages.width - width, width)
        table.draw(block.table.rows, empty=block.table.empty)
        pages.y = min(low, pages.y) if len(pages.pages) == ended_on else pages.y
    pages.y -= 10


def _draw_notice(pages: Pages, block: Notice) -> None:
    """A tinted box with an edge in its tone; one that is longer than a page is set as plain text instead."""
    pad, inner = 9.0, pages.width - 22
    title = pages.type.wrap(short(block.title), STRONG_BODY, inner) if block.title else []
    lines = pages.type.wrap(block.text, LEAD, inner)
    height = STRONG_BODY.leading * len(title) + LEAD.leading * len(lines) + 2 * pad
    if height > pages.full_room:
        pages.paragraph("P", readable(block.title), STRONG_BODY)
        pages.paragraph("P", block.text, LEAD)
        return
    pages.need(height)
    low = pages.y - height
    pages.open_artifact()
    pages.plate(pages.left, low, pages.width, height, colour(TINT), 3)
    pages.plate(pages.left, low, 3, height, colour(TONE_COLOURS[block.tone][0]))
    pages.close()
    pages.y -= pad
    for role, part, style in (("P", title, STRONG_BODY), ("P", lines, LEAD)):
        if part:
            pages.run(part, style, pages.left + 13, inner, pages.tags.root.add(role))
    pages.y = low - 10


def _draw_signatures(pages: Pages, block: Signatures) -> None:
    """Two lines a row: room to sign, and under each who signs and when; or the end of a letter."""
    if block.closing:
        _draw_closing(pages, block)
        return
    width = (pages.width - 30) / 2
    for start in range(0, len(block.signers), 2):
        pages.need(62)
        for at, (who, name) in enumerate(block.signers[start : start + 2]):
            x = pages.left + at * (width + 30)
            pages.open_artifact()
            pages.rule(pages.y - 34, x, width, web=EDGE)
            pages.close()
            words = f"{short(who, 120)}{f': {short(name, 120)}' if name else ''} · signature and date"
            pages.open(pages.tags.root.add("P"))
            pages.lines(pages.type.wrap(words, QUIET, width)[:2], QUIET, x, pages.y - 37)
            pages.close()
        pages.y -= 62


def _draw_closing(pages: Pages, block: Signatures) -> None:
    """The last words of a letter, room for a hand, and who has signed; all on one page."""
    for who, name in block.signers:
        lines = [text for text in (name, who, block.behalf) if text.strip()]
        pages.need(LEAD.leading * (1 + len(lines)) + HAND + 18)
        pages.y -= 6
        pages.paragraph("P", block.closing, LEAD)
        pages.y -= HAND
        for at, text in enumerate(lines):
            pages.paragraph("P", short(text), STRONG_LEAD if at == 0 and name else LEAD)
        pages.y -= 12


def _draw_page_break(pages: Pages, block: PageBreak) -> None:
    if block.turn:
        pages.turn(LANDSCAPE if block.turn == "landscape" else PORTRAIT)
    else:
        pages.new_page()


def _draw_together(pages: Pages, block: Together) -> None:
    """Drawn where it stands; if that runs over the page and an empty page can hold it, drawn there instead."""
    place, room = pages.place(), pages.room
    draw_blocks(pages, block.blocks)
    if len(pages.pages) == place.pages or room > pages.full_room - HEADINGS[2].leading:
        return
    pages.go_back(place)
    pages.new_page()
    draw_blocks(pages, block.blocks)


DRAWERS: Final[dict[str, Callable[[Pages, Any], None]]] = {
    "paragraph": _draw_paragraph,
    "facts": draw_facts,
    "tiles": _draw_tiles,
    "items": _draw_items,
    "table": _draw_table,
    "figure": _draw_figure,
    "blanks": draw_blanks,
    "notice": _draw_notice,
    "signatures": _draw_signatures,
    "page_break": _draw_page_break,
    "together": _draw_together,
    "panels": draw_panels,
}
