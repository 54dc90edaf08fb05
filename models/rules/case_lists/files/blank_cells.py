"""Which stretches of a sheet's XML hold cells with formatting and no value, so that nobody need read them?"""

import re
from collections.abc import Iterable, Iterator

_LONGEST_HELD = 1 << 18

# Only what says its own address is left out, and only where the next cell or row says its own too: then no other
# cell or row moves. Names with a prefix (`<x:c`) are read on, which is slower and no less right.
_CELL = rb'<c r="[^<>]*+>(?:(?<=/>)|</c>)'
_ROW = rb'<row r="[^<>]*+>(?:(?<=/>)|\s*+</row>)'
_BLANK_CELLS = re.compile(_CELL + rb"(?:\s*+" + _CELL + rb')*\s*+(?=<c r="|</row>)')
_BLANK_ROWS = re.compile(_ROW + rb"(?:\s*+" + _ROW + rb')*\s*+(?=<row r="|</sheetData>)')


def without_blank_cells(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a sheet's XML without cells and rows that hold nothing; well formed where the sheet is.

    Comments, CDATA and instructions may hold what only looks like cells: from the first of them on nothing is left out.

    >>> row = b'<row r="1"><c r="A1" s="1"/><c r="B1"><v>1</v></c></row>'
    >>> b"".join(without_blank_cells([row[:15], row[15:] + b'<row r="2"/><row r="3"/><row r="4"/></sheetData>']))
    b'<row r="1"><c r="B1"><v>1</v></c></row><row r="4"/></sheetData>'
    """
    held = b""
    is_plain = True
    for chunk in chunks:
        text = held + chunk
        # The last tag may go on in the next chunk, and what comes after it decides whether it may be left out.
        cut = text.rfind(b"<")
        is_plain = is_plain and b"<!" not in text and text.rfind(b"<?") <= 0
        if not is_plain or cut < 0 or len(text) - cut > _LONGEST_HELD:
            held = b""
            yield text
            continue
        held = text[cut:]
        yield _shortened(text[:cut])
    yield held


def _shortened(text: bytes) -> bytes:
    if b"/>" in text or b"></c>" in text:
        text = _BLANK_CELLS.sub(b"", text)
    if b"/>" in text or b"></row>" in text:
        text = _BLANK_ROWS.sub(b"", text)
    return text
