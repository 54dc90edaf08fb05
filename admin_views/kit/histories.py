"""What has happened to a record, in the words of the screens rather than of the database?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from markupsafe import Markup
from sqlalchemy import Boolean, Date, DateTime, Enum, String, cast, select
from sqlalchemy.orm import Session

from admin_views.kit.formats import show_choice, show_date, show_moment, show_yes
from admin_views.kit.lists.columns import label_from_key
from admin_views.kit.lists.record_names import noun_of_table
from admin_views.kit.parts import Panel
from models.core.change_log import ChangeRecord
from models.core.labels import label_of, target_of
from models.partnership.people import Person
from models.rules.core.counts import list_words

_SHOWN, _LONGEST, _WHOLE = 20, 80, 5_000
_VERBS = {"insert": "Made", "update": "Changed", "delete": "Deleted"}
_UNINTERESTING = {"row_version", "id"}
_LED_BY = 3
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
    told = [(change, name, _what(model, change, labels, names)) for change, name in changes]
    rows = [
        (show_moment(change.changed_at), name or "The portal", what_happened(change.verb), what)
        for change, name, what in told
        if what or change.verb != "update"
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


def _what(model: Any, change: ChangeRecord, labels: Mapping[str, str], names: Names) -> Markup:
    """Each changed value from what it was to what it became; nothing where a change touched no value of its own."""
    if change.verb != "update":
        return Markup("")
    old, new = change.old_values or {}, change.new_values or {}
    told = [
        _from_to(labels.get(key) or label_from_key(key), *(_whole(model, key, values, names) for values in (old, new)))
        for key in sorted(new.keys() - _UNINTERESTING)
    ]
    if not told:
        told = [_unkept(model, labels)]
    return Markup("").join(Markup('<span class="became">{}</span>').format(each) for each in told if each)


def _unkept(model: Any, labels: Mapping[str, str]) -> str:
    """What is said where only words changed that the log may not keep, because they are erased in their time."""
    unkept = [labels.get(key) or label_from_key(key) for key in model.row_policy.unlogged_columns]
    return f"{list_words(unkept)}: the words are not kept here" if unkept else ""


def _whole(model: Any, key: str, values: Mapping[str, Any], names: Names) -> str:
    words = value_in_words(model, key, values.get(key), names, _WHOLE)
    return words if words is not None else in_line(values.get(key))[:_WHOLE]


def _from_to(label: str, before: str, after: str) -> str:
    """One value from what it was to what it became: long texts from where they part, with a fold for the whole."""
    if before == after:
        return ""
    if max(len(before), len(after)) <= _LONGEST:
        return f"{label}: {before} → {after}"
    shorter = " → ".join(_cut(words) for words in where_they_part(before, after))
    sides = Markup("<span><strong>Before</strong> {}</span><span><strong>After</strong> {}</span>")
    return Markup("<details><summary>{}: {}</summary>{}</details>").format(label, shorter, sides.format(before, after))


def where_they_part(before: str, after: str) -> tuple[str, str]:
    """Two texts from the word in which they begin to differ, with three words before it.

    >>> where_they_part("We met the team at noon and left", "We met the team at noon and stayed")
    ('…at noon and left', '…at noon and stayed')
    >>> where_they_part("Short", "Long")
    ('Short', 'Long')
    """
    pairs = zip(before.split(" "), after.split(" "), strict=False)
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    if same <= _LED_BY:
        return before, after
    parts = (" ".join(words.split(" ")[same - _LED_BY :]) for words in (before, after))
    first, second = (f"…{part}" for part in parts)
    return first, second


def in_line(value: Any) -> str:
    """Values within values, one after the other.

    >>> in_line({"1": "Universal", "time_frame": ["any", None]})
    '1: Universal; time frame: any, nothing'
    """
    if isinstance(value, dict):
        return "; ".join(f"{key.replace('_', ' ')}: {in_line(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(in_line(inner) for inner in value)
    return "nothing" if value is None else str(value)


def value_in_words(model: Any, key: str, value: Any, names: Names, longest: int = _LONGEST) -> str | None:
    """A value of the change log as the screens show it, its beginning when it is long; None when it is no text."""
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, int) and (target := _target(model, key)) is not None:
        return names.get((key, value)) or f"{noun_of_table(target.__tablename__)} {value}"
    if isinstance(value, (dict, list)):
        return None
    return _cut(_by_type(_kind(model, key), value), longest)


def _cut(words: str, longest: int = _LONGEST) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


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
