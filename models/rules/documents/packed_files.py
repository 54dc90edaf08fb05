"""Is a packed file (Office, OpenDocument) what it says, safe to unpack, and free of macros and programs?"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from models.core.errors import RuleBroken
from models.rules.documents.looks import (
    COMPOUND,
    DAMAGED,
    LOCKED,
    MACROS,
    PROGRAM,
    TWO_FILES,
    Unfit,
    head_of,
    is_program,
    pieces_of,
    refuse_unlike,
    size_of,
    streams_in,
)

MOST_PARTS = 5_000
MOST_UNPACKED = 256 << 20
MOST_RATIO = 250  # a sheet of nothing but the same row packs about 100 : 1
_SMALL = 2 << 20  # a part that unpacks to no more may pack as well as it likes
_MOST_CONTENTS = 2 << 20  # bytes of the table of contents
_PIECE = 1 << 16
_MOST_GAP = 4096  # bytes between two parts that belong to none
_ENTRY = 128  # bytes of an entry of a folder of streams
_END = 22  # bytes of the record with which a packed file ends
BOMB = "it unpacks to far more than a document needs"

_OF_MACROS = ("vbaproject.bin", "vbadata.xml", ".docm", ".dotm", ".xlsm", ".xltm", ".xlam", ".xlsb", ".pptm", ".ppam")
_MACRO_FOLDERS = ("/macrosheets/", "/basic/", "/scripts/")
_OF_PROGRAMS = (
    *(".exe", ".dll", ".scr", ".com", ".bat", ".cmd", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".hta", ".ps1"),
    *(".msi", ".jar", ".lnk"),
)
_TROUBLE = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError, NotImplementedError)


class BoundedFile:
    """A file as zipfile sees it: refuses a table of contents of millions of entries before it is read."""

    def __init__(self, source: BinaryIO, refusal: Exception) -> None:
        self.source, self.refusal = source, refusal
        self.seek = source.seek
        self.tell = source.tell

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size > _MOST_CONTENTS:
            raise self.refusal
        return self.source.read(size if size >= 0 else _MOST_CONTENTS)


def look_into(source: BinaryIO, *, kind: str, folder: str = "", media_type: str = "") -> None:
    """Refuse what is no Office or OpenDocument file of a kind, bombs, locks, macros, programs, a second file.

    `folder` is where an Office document keeps its own parts, `media_type` what an OpenDocument says of itself. Every
    part is unpacked once, piece by piece, so that memory stays flat and no size is believed. Raises Unfit.

    >>> from io import BytesIO
    >>> look_into(BytesIO(b"MZ"), kind="a Word document", folder="word/")
    Traceback (most recent call last):
    models.rules.documents.looks.Unfit: it holds a program, not a Word document
    """
    if _is_locked(source):
        raise Unfit(LOCKED)
    refuse_unlike(source, b"PK\x03\x04", kind)
    try:
        parts = zipfile.ZipFile(BoundedFile(source, Unfit(BOMB))).infolist()
        _refuse_sizes(parts)
        _refuse_names([part.filename for part in parts])
        starts = _starts_of(source, parts)
        _refuse_other_kind(source, parts, starts, kind=kind, folder=folder, media_type=media_type)
        for part in parts:
            _refuse_content(unpacked(source, part, starts[part.header_offset]))
    except _TROUBLE as error:
        raise Unfit(DAMAGED) from error


def _is_locked(source: BinaryIO) -> bool:
    """Whether a document is locked with a password: then it is a folder of streams, one of which it lies in."""
    return head_of(source).startswith(COMPOUND) and any(
        list(streams_in(piece, ("EncryptedPackage",))) for piece in pieces_of(source)
    )


def refuse_macros(source: BinaryIO) -> None:
    """Refuse a workbook with macros among lists that are only read. Raises RuleBroken; what is no workbook passes.

    >>> from io import BytesIO
    >>> refuse_macros(BytesIO(b"Name,Code"))
    """
    source.seek(0)
    if source.read(2) == b"PK":
        try:
            _refuse_macro_names(zipfile.ZipFile(BoundedFile(source, Unfit(BOMB))).namelist())
        except Unfit as refusal:
            raise RuleBroken(f"The file is not kept: {refusal}.") from refusal
        except _TROUBLE:
            pass  # whoever reads the list says what is wrong with it
    source.seek(0)


def _refuse_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unfit(BOMB)
    for part in parts:
        if part.flag_bits & 1:
            raise Unfit(LOCKED)
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unfit(DAMAGED)
        if part.file_size > _SMALL and part.file_size > MOST_RATIO * max(part.compress_size, 1):
            raise Unfit(BOMB)


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _refuse_macro_names(names: list[str]) -> None:
    for name in map(_plain, names):
        if name.endswith(_OF_MACROS) or any(folder in f"/{name}" for folder in _MACRO_FOLDERS):
            raise Unfit(MACROS)


def _refuse_names(names: list[str]) -> None:
    plain = [_plain(name) for name in names]
    if len(set(plain)) < len(plain) or any(".." in name.split("/") or ":" in name or "\0" in name for name in plain):
        raise Unfit(DAMAGED)
    _refuse_macro_names(names)
    if any(name.endswith(_OF_PROGRAMS) for name in plain):
        raise Unfit(PROGRAM)


def _starts_of(source: BinaryIO, parts: list[zipfile.ZipInfo]) -> dict[int, int]:
    """Where the bytes of each part begin, by the place of its header.

    The parts must fill the file from its first byte without sharing any, and nothing may follow the table of contents.
    """
    starts: dict[int, int] = {}
    end = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        source.seek(part.header_offset)
        header = struct.unpack("<4s22xHH", source.read(30))
        if header[0] != b"PK\x03\x04":
            raise Unfit(DAMAGED)
        if not 0 <= part.header_offset - end <= (_MOST_GAP if starts else 0):
            raise Unfit(TWO_FILES)
        starts[part.header_offset] = part.header_offset + 30 + header[1] + header[2]
        end = starts[part.header_offset] + part.compress_size
    source.seek(size_of(source) - _END)
    if source.read(4) != b"PK\x05\x06" or b"%PDF-" in head_of(source):
        raise Unfit(TWO_FILES)
    return starts


def _refuse_other_kind(
    source: BinaryIO, parts: list[zipfile.ZipInfo], starts: dict[int, int], *, kind: str, folder: str, media_type: str
) -> None:
    """Refuse an archive without the parts of its kind."""
    held = {_plain(part.filename): part for part in parts}
    part = held.get("mimetype" if media_type else "[content_types].xml")
    if part is None or (folder and not any(name.startswith(folder) for name in held)):
        raise Unfit(f"it holds another packed file, not {kind}")
    said = b"".join(unpacked(source, part, starts[part.header_offset])) if part.file_size < _SMALL else b""
    if media_type and said.strip() != media_type.encode():
        raise Unfit(f"it holds another packed file, not {kind}")
    if folder and (b"macroEnabled" in said or b"vbaProject" in said):
        raise Unfit(MACROS)


def unpacked(source: BinaryIO, part: zipfile.ZipInfo, start: int) -> Iterator[bytes]:
    """The content of a part, piece by piece. Raises Unfit when it is more or less than the table of contents says.

    >>> from io import BytesIO
    >>> part = zipfile.ZipInfo("a"); part.file_size = part.compress_size = 3
    >>> list(unpacked(BytesIO(b"PKabc"), part, 2))
    [b'abc']
    """
    is_stored = part.compress_type == zipfile.ZIP_STORED
    given = 0
    for piece in _stretch(source, part, start) if is_stored else _inflated(_stretch(source, part, start)):
        given += len(piece)
        if given > part.file_size:
            raise Unfit(BOMB)
        yield piece
    if given < part.file_size:
        raise Unfit(DAMAGED)


def _stretch(source: BinaryIO, part: zipfile.ZipInfo, start: int) -> Iterator[bytes]:
    place, end = start, start + part.compress_size
    while place < end:
        source.seek(place)
        piece = source.read(min(_PIECE, end - place))
        if not piece:
            raise Unfit(DAMAGED)
        place += len(piece)
        yield piece


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in packed:
        yield unpacker.decompress(piece, _PIECE)
        while unpacker.unconsumed_tail:
            yield unpacker.decompress(unpacker.unconsumed_tail, _PIECE)
    yield unpacker.flush()


def _refuse_content(content: Iterator[bytes]) -> None:
    """Refuse programs, and objects that hold programs or macros, whatever they are called."""
    before, is_compound = b"", False
    for number, piece in enumerate(filter(None, content)):
        if number == 0 and is_program(piece):
            raise Unfit(PROGRAM)
        is_compound = is_compound or (number == 0 and piece.startswith(COMPOUND))
        if is_compound:
            for name in streams_in(before + piece, ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "\x01Ole10Native")):
                raise Unfit(PROGRAM if name.endswith("Native") else MACROS)
            before = piece[-_ENTRY:]
