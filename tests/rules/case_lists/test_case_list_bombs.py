"""Does a hostile file stay under 200 MB of memory, however small or large it is, and end in a plain sentence?"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.make_case_lists import HEADINGS, case_row, csv_bytes, inline_row, raw_workbook, sheet_xml

LIMIT_MB = 200
ROOT = Path(__file__).resolve().parents[3]
HEAD = b"<worksheet><sheetData>"
TAIL = b"</sheetData></worksheet>"
ONE_TEXT = sheet_xml('<row r="1"><c t="s" s="1"><v>0</v></c></row>')

# Another process makes the bombs, so that the tests' own does not stay as large as the largest of them.
_MAKER = """
import sys
from pathlib import Path
from tests.rules.case_lists.test_case_list_bombs import BOMBS
for make in BOMBS:
    Path(sys.argv[1], make.__name__).write_bytes(make())
"""

# The child reads all bombs one after another; VmHWM is the peak of this process alone, while getrusage would carry
# over the peak of the parent that started it.
_CHILD = """
import json, re, sys
from datetime import date
from pathlib import Path
from models.core.errors import RuleBroken
from models.rules.case_lists.check import CaseListCheck
from models.rules.case_lists.file import describe_sheets, likely_sheet, open_case_list
from models.rules.case_lists.levels import Level
def read(path):
    with path.open("rb") as source:
        file = open_case_list(source)
        sheet = likely_sheet(describe_sheets(file))
        check = CaseListCheck(file, sheet, sheet.choice, [Level(1, "CIN")], today=date(2026, 3, 31))
        return f"{sum(1 for row in check.rows())} accepted"
said = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        words = read(path)
    except RuleBroken as refusal:
        words = refusal.sentence
    status = Path("/proc/self/status").read_text()
    said[path.name] = int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024, words
print(json.dumps(said))
"""


def repeated(opening: bytes, piece: bytes, megabytes: int, closing: bytes = b"") -> Iterator[bytes]:
    block = piece * max(1, (1 << 20) // len(piece))
    yield opening
    for _megabyte in range(megabytes):
        yield block
    yield closing


def sparse_cell() -> bytes:
    row = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return raw_workbook(sheet_xml(inline_row(1, *HEADINGS) + row))


def lying_dimension() -> bytes:
    sheet = sheet_xml(inline_row(1, "Case reference", "Start date") + inline_row(2, "F1", "2019-05-16"))
    return raw_workbook(sheet.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'))


def many_cells_in_a_row() -> bytes:
    return raw_workbook(repeated(HEAD + b'<row r="1">', b"<c/>", 12, b"</row>" + TAIL), is_packed=False)


def many_filled_cells_in_a_row() -> bytes:
    return raw_workbook(repeated(HEAD + b"<row>", b"<c><v>1</v></c>", 24, b"</row>" + TAIL), is_packed=False)


def many_empty_rows() -> bytes:
    return raw_workbook(repeated(HEAD, b"<row/>", 6, TAIL), is_packed=False)


def one_endless_cell() -> bytes:
    return raw_workbook(repeated(HEAD + b'<row r="1"><c t="str"><v>', b"x" * 4096, 250), is_packed=False)


def one_endless_tag() -> bytes:
    return raw_workbook(repeated(HEAD + b'<row r="', b"1" * 4096, 250), is_packed=False)


def deep_nesting() -> bytes:
    return raw_workbook(repeated(HEAD, b"<a>", 10), is_packed=False)


def many_shared_texts() -> bytes:
    texts = b"".join(repeated(b"<sst>", b"<si><t>a</t></si>", 20, b"</sst>"))
    return raw_workbook(ONE_TEXT, is_packed=False, sharedStrings=texts)


def long_shared_texts() -> bytes:
    texts = b"".join(repeated(b"<sst>", b"<si><t>" + b"\xce\xa9" * 15_000 + b"</t></si>", 150, b"</sst>"))
    return raw_workbook(ONE_TEXT, is_packed=False, sharedStrings=texts)


def many_styles() -> bytes:
    styles = b"".join(repeated(b"<styleSheet><cellXfs>", b'<xf numFmtId="14"/>', 12, b"</cellXfs></styleSheet>"))
    return raw_workbook(ONE_TEXT, is_packed=False, styles=styles)


def sixty_megabytes_of_spaces() -> bytes:
    return raw_workbook(repeated(HEAD, b" " * 4096, 60))


def more_than_half_a_gigabyte() -> bytes:
    """A part that says it unpacks to 600 MB."""
    return with_size(raw_workbook(HEAD + b"x" * 4321), len(HEAD) + 4321, 600 << 20)


def with_size(content: bytes, honest: int, said: int) -> bytes:
    """The archive with another unpacked size of one part wherever it is written."""
    assert struct.pack("<L", honest) in content
    return content.replace(struct.pack("<L", honest), struct.pack("<L", said))


def many_parts() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(50_000):
            archive.writestr(f"xl/{number}", "")
    return target.getvalue()


def lying_size() -> bytes:
    """A part that says it holds 100 bytes and unpacks to 60 MB."""
    return with_size(raw_workbook(repeated(HEAD, b" " * 4096, 60)), (60 << 20) + len(HEAD), 100)


def wide_lines() -> bytes:
    return b"CHILD,DECOM\n" + (b"," * 400_000 + b"\n") * 60


def ten_thousand_columns() -> bytes:
    return csv_bytes([[f"Column {place}" for place in range(10_000)]] * 20)


def endless_quoted_record() -> bytes:
    return b'CHILD,DECOM\n"1",2\n' + b'"a\n",' * 4_000_000


def huge_cells() -> bytes:
    return csv_bytes([HEADINGS, *[case_row(f"F{place}", theme="x" * 120_000) for place in range(200)]])


def line_without_end() -> bytes:
    return b"CHILD,DECOM\n" + b"x" * 120_000_000


def different_values_everywhere() -> bytes:
    rows = (case_row(f"F{place}", start=f"{place} x", end=f"{place}", born=f"b{place}") for place in range(60_000))
    return csv_bytes([HEADINGS, *rows])


BOMBS: dict[Callable[[], bytes], str] = {
    sparse_cell: "0 accepted",
    lying_dimension: "1 accepted",
    many_cells_in_a_row: "damaged",
    many_filled_cells_in_a_row: "damaged",
    many_empty_rows: "not a case list",
    one_endless_cell: "damaged",
    one_endless_tag: "damaged",
    deep_nesting: "damaged",
    many_shared_texts: "not a case list",
    long_shared_texts: "unpacks to far more",
    many_styles: "unpacks to far more",
    sixty_megabytes_of_spaces: "unpacks to far more",
    more_than_half_a_gigabyte: "unpacks to far more",
    many_parts: "unpacks to far more",
    lying_size: "damaged",
    wide_lines: "more than 500 columns",
    ten_thousand_columns: "more than 500 columns",
    endless_quoted_record: "quotation mark",
    huge_cells: "200 accepted",
    line_without_end: "half a million characters",
    different_values_everywhere: "0 accepted",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """What one process said of each bomb, with its peak memory in MB until then."""
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell a process's own peak memory (/proc/self/status)")
    folder = tmp_path_factory.mktemp("bombs")
    subprocess.run([sys.executable, "-c", _MAKER, str(folder)], cwd=ROOT, check=True)
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    for path in folder.iterdir():
        path.unlink()
    return json.loads(done.stdout)


@pytest.mark.parametrize("make", BOMBS, ids=lambda make: make.__name__)
def test_bomb_stays_small_in_memory_and_ends_in_plain_words(
    make: Callable[[], bytes], said: dict[str, tuple[int, str]]
) -> None:
    peak, words = said[make.__name__]
    assert BOMBS[make] in words
    assert peak < LIMIT_MB
