"""Where does each mark and each word of a picture stand when it is so many points wide?"""

from dataclasses import replace

from jobs.pdf.paper.pictures.columns import lay_out_columns
from jobs.pdf.paper.pictures.grids import lay_out_grid
from jobs.pdf.paper.pictures.rows import height_of, lay_out_rows
from jobs.pdf.paper.pictures.settings import Setting
from jobs.pdf.paper.pictures.shapes import Sheet
from jobs.pdf.paper.texts import Typesetter
from models.rules.documents.pictures import Columns, Plot, Rows


def lay_out(plot: Plot, width: float, type: Typesetter | None = None) -> Sheet:
    """The picture as shapes, so many points wide and as high as it is."""
    setting = Setting(type)
    if isinstance(plot, Rows):
        return lay_out_rows(plot, width, setting)
    return lay_out_columns(plot, width, setting) if isinstance(plot, Columns) else lay_out_grid(plot, width, setting)


def divided(plot: Rows, sheet: Sheet, room: float) -> tuple[Rows, Rows | None]:
    """The rows that fit a room of so many points, at least one, and those that go on overleaf."""
    left, count = room - (sheet.height - sum(height_of(line, plot) for line in plot.lines)), 0
    while count < len(plot.lines) and left >= height_of(plot.lines[count], plot):
        left -= height_of(plot.lines[count], plot)
        count += 1
    first = max(1, count)
    rest = plot.lines[first:]
    return replace(plot, lines=plot.lines[:first]), replace(plot, lines=rest) if rest else None
