"""How does a table of a document become one of Word's, with headings that come back on every page?"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from docx.oxml.ns import qn

from jobs.pdf.paper.styles import TONE_COLOURS
from jobs.pdf.paper.texts import short
from jobs.word.manuscripts import Manuscript
from jobs.word.parts import keep_with_next, paragraph, part
from jobs.word.styles import BARE_TABLE, TABLE, style_of, web
from models.rules.documents.papers import Column, Row, Table, pieces_of

SPLIT_LETTERS: Final = 1500
"""A row that says more than this may go on overleaf; shorter ones stay in one piece."""
NO_LINE: Final = "nil"
LONGEST_NAME: Final = 200


def write_table(copy: Manuscript, block: Table) -> None:
    """The table with its heading, or the sentence that stands for no rows."""
    if block.heading:
        copy.put(paragraph(block.heading, f"Heading{block.level}"))
    rows = [line for row in block.rows for line in _lines(row, block.columns)]
    if not rows:
        copy.put(paragraph(block.empty, "Normal"))
        return
    name = block.heading or block.columns[0].title
    frame = frame_of(copy.width, [column.share for column in block.columns], TABLE, name)
    frame.append(_headings(block.columns))
    frame.extend(_sized(rows, frame))
    copy.put(frame)


def frame_of(width: int, shares: Sequence[float], style: str, name: str = "") -> Any:
    """A table without rows, as wide as the line; `name` is what a screen reader calls it."""
    whole = sum(shares)
    is_headed = style == TABLE
    looks = {"firstRow": int(is_headed), "lastRow": 0, "firstColumn": 1, "lastColumn": 0, "noHBand": 1, "noVBand": 1}
    settings = part(
        "tblPr",
        part("tblStyle", val=style),
        part("tblW", w=width, type="dxa"),
        part("tblLayout", type="fixed"),
        part("tblLook", val="04A0" if is_headed else "0480", **looks),
    )
    if name:
        settings.append(part("tblCaption", val=short(name, LONGEST_NAME)))
    columns = (part("gridCol", w=round(width * share / whole)) for share in shares)
    return part("tbl", settings, part("tblGrid", *columns))


def write_grid(copy: Manuscript, shares: Sequence[float], rows: Sequence[Sequence[Sequence[Any]]]) -> None:
    """A table without lines: rows of cells, each of paragraphs."""
    frame = frame_of(copy.width, shares, BARE_TABLE)
    frame.extend(_sized([part("tr", part("trPr", part("cantSplit")), *map(_cell, row)) for row in rows], frame))
    copy.put(frame)


def _cell(paragraphs: Sequence[Any]) -> Any:
    return part("tc", part("tcPr"), *paragraphs)


def _sized(rows: Sequence[Any], frame: Any) -> Iterator[Any]:
    """The rows with the width of each cell, which some readers ask for although the grid says it."""
    widths = [int(column.get(qn("w:w"))) for column in frame.iter(qn("w:gridCol"))]
    for row in rows:
        cells = row.findall(qn("w:tc"))
        spread = widths if len(cells) > 1 or len(widths) == 1 else [sum(widths)]
        for cell, width in zip(cells, spread, strict=False):
            cell.tcPr.insert(0, part("tcW", w=width, type="dxa"))
        yield row


def _headings(columns: Sequence[Column]) -> Any:
    cells = (
        _cell([paragraph(column.title, "TableHead", side="right" if column.is_number else "")]) for column in columns
    )
    row = part("tr", part("trPr", part("cantSplit"), part("tblHeader")), *cells)
    keep_with_next(row)
    return row


def _lines(row: Row, columns: Sequence[Column]) -> Iterator[Any]:
    """A row, and under it its note across all columns."""
    texts = [pieces_of(cell) for cell in row.cells]
    note = [piece for piece in row.note if piece[0]]
    is_short = sum(len(text) for pieces in texts for text, _ in pieces) <= SPLIT_LETTERS
    line = part("tr", part("trPr", part("cantSplit")) if is_short else part("trPr"))
    for at, (pieces, column) in enumerate(zip(texts, columns, strict=True)):
        settings = part("tcPr", *_borders(row.tone if at == 0 else "", bottom=NO_LINE if note else ""))
        line.append(part("tc", settings, *_paragraphs(pieces, "right" if column.is_number else "")))
    yield line
    if note:
        keep_with_next(line)
        settings = part("tcPr", part("gridSpan", val=len(columns)), *_borders(row.tone, top=NO_LINE))
        yield part("tr", part("trPr"), part("tc", settings, *_paragraphs(note)))


def _borders(tone: str, *, top: str = "", bottom: str = "") -> Iterator[Any]:
    """The edge in a row's tone, and no line between a row and its note."""
    sides = []
    if top:
        sides.append(part("top", val=top))
    if tone:
        sides.append(part("left", val="single", sz=24, space=0, color=web(TONE_COLOURS[tone][0])))
    if bottom:
        sides.append(part("bottom", val=bottom))
    if sides:
        yield part("tcBorders", *sides)


def _paragraphs(pieces: Sequence[tuple[str, str]], side: str = "") -> list[Any]:
    """The pieces of a cell under one another; an empty cell has one empty paragraph, as Word wants it."""
    texts = [paragraph(text, style_of(look), side=side) for text, look in pieces if text]
    return texts or [paragraph("", "Body")]
