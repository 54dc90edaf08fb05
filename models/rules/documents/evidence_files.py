"""Which files may be handed in as evidence, and what is each one?"""

from __future__ import annotations

from models.core.errors import RuleBroken

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "csv": "text/csv",
    "txt": "text/plain",
    "rtf": "application/rtf",
    "msg": "application/vnd.ms-outlook",
    "eml": "message/rfc822",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
ACCEPTED = ",".join(f".{ending}" for ending in MEDIA_TYPES)
"""The endings as a file field names them."""

_LONGEST_NAME = 150


def evidence_file(file_name: str) -> tuple[str, str]:
    """The plain name of an uploaded file and its media type; refuses what is no usual document, table or picture.

    >>> evidence_file("C:\\\\scans\\\\Plan.PDF")
    ('Plan.PDF', 'application/pdf')
    >>> evidence_file("run.exe")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    models.core.errors.RuleBroken: “run.exe” is not a kind of file that can be evidence; use ...
    """
    name = " ".join(file_name.replace("\\", "/").rsplit("/", 1)[-1].split())
    stem, _, ending = name.rpartition(".")
    if not stem or ending.lower() not in MEDIA_TYPES:
        raise RuleBroken(f"“{name}” is not a kind of file that can be evidence; use PDF, Word, Excel or a picture.")
    return f"{stem[:_LONGEST_NAME]}.{ending}", MEDIA_TYPES[ending.lower()]
