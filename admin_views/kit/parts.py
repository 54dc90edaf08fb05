"""Of which parts can a details page be made: buttons, panels, the record's history?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.columns import label_from_key
from admin_views.kit.formats import show_moment
from models.change_log import ChangeRecord
from models.people import Person

_SHOWN = 20
_VERBS = {"insert": "Made", "update": "Changed", "delete": "Deleted"}
_UNINTERESTING = {"row_version", "id"}


@dataclass(frozen=True)
class Button:
    """A link, or with `is_post` a form of one button. `tone`: "main", "warning" or nothing."""

    label: str
    href: str
    tone: str = ""
    is_post: bool = False


@dataclass(frozen=True)
class Panel:
    """A titled table of related rows on a details page; cells are text or safe markup."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    empty: str = "Nothing here yet."
    buttons: Sequence[Button] = ()


@dataclass(frozen=True)
class Fact:
    """One line of a record: its name and its value, text or safe markup."""

    label: str
    value: Any


def history_panel(session: Session, table: str, key: object) -> Panel:
    """Who changed the record, when, and what: the latest first. For partnership staff; agencies may not read it."""
    statement = (
        select(ChangeRecord, Person.name)
        .outerjoin(Person, Person.id == ChangeRecord.person_id)
        .where(ChangeRecord.table_name == table, ChangeRecord.row_key == str(key))
        .order_by(ChangeRecord.id.desc())
        .limit(_SHOWN)
    )
    rows = [
        (show_moment(change.changed_at), name or "The portal", _VERBS.get(change.verb, change.verb), _what(change))
        for change, name in session.execute(statement)
    ]
    return Panel("History", ("When", "Who", "What", "From and to"), rows, empty="No changes are on record.")


def _what(change: ChangeRecord) -> str:
    if change.verb != "update":
        return ""
    old, new = change.old_values or {}, change.new_values or {}
    changed = [key for key in new if key not in _UNINTERESTING]
    return "; ".join(f"{label_from_key(key)}: {_short(old.get(key))} → {_short(new[key])}" for key in changed)


def _short(value: Any) -> str:
    text = "nothing" if value is None or value == "" else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
