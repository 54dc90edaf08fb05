"""What does a blank form look like that somebody fills in with a pen?"""

from collections.abc import Iterator, Sequence
from typing import Final

from jobs.pdf.paper.page import Pages
from jobs.pdf.paper.styles import BODY, EDGE, QUIET, STRONG_LEAD
from models.rules.documents.papers import Blanks

LINE_STEP: Final = 22.0
"""Points between two lines to write on: room for a hand."""
BOX: Final = 9.0
BESIDE: Final = 18.0
"""From the left edge of a box to its words."""
APART: Final = 16.0
"""Between the words of a box and the next box beside it."""
UNDER: Final = 5.0
"""Between two rows of boxes."""


def draw_blanks(pages: Pages, block: Blanks) -> None:
    """Draw the question, its hint, and lines to write on or boxes to tick; the lines are decoration.

    All of it stays on one page, unless it would take more than half of one.
    """
    pages.need(blanks_height(pages, block))
    pages.paragraph("P", block.label, STRONG_LEAD)
    pages.paragraph("P", block.hint, QUIET)
    pages.y -= 2
    if block.options:
        _draw_options(pages, block)
    else:
        _draw_lines(pages, block.lines)
    pages.y -= 10


def blanks_height(pages: Pages, block: Blanks) -> float:
    """The points from the label to the last line or box; to the second one if that is over half a page."""
    wrap, width = pages.type.wrap, pages.width
    height = STRONG_LEAD.leading * len(wrap(block.label, STRONG_LEAD, width))
    height += QUIET.leading * len(wrap(block.hint, QUIET, width)) + 2
    rows = [_tallest(row) for row in _rows(pages, block.options)] if block.options else [LINE_STEP] * block.lines
    whole = height + sum(rows)
    return whole if whole < pages.full_room / 2 else min(height + sum(rows[:2]), pages.full_room)


def _draw_lines(pages: Pages, count: int) -> None:
    for _line in range(count):
        pages.need(LINE_STEP)
        pages.y -= LINE_STEP
        pages.open_artifact()
        pages.rule(pages.y, pages.left, pages.width, web=EDGE)
        pages.close()


def _pitch(pages: Pages, options: Sequence[str]) -> float:
    """The distance between two boxes side by side: what the longest words need; the whole width when two do not fit."""
    longest = max(pages.type.width(option[:100], BODY) for option in options) + BESIDE + APART
    return longest if 2 * longest <= pages.width + APART else pages.width


def _rows(pages: Pages, options: Sequence[str]) -> Iterator[list[list[str]]]:
    """The options' wrapped lines, as many side by side as the paper holds."""
    pitch = _pitch(pages, options)
    count = max(1, int((pages.width + APART) / pitch))
    lines = [pages.type.wrap(option, BODY, pitch - BESIDE) or ["–"] for option in options]
    return (lines[start : start + count] for start in range(0, len(lines), count))


def _tallest(row: Sequence[Sequence[str]]) -> float:
    return BODY.leading * max(map(len, row)) + UNDER


def _draw_options(pages: Pages, block: Blanks) -> None:
    """A tagged list of what may be ticked, each with its box, read row by row."""
    listed, pitch = pages.tags.root.add("L"), _pitch(pages, block.options)
    for row in _rows(pages, block.options):
        pages.need(min(_tallest(row), 3 * BODY.leading))
        top = pages.y
        for at, lines in enumerate(row):
            left, pages.y = pages.left + at * pitch, top
            pages.open_artifact()
            pages.frame(left + 1, top - BOX - 1, BOX, BOX, EDGE)
            pages.close()
            pages.run(lines, BODY, left + BESIDE, pitch - BESIDE, listed.add("LI").add("LBody"))
        pages.y -= UNDER
