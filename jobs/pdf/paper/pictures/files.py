"""How does a picture leave as a file of its own, with its title, its sentence and what it is counted from?"""

from html import escape
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from jobs.pdf.paper.directions import segments_of
from jobs.pdf.paper.pictures.layouts import lay_out
from jobs.pdf.paper.pictures.settings import Setting
from jobs.pdf.paper.pictures.shapes import COLOURS, LOOKS, OUTLINED, Box, Dot, Shape, Sheet, Stroke, Words
from jobs.pdf.paper.styles import EDGE, INK
from jobs.pdf.paper.texts import Typesetter
from jobs.pdf.paper.typefaces import FONTS
from models.rules.documents.pictures import Picture

WIDTH: Final = 640.0
MARGIN: Final = 18.0
SCALE: Final = 3
"""Dots of a PNG for each point: sharp on paper too."""


def svg_of(picture: Picture) -> bytes:
    """The picture as an SVG file of its own: with its words for those who cannot see it, and nothing that runs."""
    sheet = _whole(picture)
    size = f'width="{sheet.width:.0f}" height="{sheet.height:.0f}" viewBox="0 0 {sheet.width:.0f} {sheet.height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="Inter, Arial, sans-serif">'
    said = f"<title>{escape(picture.title)}</title><desc>{escape(picture.says)}</desc>"
    return f"{head}{said}{''.join(map(_as_svg, sheet.shapes))}</svg>\n".encode()


def png_of(picture: Picture) -> bytes:
    """The same as PNG, in the portal's own fonts; equal pictures give equal bytes."""
    return bare_png(_whole(picture))


def bare_png(sheet: Sheet) -> bytes:
    """A picture laid out, as PNG without its title, sentence and base: for documents, which say those themselves."""
    image = Image.new("RGB", (round(sheet.width * SCALE), round(sheet.height * SCALE)), "white")
    pen = ImageDraw.Draw(image)
    for shape in sheet.shapes:
        _paint(pen, shape)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _whole(picture: Picture) -> Sheet:
    """Title, sentence, marks and base beneath one another, with a margin."""
    type_ = Typesetter()
    setting, inner = Setting(type_), WIDTH - 2 * MARGIN
    shapes: list[Shape] = [Box(0, 0, WIDTH, 0, "white")]
    y = MARGIN
    for text, look, leading in ((picture.title, "strong", 15.0), (picture.says, "name", 13.0)):
        for line in setting.lines(text, look, inner, 6):
            shapes.append(Words(MARGIN, y + 10, line, look))
            y += leading
    y += 8
    if picture.plot is not None:
        sheet = lay_out(picture.plot, inner, type_)
        shapes += [shape.moved(MARGIN, y) for shape in sheet.shapes]
        y += sheet.height + 8
    for line in setting.lines(picture.base, "quiet", inner, 6):
        shapes.append(Words(MARGIN, y + 9, line, "quiet"))
        y += 11
    shapes[0] = Box(0, 0, WIDTH, y + MARGIN, "white")
    return Sheet(WIDTH, y + MARGIN, tuple(shapes))


def _as_svg(shape: Shape) -> str:
    if isinstance(shape, Box):
        edge = INK if shape.has_frame else EDGE if shape.tone in OUTLINED else ""
        stroke = f' stroke="{edge}" stroke-width="0.8"' if edge else ""
        place = f'x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" height="{shape.height:.1f}"'
        return f'<rect {place} fill="{COLOURS[shape.tone]}"{stroke}/>'
    if isinstance(shape, Stroke):
        place = f'x1="{shape.x:.1f}" y1="{shape.y:.1f}" x2="{shape.to_x:.1f}" y2="{shape.to_y:.1f}"'
        return f'<line {place} stroke="{COLOURS[shape.tone]}" stroke-width="{shape.weight}"/>'
    if isinstance(shape, Dot):
        return f'<circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="{shape.radius}" fill="{COLOURS[shape.tone]}"/>'
    look = LOOKS[shape.look]
    weight = ' font-weight="600"' if look.font.endswith("SemiBold") else ""
    place = f'x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{look.size}"'
    return f'<text {place} fill="{look.ink}"{weight}>{escape(shape.text)}</text>'


def _paint(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    if isinstance(shape, Box):
        edge = INK if shape.has_frame else EDGE if shape.tone in OUTLINED else None
        left, top, right, low = _dots(shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
        pen.rectangle((left, top, max(left, right - 1), max(top, low - 1)), COLOURS[shape.tone], edge, 2)
    elif isinstance(shape, Stroke):
        pen.line(_dots(shape.x, shape.y, shape.to_x, shape.to_y), COLOURS[shape.tone], round(shape.weight * SCALE))
    elif isinstance(shape, Dot):
        pen.circle(_dots(shape.x, shape.y), shape.radius * SCALE, COLOURS[shape.tone])
    else:
        _write(pen, shape)


def _write(pen: ImageDraw.ImageDraw, words: Words) -> None:
    """A line in its fonts: each run of letters in the one that has them, as on paper."""
    look, x = LOOKS[words.look], words.x * SCALE
    for part in segments_of(words.text, look.font):
        font = ImageFont.truetype(str(FONTS / f"{part.font}.ttf"), look.size * SCALE)
        pen.text((x, words.y * SCALE), part.text, look.ink, font, anchor="ls")
        x += font.getlength(part.text)


def _dots(*lengths: float) -> tuple[float, ...]:
    return tuple(length * SCALE for length in lengths)
