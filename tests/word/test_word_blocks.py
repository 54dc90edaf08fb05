"""Does every building block become one of Word's own: list, table, picture, box, page?"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, get_args

import pytest
from docx.oxml.ns import qn

from jobs.pdf.paper.styles import STYLES as PAPER_STYLES
from jobs.word.blocks import WRITERS
from jobs.word.papers import docx_of
from jobs.word.styles import STYLES, style_of
from models.rules.documents.bars import bars_of
from models.rules.documents.papers import (
    BODY,
    LABEL,
    Blanks,
    Block,
    Column,
    Facts,
    Figure,
    Heading,
    Items,
    Notice,
    PageBreak,
    Paragraph,
    Row,
    Signatures,
    Table,
    Tile,
    Tiles,
    Together,
    tag,
)
from models.rules.documents.pictures import Picture, bar_picture
from tests.pdf.paper.pictures.gallery import GALLERY
from tests.pdf.paper.test_pdf_blocks import paper, specimen
from tests.word.word_kit import described, headings, headings_of, opened, sound, texts, unsaid

GRADES = bar_picture("Grades", bars_of([("Good", 3), ("Poor", 1)]), "Three of four cases are good.")


def body_of(*blocks: Block) -> list[Any]:
    """What stands in the file below the head, without the thin lines that close tables."""
    elements = list(opened(docx_of(paper(*blocks))).element.body)[2:-1]
    return [element for element in elements if element.tag != qn("w:p") or element.style != "Gap"]


def styles_of(*blocks: Block) -> list[str]:
    return [element.style if element.tag == qn("w:p") else "table" for element in body_of(*blocks)]


def all_of(element: Any, tag_name: str) -> list[Any]:
    return list(element.iter(qn(f"w:{tag_name}")))


def test_every_block_and_every_look_has_its_writer_and_its_style() -> None:
    assert set(WRITERS) == {block.kind for block in get_args(Block)}
    assert {style_of(look) for look in PAPER_STYLES} <= set(STYLES)


def test_every_block_once_makes_a_sound_file_with_the_headings_of_the_paper() -> None:
    content = docx_of(specimen())
    sound(content)
    assert headings(content) == headings_of(specimen())
    assert docx_of(specimen()) == content


def test_lists_are_lists_and_each_numbered_one_begins_at_one() -> None:
    assert styles_of(Items(("One", " ", "Two"))) == ["ListBullet", "ListBullet"]
    content = docx_of(paper(Items(("A", "B"), is_numbered=True), Items(("C",), is_numbered=True), Items((), True)))
    document = opened(content)
    asked = [part.get(qn("w:val")) for part in all_of(document.element.body, "numId")]
    assert asked == ["3", "3", "4"]
    numbering = document.part.numbering_part.element
    starts = [all_of(numbering.num_having_numId(int(number)), "startOverride") for number in ("3", "4")]
    assert [start.get(qn("w:val")) for (start,) in starts] == ["1", "1"]


def test_facts_are_a_table_without_lines_and_what_is_unknown_is_a_dash() -> None:
    (table,) = opened(docx_of(paper(Facts((("Hub", "Children"), ("Sponsor", " ")))))).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["Hub", "Children"], ["Sponsor", "–"]]
    assert table.style is not None
    assert all_of(table.style.element, "tblBorders") == []


def test_tiles_stand_side_by_side_and_alarm_in_a_style_of_their_own() -> None:
    (table,) = body_of(Tiles((Tile("3 of 4", "reviews"), Tile("2", "overdue", is_alarm=True))))
    assert [line.style for line in table.iter(qn("w:p"))] == ["Figure", "Quiet", "FigureAlarm", "Quiet"]


def test_a_note_runs_under_its_row_and_stays_with_it_and_the_tone_colours_the_edge() -> None:
    row = Row(["R-1", [("Late", tag("red"))]], note=[("Note", LABEL), ("", BODY), ("Below", BODY)], tone="red")
    (table,) = body_of(Table((Column("A"), Column("B", is_number=True)), [row]))
    head, line, note = table.findall(qn("w:tr"))
    assert all_of(head, "tblHeader")
    assert [each.style for each in line.iter(qn("w:p"))] == ["Body", "TagRed"]
    assert len(all_of(line, "keepNext")) == 2
    assert [each.get(qn("w:val")) for each in all_of(note, "gridSpan")] == ["2"]
    edges = [each.get(qn("w:color")) for each in all_of(table, "left")]
    assert edges == ["B3261E", "B3261E"]
    assert [each.get(qn("w:val")) for each in all_of(line, "jc")] == ["right"]


def test_a_row_of_many_letters_may_go_on_overleaf_and_a_short_one_stays_whole() -> None:
    (table,) = body_of(Table((Column("A"),), [Row(["word " * 2000]), Row(["short"])]))
    assert [bool(all_of(row, "cantSplit")) for row in table.findall(qn("w:tr"))] == [True, False, True]


def test_two_tables_after_one_another_stay_two() -> None:
    document = opened(docx_of(paper(Table((Column("A"),), [Row(["1"])]), Table((Column("A"),), [Row(["2"])]))))
    tags = [element.tag for element in document.element.body]
    assert not any(before == after == qn("w:tbl") for before, after in pairwise(tags))


def test_a_picture_stays_with_its_sentence_and_its_table_whose_figures_stand_on_the_right() -> None:
    said, shown, table = body_of(Paragraph("Three of four cases are good."), Figure(GRADES))
    assert (len(all_of(said, "keepNext")), len(all_of(shown, "keepNext"))) == (1, 1)
    sides = [[bool(all_of(cell, "jc")) for cell in row.findall(qn("w:tc"))] for row in table.findall(qn("w:tr"))]
    assert sides == [[False, True]] * 3


@pytest.mark.parametrize("picture", [*GALLERY, GRADES], ids=lambda picture: picture.title)
def test_a_picture_is_an_image_whose_words_say_its_sentence_with_its_figures_below(picture: Picture) -> None:
    content = docx_of(paper(Figure(picture)))
    sound(content)
    (said,) = described(content)
    assert picture.says in said
    assert unsaid(content, [text for row in picture.table for text in row]) == []
    (shown,) = opened(content).inline_shapes
    assert shown.width.cm == pytest.approx(17.4, abs=0.1)
    assert len(opened(content).tables) == 1


def test_the_table_that_a_paper_gives_to_a_picture_takes_the_place_of_its_own() -> None:
    table = Table((Column("Grade"), Column("Share")), [Row(["Good", "75%"])])
    (shown,) = opened(docx_of(paper(Figure(GRADES, table)))).tables
    assert [cell.text for row in shown.rows for cell in row.cells] == ["Grade", "Share", "Good", "75%"]


def test_a_picture_without_figures_is_its_sentence() -> None:
    content = docx_of(paper(Figure(bar_picture("Grades", ()))))
    assert described(content) == []
    assert "Bar chart. Grades. There are no figures yet." in texts(content)


def test_rows_that_no_page_holds_go_on_in_further_images_none_higher_than_the_page() -> None:
    many = bar_picture("Agencies", bars_of([(f"Agency {number}", number) for number in range(1, 91)]))
    document = opened(docx_of(paper(Figure(many))))
    room = document.sections[0].page_height - document.sections[0].top_margin * 2  # type: ignore[operator]
    assert len(document.inline_shapes) == 3
    assert all(shape.height < room for shape in document.inline_shapes)


def test_a_notice_is_a_shaded_box_in_its_tone() -> None:
    assert styles_of(Notice("Mind.", "Careful", tone="red"), Notice("A note.")) == [
        "NoticeTitleRed",
        "NoticeRed",
        "NoticeGrey",
    ]


def test_signatures_and_blanks_leave_room_for_a_hand() -> None:
    document = opened(docx_of(paper(Signatures((("Sponsor", "Ann Lee"), ("Chair", ""), ("Officer", ""))))))
    (table,) = document.tables
    assert [cell.text.strip() for row in table.rows for cell in row.cells] == [
        "Sponsor: Ann Lee · signature and date",
        "Chair · signature and date",
        "Officer · signature and date",
        "",
    ]
    assert styles_of(Blanks("How?", "In words.", lines=2)) == ["Question", "Quiet", "Figure", "Figure"]
    assert "☐ Good" in texts(docx_of(paper(Blanks("How?", options=("Good", "Poor")))))


def test_what_follows_a_page_break_begins_a_page_and_a_turned_one_a_part() -> None:
    plain = body_of(Paragraph("Before"), PageBreak(), Table((Column("A"),), [Row(["1"])]))
    assert len(all_of(plain[1], "pageBreakBefore")) == 1
    document = opened(docx_of(paper(Facts((("A", "B"),)), PageBreak("landscape"), Paragraph("C"))))
    assert [section.page_width.cm > 22 for section in document.sections] == [False, True]  # type: ignore[union-attr]
    gaps = [element for element in document.element.body if element.tag == qn("w:p") and element.style == "Gap"]
    assert len(gaps) == 1


def test_what_stays_together_is_kept_with_what_follows_but_for_its_end() -> None:
    kept = body_of(Together((Heading("H"), Paragraph("A"), Table((Column("A"),), [Row(["1"])]), Paragraph("Z"))))
    assert [bool(all_of(element, "keepNext")) for element in kept] == [True, True, True, False]
    assert [bool(all_of(element, "keepNext")) for element in body_of(Paragraph("A"))] == [False]


def test_a_text_that_begins_from_the_right_runs_that_way_and_breaks_are_kept() -> None:
    (line,) = body_of(Paragraph("فاطمة الزهراء"))
    assert (len(all_of(line, "bidi")), len(all_of(line, "rtl"))) == (1, 1)
    (line,) = body_of(Paragraph("One\nTwo"))
    assert len(all_of(line, "br")) == 1
