"""What does a Word file say, and is it as safe and as readable as the PDF beside it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any
from zipfile import ZipFile

import docx
from defusedxml.ElementTree import fromstring
from docx.document import Document
from docx.oxml.ns import qn

from models.rules.documents.papers import Paper
from tests.pdf.pdf_kit import texts_of

PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/core\.xml|word/_rels/document\.xml\.rels|word/media/image\d+\.png"
    r"|word/(document|styles|settings|numbering|fontTable|theme/theme1|header\d+|footer\d+)\.xml"
)
"""All that a Word file of the portal may hold: no macro, no embedded file, no script."""


def opened(content: bytes) -> Document:
    """The file as Word's library reads it."""
    return docx.Document(BytesIO(content))


def texts(content: bytes) -> list[str]:
    """The text of each paragraph, those in tables included, in reading order."""
    body = opened(content).element.body
    return ["".join(_letters(paragraph)) for paragraph in body.iter(qn("w:p"))]


def _letters(paragraph: Any) -> Iterator[str]:
    for part in paragraph.iter(qn("w:t"), qn("w:br")):
        yield (part.text or "") if part.tag == qn("w:t") else "\n"


def unsaid(content: bytes, wanted: Iterable[str]) -> list[str]:
    """The texts that no paragraph holds whole, ignoring blanks and line ends."""
    said = "\n".join("".join(text.split()) for text in texts(content))
    return [text for text in wanted if "".join(text.split()) not in said]


def told_by(paper: Paper) -> Iterator[str]:
    """Every text of a paper that its page and its PDF tell as well; of a table without rows, the sentence for that.

    The words within a picture are an image here: its sentence describes it, and its table stands below or at the end.
    """
    yield from _told_in(paper.blocks)


def _told_in(blocks: Iterable[Any]) -> Iterator[str]:
    for block in blocks:
        if block.kind == "together":
            yield from _told_in(block.blocks)
        elif block.kind == "table" and not list(block.rows):
            yield from (block.heading, block.empty)
        elif block.kind != "figure":
            yield from texts_of([block])


def headings(content: bytes) -> list[tuple[int, str]]:
    """Level and text of each heading, in order."""
    styled = ((paragraph.style, paragraph.text) for paragraph in opened(content).paragraphs)
    return [(int(style.name[-1]), text) for style, text in styled if style and style.name.startswith("Heading ")]


def headings_of(paper: Paper) -> list[tuple[int, str]]:
    """The same of a paper: its title, and the headings of its blocks and tables."""
    return [(1, paper.title), *_headings_in(paper.blocks)]


def _headings_in(blocks: Sequence[Any]) -> Iterator[tuple[int, str]]:
    for block in blocks:
        if block.kind == "heading":
            yield block.level, block.text
        elif block.kind == "table" and block.heading:
            yield block.level, block.heading
        elif block.kind == "panels":
            yield from ((2, panel.title) for panel in block.panels)
        elif block.kind == "together":
            yield from _headings_in(block.blocks)


def row_counts(content: bytes) -> list[int]:
    """The rows of each table that has headings, these left out."""
    tables = (table for table in opened(content).tables if table.style and table.style.name == "Portal table")
    return [len(table.rows) - 1 for table in tables]


def rows_of(paper: Paper) -> list[int]:
    """The rows of each table of a paper that has any, each note a row of its own, and of those below its pictures."""
    return [count for count in _rows_in(paper.blocks) if count]


def _rows_in(blocks: Iterable[Any]) -> Iterator[int]:
    for block in blocks:
        if block.kind == "together":
            yield from _rows_in(block.blocks)
        elif block.kind == "figure" and block.table is None:
            yield len(block.picture.table)
        elif block.kind in ("table", "figure"):
            rows = list(block.rows if block.kind == "table" else block.table.rows)
            yield len(rows) + sum(bool(row.note) for row in rows)


def described(content: bytes) -> list[str]:
    """What each picture says to those who cannot see it."""
    return [str(known.get("descr")) for known in opened(content).element.body.iter(qn("wp:docPr"))]


def sound(content: bytes) -> None:
    """Every part is known and is XML, nothing points outside, every image is described, headings skip no level."""
    with ZipFile(BytesIO(content)) as packed:
        assert [name for name in packed.namelist() if not PARTS.fullmatch(name)] == []
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in packed.namelist():
            if not name.endswith(".png"):
                fromstring(packed.read(name))
            if name.endswith(".rels"):
                assert b"External" not in packed.read(name)
        assert b"instrText" not in packed.read("word/document.xml")
        assert b"<w:hyperlink" not in packed.read("word/document.xml")
    levels = [level for level, _ in headings(content)]
    assert levels[:1] == [1]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(text.strip() for text in described(content))
    _headed(content)


def _headed(content: bytes) -> None:
    """Each table with headings repeats them, and names its first column as the heads of rows."""
    for table in opened(content).tables:
        if table.style and table.style.name == "Portal table":
            assert table.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            look = table._tbl.tblPr.find(qn("w:tblLook"))
            assert look.get(qn("w:firstRow")) == look.get(qn("w:firstColumn")) == "1"
