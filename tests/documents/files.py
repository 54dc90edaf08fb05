"""Which files does a test send: good ones of each kind, made here, and how are stored ones read again?"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from PIL import Image
from sqlalchemy.orm import Session

from models.documents.documents import Document, open_document
from models.documents.evidence_files import SentFile

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
_TYPES = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"


def sent_file(content: bytes = PDF, name: str = "Plan.pdf") -> SentFile:
    """A file as somebody sends it."""
    return SentFile(io.BytesIO(content), name)


def content_of(session: Session, document: Document) -> bytes:
    """The stored bytes of a document."""
    with open_document(session, document) as file:
        return file.read()


def packed(parts: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A packed file of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def office(folder: str = "word", main: str = "wordprocessingml.document", **more: bytes) -> bytes:
    """An Office document with more parts, whose names are written with __ for / and _dot_ for a dot."""
    types = f'<Types><Override PartName="/{folder}/document.xml" ContentType="{_TYPES}.{main}.main+xml"/></Types>'
    parts = {"[Content_Types].xml": types.encode(), f"{folder}/document.xml": b"<w:document>Words</w:document>"}
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in more.items()}
    return packed(parts | named)


DOCX = office()
XLSX = office("xl", "spreadsheetml.sheet")
PPTX = office("ppt", "presentationml.presentation")


def open_document_file(kind: str = "text", **more: bytes) -> bytes:
    """An OpenDocument file."""
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in more.items()}
    return packed({"mimetype": f"{_OPEN}.{kind}".encode(), "content.xml": b"<office/>", **named})


def compound(*streams: str, more: bytes = b"") -> bytes:
    """An old Office file as far as its table of contents goes: entries of 128 bytes that name its streams."""
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + (2 * len(name) + 2).to_bytes(2, "little") + bytes(62)
        for name in ("Root Entry", *streams)
    )
    return (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entries + more).ljust(4096, b"\0")


def picture(kind: str) -> bytes:
    """A small picture of a kind that Pillow writes."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "#1d6f42").save(out, kind)
    return out.getvalue()


GOOD: dict[str, bytes] = {
    "Plan.pdf": PDF,
    "Letter.docx": DOCX,
    "Table.xlsx": XLSX,
    "Slides.pptx": PPTX,
    "Words.odt": open_document_file(),
    "Table.ods": open_document_file("spreadsheet"),
    "Old.doc": compound("WordDocument"),
    "Old.xls": compound("Workbook"),
    "Old.ppt": compound("PowerPoint Document"),
    "Mail.msg": compound("__properties_version1.0"),
    "Mail.eml": b"From: a@example.org\r\nSubject: Words\r\n\r\nWords.\r\n",
    "Table.csv": "Name,Café\r\nA,1\r\n".encode(),
    "Wide.csv": "Name\tCafé\r\nA\t1\r\n".encode("utf-16"),
    "Old.txt": "Café".encode("windows-1252"),
    "Rich.rtf": b"{\\rtf1\\ansi Words}",
    "Photo.png": picture("PNG"),
    "Photo.jpg": picture("JPEG"),
    "Photo.JPEG": picture("JPEG"),
}
"""One good file of every kind that may be kept, by name."""
