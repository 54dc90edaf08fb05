"""Who has looked at which records, taken out which file, and who was refused what?"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from admin_views.kit.base import ADMINISTRATORS, Category, Filter, Panel, Screen, by_value, read_by, screen, tag
from admin_views.kit.lists.actors import by_actor, name_of_actor, show_actor
from admin_views.kit.lists.columns import label_from_key
from admin_views.kit.look_panels import rows_named
from admin_views.kit.registry import link_to_row
from models.core.looks import Look, LookKind

_KINDS = tuple((str(kind), kind.label) for kind in LookKind)
_TONES = {LookKind.REFUSED: "red", LookKind.EXPORT: "yellow", LookKind.DOWNLOAD: "yellow"}
_VIEWS = {
    "index_view": "List",
    "details_view": "Record",
    "export": "Export",
    "edit_view": "Form",
    "create_view": "New record",
    "delete_view": "Deletion",
    "action_view": "Several records",
    "ajax_lookup": "Choices of a field",
}


def show_page(endpoint: str) -> str:
    """A page as people say it.

    >>> show_page("case_audits.details_view"), show_page("case_lists.problems")
    ('Case audits: record', 'Case lists: problems')
    """
    screen_name, _, view = endpoint.partition(".")
    return f"{label_from_key(screen_name)}: {_VIEWS.get(view, label_from_key(view)).lower()}"


def show_rows(shown: dict[str, list[int]] | None) -> str:
    """Which records a look was at, in a line: one by its key, many by their number.

    >>> show_rows({"case_audits": [12], "sample_cases": [3, 4]})
    'Case audits 12; Sample cases (2)'
    """
    words = "; ".join(
        f"{label_from_key(table)} {keys[0]}" if len(keys) == 1 else f"{label_from_key(table)} ({len(keys) or 'list'})"
        for table, keys in (shown or {}).items()
    )
    return words or "–"


def _show_kind(kind: LookKind) -> Markup:
    return tag(kind.label, _TONES.get(kind, "grey"))


@screen
class LookScreen(Screen):
    """Every look at records of cases, every search, file and refusal, written before the answer left."""

    model = Look
    name, noun, plural = "Looks", "look", "looks"
    list_purpose = (
        "Who opened, listed, searched or took out records of cases, and who was refused. A line appears with every "
        "such page."
    )
    url, category, menu_order = "/looks", Category.RECORDS, 12
    is_large = True
    roles = read_by(ADMINISTRATORS, export=ADMINISTRATORS)
    introduction = "Written before the page leaves, by nobody’s hand, and never edited. It holds keys, never words."
    column_list = ("looked_at", "person_id", "kind", "page", "shown", "row_count")
    column_details_list = (*column_list, "answer_status", "asked_by", "request_id")
    column_expressions = {"person_id": name_of_actor}
    column_formatters = {
        "person_id": by_value(show_actor),
        "kind": by_value(_show_kind),
        "page": by_value(show_page),
        "shown": by_value(show_rows),
        "asked_by": by_value(lambda names: ", ".join(names or ())),
    }
    column_filters = (
        Filter("kind", "What", options=_KINDS),
        by_actor(Look),
        Filter("row", "Record, as in case_audits:12", apply=lambda words: Look.shown.contains(rows_named(words))),
        Filter("screen", "Page, as in case_audits", apply=lambda words: Look.page.startswith(words, autoescape=True)),
        "looked_at",
    )
    column_sortable_list = ("looked_at",)
    column_default_sort = ("id", True)
    column_labels = {
        "looked_at": "When",
        "person_id": "Who",
        "kind": "What",
        "shown": "Records",
        "row_count": "Number",
        "answer_status": "Answer",
        "asked_by": "Narrowed by",
        "request_id": "Request",
    }
    has_history = False

    def name_of(self, record: Look) -> str:
        return f"Look {record.id}"

    def panels(self, session: Session, record: Look) -> list[Panel]:
        rows: list[tuple[Any, ...]] = [
            (label_from_key(table), link_to_row(f"{table}:{key}", str(key)))
            for table, keys in record.shown.items()
            for key in keys
        ]
        title = "What was asked for" if record.kind is LookKind.REFUSED else "Records shown"
        return [Panel(title, ("Of", "Key"), rows, empty="No single record.")]
