"""Which files may be handed in as evidence, by name and by content, and under which harmless name is each kept?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, NamedTuple

from models.core.errors import RuleBroken
from models.rules.documents.looks import (
    Unfit,
    look_at_compound,
    look_at_jpeg,
    look_at_letter,
    look_at_pdf,
    look_at_png,
    look_at_rich_text,
    look_at_text,
    size_of,
)
from models.rules.documents.packed_files import look_into

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class FileKind:
    """A kind of file that may be kept: its media type, and the look at its content, which raises Unfit."""

    media_type: str
    look: Callable[[BinaryIO], None]


def _office(kind: str, folder: str, words: str) -> FileKind:
    return FileKind(f"{_OFFICE}{kind}", partial(look_into, kind=words, folder=folder))


def _open(kind: str, words: str) -> FileKind:
    return FileKind(f"{_OPEN}{kind}", partial(look_into, kind=words, media_type=f"{_OPEN}{kind}"))


def _old(media_type: str, words: str, *streams: str) -> FileKind:
    return FileKind(media_type, partial(look_at_compound, kind=words, streams=streams))


KINDS: dict[str, FileKind] = {
    "pdf": FileKind("application/pdf", look_at_pdf),
    "doc": _old("application/msword", "an old Word document", "WordDocument"),
    "docx": _office("wordprocessingml.document", "word/", "a Word document"),
    "odt": _open("text", "an OpenDocument text"),
    "xls": _old("application/vnd.ms-excel", "an old Excel workbook", "Workbook", "Book"),
    "xlsx": _office("spreadsheetml.sheet", "xl/", "an Excel workbook"),
    "ods": _open("spreadsheet", "an OpenDocument spreadsheet"),
    "ppt": _old("application/vnd.ms-powerpoint", "an old presentation", "PowerPoint Document"),
    "pptx": _office("presentationml.presentation", "ppt/", "a presentation"),
    "csv": FileKind("text/csv", look_at_text),
    "txt": FileKind("text/plain", look_at_text),
    "rtf": FileKind("application/rtf", look_at_rich_text),
    "msg": _old("application/vnd.ms-outlook", "an Outlook e-mail", "__properties_version1.0"),
    "eml": FileKind("message/rfc822", look_at_letter),
    "png": FileKind("image/png", look_at_png),
    "jpg": FileKind("image/jpeg", look_at_jpeg),
    "jpeg": FileKind("image/jpeg", look_at_jpeg),
}
"""All that may be kept, by the ending of its name: few, so that each is known by its content."""

ACCEPTED = ",".join(f".{ending}" for ending in KINDS)
"""The endings as a file field names them."""

_LONGEST_NAME = 150
_JOINERS = "\u200c\u200d"  # stand within words of several scripts
_ODD = re.compile(r'[<>:"|?*]')
_OF_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)


class EvidenceFile(NamedTuple):
    """A file that may be kept: its harmless name, its media type, its size in bytes."""

    name: str
    media_type: str
    size: int


def harmless_name(sent: str) -> str:
    """The name of a sent file without folders, unseen characters or anything that a system takes for something else.

    >>> harmless_name("..\\\\..\\\\etc/plan\\u202efdp.exe"), harmless_name("a<b>: c?.pdf"), harmless_name("NUL.pdf")
    ('planfdp.exe', 'a-b-- c-.pdf', '_NUL.pdf')
    >>> harmless_name("  .profile. "), len(harmless_name("a" * 300 + ".pdf")), harmless_name("///")
    ('profile', 154, 'file')
    """
    last = unicodedata.normalize("NFC", sent).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    seen = "".join(character for character in " ".join(last.split()) if _is_seen(character))
    name = _ODD.sub("-", seen).strip(" .")
    stem, dot, ending = name.rpartition(".")
    name = f"{stem[:_LONGEST_NAME]}{dot}{ending[:_LONGEST_NAME]}"
    return f"_{name}" if _OF_DEVICES.match(name) else name or "file"


def _is_seen(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def evidence_name(file_name: str) -> tuple[str, FileKind]:
    """The harmless name of an uploaded file and its kind; refuses what is no usual document, table or picture.

    >>> name, kind = evidence_name("C:\\\\scans\\\\Plan.PDF")
    >>> name, kind.media_type
    ('Plan.PDF', 'application/pdf')
    >>> evidence_name("run.exe")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    models.core.errors.RuleBroken: “run.exe” is not a kind of file that can be evidence; use ...
    """
    name = harmless_name(file_name)
    stem, _, ending = name.rpartition(".")
    if not stem or ending.lower() not in KINDS:
        raise RuleBroken(
            f"“{name}” is not a kind of file that can be evidence; use PDF, Word, Excel or a picture.", field="file"
        )
    return name, KINDS[ending.lower()]


def look_at(source: BinaryIO, file_name: str, *, limit_mb: int) -> EvidenceFile:
    """Look at a seekable file by name and by content; it stands at its beginning afterwards.

    Refuses an empty file, one of more than `limit_mb` megabytes, one whose content is not what its name says, and one
    that could harm whoever opens it, in one sentence that says why.

    >>> from io import BytesIO
    >>> look_at(BytesIO(b"Name,Code"), "list.csv", limit_mb=1)
    EvidenceFile(name='list.csv', media_type='text/csv', size=9)
    >>> look_at(BytesIO(b"<html>"), "plan.pdf", limit_mb=1)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    models.core.errors.RuleBroken: “plan.pdf” is not kept: it holds a web page or other marked-up text, not a PDF.
    """
    name, kind = evidence_name(file_name)
    size = within_limit(source, name, limit_mb=limit_mb)
    try:
        kind.look(source)
    except Unfit as refusal:
        raise RuleBroken(f"“{name}” is not kept: {refusal}.", field="file") from refusal
    source.seek(0)
    return EvidenceFile(name, kind.media_type, size)


def within_limit(source: BinaryIO, name: str, *, limit_mb: int) -> int:
    """The size of a file in bytes. Refuses an empty one, and one of more than `limit_mb` megabytes.

    >>> from io import BytesIO
    >>> within_limit(BytesIO(bytes(1_048_577)), "plan.pdf", limit_mb=1)
    Traceback (most recent call last):
    models.core.errors.RuleBroken: “plan.pdf” is larger than 1 MB, the most that is taken here.
    """
    size = size_of(source)
    if not size:
        raise RuleBroken("The file is empty.", field="file")
    if size > limit_mb << 20:
        raise RuleBroken(f"“{name}” is larger than {limit_mb} MB, the most that is taken here.", field="file")
    return size
