"""How is each block of a document written into a Word file?"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from jobs.pdf.paper.styles import EDGE
from jobs.word.manuscripts import Manuscript
from jobs.word.parts import keep_with_next, paragraph, part
from jobs.word.pictures import write_picture
from jobs.word.styles import start_numbers, style_of, web
from jobs.word.tables import write_grid, write_table
from models.rules.documents.panels import Panels
from models.rules.documents.papers import (
    Blanks,
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
    Tiles,
    Together,
)
from models.rules.documents.pictures import Picture

UNKNOWN: Final = "–"
BOX: Final = "☐"
LABELS: Final = (1.0, 3.0)
"""How a line of facts is shared between label and value."""


def write_blocks(copy: Manuscript, blocks: Sequence[Any]) -> None:
    """Write the blocks one under another, in order."""
    for block in blocks:
        WRITERS[block.kind](copy, block)


def _write_heading(copy: Manuscript, block: Heading) -> None:
    copy.put(paragraph(" ".join(block.text.split()), f"Heading{block.level}"))


def _write_paragraph(copy: Manuscript, block: Paragraph) -> None:
    if block.text.strip():
        copy.put(paragraph(block.text, style_of(block.look)))


def _write_facts(copy: Manuscript, block: Facts) -> None:
    """A label on the left, its value on the right."""
    rows = [
        [[paragraph(label, "FactLabel")], [paragraph(value if value.strip() else UNKNOWN, "Body")]]
        for label, value in block.pairs
    ]
    if rows:
        write_grid(copy, LABELS, rows)


def _write_tiles(copy: Manuscript, block: Tiles) -> None:
    tiles = [
        [paragraph(tile.figure, "FigureAlarm" if tile.is_alarm else "Figure"), paragraph(tile.words, "Quiet")]
        for tile in block.tiles
    ]
    if tiles:
        write_grid(copy, [1.0] * len(tiles), [tiles])


def _write_items(copy: Manuscript, block: Items) -> None:
    """A list of Word's own; one that is numbered begins at 1."""
    texts = [text for text in block.texts if text.strip()]
    numbers = start_numbers(copy.document) if block.is_numbered and texts else 0
    for text in texts:
        if numbers:
            number = part("numPr", part("ilvl", val=0), part("numId", val=numbers))
            copy.put(paragraph(text, "ListNumber", number))
        else:
            copy.put(paragraph(text, "ListBullet"))


def _write_panels(copy: Manuscript, block: Panels) -> None:
    """One under another: an author goes on writing in them, and a grid would break where a text grows."""
    for panel in block.panels:
        _write_heading(copy, Heading(panel.title))
        _write_paragraph(copy, Paragraph(panel.text, block.look))
        _write_items(copy, Items(panel.points))


def _write_figure(copy: Manuscript, block: Figure) -> None:
    """The picture, and below it the same figures as a table: an image alone has no words that anybody can take over."""
    copy.keep_last()
    write_picture(copy, block.picture)
    table = block.table or (_table_of(block.picture) if block.picture.table else None)
    if table is not None:
        copy.keep_last()
        write_table(copy, table)


def _table_of(picture: Picture) -> Table:
    cells = [[row[at] for row in picture.table] for at in range(len(picture.headings))]
    columns = [
        Column(title, 1.0 if at else 2.0, is_number=at > 0 and all(cell[:1].isdigit() for cell in cells[at]))
        for at, title in enumerate(picture.headings)
    ]
    return Table(columns, [Row(row) for row in picture.table])


def _write_notice(copy: Manuscript, block: Notice) -> None:
    tone = block.tone.title()
    if block.title.strip():
        copy.put(paragraph(block.title, f"NoticeTitle{tone}"))
    copy.put(paragraph(block.text, f"Notice{tone}"))


def _write_signatures(copy: Manuscript, block: Signatures) -> None:
    """Lines to sign on, two a row, and under each who signs."""
    cells = [_signature(who, name) for who, name in block.signers]
    if len(cells) % 2:
        cells.append([paragraph("", "Quiet")])
    rows = [cells[start : start + 2] for start in range(0, len(cells), 2)]
    if rows:
        write_grid(copy, (1.0, 1.0), rows)


def _signature(who: str, name: str) -> list[Any]:
    words = f"{who}{f': {name}' if name else ''} · signature and date"
    return [paragraph("", "Figure", _rule()), paragraph(words, "Quiet")]


def _write_blanks(copy: Manuscript, block: Blanks) -> None:
    """A question with lines to write on, or boxes to tick."""
    copy.put(paragraph(block.label, "Question"))
    if block.hint.strip():
        hint = paragraph(block.hint, "Quiet")
        keep_with_next(hint)
        copy.put(hint)
    for option in block.options:
        copy.put(paragraph(f"{BOX} {option}", "Normal"))
    for _line in range(0 if block.options else block.lines):
        copy.put(paragraph("", "Figure", _rule()))


def _rule() -> Any:
    """A line to write on; several under one another are as many lines."""
    return part("pBdr", *(part(side, val="single", sz=6, space=1, color=web(EDGE)) for side in ("bottom", "between")))


def _write_page_break(copy: Manuscript, block: PageBreak) -> None:
    if block.turn:
        copy.turn(is_landscape=block.turn == "landscape")
    else:
        copy.new_page()


def _write_together(copy: Manuscript, block: Together) -> None:
    place = copy.place
    write_blocks(copy, block.blocks)
    copy.hold_together(place)


WRITERS: Final[dict[str, Callable[[Manuscript, Any], None]]] = {
    "heading": _write_heading,
    "paragraph": _write_paragraph,
    "facts": _write_facts,
    "tiles": _write_tiles,
    "items": _write_items,
    "table": write_table,
    "figure": _write_figure,
    "notice": _write_notice,
    "signatures": _write_signatures,
    "blanks": _write_blanks,
    "page_break": _write_page_break,
    "panels": _write_panels,
    "together": _write_together,
}
