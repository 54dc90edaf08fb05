"""Does a heading ever stand alone at the foot of a page, or a question part from its lines?"""

from __future__ import annotations

from datetime import date

import pytest

from jobs.pdf.paper.drawing import draw
from jobs.pdf.paper.leads import lead_of
from jobs.pdf.paper.letterhead import Running
from jobs.pdf.paper.page import Pages
from jobs.pdf.paper.tags import About
from models.rules.documents.bars import bars_of
from models.rules.documents.papers import (
    Blanks,
    Block,
    Column,
    Facts,
    Figure,
    Heading,
    Items,
    Notice,
    Paper,
    Paragraph,
    Row,
    Signatures,
    Table,
    Tile,
    Tiles,
    Together,
)
from models.rules.documents.pictures import bar_picture
from tests.pdf.pdf_kit import sound
from tests.pdf.pdf_structure import pages_of

COLUMNS = (Column("Question"), Column("Answer"))
ROWS = [Row([f"Row {number} is first", "said " * 30]) for number in range(30)]


def table(heading: str = "", count: int = 30) -> Table:
    return Table(COLUMNS, ROWS[:count], heading=heading, level=3)


HEADED: dict[str, tuple[tuple[Block, ...], str]] = {
    "a table": ((table(),), "Row 0 is first"),
    "a small table, kept whole": ((table(count=3),), "Row 2 is first"),
    "a table with a heading of its own": ((table("Deeper"),), "Row 0 is first"),
    "an introduction and a table": ((Paragraph("In short."), table()), "Row 0 is first"),
    "an empty paragraph and a table": ((Paragraph(" "), table()), "Row 0 is first"),
    "deeper headings and a table": ((Heading("Deeper", 3), Heading("Deepest", 4), table()), "Row 0 is first"),
    "a question": ((Blanks("Why?", lines=5),), "Why?"),
    "a list": ((Items(["The first thing"]),), "The first thing"),
    "facts": ((Facts((("Label", "The value"),)),), "The value"),
    "figures": ((Tiles([Tile("7", "in all")]),), "in all"),
    "a notice": ((Notice("Look here"),), "Look here"),
    "lines to sign on": ((Signatures((("Sponsor", "Ann Bee"),)),), "Ann Bee"),
    "a long text": ((Paragraph("many words " * 90),), "many words"),
    "blocks that belong together": ((Together((table(count=2),)),), "Row 1 is first"),
    "a chart": ((Figure(bar_picture("Bars", bars_of([("The bar", 3)]))),), "The bar"),
}


def paper(*blocks: Block) -> Paper:
    return Paper(
        partnership="Arden", kind="Specimen", title="Leads", made_on=date(2026, 11, 22), fingerprint="ab" * 32,
        blocks=blocks,
    )  # fmt: skip


def at_every_height(blocks: tuple[Block, ...]) -> list[list[str]]:
    """The pages of the blocks, begun at each of many heights near the foot of a page."""
    filled = (tuple(Paragraph(f"Line {number}") for number in range(count)) for count in range(19, 35))
    return [pages_of(draw(paper(*above, *blocks))) for above in filled]


@pytest.mark.parametrize("name", HEADED)
def test_a_heading_stands_on_the_page_of_what_it_heads(name: str) -> None:
    blocks, first = HEADED[name]
    drawn = at_every_height((Heading("The heading"), *blocks))
    assert {len([page for page in pages if "The heading" in page]) for pages in drawn} == {1}
    alone = [page for pages in drawn for page in pages if "The heading" in page and first not in page]
    assert alone == []
    assert any("The heading" in pages[0] for pages in drawn)
    assert any("The heading" not in pages[0] for pages in drawn)


@pytest.mark.parametrize("options", [(), ("Yes", "Partly", "No"), tuple(f"Answer {n} " * 9 for n in range(6))])
def test_a_question_stays_on_one_page_with_its_lines_or_boxes(options: tuple[str, ...]) -> None:
    asked = Blanks("What is asked?", "The hint", lines=6, options=options)
    for pages in at_every_height((asked, Paragraph("What follows"))):
        (page,) = (page for page in pages if "What is asked?" in page)
        assert all(" ".join(option.split()) in " ".join(page.split()) for option in options)
    assert any("What is asked?" not in pages[0] for pages in at_every_height((asked,)))


def test_short_answers_stand_side_by_side_and_are_read_in_their_order() -> None:
    long = "An answer of so many words that it fills more than half of a line, and so stands on a line of its own"
    assert height_with("Fully", "Partly", "Not") == height_with("Fully")
    assert height_with(long, long) > height_with(long)
    pdf_bytes = draw(paper(Blanks("Met?", options=("Fully", "Partly", "Not met", "Never"))))
    sound(pdf_bytes)
    text = " ".join(pages_of(pdf_bytes))
    assert text.index("Fully") < text.index("Partly") < text.index("Not met") < text.index("Never")


def height_with(*options: str) -> float:
    return lead_of(blank_page(), [Blanks("Met?", options=options)])


def test_a_question_longer_than_half_a_page_may_be_parted_after_its_second_line() -> None:
    pages = blank_page()
    few, many = lead_of(pages, [Blanks("Why?", lines=2)]), lead_of(pages, [Blanks("Why?", lines=60)])
    assert few == many


def test_measuring_what_follows_draws_nothing() -> None:
    pages = blank_page()
    before = (len(pages.ops), pages.y, len(pages.tags.root.kids))
    assert lead_of(pages, [Heading("Head"), Paragraph("In short."), table("Own")]) > 0
    assert (len(pages.ops), pages.y, len(pages.tags.root.kids)) == before
    assert lead_of(pages, []) == 0


def blank_page() -> Pages:
    return Pages(About("T", "A", "S", date(2026, 1, 1)), Running("P", "OFFICIAL", "E", "ab" * 32))
