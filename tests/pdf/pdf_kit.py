"""Is a document sound whatever its facts hold? Every document's own test inherits this; docs/paper.md shows how."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import outloud
import pdfua
import pikepdf
import pymupdf
import pytest
from flask import g, render_template

from jobs.pdf.paper.texts import LETTER_LIMIT
from models.rules.documents.papers import Paper, pieces_of
from models.rules.documents.pictures import Grid, Rows
from tests.assurance.figures import note_figure
from tests.pdf.pdf_structure import elements_spoken, marks_of, right_edges, structure_of
from tests.web import usual_portal

NAMES = (
    "Siân Llŷr-Gŵyn",
    "Zażółć Gęślą-Jaźń",
    "Ἀλέξανδρος Παπαδόπουλος",
    "فاطمة الزهراء",
    "শর্মিষ্ঠা চট্টোপাধ্যায়",
)
TRICKS = (
    '<b>bold</b> &amp; <para> <br/> <img src="file:///etc/passwd"/>',
    '<a href="javascript:alert(1)">x</a> <a href="file:///etc/passwd">y</a> <script>alert(1)</script>',
    ") Tj ET Q BT (x) Tj EMC /P <</MCID 0>> BDC endstream endobj",
    '{{ 7*7 }} {% raw %} %s ${HOME} =HYPERLINK("http://example.org")',
)
NOTE = "[cut after"
WHOLE = ("Buckinghamshire", "multidisciplinary", "114490-3271-A", "AP-2026-01/07", "CA-2026-40", "November")
"""Words and references that no document may break."""
OPENING = {"/URI", "/JS", "/Launch", "/EmbeddedFile", "/Annots", "/OpenAction", "/AA", "/GoToR", "/SubmitForm"}


@dataclass(frozen=True)
class Kit:
    """One document under test.

    `facts(rows)` makes facts with so many rows; `paper` and `build` are what the document is registered with. `fixed`
    are text fields that are codes and take no other text; `short` those that are cut with a note, such as a title.
    """

    facts: Callable[[int], Any]
    paper: Callable[[Any], Paper]
    build: Callable[[Any], bytes]
    fixed: tuple[str, ...] = ()
    short: tuple[str, ...] = ("title", "subtitle", "partnership", "reference", "version", "classification")
    has_rows: bool = True
    is_one_page: bool = False

    def filled(self, text: Callable[[str], str], rows: int = 2) -> Any:
        """Facts in which `text(field name)` stands in every text field."""
        return _everywhere(self.facts(rows), text, self.fixed)


class SoundDocument:
    """The tests. `class TestBriefing(SoundDocument): kit = Kit(...)` in the document's own test file runs them all."""

    kit: ClassVar[Kit]

    @pytest.mark.assures(36)
    @pytest.mark.parametrize("count", [0, 1, 25])
    def test_any_number_of_rows_makes_a_sound_file(self, count: int, tmp_path: Path) -> None:
        pdf_bytes = self.kit.build(self.kit.facts(count))
        sound(pdf_bytes)
        checked(pdf_bytes, tmp_path)
        tried = "a document read by pdfua 0.1 (16 of the standard's 106 rules) and outloud 0.2"
        note_figure(36, "errors of tags, titles, languages, fonts", reached=0, wanted="0", tried=tried, holds=True)
        assert len(pages(pdf_bytes)) == 1 or not self.kit.is_one_page

    def test_two_thousand_rows_are_drawn_or_counted(self) -> None:
        if not self.kit.has_rows:
            pytest.skip("this document has no table that grows")
        pdf_bytes = self.kit.build(self.kit.facts(2000))
        assert len(pages(pdf_bytes)) == 1 if self.kit.is_one_page else len(pages(pdf_bytes)) > 20

    def test_ten_thousand_letters_in_every_field_are_printed_whole(self) -> None:
        given: list[tuple[str, str]] = []
        facts = self.kit.filled(lambda name: _kept(given, name, _numbered(len(given))))
        pdf_bytes = self.kit.build(facts)
        sound(pdf_bytes)
        missing = {name for name, text in given if not says(pdf_bytes, text)}
        assert missing <= set(self.kit.short) or self.kit.is_one_page
        assert not missing or any(NOTE in text or "…" in text for _, text in spoken(pdf_bytes))

    @pytest.mark.assures(21)
    def test_an_unbroken_word_is_cut_with_a_note_and_stays_on_the_page(self) -> None:
        pdf_bytes = self.kit.build(self.kit.filled(lambda name: "W" * 200_000, rows=1))
        sound(pdf_bytes)
        has_note = self.kit.is_one_page or any(NOTE in text for _, text in spoken(pdf_bytes))
        tried = "200,000 letters without a blank in every text of a document"
        note_figure(21, "cut with a note, inside the page", reached=has_note, wanted="yes", tried=tried, holds=has_note)
        assert has_note

    def test_words_and_references_of_ordinary_length_stand_in_one_piece(self) -> None:
        pdf_bytes = self.kit.build(self.kit.filled(lambda field: " ".join(WHOLE)))
        assert broken_words(pdf_bytes).isdisjoint(WHOLE)

    @pytest.mark.parametrize("name", NAMES, ids=["Welsh", "Polish", "Greek", "Arabic", "Bengali"])
    def test_a_name_in_any_script_is_read_as_it_was_written(self, name: str) -> None:
        pdf_bytes = self.kit.build(self.kit.filled(lambda field: name))
        sound(pdf_bytes)
        assert says(pdf_bytes, name)
        assert sum(text.count(name) for _, text in spoken(pdf_bytes)) >= 3

    @pytest.mark.assures(21)
    def test_markup_and_tricks_are_printed_as_typed_and_open_nothing(self, tmp_path: Path) -> None:
        text = " ".join(TRICKS)
        facts = self.kit.filled(lambda field: text)
        pdf_bytes = self.kit.build(facts)
        sound(pdf_bytes)
        checked(pdf_bytes, tmp_path, skip=["TAG-002"])  # on a single page it takes long running lines for prose
        assert says(pdf_bytes, text) or self.kit.is_one_page
        page = as_page(self.kit.paper(facts))
        alive = [markup for markup in ("<img", "<b>bold", "<script>alert", '<a href="javascript') if markup in page]
        tried = "tags, pictures, links and scripts in every text of a document, on paper and on its page"
        note_figure(21, "taken for markup", reached=len(alive), wanted="0", tried=tried, holds=not alive)
        assert alive == []

    @pytest.mark.assures(36)
    def test_the_same_facts_give_the_same_bytes(self) -> None:
        is_equal = self.kit.build(self.kit.facts(25)) == self.kit.build(self.kit.facts(25))
        note_figure(36, "equal bytes", reached=is_equal, wanted="yes", tried="a document made twice", holds=is_equal)
        assert is_equal

    @pytest.mark.assures(36)
    def test_what_the_paper_says_stands_on_the_page_and_in_the_file(self) -> None:
        paper = self.kit.paper(self.kit.facts(3))
        page, pdf_bytes = as_page(paper), self.kit.build(self.kit.facts(3))
        for text in texts_of(paper.blocks):
            assert _squeezed(_escaped(text)) in _squeezed(page), text
            assert says(pdf_bytes, text) or self.kit.is_one_page, text


def sound(pdf_bytes: bytes) -> None:
    """Each mark in one element, headings in order, tables headed, figures described, nothing opens or overflows."""
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        assert not pdf.check_pdf_syntax()
        tree = structure_of(pdf)
        marks = [marks_of(page) for page in pdf.pages]
        drawn = sorted((index, number) for index, page_marks in enumerate(marks) for number in page_marks.numbers)
        assert sorted(piece for element in tree.walk() for piece in element.pieces) == drawn
        assert not any(page_marks.loose for page_marks in marks)
        levels = [
            int(element.role[1]) for element in tree.walk() if element.role[0] == "H" and element.role[1:].isdigit()
        ]
        assert levels[:1] == [1]
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        for table in tree.all("Table"):
            assert {str(head.attributes["/Scope"]) for head in table.kids[0].all("TH")} == {"/Column"}
        assert all(figure.alt for figure in tree.all("Figure"))
        _about(pdf)
        used = set().union(*(page_marks.fonts for page_marks in marks))
        assert {name[1:] for name in pdf.pages[0].Resources.Font} == used
        keys = {key for part in pdf.objects if isinstance(part, pikepdf.Dictionary) for key in part}
        assert not keys & OPENING
        for page in pdf.pages:
            width = float(page.mediabox[2])
            assert max(right_edges(page)) <= width - 20
            assert min(marks_of(page).heights) > 10


def _about(pdf: pikepdf.Pdf) -> None:
    """Language, title, bookmarks."""
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.docinfo["/Title"]).strip()
    with pdf.open_outline() as outline:
        assert outline.root


def checked(pdf_bytes: bytes, folder: Path, skip: Sequence[str] = ()) -> None:
    """Both checkers find no error; warnings are for people."""
    path = folder / "made.pdf"
    path.write_bytes(pdf_bytes)
    assert [f"{finding.rule_id} {finding.message}" for finding in pdfua.validate(str(path)).findings] == []
    result = outloud.check(str(path), skip=list(skip) or None)
    assert not result.error
    assert [str(finding) for finding in result.findings if finding.severity == "error"] == []


def pages(pdf_bytes: bytes) -> list[int]:
    """The number of marked pieces of each page."""
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        return [len(marks_of(page).numbers) for page in pdf.pages]


_last: dict[int, list[tuple[str, str]]] = {}


def spoken(pdf_bytes: bytes) -> list[tuple[str, str]]:
    """Role and text of each element, as read aloud."""
    if hash(pdf_bytes) not in _last:
        _last.clear()
        with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
            _last[hash(pdf_bytes)] = elements_spoken(pdf)
    return _last[hash(pdf_bytes)]


def broken_words(pdf_bytes: bytes) -> set[str]:
    """What ends one line of a text and begins the next ones, put together: a word, if it was broken between them."""
    broken = set()
    with pymupdf.open(stream=pdf_bytes, filetype="pdf") as pdf:
        for page in pdf:
            lines = [line.split() for line in page.get_text().splitlines() if line.strip()]
            for at, line in enumerate(lines[:-1]):
                word = line[-1]
                for words in lines[at + 1 : at + 8]:
                    word += words[0]
                    if len(word) > 4:  # shorter ones are as well two numbers side by side
                        broken.add(word)
                    if len(words) > 1:
                        break
    return broken


def says(pdf_bytes: bytes, text: str) -> bool:
    """Whether one element holds the whole text, ignoring blanks and line ends."""
    wanted = _squeezed(text)
    return any(wanted in _squeezed(said) for _, said in spoken(pdf_bytes))


def as_page(paper: Paper) -> str:
    """The paper as its HTML twin, drawn without a database, without the marks that keep references in one piece."""
    app = usual_portal()
    with app.test_request_context():
        g.is_database_away = True  # so that the page does not ask for the partnership's look
        page = render_template("papers/paper.html", paper=paper, buttons=[], back="/", back_words="Back")
    return re.sub(r'<span class="(?:reference|whole|long)[^"]*">([^<]*)</span>', r"\1", page)


def texts_of(blocks: Sequence[Any]) -> Iterator[str]:
    """Every text of the blocks that is meant to be read, tables and lists included."""
    for block in blocks:
        if block.kind == "table":
            yield from _table_texts(block)
        elif block.kind == "figure":
            yield from texts_of_plot(block.picture.plot)
        elif block.kind == "together":
            yield from texts_of(block.blocks)
        else:
            yield from _plain_texts(block)


def texts_of_plot(plot: Any) -> Iterator[str]:
    """Every name and value of a picture that is words on a page and on paper."""
    if isinstance(plot, Rows):
        yield from (text for line in plot.lines for text in (line.label, line.value) if text)
    elif isinstance(plot, Grid):
        yield from (*plot.columns, *(row.label for row in plot.rows))
        yield from (cell.words for row in plot.rows for cell in row.cells)
    elif plot is not None:
        yield from (pile.label for pile in plot.piles)
        yield from (key.words for key in plot.key)


def _plain_texts(block: Any) -> Iterator[str]:
    if block.kind == "facts":
        yield from (part for pair in block.pairs for part in pair)
    elif block.kind == "items":
        yield from block.texts
    elif block.kind == "tiles":
        yield from (tile.words for tile in block.tiles)
    elif block.kind == "panels":
        yield from (text for panel in block.panels for text in (panel.title, panel.text, *panel.points) if text)
    elif block.kind in ("heading", "paragraph", "notice"):
        yield block.text


def _table_texts(table: Any) -> Iterator[str]:
    yield from (column.title for column in table.columns)
    for row in table.rows:
        for cell in (*row.cells, row.note):
            yield from (text for text, _ in pieces_of(cell))


def _everywhere(value: Any, text: Callable[[str], str], fixed: tuple[str, ...], name: str = "") -> Any:
    """The value with `text(name)` for every string in it, however deep."""
    if isinstance(value, str):
        return text(name)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: _everywhere(getattr(value, field.name), text, fixed, field.name)
            for field in fields(value)
            if field.init and field.name not in fixed
        }
        return replace(value, **changed)
    if isinstance(value, tuple | list):
        return type(value)(_everywhere(part, text, fixed, name) for part in value)
    return value


def _kept(given: list[tuple[str, str]], name: str, text: str) -> str:
    given.append((name, text))
    return text


def _numbered(field: int) -> str:
    """Ten thousand letters of words that occur nowhere else."""
    words = (f"f{field}w{number}" for number in range(LETTER_LIMIT))
    return " ".join(words)[:10_000]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;").replace('"', "&#34;")
    )
