"""How is a chart drawn as bars, so that nobody needs to see colours to read it?"""

from typing import Final

from jobs.pdf.paper.page import Pages
from jobs.pdf.paper.styles import BODY, QUIET, STRONG_BODY, TINT, colour
from jobs.pdf.paper.texts import short
from models.rules.documents.charts import TONES, Bar, Chart, spans

BAR: Final = 12.0
STEP: Final = 19.0
COUNT: Final = 34.0
"""Room for the number at the end of a bar."""


def height_of(chart: Chart) -> float:
    """The points a chart takes from top to bottom, including its key."""
    return STEP * len(chart.bars) + (STEP if chart.is_stacked else 0)


def draw_chart(pages: Pages, chart: Chart, left: float, width: float) -> None:
    """Draw one bar for each row from `y` down: word on the left, number at the end; `y` ends below the last bar.

    A chart longer than a page goes on overleaf. It is one figure, and its alternative text holds all its figures.
    """
    if not chart.bars:
        pages.paragraph("P", chart.text, BODY)
        return
    words = min(width * 0.45, max(pages.type.width(short(bar.label, 80), BODY) for bar in chart.bars) + 10)
    room = int(max(pages.room, STEP) / STEP) - chart.is_stacked
    first = max(1, min(len(chart.bars), room))
    _draw_part(pages, chart, chart.bars[:first], left, width, words)
    if chart.bars[first:]:
        pages.new_page()
        draw_chart(pages, Chart(f"{chart.title}, continued", chart.bars[first:]), left, width)


def _draw_part(pages: Pages, chart: Chart, bars: tuple[Bar, ...], left: float, width: float, words: float) -> None:
    figure, top = pages.tags.root.add("Figure", alt=short(chart.text, 2000)), pages.y
    pages.open(figure)
    for bar in bars:
        _draw_bar(pages, chart, bar, left, width, words)
    if chart.is_stacked:
        _draw_key(pages, chart, left, width)
    pages.close()
    figure.box = (left, pages.y, left + width, top)


def _draw_bar(pages: Pages, chart: Chart, bar: Bar, left: float, width: float, words: float) -> None:
    span, low = width - words - COUNT, pages.y - BAR
    pages.lines(pages.type.wrap(bar.label, BODY, words - 6)[:1], BODY, left, pages.y - 0.5)
    pages.plate(left + words, low, span, BAR, colour(TINT), 2)
    parts = spans(bar, chart.most, span, least=4.0)
    for start, length, tone in parts:
        pages.plate(left + words + start, low, length, BAR, colour(TONES[tone]), 2 if len(parts) == 1 else 0)
    pages.lines([f"{bar.total:,}"], STRONG_BODY, left + words + span + 8, pages.y - 0.5)
    pages.y -= STEP


def _draw_key(pages: Pages, chart: Chart, left: float, width: float) -> None:
    """The words of the parts in their order, each with its colour."""
    share = width / len(chart.key)
    for at, (word, tone) in enumerate(chart.key):
        x = left + at * share
        pages.plate(x, pages.y - 10, 9, 9, colour(TONES[tone]))
        pages.lines(pages.type.wrap(word, QUIET, share - 16)[:1], QUIET, x + 13, pages.y)
    pages.y -= STEP
