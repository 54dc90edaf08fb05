"""How is a grid of cells laid out, dark where there is more?"""

from collections.abc import Iterator

from jobs.pdf.paper.pictures.settings import Setting
from jobs.pdf.paper.pictures.shapes import ON_DARK, Box, Shape, Sheet, Words
from models.rules.documents.pictures import Grid, GridRow

STEP = 19.0
HEAD = 11.0
GAP = 1.5


def lay_out_grid(plot: Grid, width: float, setting: Setting) -> Sheet:
    """The headings of the columns, and a row of cells for each row."""
    names = max([setting.width(row.label, "name") for row in plot.rows] + [setting.width(plot.corner, "quiet")]) + 10
    left = min(names, width * 0.36)
    step = (width - left) / max(1, len(plot.columns))
    heads = [setting.lines(name, "quiet", step - 4, 3) for name in plot.columns]
    head = HEAD * max(map(len, heads), default=1) + 4
    shapes: list[Shape] = [Words(0, head - 6, plot.corner, "quiet")]
    for at, lines in enumerate(heads):
        for number, words in enumerate(lines):
            y = head - 6 - HEAD * (len(lines) - 1 - number)
            shapes.append(setting.words(words, "quiet", left + step * (at + 0.5), y, share=0.5))
    for number, row in enumerate(plot.rows):
        shapes += _row(row, left, step, head + STEP * number, setting)
    low = head + STEP * len(plot.rows)
    key, height = setting.key(plot.key, width)
    return Sheet(width, low + (height + 6 if key else 0), (*shapes, *(shape.moved(0, low + 6) for shape in key)))


def _row(row: GridRow, left: float, step: float, top: float, setting: Setting) -> Iterator[Shape]:
    middle = top + STEP / 2
    yield Words(0, middle + 3.2, setting.fit(row.label, "name", left - 8), "name")
    for at, cell in enumerate(row.cells):
        x = left + step * at
        if cell.tone:
            yield Box(x + GAP, top + GAP, step - 2 * GAP, STEP - 2 * GAP, cell.tone, has_frame=cell.is_framed)
        elif cell.is_framed:
            yield Box(x + GAP, top + GAP, step - 2 * GAP, STEP - 2 * GAP, "white", has_frame=True)
        words = f"{cell.words} {cell.sign}".strip()
        look = "cell on" if cell.tone in ON_DARK else "cell"
        shown = setting.fit(words, look, step - 6)
        yield setting.words(shown, look, x + step / 2, middle + 3.2, share=0.5)
