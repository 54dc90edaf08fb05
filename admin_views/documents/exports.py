"""Who took which list out of the portal, how narrowed, and how many rows?"""

from __future__ import annotations

from typing import Any

from admin_views.kit.base import ADMINISTRATORS, Column, Group, Screen, screen
from admin_views.kit.formats import show_text
from models.documents.exports import ExportRecord


def show_narrowing(arguments: dict[str, Any] | None) -> str:
    """By which questions a list was narrowed before it was taken out.

    >>> show_narrowing({"q": "neglect", "kind": "children"})
    Markup('q: neglect; kind: children')
    """
    return show_text("; ".join(f"{key}: {value}" for key, value in (arguments or {}).items()))


@screen
class ExportRecordScreen(Screen):
    """Lists taken out as files: on record before the first row leaves."""

    model = ExportRecord
    title, noun, plural = "Exports", "export", "exports"
    path, group, order = "exports", Group.RECORDS, 30
    may = {"list": ADMINISTRATORS, "details": ADMINISTRATORS}
    columns = (
        "list_name",
        "exported_at",
        "person_id",
        "file_kind",
        Column("narrowed_by", show=show_narrowing),
        Column("row_count", "Rows", is_numeric=True),
    )
    filters = ("list_name", "person_id", "file_kind", "exported_at")
    sort = ("exported_at", "list_name", "row_count")
    default_sort = "-exported_at"
    labels = {"list_name": "List", "file_kind": "File", "person_id": "Who", "exported_at": "When"}
    has_history = False
