"""What has happened to a record, in the words of the screens rather than of the database?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Enum, String, cast, select
from sqlalchemy.orm import Session

from admin_views.kit.formats import show_choice, show_date, show_moment, show_yes
from admin_views.kit.lists.columns import label_from_key
from admin_views.kit.parts import Panel
from models.core.change_log import ChangeRecord
from models.core.labels import label_of, target_of
from models.partnership.people import Person

_SHOWN, _LONGEST = 20, 80
_VERBS = {"insert": "Made", "update": "Changed", "delete": "Deleted"}
_UNINTERESTING = {"row_version", "id"}
Names = dict[tuple[str, int], str]


def history_panel(session: Session, model: Any, key: object, labels: Mapping[str, str]) -> Panel:
    """Who changed the record, when, and what: the latest first. For partnership staff; agencies may not read it."""
    statement = (
        select(ChangeRecord, Person.name)
        .outerjoin(Person, Person.id == ChangeRecord.person_id)
        .where(ChangeRecord.table_name == model.__tablename__, ChangeRecord.row_key == str(key))
        .order_by(ChangeRecord.id.desc())
        .limit(_SHOWN)
    )
    changes = [(change, name) for change, name in session.execute(statement)]
    names = names_behind(session, model, [change for change, _ in changes if change.verb == "update"])
    rows = [
        (
            show_moment(change.changed_at),
            name or "The portal",
            what_happened(change.verb),
            _what(model, change, labels, names),
        )
        for change, name in changes
    ]
    return Panel("History", ("When", "Who", "What", "From and to"), rows, empty="No changes are on record.")


def what_happened(verb: str) -> str:
    """A statement as people say it.

    >>> what_happened("update")
    'Changed'
    """
    return _VERBS.get(verb, verb)


def names_behind(session: Session, model: Any, changes: Iterable[ChangeRecord]) -> Names:
    """The labels of every record that old and new values point to: one statement for each foreign key."""
    wanted: dict[str, set[int]] = {}
    for change in changes:
        for values in (change.old_values or {}, change.new_values or {}):
            for key, value in values.items():
                if value is not None and _target(model, key) is not None:
                    wanted.setdefault(key, set()).add(value)
    names: Names = {}
    for key, ids in wanted.items():
        target: Any = _target(model, key)
        statement = select(target.id, cast(label_of(target), String).label("shown")).where(target.id.in_(ids))
        names |= {(key, target_id): label for target_id, label in session.execute(statement)}
    return names


def _what(model: Any, change: ChangeRecord, labels: Mapping[str, str], names: Names) -> str:
    """Each changed value from what it was to what it became; of texts that begin alike only that they changed."""
    if change.verb != "update":
        return ""
    old, new = change.old_values or {}, change.new_values or {}
    said = []
    for key in sorted(new.keys() - _UNINTERESTING):
        words = [value_in_words(model, key, value, names) for value in (old.get(key), new[key])]
        label = labels.get(key) or label_from_key(key)
        is_told = None not in words and words[0] != words[1]
        said.append(f"{label}: {words[0]} → {words[1]}" if is_told else f"{label} changed")
    return "; ".join(said)


def value_in_words(model: Any, key: str, value: Any, names: Names, longest: int = _LONGEST) -> str | None:
    """A value of the change log as the screens show it, its beginning when it is long; None when it is no text."""
    if value is None or value == "":
        return "nothing"
    if (key, value if isinstance(value, int) else 0) in names:
        return names[key, value]
    if isinstance(value, (dict, list)):
        return None
    text = _by_type(_kind(model, key), value)
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _by_type(kind: Any, value: Any) -> str:
    if isinstance(kind, Enum) and kind.enum_class and value in set(kind.enum_class):
        return show_choice(kind.enum_class(value))
    if isinstance(kind, Boolean):
        return show_yes(value)
    if isinstance(kind, DateTime):
        return show_moment(datetime.fromisoformat(value))
    if isinstance(kind, Date):
        return show_date(date.fromisoformat(value))
    return str(value)


def _kind(model: Any, key: str) -> Any:
    column = model.__table__.columns.get(key)
    return None if column is None else column.type


def _target(model: Any, key: str) -> Any:
    """The model a column points to; None for plain columns, and for columns the table no longer has."""
    attribute = model.__mapper__.columns.get(key)
    return None if attribute is None else target_of(getattr(model, key))
