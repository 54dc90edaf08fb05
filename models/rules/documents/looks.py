"""Is a file what its name says, by its own bytes, and nothing else besides?"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

PIECE = 1 << 20
_HEAD = 1024
_TAIL = 1 << 16
_FROM_END = 2
_END_OF_ZIP = b"PK\x05\x06"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files begin that are folders of streams: old Office files, saved letters, objects within documents."""

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"L\0\0\0\x01\x14\x02\0")
_OPENINGS: tuple[tuple[bytes, str], ...] = (
    *((opening, "a program") for opening in _PROGRAMS),
    (b"#!", "a program"),
    (b"%PDF", "a PDF"),
    (b"PK", "a packed file or a newer Office document"),
    (COMPOUND, "an old Office file"),
    (b"{\\rtf", "a rich text document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a bitmap picture"),
    (b"7z\xbc\xaf", "a packed file"),
    (b"Rar!", "a packed file"),
    (b"\x1f\x8b", "a packed file"),
    (b"MSCF", "a packed file"),
)
_MARKUP = re.compile(rb"\s*<[!?/a-zA-Z]")
_ACTIVE = re.compile(rb"<(?:script|html|svg|\?php)", re.IGNORECASE)
_UNPRINTED = re.compile("[\x00-\x08\x0e-\x19\x1c-\x1f]")
_LETTER = re.compile(rb"(?:From |[\x21-\x39\x3b-\x7e]+:)")
_LAUNCHES = re.compile(rb"/Launch[^a-zA-Z]")
_OBJECTS = re.compile(rb"\\obj(?:data|ect)\b")
# A sheet of old macros: a record of kind 0x85, its length, its place, its state, kind 1, and a name as long as it says.
_MACRO_SHEET = re.compile(rb"\x85\x00(.)\x00.{4}[\x00-\x02]\x01(.)([\x00\x01])", re.DOTALL)

MACROS = "it holds macros, which may run as soon as somebody opens it; save it without them and choose it again"
LOCKED = "it is locked with a password, so that nobody can look whether it is safe; save it without one"
TWO_FILES = "it holds a second file within it; save it anew from the program it was made with"
PROGRAM = "it holds a program"
DAMAGED = "it is damaged; open it, save it again and choose the new file"


class Unfit(Exception):  # noqa: N818 - it is the file that is unfit
    """A file that is not kept; the text says why, to stand behind “… is not kept:”."""


def size_of(source: BinaryIO) -> int:
    """How many bytes a seekable file has; it stands at its beginning afterwards.

    >>> from io import BytesIO
    >>> size_of(BytesIO(b"abc"))
    3
    """
    size = source.seek(0, _FROM_END)
    source.seek(0)
    return size


def pieces_of(source: BinaryIO) -> Iterator[bytes]:
    """A file from its beginning, a megabyte at a time.

    >>> from io import BytesIO
    >>> list(pieces_of(BytesIO(b"abc")))
    [b'abc']
    """
    source.seek(0)
    yield from iter(lambda: source.read(PIECE), b"")


def head_of(source: BinaryIO) -> bytes:
    """The first kilobyte of a file.

    >>> from io import BytesIO
    >>> head_of(BytesIO(b"abc"))
    b'abc'
    """
    source.seek(0)
    return source.read(_HEAD)


def what_it_is(head: bytes) -> str:
    """What a file is in plain words, told by its first bytes.

    >>> what_it_is(b"MZ..."), what_it_is(b" <!doctype html>"), what_it_is(b"abc")
    ('a program', 'a web page or other marked-up text', 'something else')
    """
    known = next((words for opening, words in _OPENINGS if head.startswith(opening)), "")
    return known or ("a web page or other marked-up text" if _MARKUP.match(head) else "something else")


def is_program(head: bytes) -> bool:
    """Whether a file begins as programs, scripts and shortcuts do; a text may begin with the letters MZ.

    >>> is_program(b"MZ\\0..."), is_program(b"#!/bin/sh"), is_program(b"MZ Smith"), is_program(b"%PDF")
    (True, True, False, False)
    """
    return head.startswith((*_PROGRAMS[1:], b"#!")) or (head.startswith(_PROGRAMS[0]) and b"\0" in head)


def refuse_unlike(source: BinaryIO, opening: bytes, kind: str) -> None:
    """Refuse a file that does not begin as its kind does. Raises Unfit, saying what it is.

    >>> from io import BytesIO
    >>> refuse_unlike(BytesIO(b"MZ"), b"%PDF-", "a PDF")
    Traceback (most recent call last):
    models.rules.documents.looks.Unfit: it holds a program, not a PDF
    """
    head = head_of(source)
    if not head.startswith(opening):
        raise Unfit(f"it holds {what_it_is(head)}, not {kind}")


def refuse_second_file(source: BinaryIO) -> None:
    """Refuse a file that other programs would read as a PDF or a packed file. Raises Unfit.

    >>> from io import BytesIO
    >>> refuse_second_file(BytesIO(b"GIF89a %PDF-1.4"))
    Traceback (most recent call last):
    models.rules.documents.looks.Unfit: it holds a second file within it; save it anew from the program it was made with
    """
    if b"%PDF-" in head_of(source)[1:] or _ends_as_zip(source):
        raise Unfit(TWO_FILES)


def _tail_of(source: BinaryIO, most: int) -> bytes:
    source.seek(-min(most, size_of(source)), _FROM_END)
    return source.read()


def _ends_as_zip(source: BinaryIO) -> bool:
    """Whether the end of a packed file's table of contents, with its comment, is the end of the file."""
    tail = _tail_of(source, _TAIL + 22)
    places = (match.start() for match in re.finditer(re.escape(_END_OF_ZIP), tail))
    return any(
        place + 22 + int.from_bytes(tail[place + 20 : place + 22], "little") == len(tail)
        for place in places
        if place + 22 <= len(tail)
    )


def refuse_pattern(source: BinaryIO, pattern: re.Pattern[bytes], words: str) -> None:
    """Refuse a file in which a pattern stands that is no longer than a kilobyte. Raises Unfit with the words.

    >>> from io import BytesIO
    >>> refuse_pattern(BytesIO(b"abc"), re.compile(b"x"), "it holds an x")
    """
    before = b""
    for piece in pieces_of(source):
        if pattern.search(before + piece):
            raise Unfit(words)
        before = piece[-_HEAD:]


def look_at_pdf(source: BinaryIO) -> None:
    """Refuse what does not begin and end as a PDF, and one that starts programs. Raises Unfit.

    >>> from io import BytesIO
    >>> look_at_pdf(BytesIO(b"%PDF-1.7 ... %%EOF"))
    """
    refuse_unlike(source, b"%PDF-", "a PDF")
    if b"%%EOF" not in _tail_of(source, _HEAD):
        raise Unfit(TWO_FILES if _ends_as_zip(source) else DAMAGED)
    refuse_second_file(source)
    refuse_pattern(source, _LAUNCHES, "it starts a program when it is opened")


def look_at_text(source: BinaryIO) -> None:
    """Refuse what is no plain text: programs, pictures, web pages. Raises Unfit.

    >>> from io import BytesIO
    >>> look_at_text(BytesIO("Café, 12".encode("utf-16")))
    >>> look_at_text(BytesIO(b"<html>"))
    Traceback (most recent call last):
    models.rules.documents.looks.Unfit: it holds a web page or other marked-up text, not plain text
    """
    head = head_of(source)
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if is_wide else "latin-1")("replace")
    opening = ""
    for piece in pieces_of(source):
        words = decoder.decode(piece)
        opening = opening or words[:_HEAD]
        if _UNPRINTED.search(words):
            raise Unfit(f"it holds {what_it_is(head)}, not plain text")
    plain = opening.encode("latin-1", "replace").removeprefix(codecs.BOM_UTF8)
    if _MARKUP.match(plain) or plain.startswith((b"#!", b"%PDF", b"{\\rtf")):
        raise Unfit(f"it holds {what_it_is(plain)}, not plain text")
    refuse_second_file(source)


def look_at_letter(source: BinaryIO) -> None:
    """Refuse what is no saved e-mail. Raises Unfit.

    >>> from io import BytesIO
    >>> look_at_letter(BytesIO(b"From: a@example.org\\n\\nWords"))
    """
    head = head_of(source)
    if not _LETTER.match(head):
        raise Unfit(f"it holds {what_it_is(head)}, not an e-mail")
    look_at_text(source)


def look_at_rich_text(source: BinaryIO) -> None:
    """Refuse what is no rich text, and objects hidden in it. Raises Unfit.

    >>> from io import BytesIO
    >>> look_at_rich_text(BytesIO(b"{\\\\rtf1 Words}"))
    """
    refuse_unlike(source, b"{\\rtf", "a rich text document")
    refuse_pattern(source, _OBJECTS, "it holds an object of another program; save it without, or as a PDF")
    refuse_second_file(source)


def look_at_png(source: BinaryIO) -> None:
    """Refuse what is no PNG from its first byte to its last. Raises Unfit.

    >>> from io import BytesIO
    >>> look_at_png(BytesIO(b"<svg>"))
    Traceback (most recent call last):
    models.rules.documents.looks.Unfit: it holds a web page or other marked-up text, not a PNG picture
    """
    refuse_unlike(source, b"\x89PNG\r\n\x1a\n", "a PNG picture")
    if not _tail_of(source, 12).startswith(b"\0\0\0\0IEND"):
        raise Unfit(TWO_FILES)
    _refuse_active(source)


def look_at_jpeg(source: BinaryIO) -> None:
    """Refuse what is no JPEG. Raises Unfit.

    >>> from io import BytesIO
    >>> look_at_jpeg(BytesIO(b"\\xff\\xd8\\xff\\xe0...\\xff\\xd9"))
    """
    refuse_unlike(source, b"\xff\xd8\xff", "a JPEG picture")
    _refuse_active(source)


def _refuse_active(source: BinaryIO) -> None:
    refuse_second_file(source)
    refuse_pattern(source, _ACTIVE, "it holds parts of a web page")


def look_at_compound(source: BinaryIO, *, kind: str, streams: tuple[str, ...]) -> None:
    """Refuse what is no old Office file of a kind, one that is locked, and one with macros or objects. Raises Unfit.

    >>> from io import BytesIO
    >>> look_at_compound(BytesIO(b"MZ"), kind="an old Word document", streams=("WordDocument",))
    Traceback (most recent call last):
    models.rules.documents.looks.Unfit: it holds a program, not an old Word document
    """
    refuse_unlike(source, COMPOUND, kind)
    unsafe = {
        "_VBA_PROJECT": MACROS,
        "_VBA_PROJECT_CUR": MACROS,
        "\x01Ole10Native": PROGRAM,
        "EncryptedPackage": LOCKED,
    }
    held = {name for piece in pieces_of(source) for name in streams_in(piece, (*streams, *unsafe))}
    for name, words in unsafe.items():
        if name in held:
            raise Unfit(words)
    if not held & set(streams):
        raise Unfit(f"it holds {what_it_is(COMPOUND)} of another kind, not {kind}")
    if "Workbook" in streams and any(_has_macro_sheet(piece) for piece in pieces_of(source)):
        raise Unfit(MACROS)
    refuse_second_file(source)


def streams_in(piece: bytes, names: tuple[str, ...]) -> Iterator[str]:
    """Which of the named streams a piece of a folder of streams lists: entries of 128 bytes that say their length.

    >>> list(streams_in("Book".encode("utf-16-le").ljust(64, b"\\0") + bytes([10, 0]) + bytes(62), ("Book", "Other")))
    ['Book']
    """
    for name in names:
        entry = name.encode("utf-16-le") + b"\0\0"
        said = len(entry).to_bytes(2, "little")
        places = (match.start() for match in re.finditer(re.escape(entry), piece))
        if any(piece[place + 64 : place + 66] == said for place in places):
            yield name


def _has_macro_sheet(piece: bytes) -> bool:
    return any(
        length[0] == 8 + count[0] * (1 + wide[0]) and count[0]
        for length, count, wide in (match.groups() for match in _MACRO_SHEET.finditer(piece))
    )
