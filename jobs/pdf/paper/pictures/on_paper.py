"""How does a picture stand on a page: one tagged figure whose alternative text says its sentence?"""

from dataclasses import replace

from jobs.pdf.paper.page import Pages
from jobs.pdf.paper.pictures.layouts import divided, lay_out
from jobs.pdf.paper.pictures.shapes import COLOURS, LOOKS, OUTLINED, Box, Dot, Shape, Sheet, Stroke
from jobs.pdf.paper.strokes import circle_path
from jobs.pdf.paper.styles import BODY, EDGE, INK, colour
from jobs.pdf.paper.texts import Style, short
from models.rules.documents.pictures import Picture, Rows


def height_on_paper(pages: Pages, picture: Picture, width: float) -> float:
    """The points a picture takes from top to bottom."""
    return lay_out(picture.plot, width, pages.type).height if picture.plot else BODY.leading


def draw_picture(pages: Pages, picture: Picture, left: float, width: float) -> None:
    """Draw it from `y` down; `y` ends below it. Rows that no page holds go on overleaf, as one more figure."""
    plot = picture.plot
    if plot is None:
        pages.paragraph("P", picture.text, BODY)
        return
    sheet = lay_out(plot, width, pages.type)
    if isinstance(plot, Rows) and sheet.height > pages.room:
        first, rest = divided(plot, sheet, pages.room)
        _draw_sheet(pages, lay_out(first, width, pages.type), picture.text, left)
        if rest is not None:
            pages.new_page()
            draw_picture(pages, replace(picture, title=f"{picture.title}, continued", plot=rest), left, width)
        return
    pages.need(min(sheet.height, pages.full_room))
    _draw_sheet(pages, sheet, picture.text, left)


def _draw_sheet(pages: Pages, sheet: Sheet, text: str, left: float) -> None:
    figure, top = pages.tags.root.add("Figure", alt=short(text, 2000)), pages.y
    pages.open(figure)
    for shape in sheet.shapes:
        _draw(pages, shape, left, top)
    pages.close()
    pages.y = top - sheet.height
    figure.box = (left, pages.y, left + sheet.width, top)


def _draw(pages: Pages, shape: Shape, left: float, top: float) -> None:
    if isinstance(shape, Box):
        fill = colour(COLOURS[shape.tone])
        low = top - shape.y - shape.height
        pages.plate(left + shape.x, low, shape.width, shape.height, fill)
        if shape.has_frame or shape.tone in OUTLINED:
            pages.frame(left + shape.x, low, shape.width, shape.height, INK if shape.has_frame else EDGE)
    elif isinstance(shape, Stroke):
        path = f"{left + shape.x:.2f} {top - shape.y:.2f} m {left + shape.to_x:.2f} {top - shape.to_y:.2f} l"
        pages.ops.append(f"{colour(COLOURS[shape.tone])} RG {shape.weight} w {path} S")
    elif isinstance(shape, Dot):
        path = circle_path(left + shape.x, top - shape.y, shape.radius)
        pages.ops.append(f"{colour(COLOURS[shape.tone])} rg {path} f")
    elif shape.text:
        look = LOOKS[shape.look]
        style = Style(look.font, look.size, look.size, colour(look.ink))
        # Pages count from the upper edge of a line; its base line lies 0.86 of its size below (`Pages.text`).
        pages.lines([shape.text], style, left + shape.x, top - shape.y + look.size * 0.86)
