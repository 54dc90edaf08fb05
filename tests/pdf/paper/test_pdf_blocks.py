"""Does every building block look on paper and on the screen as it should?"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from jobs.pdf.paper.drawing import draw, draw_one_page
from jobs.pdf.paper.page import LANDSCAPE, PORTRAIT
from jobs.pdf.paper.styles import STYLES, TONE_COLOURS
from models.core.errors import RuleBroken
from models.rules.documents.bars import TONES, Bar, Part, bars_of
from models.rules.documents.panels import Panel, Panels
from models.rules.documents.papers import (
    NAME,
    Blanks,
    Block,
    Column,
    Facts,
    Figure,
    Heading,
    Items,
    Notice,
    PageBreak,
    Paper,
    Paragraph,
    Row,
    RowsOf,
    Signatures,
    Table,
    Tile,
    Tiles,
    Together,
    tag,
)
from models.rules.documents.pictures import bar_picture
from tests.pdf.pdf_kit import as_page, checked, pages, says, sound, spoken
from tests.pdf.pdf_structure import pages_of, structure_of

LINES = "A line of some length that is repeated. " * 12


def paper(*blocks: Block, **changes: object) -> Paper:
    facts = {
        "partnership": "Arden", "kind": "Specimen", "title": "Blocks", "made_on": date(2026, 11, 22),
        "fingerprint": "ab" * 32, "blocks": blocks,
    }  # fmt: skip
    return Paper(**{**facts, **changes})  # type: ignore[arg-type]


def specimen() -> Paper:
    """Every block once, with upright and lying pages."""
    two = tuple(
        Bar(label, (Part("Good", 3, "green"), Part("Poor", 1, "red"))) for label in ("Early Help", "Protection")
    )
    return paper(
        Paragraph("A paragraph."),
        Facts((("Review", "TR-1"), ("Unknown", ""), ("Long", "word " * 200))),
        Tiles((Tile("12", "actions"), Tile("3", "overdue", is_alarm=True))),
        Heading("Lists"),
        Heading("Bullets", 3),
        Items(("One", "", "Two")),
        Items(("First", "Second"), is_numbered=True),
        Notice("Mind the step.", title="Warning", tone="red"),
        Figure(
            bar_picture("Grades", two),
            Table((Column("Level"), Column("Good", is_number=True)), [Row(["Early Help", "3"])]),
        ),
        Together((Heading("Together"), Paragraph(LINES))),
        PageBreak(turn="landscape"),
        Table(
            (Column("A"), Column("B", 3), Column("C", is_number=True)),
            [
                Row(
                    [[("R-1", NAME), ("Red", tag("red"))], "Text", "1,234"],
                    note=[("A note", "body")],
                    tone="red",
                    name="R-1",
                )
            ],
            heading="A table",
        ),
        PageBreak(turn="portrait"),
        Panels(
            (
                Panel("A panel", "Says."),
                Panel("Beside it", "At once:", ("Ask.", "Listen.")),
                Panel("Wide", "", ("Go.",)),
            )
        ),
        Blanks("What did you find?", hint="In your own words.", lines=4),
        Blanks("Which grade?", options=("Good", "Poor")),
        Signatures((("Lead sponsor", "Ann Bee"), ("Officer", ""), ("Witness", ""))),
    )


def test_every_block_is_sound_and_both_checkers_find_no_error(tmp_path: Path) -> None:
    pdf_bytes = draw(specimen())
    sound(pdf_bytes)
    checked(pdf_bytes, tmp_path)


def test_every_block_says_the_same_on_paper_and_on_the_page() -> None:
    pdf_bytes, page = draw(specimen()), as_page(specimen())
    wanted = (
        *("A paragraph.", "TR-1", "actions", "Bullets", "Second", "Mind the step.", "Early Help", "A note", "1,234"),
        *("What did you find?", "In your own words.", "Poor", "Lead sponsor: Ann Bee", "Witness"),
    )
    assert [text for text in wanted if text not in page] == []
    assert [text for text in wanted if not says(pdf_bytes, text) and text != "Early Help"] == []


def test_pages_are_turned_and_back_with_running_lines_on_each() -> None:
    pdf_bytes = draw(specimen())
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        sizes = [(round(float(page.mediabox[2])), round(float(page.mediabox[3]))) for page in pdf.pages]
    upright, lying = tuple(map(round, PORTRAIT)), tuple(map(round, LANDSCAPE))
    assert sizes == [upright, lying, upright]
    assert [f"Page {number} of 3" in text for number, text in enumerate(pages_of(pdf_bytes), 1)] == [True] * 3


def test_lists_are_tagged_with_their_kind_and_leave_out_empty_items() -> None:
    with pikepdf.open(BytesIO(draw(specimen()))) as pdf:
        lists = structure_of(pdf).all("L")
    assert [str(element.attributes.get("/ListNumbering", "")) for element in lists] == [
        "/Disc",
        "/Decimal",
        "/Disc",
        "/Disc",
        "",
    ]
    assert [len(element.kids) for element in lists] == [2, 2, 2, 1, 2]


def test_what_belongs_together_moves_to_the_next_page_whole() -> None:
    block = Together((Heading("Kept"), *(Paragraph(LINES) for _ in range(6))))
    pdf_bytes = draw(paper(*(Paragraph(LINES) for _ in range(9)), block))
    first, second = pages_of(pdf_bytes)
    assert "Kept" not in first
    assert second.count(LINES.strip()) == 6
    sound(pdf_bytes)


def test_what_is_longer_than_a_page_is_not_kept_together_but_not_lost_either() -> None:
    pdf_bytes = draw(paper(Together([Paragraph(f"{number} {LINES}") for number in range(40)])))
    assert len(pages(pdf_bytes)) > 1
    assert all(says(pdf_bytes, f"{number} A line") for number in range(40))
    sound(pdf_bytes)


def test_a_table_without_rows_says_so_under_its_heading() -> None:
    pdf_bytes = draw(paper(Table((Column("A"), Column("B")), [], heading="Late returns", empty="All are in.")))
    assert [text.strip() for role, text in spoken(pdf_bytes) if role in ("H2", "P")][-2:] == [
        "Late returns",
        "All are in.",
    ]


def test_rows_made_lazily_are_drawn_as_if_they_had_been_held() -> None:
    columns = (Column("A"), Column("B"), Column("C"))
    numbers = list(range(200))
    lazily = RowsOf(numbers, lambda number: Row([str(number), "x", "y"]))
    held = [Row([str(number), "x", "y"]) for number in numbers]
    assert draw(paper(Table(columns, lazily))) == draw(paper(Table(columns, held)))


def test_numbers_end_at_the_right_edge_of_their_column() -> None:
    columns = (Column("Agency", 3), Column("Cases", 1, is_number=True))
    pdf_bytes = draw(paper(Table(columns, [Row(["A", "1"]), Row(["B", "1,000,000"])])))
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        lefts = [float(ops[4]) for ops, name in pikepdf.parse_content_stream(pdf.pages[0]) if str(name) == "Tm"]
    assert len({round(left) for left in lefts if left > 400}) >= 3


def test_a_chart_longer_than_a_page_goes_on_overleaf_with_all_figures_in_words() -> None:
    chart = bar_picture("Cases", bars_of([(f"Agency {number}", number) for number in range(90)]))
    with pikepdf.open(BytesIO(draw(paper(Figure(chart))))) as pdf:
        alts = [figure.alt for figure in structure_of(pdf).all("Figure")]
        assert len(pdf.pages) > 2
    assert all(any(f"Agency {number}: {number}" in alt for alt in alts) for number in range(90))


def test_a_chart_without_figures_is_a_sentence_on_paper_and_page() -> None:
    empty_chart = paper(Figure(bar_picture("Cases", ())))
    assert says(draw(empty_chart), "There are no figures yet.")
    assert "There are no figures yet." in as_page(empty_chart)


def test_the_first_version_that_fits_one_page_is_taken() -> None:
    versions = [paper(*(Paragraph(LINES) for _ in range(count)), title=f"{count}") for count in (50, 20, 5, 1)]
    pdf_bytes = draw_one_page(versions)
    assert len(pages(pdf_bytes)) == 1
    assert any(role == "H1" and text.strip() == "5" for role, text in spoken(pdf_bytes))


def test_texts_that_fit_no_single_page_are_refused_in_a_sentence() -> None:
    with pytest.raises(RuleBroken, match="too long for one page"):
        draw_one_page([paper(*(Paragraph(LINES) for _ in range(50)))])


def test_every_tone_of_a_tag_has_a_style_and_every_chart_tone_stands_out_from_paper() -> None:
    assert {f"tag {tone}" for tone in TONE_COLOURS} <= set(STYLES)
    for web in TONES.values():
        red, green, blue = (int(web[at : at + 2], 16) / 255 for at in (1, 3, 5))
        assert 1.05 / (0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 + 0.05) >= 3
