"""How much of what follows must share the page of a heading, so that none stands alone at the foot of one?"""

from collections.abc import Sequence
from typing import Any, Final

from jobs.pdf.paper.blanks import blanks_height
from jobs.pdf.paper.page import Pages
from jobs.pdf.paper.pictures.on_paper import height_on_paper
from jobs.pdf.paper.styles import STYLES
from jobs.pdf.paper.tables import Table
from models.rules.documents.papers import Paragraph

USUAL: Final = 64.0
"""Points of a block that says nothing else: two lines of a list, a row of facts or figures, a line to sign on."""
INTRODUCTION: Final = 400
"""Characters; a paragraph as short introduces what follows, a longer one is what follows."""
AFTER_PARAGRAPH: Final = 6.0
INTRODUCED: Final = ("table", "figure", "blanks")


def lead_of(pages: Pages, blocks: Sequence[Any]) -> float:
    """Points from the top of `blocks` to where the page may first end; nothing is drawn.

    Headings hold on to what they head, a short paragraph to the table, chart or question it introduces, and a table's
    headings to its first row (to all its rows when it is small).
    """
    for at, block in enumerate(blocks):
        rest = blocks[at + 1 :]
        if block.kind == "heading":
            return pages.heading_height(block.text, block.level) + lead_of(pages, rest)
        if block.kind == "paragraph":
            if not block.text.strip():
                continue
            return _of_paragraph(pages, block) + (lead_of(pages, rest[:1]) if _introduces(block, rest) else 0.0)
        return _of(pages, block)
    return 0.0


def _of_paragraph(pages: Pages, block: Paragraph) -> float:
    style = STYLES[block.look]
    is_long = len(block.text) > INTRODUCTION
    lines = 3 if is_long else len(pages.type.wrap(block.text, style, pages.width))
    return style.leading * lines + AFTER_PARAGRAPH


def _introduces(block: Paragraph, rest: Sequence[Any]) -> bool:
    return len(block.text) <= INTRODUCTION and bool(rest) and rest[0].kind in INTRODUCED


def _of(pages: Pages, block: Any) -> float:
    if block.kind == "table":
        return Table(pages, block.columns).lead(block.rows, block.heading, block.level)
    if block.kind == "figure":
        return min(height_on_paper(pages, block.picture, pages.width), pages.full_room / 2)
    if block.kind == "blanks":
        return blanks_height(pages, block)
    if block.kind == "together":
        return lead_of(pages, block.blocks)
    return 0.0 if block.kind == "page_break" else USUAL
