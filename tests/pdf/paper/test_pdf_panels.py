"""Do panels stand two by two with all their words, and does the last line of a document need no page of its own?"""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise

import pikepdf

from jobs.pdf.paper.drawing import draw
from models.rules.documents.fingerprints import check_line
from models.rules.documents.panels import LARGE, Panel, Panels, panel_of
from models.rules.documents.papers import Column, Paragraph, Row, Table
from tests.pdf.paper.test_pdf_blocks import paper
from tests.pdf.pdf_kit import as_page, says, sound
from tests.pdf.pdf_structure import pages_of, structure_of

SEVEN = tuple(
    panel_of(f"Panel {number}", f"Says {number}.\n• First {number}\n• Second {number}") for number in range(7)
)


def test_panels_are_headings_with_what_they_say_in_their_order_at_every_size() -> None:
    for look in (LARGE, "lead", "body"):
        document = paper(Panels(SEVEN, look))
        pdf_bytes = draw(document)
        sound(pdf_bytes)
        with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
            kinds = [element.role for element in structure_of(pdf).walk() if element.role in {"H2", "L"}]
        assert kinds == ["H2", "L"] * 7
        text = " ".join(pages_of(pdf_bytes))
        told = [f"{word} {number}" for number in range(7) for word in ("Panel", "Says", "First", "Second")]
        assert all(text.index(first) < text.index(second) for first, second in pairwise(told))
        assert as_page(document).count("<section>") >= 7
        assert draw(document) == pdf_bytes


def test_a_panel_taller_than_a_page_loses_its_ground_and_no_word() -> None:
    long = " ".join(f"word{number}" for number in range(1200))
    pdf_bytes = draw(paper(Panels((Panel("Long", long), Panel("Short", "Says.", ("Ask.",))))))
    sound(pdf_bytes)
    assert len(pages_of(pdf_bytes)) > 1
    assert all(says(pdf_bytes, text) for text in (long, "Short", "Says.", "Ask."))


def test_the_last_line_takes_no_page_of_its_own_where_a_little_room_is_left() -> None:
    rows = [Row([f"Row {number}", "Says"]) for number in range(60)]
    alone = 0
    for lines in range(40):
        above = Paragraph("\n".join(["Line"] * lines))
        drawn = draw(paper(above, Table((Column("A"), Column("B")), rows), check_line("ab" * 32)))
        sound(drawn)
        last = pages_of(drawn)[-1]
        alone += "Check this document" in last and "Row 59" not in last
    assert alone <= 1, "of forty heights"
