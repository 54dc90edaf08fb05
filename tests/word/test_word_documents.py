"""Do the review report, the briefing and the Board's pack say as Word files what they say on paper and as a page?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from jobs.documents.documents import DOCUMENTS, printed
from jobs.pdf.paper.letterhead import PLAIN, Logo, Stationery
from jobs.word.papers import docx_of
from models.core.errors import RuleBroken
from models.rules.documents.file_forms import FileForm
from models.rules.documents.papers import Paper
from models.rules.gates.board_packs import board_paper
from models.rules.gates.review_reports import review_paper
from models.rules.learning.briefing_paper import briefing_paper
from tests.pdf.gates.test_pdf_review_reports import board, review
from tests.pdf.learning.test_pdf_briefings import briefing
from tests.pdf.pdf_kit import NAMES, TRICKS, Kit
from tests.word.word_kit import described, headings, headings_of, opened, row_counts, rows_of, sound, told_by, unsaid

OWN = Stationery(
    logo=Logo(30, 10, b"\x14\x30\x4f" * 300),
    accent="#7b2d72",
    footer="Arden House, Arden",
    markings={"OFFICIAL-SENSITIVE": "IN CONFIDENCE"},
)


@dataclass(frozen=True)
class Told:
    """A document that is taken out as Word: its name, its facts at some size, what it says of them, its codes."""

    name: str
    facts: Callable[[int], Any]
    paper: Callable[[Any], Paper]
    fixed: tuple[str, ...]

    def filled(self, text: Callable[[str], str]) -> Paper:
        """The paper with `text(field name)` in every text field."""
        kit = Kit(self.facts, self.paper, lambda facts: b"", fixed=self.fixed)
        return self.paper(kit.filled(text))


TOLD = (
    Told("review_report", review, review_paper, ("verdict", "mark", "about")),
    Told("board_pack", board, board_paper, ("seal", "about", "pictures")),
    Told("briefing", lambda count: briefing(1 + count % 4), briefing_paper, ("about",)),
)
each_document = pytest.mark.parametrize("told", TOLD, ids=[told.name for told in TOLD])


def test_exactly_these_documents_are_taken_out_as_word() -> None:
    for told in TOLD:
        assert printed(told.name).has_word
    assert {name for name, known in DOCUMENTS.items() if known.has_word} == {told.name for told in TOLD}


@each_document
@pytest.mark.parametrize("count", [0, 1, 25])
def test_headings_tables_and_texts_are_those_of_the_paper(told: Told, count: int) -> None:
    paper = told.paper(told.facts(count))
    content = docx_of(paper)
    sound(content)
    assert headings(content) == headings_of(paper)
    assert row_counts(content) == rows_of(paper)
    assert unsaid(content, told_by(paper)) == []


@each_document
def test_equal_facts_give_the_same_bytes_and_other_facts_give_others(told: Told) -> None:
    content = docx_of(told.paper(told.facts(3)), OWN)
    assert docx_of(told.paper(told.facts(3)), OWN) == content
    assert docx_of(told.paper(told.facts(2)), OWN) != content


@each_document
def test_markup_and_tricks_stay_as_they_were_typed_and_open_nothing(told: Told) -> None:
    text = " ".join(TRICKS)
    content = docx_of(told.filled(lambda field: text))
    sound(content)
    assert unsaid(content, [text]) == []
    assert not [part for part in opened(content).part.package.iter_parts() if "vba" in part.partname]


@each_document
def test_ten_thousand_letters_in_every_field_survive(told: Told) -> None:
    long = " ".join(f"w{number}" for number in range(2200))[:10_000]
    paper = told.filled(lambda field: long)
    content = docx_of(paper)
    sound(content)
    assert unsaid(content, told_by(paper)) == []


@each_document
@pytest.mark.parametrize("name", NAMES, ids=["Welsh", "Polish", "Greek", "Arabic", "Bengali"])
def test_a_name_in_any_script_is_kept_as_it_was_written(told: Told, name: str) -> None:
    content = docx_of(told.filled(lambda field: name))
    sound(content)
    assert unsaid(content, [name]) == []


@each_document
def test_letters_that_no_file_can_hold_are_marked_where_they_stand(told: Told) -> None:
    content = docx_of(told.filled(lambda field: "a\x00b\x0bc\ud800d\uffff"))
    sound(content)
    assert unsaid(content, ["a\ufffdb"]) == []


def test_the_file_says_what_it_is_in_british_english_and_tells_no_moment_but_its_day() -> None:
    content = docx_of(review_paper(review(1)), OWN)
    known = opened(content).core_properties
    assert known.title == "TR-2026-01 How agencies respond to the first contact about a child"
    assert known.author == known.last_modified_by == "Arden Safeguarding Partnership (fictitious)"
    assert known.subject.startswith("Thematic review report, fingerprint ")
    assert (known.category, known.language, known.comments) == ("IN CONFIDENCE", "en-GB", "")
    assert known.created == known.modified == datetime(2026, 11, 22, tzinfo=UTC)


def test_every_page_has_the_classification_the_edition_and_its_number() -> None:
    for section in opened(docx_of(review_paper(review(1)), OWN)).sections:
        assert section.header.paragraphs[0].text == "Arden Safeguarding Partnership (fictitious)\tIN CONFIDENCE"
        foot = section.footer.paragraphs
        assert foot[0].text.startswith("TR-2026-01 · 22 Nov 2026\tPage ")
        fields = [part.values()[0] for part in foot[0]._p.iter() if part.tag.endswith("fldSimple")]
        assert fields == ["PAGE", "NUMPAGES"]
        assert [line.text for line in foot[2:]] == ["Arden House, Arden"]


def test_the_matrix_lies_on_its_side_between_upright_pages() -> None:
    sections = opened(docx_of(review_paper(review(1)))).sections
    assert [section.page_width > section.page_height for section in sections] == [False, True, False]  # type: ignore[operator]


def test_the_logo_is_described_and_plain_paper_has_none() -> None:
    paper = board_paper(board(1))
    assert described(docx_of(paper, OWN))[0] == "Logo of Arden Safeguarding Partnership (fictitious)"
    assert described(docx_of(paper)) == [text for text in described(docx_of(paper, OWN)) if "Logo" not in text]


def test_a_briefing_with_an_unwritten_point_is_no_more_written_than_drawn() -> None:
    facts = replace(briefing(), points=(*briefing().points[:6], ""))
    with pytest.raises(RuleBroken, match="Point 7 of the briefing is still to be written"):
        printed("briefing").drawn(facts, PLAIN, FileForm.WORD)


def test_a_document_that_is_made_as_pdf_only_refuses_word() -> None:
    with pytest.raises(RuleBroken, match=r"The impact analysis is made as PDF only\."):
        printed("impact_analysis").drawn(None, PLAIN, FileForm.WORD)


def test_a_pack_of_two_thousand_rows_is_written_whole() -> None:
    assert max(row_counts(docx_of(board_paper(board(2000))))) == 2000
