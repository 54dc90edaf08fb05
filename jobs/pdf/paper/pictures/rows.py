"""How are rows of marks laid out: names on the left, marks on one axis, values on the right?"""

from collections.abc import Iterator
from dataclasses import dataclass

from jobs.pdf.paper.pictures.settings import Setting
from jobs.pdf.paper.pictures.shapes import ON_DARK, Box, Dot, Shape, Sheet, Stroke, Words
from models.rules.documents.pictures import Line, Mark, Rows

STEP = 19.0
BAR = 12.0
WIDE_STEP = 26.0
TICKS = 13.0
GAP = 0.8  # of white between two marks, so that they are told apart in grey


@dataclass(frozen=True)
class _Place:
    """Where the marks of a plot begin, how wide they are in all, and how much room the values have beside them."""

    left: float
    width: float
    values: float

    def at(self, share: float) -> float:
        return self.left + self.width * min(1.0, max(0.0, share))


def lay_out_rows(plot: Rows, width: float, setting: Setting) -> Sheet:
    """The rows from the key down, as high as they are."""
    place = _place(plot, width, setting)
    shapes, y = setting.key(plot.key, width)
    if plot.ticks or plot.now is not None:
        y += TICKS
    top, low = y, y + sum(height_of(line, plot) for line in plot.lines)
    shapes += _axis(plot, place, top, low, setting)
    for line in plot.lines:
        height = height_of(line, plot)
        shapes += _line(line, plot, place, y, setting)
        y += height
    if plot.now is not None:
        shapes.append(Stroke(place.at(plot.now), top, place.at(plot.now), low, "today", 1.2))
    return Sheet(width, low, tuple(shapes))


def height_of(line: Line, plot: Rows) -> float:
    """The points one row takes."""
    return WIDE_STEP if plot.is_wide or line.tag else STEP


def _place(plot: Rows, width: float, setting: Setting) -> _Place:
    lines = [line for line in plot.lines if not line.is_group]
    names = max((setting.width(line.label, "name") for line in lines), default=0.0) + 10
    ends = (max(setting.width(line.value, "strong"), setting.width(line.tag, "over")) for line in lines)
    values = max(ends, default=0.0)
    left = min(names, width * (0.34 if plot.is_wide else 0.4))
    values = min(values, width * 0.28)
    return _Place(left, width - left - values - 8, values + 1)


def _axis(plot: Rows, place: _Place, top: float, low: float, setting: Setting) -> Iterator[Shape]:
    now = None if plot.now is None else place.at(plot.now)
    if now is not None:
        yield setting.words("Today", "today", now, top - 4, share=0.5)
    free = -1.0
    for tick in plot.ticks:
        x = place.at(tick.at)
        yield Stroke(x, top, x, low, "line")
        share = 0.0 if tick.at < 0.03 else 1.0 if tick.at > 0.97 else 0.5
        words = setting.words(tick.words, "quiet", x, top - 4, share=share)
        if words.x > free and (now is None or abs(now - x) > 34):
            free = words.x + setting.width(tick.words, "quiet") + 4
            yield words


def _line(line: Line, plot: Rows, place: _Place, top: float, setting: Setting) -> Iterator[Shape]:
    height = height_of(line, plot)
    middle = top + height / 2
    if line.is_group:
        yield Words(0, middle + 5, setting.fit(line.label, "strong", place.left + place.width), "strong")
        return
    look = "strong" if line.is_strong else "name"
    names = setting.lines(line.label, look, place.left - 8, 2 if height > STEP else 1)
    for at, words in enumerate(names):
        yield Words(0, middle + 3.2 + (at - (len(names) - 1) / 2) * 10.5, words, look)
    if plot.has_track and line.marks:
        yield Box(place.left, middle - BAR / 2, place.width, BAR, "track")
    for mark in line.marks:
        yield from _mark(mark, place, middle, setting)
    x = place.left + place.width + 8
    if line.tag:
        tag = "today" if line.tag_tone == "red" else "quiet"
        yield Words(x, middle - 1.5, setting.fit(line.value, look, place.values), look)
        yield Words(x, middle + 8.5, setting.fit(line.tag, tag, place.values), tag)
    elif line.value:
        yield Words(x, middle + 3.2, setting.fit(line.value, look, place.values), look)


def _mark(mark: Mark, place: _Place, middle: float, setting: Setting) -> Iterator[Shape]:
    begins, ends = place.at(mark.begins), place.at(mark.ends)
    if mark.kind == "dot":
        yield Dot(begins, middle, 3.6, mark.tone)
    elif mark.kind == "line":
        yield Stroke(begins, middle, ends, middle, mark.tone, 2.0)
    else:
        yield Box(begins, middle - BAR / 2, max(0.6, ends - begins - GAP), BAR, mark.tone)
        look = "on" if mark.tone in ON_DARK else "over"
        if mark.words and setting.width(mark.words, look) + 3 < ends - begins:
            yield setting.words(mark.words, look, (begins + ends) / 2, middle + 2.9, share=0.5)
