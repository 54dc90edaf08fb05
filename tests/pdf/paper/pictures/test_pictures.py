"""Is a picture the same on paper, on a page and in a file, for those who see it and those who do not?"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pikepdf
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from jobs.pdf.paper.drawing import draw
from jobs.pdf.paper.pictures.files import png_of, svg_of
from jobs.pdf.paper.pictures.layouts import lay_out
from jobs.pdf.paper.pictures.shapes import COLOURS, ON_DARK, Box, Dot, Stroke, Words
from jobs.pdf.paper.styles import INK
from models.rules.documents.papers import Figure
from models.rules.documents.pictures import Grid, Picture
from tests.pdf.paper.pictures.gallery import GALLERY, HEAT
from tests.pdf.paper.test_pdf_blocks import paper
from tests.pdf.pdf_kit import as_page, structure_of, texts_of_plot

NAMED = pytest.mark.parametrize("picture", GALLERY, ids=lambda picture: picture.name)


@NAMED
def test_paper_has_one_figure_whose_alternative_text_says_the_sentence(picture: Picture) -> None:
    with pikepdf.open(BytesIO(draw(paper(Figure(picture))))) as pdf:
        assert [figure.alt for figure in structure_of(pdf).all("Figure")] == [picture.text]
    assert picture.says in picture.text


@NAMED
def test_page_says_every_name_and_value_in_words(picture: Picture) -> None:
    page = BeautifulSoup(as_page(paper(Figure(picture))), "html.parser")
    words = " ".join(page.get_text(" ").split())
    assert all(text in words for text in texts_of_plot(picture.plot))
    marked = page.select_one(f'[aria-label="{picture.text}"]') or page.select_one("table.heat caption")
    assert marked is not None, "the sentence is told to those who cannot see the picture"
    assert not page.select("main [style], main script, main style")


@NAMED
def test_files_hold_title_sentence_and_base_and_are_the_same_twice(picture: Picture) -> None:
    drawn = ElementTree.fromstring(svg_of(picture))
    said = " ".join(" ".join(drawn.itertext()).split())
    assert picture.title in said
    assert picture.says in said
    tags = {each.tag.rpartition("}")[2] for each in drawn.iter()}
    assert tags <= {"svg", "title", "desc", "rect", "line", "circle", "text"}, "nothing that runs"
    assert png_of(picture) == png_of(picture)
    assert Image.open(BytesIO(png_of(picture))).size[0] == 1920


def test_what_a_picture_cannot_say_stands_whole_in_its_file() -> None:
    told = replace(HEAT, base=" ".join(f"Count {number} is of another day." for number in range(20)))
    drawn = " ".join(ElementTree.fromstring(svg_of(told)).itertext())
    assert told.base in drawn


@NAMED
@pytest.mark.parametrize("width", [260.0, 523.0, 770.0])
def test_nothing_is_drawn_outside_the_picture(picture: Picture, width: float) -> None:
    sheet = lay_out(picture.plot, width)
    for shape in sheet.shapes:
        assert -1 <= shape.x <= width + 1
        assert -1 <= shape.y <= sheet.height + 1
        if isinstance(shape, Box):
            assert shape.x + shape.width <= width + 1
        elif isinstance(shape, Stroke):
            assert shape.to_x <= width + 1


@NAMED
def test_every_tone_has_a_colour_and_words_on_it_can_be_read(picture: Picture) -> None:
    shapes = lay_out(picture.plot, 523).shapes
    tones = {shape.tone for shape in shapes if isinstance(shape, Box | Dot | Stroke)}
    assert tones <= set(COLOURS)
    for tone in tones:
        ink = "#ffffff" if tone in ON_DARK else INK
        assert tone in {"line", "track", "edge", "today"} or _contrast(COLOURS[tone], ink) >= 4.5
    assert any(isinstance(shape, Words) for shape in shapes)


def test_a_grid_grows_darker_in_grey_too() -> None:
    shades = [_light(COLOURS[tone]) for tone in ("h0", "h1", "h2", "h3")]
    assert shades == sorted(shades, reverse=True)
    assert isinstance(HEAT.plot, Grid)


def _light(web: str) -> float:
    parts = (int(web[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_light(one), _light(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
