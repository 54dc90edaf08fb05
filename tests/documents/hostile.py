"""Which files does somebody send who means harm, or whose computer does? Two hundred, each made here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from models.rules.documents.evidence_files import KINDS
from tests.documents.clamd import EICAR, MARK
from tests.documents.files import DOCX, GOOD, PDF, XLSX, compound, office, open_document_file, packed, picture

MB = 1 << 20
PROGRAM = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + bytes(48) + b"PE\0\0" + bytes(200)
_OTHERS: dict[str, bytes] = {
    "a program": PROGRAM,
    "a program of Linux": b"\x7fELF\x02\x01\x01" + bytes(200),
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a shortcut": b"L\0\0\0\x01\x14\x02\0" + bytes(200),
    "a web page": b"<!doctype html><script>alert(1)</script>",
    "a picture with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "server code": b"<?php system($_GET['c']); ?>",
    "a packed program": packed({"setup.exe": PROGRAM}),
}


class Hostile(NamedTuple):
    """A file that is not to reach anybody: what it is, its name, its content."""

    what: str
    name: str
    content: bytes


def hostile_files() -> Iterator[Hostile]:
    """All of them."""
    yield from _under_wrong_names()
    yield from _of_strange_kinds()
    yield from _empty()
    yield from _with_macros()
    yield from _bombs()
    yield from _two_in_one()
    yield from _locked_and_active()
    yield from _infected()


def hostile_lists() -> Iterator[Hostile]:
    """Files that no list is read from."""
    for what, content in _OTHERS.items():
        yield Hostile(f"{what} as CSV", "list.csv", content)
        yield Hostile(f"{what} as workbook", "list.xlsx", content)
    yield Hostile("an empty list", "list.csv", b"")
    yield Hostile("a program's name", "list.csv.exe", b"Case reference,Level\n")
    macros = office("xl", "spreadsheetml.sheet", xl__vbaProject_dot_bin=b"x")
    yield Hostile("a workbook with macros", "list.xlsm", macros)
    yield Hostile("a workbook with macros under another name", "list.xlsx", macros)
    yield Hostile("a sheet that says it is huge", "list.xlsx", sparse_workbook())
    bomb = packed({"[Content_Types].xml": b"", "xl/workbook.xml": bytes(60 * MB)})
    yield Hostile("a bomb as workbook", "list.xlsx", bomb)


def _under_wrong_names() -> Iterator[Hostile]:
    for what, content in _OTHERS.items():
        for ending in KINDS:
            yield Hostile(f"{what} as .{ending}", f"Plan.{ending}", content)


def _of_strange_kinds() -> Iterator[Hostile]:
    endings = (
        *("exe", "scr", "com", "bat", "cmd", "ps1", "vbs", "js", "hta", "msi", "jar", "lnk", "dll", "html", "svg"),
        *("xml", "docm", "dotm", "xlsm", "xlsb", "pptm", "zip", "7z", "iso", "php", "gif"),
    )
    for ending in endings:
        yield Hostile(f"a file of the kind .{ending}", f"Plan.{ending}", PROGRAM)
    yield Hostile("a name that hides its ending", "Plan\u202efdp.exe", PROGRAM)
    yield Hostile("a second ending", "Plan.pdf.exe", PDF)
    yield Hostile("a name without ending", "Plan", PDF)


def _empty() -> Iterator[Hostile]:
    for ending in KINDS:
        yield Hostile(f"nothing as .{ending}", f"Empty.{ending}", b"")


def _with_macros() -> Iterator[Hostile]:
    yield Hostile("macros in Word", "M.docx", office(word__vbaProject_dot_bin=b"macro"))
    yield Hostile("macros in Excel", "M.xlsx", office("xl", "spreadsheetml.sheet", xl__vbaProject_dot_bin=b"macro"))
    yield Hostile("old macros in Excel", "M.xlsx", office("xl", "spreadsheetml.sheet", xl__macrosheets__s_dot_xml=b"x"))
    yield Hostile("macros in slides", "M.pptx", office("ppt", "presentation", ppt__vbaProject_dot_bin=b"macro"))
    yield Hostile("macros by type", "M.docx", office(main="macroEnabled"))
    yield Hostile("macros within an embedded book", "M.docx", office(word__embeddings__Book_dot_xlsm=XLSX))
    yield Hostile("macros in an object", "M.docx", office(word__embeddings__o_dot_bin=compound("_VBA_PROJECT")))
    yield Hostile("a program in an object", "M.docx", office(word__embeddings__o_dot_bin=compound("\x01Ole10Native")))
    yield Hostile("a program among the parts", "M.docx", office(word__media__image_dot_png=PROGRAM))
    yield Hostile("a program by name among the parts", "M.docx", office(word__setup_dot_exe=b"x"))
    yield Hostile("macros in OpenDocument", "M.odt", open_document_file(Basic__script_dot_xml=b"x"))
    yield Hostile("scripts in OpenDocument", "M.ods", open_document_file("spreadsheet", Scripts__a_dot_xml=b"x"))
    yield Hostile("macros in old Word", "M.doc", compound("WordDocument", "_VBA_PROJECT"))
    yield Hostile("macros in old Excel", "M.xls", compound("Workbook", "_VBA_PROJECT_CUR"))
    yield Hostile("macros in old slides", "M.ppt", compound("PowerPoint Document", "_VBA_PROJECT"))
    sheet = b"\x85\0" + struct.pack("<HIBB", 14, 999, 0, 1) + b"\x06\0Macro1"
    yield Hostile("a macro sheet in old Excel", "M.xls", compound("Workbook", more=sheet))
    yield Hostile("an object in old Word", "M.doc", compound("WordDocument", "\x01Ole10Native"))


def _bombs() -> Iterator[Hostile]:
    yield Hostile("a bomb", "Bomb.docx", office(word__media__a_dot_bin=bytes(200 * MB)))
    yield Hostile("a bomb of many parts", "Bomb.xlsx", office(**{f"xl__s{number}": b"" for number in range(6_000)}))
    yield Hostile("a bomb of many large parts", "Bomb.docx", _many_large_parts())
    yield Hostile("a bomb that says it is small", "Lie.docx", lying())
    yield Hostile("parts that share their bytes", "Overlap.docx", overlapping())
    yield Hostile("a part twice", "Twice.docx", _twice())
    yield Hostile("a part outside", "Outside.docx", office(**{"..__..__etc__passwd": b"x"}))
    yield Hostile("a part that is cut off", "Cut.docx", DOCX[: len(DOCX) // 2])
    yield Hostile("an unusual packing", "Odd.docx", _packed_oddly())


def _many_large_parts() -> bytes:
    content = zlib.compress(bytes(3 * MB), 9)  # of each part one byte differs, so that none packs better than all
    return office(**{f"word__p{number}": content + bytes(MB) for number in range(300)})


def lying() -> bytes:
    """A document one part of which unpacks to far more than its table of contents says."""
    whole = office(word__media__a_dot_bin=bytes(20 * MB))
    said, small = struct.pack("<I", 20 * MB), struct.pack("<I", 1000)
    return whole.replace(said, small)


def overlapping() -> bytes:
    """A document whose table of contents names the same bytes for two parts."""
    whole = office(word__a=b"words" * 100, word__b=b"words" * 100)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        first, second = (archive.getinfo(name).header_offset for name in ("word/a", "word/b"))
    start = whole.rindex(struct.pack("<I", second))
    return whole[:start] + struct.pack("<I", first) + whole[start + 4 :]


def _twice() -> bytes:
    return office(word__a=b"1", WORD__A=b"2")


def _packed_oddly() -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}, zipfile.ZIP_BZIP2)


def _two_in_one() -> Iterator[Hostile]:
    other = packed({"run.txt": b"words"})
    yield Hostile("a picture and a packed file", "Two.png", picture("PNG") + other)
    yield Hostile("a photograph and a packed file", "Two.jpg", picture("JPEG") + other)
    yield Hostile("a PDF and a packed file", "Two.pdf", PDF + other)
    yield Hostile("a packed file and a PDF", "Two.pdf", other + PDF)
    yield Hostile("a PDF that begins late", "Late.pdf", b"GIF89a" + PDF)
    yield Hostile("a PDF after a program", "Late.pdf", PROGRAM + PDF)
    yield Hostile("a PDF without an end", "Endless.pdf", PDF.replace(b"%%EOF", b""))
    yield Hostile("a photograph and a PDF", "Two.jpg", b"\xff\xd8\xff\xe0%PDF-1.7" + picture("JPEG"))
    yield Hostile("a photograph and a web page", "Two.jpg", picture("JPEG") + b"<script>alert(1)</script>")
    yield Hostile("a picture and a web page", "Two.png", picture("PNG") + b"<html>")
    yield Hostile("a document after a program", "Two.docx", PROGRAM + DOCX)
    yield Hostile("a document after a document", "Two.docx", DOCX + DOCX)
    yield Hostile("a document before something", "Two.docx", DOCX + b"more")
    yield Hostile("a document and a PDF", "Two.docx", _document_that_is_a_pdf())
    yield Hostile("a text and a packed file", "Two.txt", b"words\n" + packed({"a": b"x"}, zipfile.ZIP_STORED))
    yield Hostile("a spreadsheet as Word", "Wrong.docx", XLSX)
    yield Hostile("a text as OpenDocument table", "Wrong.ods", GOOD["Words.odt"])
    yield Hostile("an old letter as Excel", "Wrong.xls", compound("WordDocument"))


def _document_that_is_a_pdf() -> bytes:
    return packed({"[Content_Types].xml": PDF, "word/document.xml": b"<w/>"}, zipfile.ZIP_STORED)


def _locked_and_active() -> Iterator[Hostile]:
    yield Hostile("a locked document", "Locked.docx", compound("EncryptedPackage"))
    yield Hostile("a locked old document", "Locked.doc", compound("WordDocument", "EncryptedPackage"))
    yield Hostile("a PDF that starts a program", "Start.pdf", PDF.replace(b"/Catalog", b"/Catalog /A << /S /Launch >>"))
    yield Hostile("an object in rich text", "Object.rtf", b"{\\rtf1 {\\object\\objdata 0105}}")
    yield Hostile("a letter that is none", "Mail.eml", b"words without a heading")


def _infected() -> Iterator[Hostile]:
    yield Hostile("the test file of all scanners as text", "eicar.txt", EICAR)
    yield Hostile("the test file of all scanners as CSV", "eicar.csv", EICAR)
    yield Hostile("the test file of all scanners as PDF", "eicar.pdf", EICAR)
    yield Hostile("a virus in a document", "Virus.docx", office(word__a=MARK))
    yield Hostile("a virus in a PDF", "Virus.pdf", PDF.replace(b"%%EOF", MARK + b"\n%%EOF"))
    yield Hostile("a virus in a letter", "Virus.eml", b"From: a@example.org\n\n" + MARK)


def sparse_workbook() -> bytes:
    """A workbook of two kilobytes with cells in the first and the last row and column that a sheet can have."""
    cells = "".join(f'<row r="{row}"><c r="XFD{row}" t="inlineStr"><is><t>x</t></is></c></row>' for row in (1, 1048576))
    sheet = f'<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{cells}</sheetData></worksheet>'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book = f'<workbook xmlns:r="{relation}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    links = (
        f'<Relationships><Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/s.xml"/></Relationships>'
    )
    return packed(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": book.encode(),
            "xl/_rels/workbook.xml.rels": links.encode(),
            "xl/worksheets/s.xml": sheet.encode(),
        }
    )
