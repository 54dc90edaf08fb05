"""Who changed what, and does the record of it still hold together?"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from admin_views.kit.base import (
    ADMINISTRATORS,
    STAFF,
    Button,
    Category,
    Filter,
    Panel,
    Screen,
    by_value,
    expose,
    read_by,
    screen,
)
from admin_views.kit.histories import Names, in_line, names_behind, value_in_words, what_happened
from admin_views.kit.homes.cards import Card, card
from admin_views.kit.lists.actors import by_actor, name_of_actor, show_actor
from admin_views.kit.lists.columns import label_from_key
from admin_views.kit.looks import note_keys
from admin_views.kit.registry import screen_of
from models.core.access import Actor
from models.core.addresses import list_address
from models.core.change_log import ChangeRecord, first_broken_link, unsealed_tail
from models.core.clock import now
from models.core.policy_statements import all_policies
from models.core.record_names import model_named
from models.rules.core.counts import count_words, noun_of
from models.rules.core.keys import BIGGEST_LONG, key_in

_TABLES = tuple((table, label_from_key(table)) for table, policy in sorted(all_policies().items()) if policy.is_logged)
_VERBS = tuple((verb, what_happened(verb)) for verb in ("insert", "update", "delete"))
_LONGEST = 5_000


def _record_named(change: Any) -> ColumnElement[Any]:
    """The changed record as `table:key`."""
    named: ColumnElement[Any] = change.table_name + ":" + change.row_key
    return named


@screen
class ChangeRecordScreen(Screen):
    """Every change of every record, written by the database itself. Nobody can edit it here or elsewhere."""

    model = ChangeRecord
    name, noun, plural = "Change log", "change", "changes"
    list_purpose = (
        "Every change of every record, written by the database itself. It fills as soon as anybody saves something."
    )
    url, category, menu_order = "/change-log", Category.RECORDS, 10
    is_large = True
    roles = read_by(STAFF, export=ADMINISTRATORS)
    introduction = "Every change, written by the database itself. Each record carries a seal over the one before it."
    column_list = ("changed_at", "person_id", "verb", "record")
    column_export_list = ("changed_at", "person_id", "verb", "table_name", "row_key")
    column_expressions = {"person_id": name_of_actor, "record": _record_named}
    column_records = ("record",)
    names_what_is_deleted = True
    column_formatters = {
        "person_id": by_value(show_actor),
        "verb": by_value(what_happened),
        "table_name": by_value(label_from_key),
    }
    column_filters = (
        Filter("table_name", options=_TABLES),
        "row_key",
        by_actor(ChangeRecord),
        Filter("verb", options=_VERBS),
        "changed_at",
    )
    column_sortable_list = ("changed_at",)
    column_default_sort = ("id", True)
    column_labels = {
        "table_name": "Table",
        "row_key": "Number of the record",
        "record": "Record",
        "verb": "What",
        "changed_at": "When",
        "person_id": "Who",
    }
    has_history = False

    def name_of(self, record: ChangeRecord) -> str:
        return f"Change {record.id}"

    def list_buttons(self) -> list[Button]:
        return [Button("Check the chain", self.link("check_chain"), is_post=True)]

    def buttons(self, record: ChangeRecord) -> list[Button]:
        every = Button(
            "All changes of this record", self.list_url(table_name=record.table_name, row_key=record.row_key)
        )
        return [every]

    def panels(self, session: Session, record: ChangeRecord) -> list[Panel]:
        model: Any = model_named(record.table_name)
        key = key_in(record.row_key, BIGGEST_LONG)
        if model is not None and model.is_about_cases and key is not None:
            note_keys(record.table_name, (key,))
        rows = _differences(session, model, record)
        return [Panel("What changed", ("Field", "Before", "After"), rows, empty="No value changed.")]

    @expose("/check-chain/", roles=STAFF, methods=("POST",))
    def check_chain(self) -> ResponseReturnValue:
        """Walk the whole chain: each record's hash follows from the one before it."""
        broken, tail = first_broken_link(self.session), unsealed_tail(self.session)
        if broken is None:
            waiting = f" Not sealed yet: {count_words(tail.count, 'change')}." if tail.count else ""
            flash(f"The change log holds together from its first record to its last.{waiting}", "success")
        else:
            flash(f"The change log is broken at record {broken}: a record was changed, added or taken out.", "error")
        return redirect(self.list_url())


@card(roles=ADMINISTRATORS, order=85)
def unsealed_changes(session: Session, actor: Actor) -> Card | None:
    """Changes that nobody has sealed for minutes: the scheduler stands still, or is stuck."""
    tail = unsealed_tail(session)
    words = noun_of(tail.count, "change not sealed", "changes not sealed")
    return Card(tail.count, words, list_address(ChangeRecord), "trouble") if tail.is_late(now()) else None


def _differences(session: Session, model: Any, change: ChangeRecord) -> list[tuple[str, Any, Any]]:
    """Each field that changed: its name on the screens, its value before, its value after."""
    old, new = change.old_values or {}, change.new_values or {}
    labels = getattr(screen_of(model), "column_labels", {}) if model is not None else {}
    names = names_behind(session, model, [change]) if model is not None else {}
    keys = sorted({**old, **new}.keys() - {"id", "row_version"})
    rows = [
        (labels.get(key) or label_from_key(key), _said(model, key, old, names), _said(model, key, new, names))
        for key in keys
        if old.get(key) != new.get(key)
    ]
    return [row for row in rows if row[1:] != ("", "")]


def _said(model: Any, key: str, values: dict[str, Any], names: Names) -> str:
    """A value in the words of the screens; nothing at all for what was not there."""
    value = values.get(key)
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, (dict, list)):
        return in_line(value)[:_LONGEST]
    words = value_in_words(model, key, value, names, _LONGEST) if model is not None else None
    return words if words is not None else str(value)[:_LONGEST]
