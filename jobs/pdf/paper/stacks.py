"""How are the pieces of a table's cell set under one another, and how wide must the cell be for its words?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from jobs.pdf.paper.styles import STYLES, UNDER_PLATE
from jobs.pdf.paper.texts import Style, Typesetter
from models.rules.documents.papers import Cell, Piece, pieces_of

PLATE_PAD: Final = 4.0


@dataclass(slots=True)
class Stack:
    """Wrapped lines of one cell, in strips of one style each."""

    strips: list[tuple[Style, list[str]]]
    height: float
    is_right: bool = False
    """Numbers end at the right edge of their column."""

    def split(self, room: float) -> tuple["Stack", "Stack"]:
        """What fits into `room` points, and the rest; together they hold every line once."""
        head, tail, used = Stack([], 0.0, self.is_right), Stack([], 0.0, self.is_right), 0.0
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
    """The pieces wrapped to `width` points, without the empty ones."""
    strips: list[tuple[Style, list[str]]] = []
    for text, look in pieces:
        if text:
            style = (UNDER_PLATE if strips and strips[-1][0].fill else STYLES)[look]
            room = width - 2 * PLATE_PAD if style.fill else width
            style, lines = setter.wrap_whole(text, style, room)
            if lines:
                strips.append((style, lines))
    return Stack(strips, _height(strips))


def widest_of(setter: Typesetter, cell: Cell) -> float:
    """Points that a cell needs for its widest word, with the plate behind it."""
    pieces = ((text, STYLES[look]) for text, look in pieces_of(cell))
    return max(
        (setter.widest_word(text, style) + (2 * PLATE_PAD if style.fill else 0.0) for text, style in pieces),
        default=0.0,
    )
