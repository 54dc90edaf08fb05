"""How is a count drawn as bars, so that nobody needs to see colours to read it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jobs.pdf.page import Paper
from jobs.pdf.styles import BODY, STRONG_BODY, TINT, colour
from jobs.pdf.texts import short

BAR: Final = 15.0
STEP: Final = 23.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its word, its number and its web colour."""

    label: str
    count: int
    fill: str


def draw_bars(paper: Paper, bars: Sequence[Bar], alt: str, left: float, width: float) -> None:
    """Promise: one bar a row from `y` down, word on the left, number at its end; `y` ends below the last.

    The whole is one figure whose alternative text is `alt`.
    """
    words = min(width * 0.45, max(paper.type.width(short(bar.label, 80), BODY) for bar in bars) + 10)
    span = width - words - 34
    most = max((bar.count for bar in bars), default=0) or 1
    figure, top = paper.tags.root.add("Figure", alt=short(alt, 1000)), paper.y
    paper.open(figure)
    for bar in bars:
        low = paper.y - BAR
        line = paper.type.wrap(bar.label, BODY, words - 6)[:1]
        paper.lines(line, BODY, left, paper.y - 2)
        paper.plate(left + words, low, span, BAR, colour(TINT), 2)
        if bar.count:
            paper.plate(left + words, low, max(4.0, span * bar.count / most), BAR, colour(bar.fill), 2)
        paper.lines([f"{bar.count:,}"], STRONG_BODY, left + words + span + 8, paper.y - 2)
        paper.y -= STEP
    paper.close()
    figure.box = (left, paper.y, left + width, top)
