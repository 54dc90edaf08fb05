"""Who took which list out of the portal, how narrowed, and how many rows?"""

from __future__ import annotations

from typing import Any

from admin_views.kit.base import ADMINISTRATORS, NOBODY, Category, Screen, by_value, read_by, screen
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
    name, noun, plural = "Exports", "export", "exports"
    list_purpose = (
        "Who took which list out of the portal as a file, and when. A line appears with every download of a list."
    )
    url, category, menu_order = "/exports", Category.RECORDS, 30
    roles = read_by(ADMINISTRATORS, export=NOBODY)
    column_list = ("list_name", "exported_at", "person_id", "file_kind", "narrowed_by", "row_count")
    column_formatters = {"narrowed_by": by_value(show_narrowing)}
    column_filters = ("list_name", "person_id", "file_kind", "exported_at")
    column_sortable_list = ("exported_at", "list_name", "row_count")
    column_default_sort = ("exported_at", True)
    column_labels = {
        "list_name": "List",
        "file_kind": "File",
        "person_id": "Who",
        "exported_at": "When",
        "row_count": "Rows",
    }
    has_history = False
