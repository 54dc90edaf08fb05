"""What does a picture on a page say and draw, and does its table say the same?"""

from __future__ import annotations

from bs4 import Tag

from models.rules.documents.pictures import Columns, Grid, Picture, Rows


def drawn_bars(part: Tag) -> dict[str, tuple[str, list[float]]]:
    """Of each row of marks of a page its name, with its value in words and the widths of its bars in hundredths."""
    bars = {}
    for line in part.select("ul.marks > li:not(.axis, .group)"):
        name, value = (line.select_one(f".{kind}") for kind in ("name", "value"))
        assert name is not None
        assert value is not None
        widths = [float(str(mark["width"]).rstrip("%")) for mark in line.select("svg rect[x][class^=f-]")]
        bars[name.get_text(" ", strip=True)] = (value.get_text(" ", strip=True), [each for each in widths if each > 1])
    return bars


def table_of(part: Tag) -> list[list[str]]:
    """The rows of a picture's table on a page."""
    rows = part.select("details table tbody tr")
    return [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in rows]


def numbers_drawn(picture: Picture) -> list[list[float]]:
    """How long what is drawn for each row of the table is: bars, piles, or the words of cells as numbers."""
    if isinstance(picture.plot, Rows):
        return [[mark.ends - mark.begins for mark in line.marks] for line in picture.plot.lines]
    if isinstance(picture.plot, Columns):
        return [[mark.ends - mark.begins for mark in pile.marks] for pile in picture.plot.piles]
    assert isinstance(picture.plot, Grid)
    return [[float(cell.words.replace(",", "")) for cell in row.cells] for row in picture.plot.rows]
