"""How does a blank form look, that somebody fills in with a pen?"""

from typing import Final

from jobs.pdf.page import Pages
from jobs.pdf.styles import BODY, EDGE, LEAD, QUIET, STRONG_LEAD
from models.rules.papers import Blanks

LINE_STEP: Final = 22.0
"""Points between two lines to write on: room for a hand."""
BOX: Final = 9.0


def draw_blanks(pages: Pages, block: Blanks) -> None:
    """Promise: the question, its hint, and lines to write on or boxes to tick; the lines are decoration."""
    label = pages.type.wrap(block.label, STRONG_LEAD, pages.width)
    pages.need(min(STRONG_LEAD.leading * len(label) + 2 * LINE_STEP + 12, pages.full_room))
    pages.paragraph("P", block.label, STRONG_LEAD)
    pages.paragraph("P", block.hint, QUIET)
    pages.y -= 2
    if block.options:
        _draw_options(pages, block)
    else:
        _draw_lines(pages, block.lines)
    pages.y -= 10


def _draw_lines(pages: Pages, count: int) -> None:
    for _line in range(count):
        pages.need(LINE_STEP)
        pages.y -= LINE_STEP
        pages.open_artifact()
        pages.rule(pages.y, pages.left, pages.width, web=EDGE)
        pages.close()


def _draw_options(pages: Pages, block: Blanks) -> None:
    """A tagged list of what may be ticked, each with its box."""
    listed = pages.tags.root.add("L")
    for option in block.options:
        lines = pages.type.wrap(option, BODY, pages.width - 20) or ["–"]
        pages.need(max(LEAD.leading, BODY.leading * min(len(lines), 3)))
        pages.open_artifact()
        pages.frame(pages.left + 1, pages.y - BOX - 1, BOX, BOX, EDGE)
        pages.close()
        pages.run(lines, BODY, pages.left + 18, pages.width - 20, listed.add("LI").add("LBody"))
        pages.y -= 5
