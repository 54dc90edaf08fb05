"""How are piles laid out side by side over one scale?"""

from collections.abc import Iterator

from jobs.pdf.paper.pictures.settings import Setting
from jobs.pdf.paper.pictures.shapes import ON_DARK, Box, Shape, Sheet, Stroke
from models.rules.documents.pictures import Columns, Pile

HEIGHT = 130.0
FOOT = 15.0
GAP = 0.8


def lay_out_columns(plot: Columns, width: float, setting: Setting) -> Sheet:
    """The key, the columns over their scale, their names beneath."""
    shapes, top = setting.key(plot.key, width)
    top += 6
    left = max((setting.width(tick.words, "quiet") for tick in plot.ticks), default=0.0) + 6
    for tick in plot.ticks:
        y = top + HEIGHT * (1 - tick.at)
        shapes += [Stroke(left, y, width, y, "line"), setting.words(tick.words, "quiet", left - 4, y + 2.8, share=1)]
    step = (width - left) / max(1, len(plot.piles))
    widest = max((setting.width(pile.label, "quiet") for pile in plot.piles), default=0.0)
    every = 1 + int((widest + 4) // step)
    for at, pile in enumerate(plot.piles):
        x = left + at * step
        shapes += _pile(pile, x + step * 0.14, step * 0.72, top, setting)
        if (len(plot.piles) - 1 - at) % every == 0:
            shapes.append(setting.words(pile.label, "quiet", x + step / 2, top + HEIGHT + 11, share=0.5))
    return Sheet(width, top + HEIGHT + FOOT, tuple(shapes))


def _pile(pile: Pile, x: float, width: float, top: float, setting: Setting) -> Iterator[Shape]:
    for mark in pile.marks:
        high, low = top + HEIGHT * (1 - mark.ends), top + HEIGHT * (1 - mark.begins)
        yield Box(x, high, width, max(0.6, low - high - GAP), mark.tone)
        look = "on" if mark.tone in ON_DARK else "over"
        if mark.words and low - high > 10 and setting.width(mark.words, look) + 2 < width:
            yield setting.words(mark.words, look, x + width / 2, (high + low) / 2 + 2.9, share=0.5)
