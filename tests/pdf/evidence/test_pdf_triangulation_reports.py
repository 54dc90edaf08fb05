"""Does the triangulation matrix say on paper what the page says, and is it as sound as the other papers?"""

from __future__ import annotations

from jobs.pdf.paper.drawing import draw
from models.rules.documents.papers import SENSITIVE
from models.rules.evidence.triangulation_reports import matrix_paper
from tests.pdf.pdf_kit import Kit, SoundDocument, as_page
from tests.pdf.pdf_review_facts import matrix
from tests.pdf.pdf_structure import text_of

SHORT = ("title", "partnership", "reference")


class TestMatrix(SoundDocument):
    """The matrix."""

    kit = Kit(
        facts=matrix,
        paper=matrix_paper,
        build=lambda facts: draw(matrix_paper(facts)),
        fixed=("verdict", "mark", "about", "hangs_on"),
        short=(*SHORT, "area"),
    )


def test_matrix_lies_on_its_side_and_is_sensitive() -> None:
    paper = matrix_paper(matrix(3))
    assert (paper.is_landscape, paper.classification) == (True, SENSITIVE)
    assert "Each key line of enquiry is seen from up to five angles" in text_of(draw(paper)).replace("\n", " ")
    assert "along no key line yet" in as_page(paper)


def test_matrix_says_what_two_readers_judged_only_where_two_were_asked() -> None:
    read = text_of(draw(matrix_paper(matrix(12)))).replace("\n", " ")
    for words in (
        "Two readers",
        "First reader",
        "Second reader",
        "Not judged",
        "Not settled yet",
        "gave the same mark to",
    ):
        assert words in read
    assert "Two readers" not in text_of(draw(matrix_paper(matrix(1))))
