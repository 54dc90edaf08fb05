"""By which words do people know records of many kinds, asked for all at once and behind the wall?

A record is named as `table:key` where one column may mean any kind: `actions:12`. All that a page names are read by
one statement, as the person who asks, so that whoever may not see a record learns no name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, false, func, literal, null, select, true, union_all
from sqlalchemy.orm import Session, aliased

from models.core.access import DatabaseRole
from models.core.change_log import ChangeRecord
from models.core.db import Base
from models.core.labels import model_of, target_of

_SENTENCES = ("question", "missing", "text")
_TITLES = ("title", "name", "label", "called", "subject", *_SENTENCES, "file_name")
_WITHIN = ("review_id", "plan_id", "cycle_id", "activity_id", "tool_id")
_LONGEST, _BIGGEST = 80, 2_147_483_647
Scope = Callable[[type[Base]], ColumnElement[bool] | None]


@dataclass(frozen=True)
class RecordName:
    """What a record is called without its noun, and whether it is only what it was called: it is deleted."""

    words: str
    is_deleted: bool = False
    within: str = ""
    """The record it is a part of, as `table:key`: read in its place where it has no page of its own."""


def name_of_row(table: str, key: object) -> str:
    """How a record of any kind is named.

    >>> name_of_row("actions", 12)
    'actions:12'
    """
    return f"{table}:{key}"


def model_named(table: str) -> type[Base] | None:
    """The model of a table; None for a table the portal no longer has."""
    return _models().get(table)


def is_said_in_a_sentence(model: type[Base]) -> bool:
    """Whether records of a model are known by a sentence of theirs, which stands behind a colon, not by a name."""
    by = next((name for name in ("reference", *_TITLES) if hasattr(model, name)), "")
    return by in _SENTENCES and model.words_in_lists is None


def names_of(
    session: Session, wanted: Iterable[str], scope: Scope = lambda model: None, *, is_deleted_too: bool = False
) -> dict[str, RecordName]:
    """The names of records, as far as the person who asks may see them and they have words.

    `scope(model)` may narrow what is seen further than the row policies do. With `is_deleted_too` a record that is gone
    has the name it went with, for whoever reads the change log.
    """
    keys: dict[str, list[int]] = {}
    for table, _, key in (name.partition(":") for name in dict.fromkeys(wanted)):
        if key.isascii() and key.isdecimal() and len(key) < 11 and int(key) <= _BIGGEST:
            keys.setdefault(table, []).append(int(key))
    asked = list(_asked(session.info["actor"].database_role, keys, scope))
    if is_deleted_too and keys:
        asked.append(_deleted(keys))
    if not asked:
        return {}
    rows = session.execute(union_all(*asked) if len(asked) > 1 else asked[0])
    named: dict[str, RecordName] = {}
    for table, key, words, within, is_deleted in sorted(rows, key=lambda row: not row[4]):
        named[name_of_row(table, key)] = RecordName(_cut(words or ""), is_deleted, within or "")
    return named


def _models() -> Mapping[str, type[Base]]:
    return {str(mapper.local_table): mapper.class_ for mapper in Base.registry.mappers}


def _asked(role: DatabaseRole, keys: Mapping[str, list[int]], scope: Scope) -> Iterator[Select[Any]]:
    """One statement for each kind of record that the asking person's role may read at all."""
    models = _models()
    for table, ids in sorted(keys.items()):
        model: Any = models.get(table)
        if model is None or not hasattr(model, "id") or not may_read(role, model, "id"):
            continue
        narrower = scope(model)
        statement = select(*_columns(role, model))
        yield statement.where(model.id.in_(ids), true() if narrower is None else narrower)


@cache
def _columns(role: DatabaseRole, model: Any) -> tuple[ColumnElement[Any], ...]:
    """Table, key, words, what it is a part of, whether it is gone: put together once, for every page."""
    named = literal(str(model.__tablename__)), cast(model.id, String)
    return (*named, words_of(role, model), _within(role, model), false())


def _deleted(keys: Mapping[str, list[int]]) -> Select[Any]:
    """What the change log says of those that are gone, in the words they had when they went."""
    log = ChangeRecord
    kept = [func.nullif(log.old_values[name].astext, "") for name in _TITLES]
    words = func.concat_ws(": ", log.old_values["reference"].astext, func.left(func.coalesce(*kept), _LONGEST + 1))
    names = [name_of_row(table, key) for table, ids in sorted(keys.items()) for key in ids]
    is_wanted = (log.table_name + ":" + log.row_key).in_(names)
    every = [str(key) for ids in keys.values() for key in ids]
    is_near = log.table_name.in_(sorted(keys)) & log.row_key.in_(every)  # what the index knows
    return select(log.table_name, log.row_key, words, literal(""), true()).where(
        log.verb == "delete", is_near, is_wanted
    )


def words_of(role: DatabaseRole, owner: Any) -> ColumnElement[Any]:
    """By what people know a record: reference and title; what it belongs to where it lacks the one or the other."""
    model: Any = model_of(owner)
    if model.words_in_lists is not None:
        stated: ColumnElement[Any] = model.words_in_lists(owner)
        return stated
    if model.owned_by is not None:
        return _of_owner(role, model, owner, lambda parent: words_of(role, parent))
    reference, title = _value(role, owner, ("reference",)), _value(role, owner, _TITLES)
    if reference is not None:
        whose = next((key for key in ("agency_id", "review_id") if hasattr(model, key)), "")
        return func.concat_ws(": ", reference, _of(role, owner, whose) if title is None else _shortened(title))
    if title is not None:
        within = next((key for key in _WITHIN if hasattr(model, key)), "")
        around = " (" + _of(role, owner, within) + ")" if within else literal("")
        return func.concat(_shortened(title), around)
    return func.concat_ws(", ", null(), *(_of(role, owner, key) for key in _parents(model)[:2]))


def _within(role: DatabaseRole, owner: Any) -> ColumnElement[Any]:
    """The record a record is a part of, as `table:key`."""
    model: Any = model_of(owner)
    if model.owned_by is not None:
        return _of_owner(role, model, owner, lambda parent: _named(model_of(parent), parent.id))
    for key in _parents(model)[:1]:
        target = target_of(getattr(owner, key))
        if target is not None:
            return _named(target, getattr(owner, key))
    return literal("")


def _named(model: type[Base], key: Any) -> ColumnElement[Any]:
    return literal(f"{model.__tablename__}:") + cast(key, String)


def _of_owner(
    role: DatabaseRole, model: Any, owner: Any, said: Callable[[Any], ColumnElement[Any]]
) -> ColumnElement[Any]:
    """Something of the record that keeps this one: one of several tables that point to the same key."""
    own, theirs = model.owned_by
    models: Iterable[Any] = _models().values()
    keepers = [known for known in models if hasattr(known, "reference") and hasattr(known, theirs)]
    parents = [aliased(known) for known in keepers if may_read(role, known, "id")]
    asked = [
        select(said(parent)).where(getattr(parent, theirs) == getattr(owner, own)).correlate(owner).scalar_subquery()
        for parent in parents
    ]
    return func.coalesce(null(), *asked)


def _parents(model: Any) -> list[str]:
    """The keys of what a record without words of its own joins: not of who did something to it."""
    keys = (column.key for column in model.__table__.columns if column.foreign_keys)
    return [key for key in keys if not key.endswith("_by_id")]


def _of(role: DatabaseRole, owner: Any, key: str) -> ColumnElement[Any]:
    """The reference, or the title, of the record a key points to; nothing where it may not be read or has none."""
    attribute = getattr(owner, key, None) if key else None
    target = target_of(attribute) if attribute is not None else None
    if target is None or attribute is None or not may_read(role, target, "id"):
        return cast(null(), String)
    parent: Any = aliased(target)
    words = _value(role, parent, ("reference", *_TITLES))
    if words is None:
        return cast(null(), String)
    return select(_shortened(words)).where(parent.id == attribute).correlate(owner).scalar_subquery()


def _value(role: DatabaseRole, owner: Any, names: Iterable[str]) -> ColumnElement[Any] | None:
    """The first of these that a record has and that the asking person's role may read."""
    model = model_of(owner)
    known = (name for name in names if hasattr(model, name) and may_read(role, model, name))
    name = next(known, None)
    return None if name is None else cast(getattr(owner, name), String)


def may_read(role: DatabaseRole, model: type[Base], column: str) -> bool:
    """Whether the asking person's role has a grant to read that column of a table, whatever rows it then meets."""
    policy = model.row_policy
    if role is DatabaseRole.AGENCY:
        return policy.agency_reads is not None and column not in policy.hidden
    granted = [verb for verb in policy.verbs_of(role) if verb.partition(" ")[0] == "select"]
    named = [verb.partition("(")[2].rstrip(")").split(", ") for verb in granted if "(" in verb]
    return bool(granted) and column not in policy.hidden and all(column in columns for columns in named)


def _shortened(words: ColumnElement[Any]) -> ColumnElement[Any]:
    """The beginning of long words, so that what stands behind them is still read."""
    return case((func.length(words) > _LONGEST, func.left(words, _LONGEST - 1) + "…"), else_=words)


def _cut(words: str) -> str:
    """One line of at most 110 letters."""
    line = " ".join(words.split())
    return line if len(line) <= 110 else f"{line[:109].rstrip()}…"
