"""What is a file that is no list the portal reads, told by its content, and what should a person do with it?"""

import re
import zipfile
from typing import BinaryIO

from models.core.errors import RuleBroken

_SAVE_AS = "save it as CSV or as an Excel workbook (.xlsx) and choose that file."
_UNPACK = "This is a packed file: unpack it and choose the list inside."
_PICTURE = "This is a picture, not a list: ask for the list itself as CSV or .xlsx."
_OLD_EXCEL = (
    "This is an old Excel workbook (.xls), which the portal does not read: open it in Excel, save it as .xlsx "
    "without a password and choose that file."
)
_MARKUP = "This is an XML or web page file, which the portal does not read: open it in a spreadsheet, " + _SAVE_AS
_WORD = "This is a Word document, not a list: copy its table into a spreadsheet, " + _SAVE_AS
_SLIDES = "This is a presentation, not a list: ask for the list itself as CSV or .xlsx."
_OPENINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x09\x08", _OLD_EXCEL),
    (b"%PDF", "This is a PDF, from which no list can be read: ask for the list itself, " + _SAVE_AS),
    (b"{\\rtf", "This is a text document, not a list: copy its table into a spreadsheet, " + _SAVE_AS),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"\x1f\x8b", _UNPACK),
    (b"7z\xbc\xaf", _UNPACK),
    (b"Rar!", _UNPACK),
    (b"SQLite format 3", "This is a database, not a list: export the list as CSV and choose that file."),
    (b"\x00\x01\x00\x00Standard", "This is a database, not a list: export the list as CSV."),
)

COMPOUND = b"\xd0\xcf\x11\xe0"
"""How old Office files, locked new ones and saved letters begin: they are folders of streams."""
# What the name of a stream tells, the surest first: a letter or a document may hold a workbook, seldom the reverse.
_STREAMS: tuple[tuple[str, str], ...] = (
    (
        "EncryptedPackage",
        "This Excel workbook is locked with a password: open it in Excel, save it without one and choose that file.",
    ),
    (
        "__properties_version1.0",
        "This is an Outlook e-mail, not a list: open it, save the attached list and choose that file.",
    ),
    ("WordDocument", _WORD),
    ("PowerPoint Document", _SLIDES),
    ("Workbook", _OLD_EXCEL),
    ("Book", _OLD_EXCEL),
)
_UNKNOWN_COMPOUND = (
    "This is an old Excel workbook (.xls) or one locked with a password, which the portal does not read: open it in "
    "Excel, save it as .xlsx without a password and choose that file."
)
_ENTRY_BYTES = 128  # an entry of the folder: a name of 64 bytes and what belongs to it
_BLOCK_BYTES = 1 << 20

_NUMBERS = (
    "This is an Apple Numbers or Pages file, which the portal does not read: open it, export it as CSV or Excel and "
    "choose that file."
)
_ODS = "This is an OpenDocument spreadsheet (.ods), which the portal does not read: open it, " + _SAVE_AS
_ARCHIVES: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", "This is a binary Excel workbook (.xlsb), which the portal does not read: " + _SAVE_AS),
    ("word/document.xml", _WORD),
    ("ppt/presentation.xml", _SLIDES),
    ("Index/Document.iwa", _NUMBERS),
    ("Index.zip", _NUMBERS),
)  # fmt: skip
_LISTS = (".xlsx", ".xlsm", ".csv", ".txt", ".tsv", ".xls", ".xlsb", ".ods")


def refuse_other_file(source: BinaryIO, head: bytes) -> None:
    """Raises RuleBroken, saying what it is, for a file whose first bytes are no text and no archive."""
    if head.startswith(COMPOUND):
        raise RuleBroken(_compound_sentence(source))
    for opening, sentence in _OPENINGS:
        if head.startswith(opening):
            raise RuleBroken(sentence)


def _compound_sentence(source: BinaryIO) -> str:
    """What a folder of streams is, by the names of its entries, which lie at multiples of 128 bytes."""
    names: set[str] = set()
    source.seek(0)
    while block := source.read(_BLOCK_BYTES):
        for stream, _sentence in _STREAMS:
            name = stream.encode("utf-16-le") + b"\0\0"
            places = (match.start() for match in re.finditer(re.escape(name), block))
            if any(place % _ENTRY_BYTES == 0 for place in places):
                names.add(stream)
    return next((sentence for stream, sentence in _STREAMS if stream in names), _UNKNOWN_COMPOUND)


def refuse_other_text(text: str) -> None:
    """Raises RuleBroken for the beginning of a text that is marked up or made for programs.

    >>> refuse_other_text("Case reference,Level")
    """
    text = text.lstrip()
    if re.match(r"<[?!a-zA-Z]", text):
        raise RuleBroken(_MARKUP)
    if re.match(r'[\[{]\s*["\[{]', text):
        raise RuleBroken("This is a JSON file, not a list: export the list as CSV and choose that file.")


def refuse_other_archive(archive: zipfile.ZipFile) -> None:
    """Raises RuleBroken for an archive that is no workbook: another document, or packed files."""
    parts = archive.namelist()
    for part, sentence in _ARCHIVES:
        if part in parts:
            raise RuleBroken(sentence)
    if _is_open_document(parts):
        raise RuleBroken(_open_document_sentence(archive))
    if not any(part.startswith(("xl/", "/xl/")) for part in parts):
        raise RuleBroken(_packed_sentence(parts))


def _is_open_document(parts: list[str]) -> bool:
    return "content.xml" in parts or ("META-INF/manifest.xml" in parts and "mimetype" in parts)


def _open_document_sentence(archive: zipfile.ZipFile) -> str:
    kind = ""
    if "mimetype" in archive.namelist():
        with archive.open("mimetype") as stream:
            kind = stream.read(100).decode("ascii", "replace")
    if ".text" in kind:
        return "This is an OpenDocument text (.odt), not a list: copy its table into a spreadsheet, " + _SAVE_AS
    return _SLIDES if ".presentation" in kind else _ODS


def _packed_sentence(parts: list[str]) -> str:
    lists = [part for part in parts if part.lower().endswith(_LISTS) and not part.startswith("__MACOSX/")]
    if not lists:
        return "This is a packed file (.zip): unpack it and choose the list inside."
    name = lists[0].rpartition("/")[2][-60:]
    if len(lists) > 1:
        return f"This is a packed file (.zip) with {len(lists)} files such as “{name}”: unpack it and choose the list."
    if name.lower().endswith(".xls"):
        return (
            f"This is a packed file (.zip): unpack it, open “{name}” in Excel, save it as .xlsx and choose that file."
        )
    return f"This is a packed file (.zip): unpack it and choose the list inside, “{name}”."
