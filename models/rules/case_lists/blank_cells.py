"""Which stretches of a sheet's XML hold cells with formatting and no value, so that nobody need read them?"""

import re
from collections.abc import Iterable, Iterator

_LONGEST_HELD = 1 << 18

# Only what says its own address is left out, and only where the next cell or row says its own too: then no other
# cell or row moves. The name may have a prefix (`<x:c`).
_BLANK_CELLS = re.compile(
    rb'(?:<(?:\w+:)?c r="[^"<>]*"[^<>]*(?:/>|></(?:\w+:)?c>)\s*)+(?=<(?:\w+:)?c r="|</(?:\w+:)?row>)'
)
_BLANK_ROWS = re.compile(
    rb'(?:<(?:\w+:)?row r="[^"<>]*"[^<>]*(?:/>|>\s*</(?:\w+:)?row>)\s*)+(?=<(?:\w+:)?row r="|</(?:\w+:)?sheetData>)'
)


def without_blank_cells(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a sheet's XML without cells and rows that hold nothing; well formed where the sheet is.

    Comments, CDATA and instructions may hold what only looks like cells: from the first of them on nothing is left out.

    >>> sheet = b'<sheetData><row r="1"><c r="A1" s="1"/><c r="B1"><v>1</v></c></row><row r="2" s="1"/></sheetData >'
    >>> b"".join(without_blank_cells([sheet[:30], sheet[30:], b" "]))
    b'<sheetData><row r="1"><c r="B1"><v>1</v></c></row></sheetData > '
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
        yield _BLANK_ROWS.sub(b"", _BLANK_CELLS.sub(b"", text[:cut]))
    yield held
