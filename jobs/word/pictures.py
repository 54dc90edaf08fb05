"""How does a picture stand in a Word file: as an image with its sentence for those who cannot see it?"""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

from docx.shared import Pt

from jobs.pdf.paper.letterhead import Logo, logo_png
from jobs.pdf.paper.pictures.files import bare_png
from jobs.pdf.paper.pictures.layouts import divided, lay_out
from jobs.pdf.paper.pictures.shapes import Sheet
from jobs.pdf.paper.texts import Typesetter, short
from jobs.word.manuscripts import Manuscript
from jobs.word.parts import paragraph, part
from models.rules.documents.pictures import Picture, Plot, Rows

UNDER_HEADING: Final = 40.0
"""Points of a page that are left to the words above a picture."""


def write_picture(copy: Manuscript, picture: Picture) -> None:
    """The picture as wide as the line. Rows that no page holds go on in further images."""
    if picture.plot is None:
        copy.put(paragraph(picture.text, "Body"))
        return
    room = copy.room / 20 - UNDER_HEADING
    for sheet in _sheets(picture.plot, copy.width / 20, room):
        scale = min(1.0, room / sheet.height)
        _write_image(copy, bare_png(sheet), sheet.width * scale, picture.text)


def write_logo(copy: Manuscript, logo: Logo) -> None:
    """The partnership's logo at the head of the first page."""
    _write_image(copy, logo_png(logo), logo.size[0], f"Logo of {copy.running.partnership}", side="right")


def _sheets(plot: Plot, width: float, room: float) -> Iterator[Sheet]:
    type_ = Typesetter()
    sheet = lay_out(plot, width, type_)
    if sheet.height <= room or not isinstance(plot, Rows):
        yield sheet
        return
    first, rest = divided(plot, sheet, room)
    yield lay_out(first, width, type_)
    if rest is not None:
        yield from _sheets(replace(plot, lines=rest.lines), width, room)


def _write_image(copy: Manuscript, png: bytes, width: float, text: str, side: str = "") -> None:
    line = paragraph("", "Picture", side=side)
    inline: Any = copy.document.part.new_pic_inline(BytesIO(png), width=Pt(width))
    inline.docPr.set("descr", short(text, 2000))
    for edge in ("distT", "distB", "distL", "distR"):  # some readers take a gap for granted where none is stated
        inline.set(edge, "0")
    line.append(part("r", part("drawing", inline)))
    copy.put(line)
