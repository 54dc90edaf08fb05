"""May this file be read as a list (a case list, a spreadsheet), whatever stands in it?"""

from __future__ import annotations

from typing import BinaryIO

from models.core.errors import RuleBroken
from models.rules.documents.evidence_files import harmless_name, within_limit
from models.rules.documents.looks import head_of, is_program
from models.rules.documents.packed_files import refuse_macros

_ENDINGS = ("csv", "tsv", "tab", "txt", "xlsx")
_TOLD_BY_READER = ("xls", "xlsb", "xlsm", "ods", "numbers", "pdf", "doc", "docx", "pptx", "json", "xml", "html", "zip")
LISTS = ",".join(f".{ending}" for ending in _ENDINGS)
"""The endings of lists as a file field names them."""


def look_at_list(source: BinaryIO, file_name: str, *, limit_mb: int) -> str:
    """The harmless name of a list that was sent; it stands at its beginning afterwards.

    Refuses an empty file, one of more than `limit_mb` megabytes, one whose name ends as no list does, a program, and a
    workbook with macros. What stands in it is told by whoever reads it, who knows every other kind of file.

    >>> from io import BytesIO
    >>> look_at_list(BytesIO(b"Name"), "../a/list.csv", limit_mb=1)
    'list.csv'
    >>> look_at_list(BytesIO(b"Name"), "list.exe", limit_mb=1)
    Traceback (most recent call last):
    models.core.errors.RuleBroken: “list.exe” is no list: choose a CSV file or an Excel workbook (.xlsx).
    """
    name = harmless_name(file_name)
    if name.rpartition(".")[2].lower() not in (*_ENDINGS, *_TOLD_BY_READER):
        raise RuleBroken(f"“{name}” is no list: choose a CSV file or an Excel workbook (.xlsx).", field="file")
    within_limit(source, name, limit_mb=limit_mb)
    if is_program(head_of(source)):
        raise RuleBroken(f"“{name}” is no list: it holds a program.", field="file")
    refuse_macros(source)
    return name
