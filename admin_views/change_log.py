"""Who changed what, and does the record of it still hold together?"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from admin_views.base import ADMINISTRATORS, OFFICERS, STAFF, Button, Column, Fact, Group, Screen, page, screen
from admin_views.kit.columns import label_from_key
from models.change_log import ChangeRecord, first_broken_link
from models.people import Person

_VERBS = {"insert": "Made", "update": "Changed", "delete": "Deleted"}


def show_verb(verb: str) -> str:
    """A statement as people say it.

    >>> show_verb("update")
    'Changed'
    """
    return _VERBS.get(verb, verb)


@screen
class ChangeRecordScreen(Screen):
    """Every change of every record, written by the database itself. Nobody can edit it here or elsewhere."""

    model = ChangeRecord
    title, noun, plural = "Change log", "change", "changes"
    path, group, order = "change-log", Group.RECORDS, 10
    is_large = True
    may = {"list": STAFF, "details": STAFF, "export": ADMINISTRATORS}
    columns = (
        "changed_at",
        Column(
            "person_id",
            "Who",
            value=lambda change: (
                Person.__table__.select()
                .with_only_columns(Person.name)
                .where(Person.id == change.person_id)
                .correlate(change.__table__)
                .scalar_subquery()
            ),
        ),
        Column("verb", "What", show=show_verb),
        Column("table_name", "Table", show=label_from_key),
        Column("row_key", "Record"),
    )
    filters = ("table_name", "row_key", "verb", "changed_at")
    sort = ("changed_at",)
    default_sort = "-id"
    labels = {"table_name": "Table", "row_key": "Record", "verb": "What", "changed_at": "When"}
    has_history = False

    def name_of(self, record: ChangeRecord) -> str:
        return f"Change {record.id}"

    def list_buttons(self) -> list[Button]:
        return [Button("Check the chain", self.link("check_chain"), is_post=True)]

    def facts(self, session: Any, record: ChangeRecord) -> list[Fact]:
        old, new = record.old_values or {}, record.new_values or {}
        return [Fact(label_from_key(key), f"{_short(old.get(key))} → {_short(new.get(key))}") for key in {**old, **new}]

    @page("/check-chain/", roles=OFFICERS | STAFF, methods=("POST",))
    def check_chain(self) -> ResponseReturnValue:
        """Walk the whole chain: each record's hash follows from the one before it."""
        broken = first_broken_link(self.session)
        if broken is None:
            flash("The change log holds together from its first record to its last.", "success")
        else:
            flash(f"Record {broken} does not follow from the one before it: somebody has changed the log.", "error")
        return redirect(self.list_url())


def _short(value: Any) -> str:
    text = "nothing" if value is None or value == "" else str(value)
    return text if len(text) <= 200 else f"{text[:197]}…"
