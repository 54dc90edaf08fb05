"""Is this Excel archive safe to open, and what do its small parts (relations, shared texts) say?"""

import posixpath
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO
from xml.parsers import expat

from models.core.errors import RuleBroken
from models.rules.documents.packed_files import BoundedFile

MAX_PARTS = 5_000
MAX_UNPACKED_BYTES = 512 << 20
MAX_RATIO = 250  # a sheet of nothing but the same row packs about 100 : 1
MAX_SHARED_BYTES = 96 << 20
MAX_CELL_CHARACTERS = 32_767  # Excel's own limit
_SMALL = 2 << 20  # a part that unpacks to no more may pack as well as it likes
_MAX_DEPTH = 64
_MAX_TOKEN_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 16

DAMAGED = "The Excel workbook is damaged: open it in Excel, save it again as .xlsx and choose that file."
TOO_LARGE = "The Excel workbook unpacks to far more than a list needs: save the sheet as CSV and choose that file."

Attributes = dict[str, str]

_PART_ERRORS = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    LookupError,  # an encoding nobody knows
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)


def open_archive(source: BinaryIO) -> zipfile.ZipFile:
    """The archive behind a seekable file, checked before any part is unpacked.

    Raises RuleBroken for a damaged archive, a password, unusual packing, too many parts, or parts that unpack to
    more than 512 MB in all or 250 times their size.
    """
    try:
        archive = zipfile.ZipFile(BoundedFile(source, RuleBroken(TOO_LARGE)))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise RuleBroken(DAMAGED) from error
    parts = archive.infolist()
    _mend_names(archive)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise RuleBroken(TOO_LARGE)
    for part in parts:
        if part.flag_bits & 1 or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RuleBroken(DAMAGED)
        if part.file_size > _SMALL and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise RuleBroken(TOO_LARGE)
    return archive


def _mend_names(archive: zipfile.ZipFile) -> None:
    """Parts that some Windows programs name with backslashes answer to the names the format wants."""
    for part in archive.infolist():
        if "\\" in part.filename:
            part.filename = part.filename.replace("\\", "/")
            archive.NameToInfo.setdefault(part.filename, part)


class PartScan:
    """Reads one XML part piece by piece through expat, without building a tree, so that memory stays flat.

    Document types and entities, deep nesting and huge tags are refused. `on_start`, `on_end` and `on_text` may be
    set; names come without a namespace prefix.
    """

    def __init__(
        self, archive: zipfile.ZipFile, part: str, shorten: Callable[[Iterator[bytes]], Iterator[bytes]] = iter
    ) -> None:
        """`shorten` may leave out stretches of the part that say nothing."""
        self.archive, self.part, self.shorten = archive, part, shorten
        self.on_start: Callable[[str, Attributes], None] = lambda name, attributes: None
        self.on_end: Callable[[str], None] = lambda name: None
        self.depth = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.EntityDeclHandler = _refuse_doctype

    def on_text(self, take: Callable[[str], None] | None) -> None:
        """Send text to `take`, or drop it."""
        self.parser.CharacterDataHandler = take

    def _start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise RuleBroken(DAMAGED)
        self.on_start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.on_end(name.rpartition(":")[2] if ":" in name else name)

    def pieces(self) -> Iterator[None]:
        """Parse on, and yield after each piece so that the caller can hand over what it has so far."""
        fed = 0
        try:
            with self.archive.open(self.part) as stream:
                for chunk in self.shorten(iter(partial(stream.read, _CHUNK_BYTES), b"")):
                    self.parser.Parse(chunk, False)
                    fed += len(chunk)
                    if fed - self.parser.CurrentByteIndex > _MAX_TOKEN_BYTES:
                        raise RuleBroken(DAMAGED)
                    yield
                self.parser.Parse(b"", True)
                yield
        except _PART_ERRORS as error:
            raise RuleBroken(DAMAGED) from error

    def run(self) -> None:
        """Parse the whole part."""
        for _piece in self.pieces():
            pass


def _refuse_doctype(*_details: object) -> None:
    raise RuleBroken(DAMAGED)


def read_elements(archive: zipfile.ZipFile, part: str, names: frozenset[str]) -> list[tuple[str, Attributes]]:
    """The wanted elements of a small part in order, with their attributes; at most 100,000."""
    elements: list[tuple[str, Attributes]] = []
    scan = PartScan(archive, part)

    def start(name: str, attributes: Attributes) -> None:
        if name in names:
            elements.append((name, {key.rpartition(":")[2]: text for key, text in attributes.items()}))
            if len(elements) > 100_000:
                raise RuleBroken(TOO_LARGE)

    scan.on_start = start
    scan.run()
    return elements


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Where a part's relations lead: id -> (kind, path inside the archive)."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    if rels not in archive.namelist():
        return {}
    leads_to = {}
    for _name, attributes in read_elements(archive, rels, frozenset({"Relationship"})):
        target = attributes.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        leads_to[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)
    return leads_to


class _SharedTexts:
    """Collects the texts of the shared table, phonetic hints left out, within a budget of memory."""

    def __init__(self, scan: PartScan) -> None:
        self.scan = scan
        self.texts: list[str] = []
        self.pieces: list[str] = []
        self.left = MAX_SHARED_BYTES
        self.hint = False

    def start(self, name: str, _attributes: Attributes) -> None:
        if name == "si":
            self.pieces = []
        elif name == "rPh":
            self.hint = True
        elif name == "t" and not self.hint:
            self.scan.on_text(self.pieces.append)

    def end(self, name: str) -> None:
        if name == "t":
            self.scan.on_text(None)
        elif name == "rPh":
            self.hint = False
        elif name == "si":
            text = decode_escapes("".join(self.pieces)[:MAX_CELL_CHARACTERS])
            self.texts.append(text)
            self.left -= sys.getsizeof(text) + 8
            if self.left < 0:
                raise RuleBroken(TOO_LARGE)


def read_shared_texts(archive: zipfile.ZipFile, part: str) -> list[str]:
    """All shared texts, at most 96 MB of them."""
    scan = PartScan(archive, part)
    shared = _SharedTexts(scan)
    scan.on_start, scan.on_end = shared.start, shared.end
    for _piece in scan.pieces():
        shorten(shared.pieces)
    return shared.texts


def shorten(pieces: list[str]) -> None:
    """Cuts the pieces of one text, in place, to what a cell may hold; asked after each piece of the file.

    >>> pieces = ["ab"] * 30_000; shorten(pieces); len(pieces), len(pieces[0])
    (1, 32767)
    """
    if len(pieces) > 16:
        pieces[:] = ["".join(pieces)[:MAX_CELL_CHARACTERS]]


_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def decode_escapes(text: str) -> str:
    """Excel writes a control character as `_x000D_`; lone halves of a pair become the replacement mark.

    >>> decode_escapes("a_x000D_b_x005F_c")
    'a\\rb_c'
    """
    if "_x" not in text:
        return text
    # Two halves of a pair that were escaped one by one become one character here; a lone half cannot be decoded.
    plain = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
