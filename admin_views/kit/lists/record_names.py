"""How does a list whose column means records of any kind say their names, with a link where they may be read?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import current_app
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from admin_views.kit.looks import note_keys
from admin_views.kit.registry import link_to_row, screen_of
from models.core.access import DatabaseRole
from models.core.db import Base
from models.core.record_names import RecordName, is_said_in_a_sentence, model_named, names_of

_WITH_THE_LOG = (DatabaseRole.ADMINISTRATOR, DatabaseRole.OFFICER, DatabaseRole.SPONSOR)


def records_by_name(
    session: Session, names: Iterable[str | None], *, is_deleted_too: bool = False
) -> dict[str, Markup]:
    """Each record that is named as `table:key` in words, linked where its page is open to whoever asks.

    One statement, however many kinds there are. What may not be seen, or has no words, is its noun and its number.
    """
    wanted = {name for name in names if name}
    reads_log = is_deleted_too and session.info["actor"].database_role in _WITH_THE_LOG
    known = names_of(session, wanted, _scope_of, is_deleted_too=reads_log)
    return {name: _in_words(name, known.get(name)) for name in wanted}


def noun_of_table(table: str) -> str:
    """What one record of a table is called at the head of its name: its screen's noun, or its model's own name."""
    model = model_named(table)
    if model is None:
        return table.replace("_", " ").capitalize()
    noun = getattr(screen_of(model), "noun", "") or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()
    return f"{noun[0].upper()}{noun[1:]}"


def _in_words(name: str, known: RecordName | None) -> Markup:
    if known is None:
        table, _, key = name.partition(":")
        return escape(f"{noun_of_table(table)} {key}".strip())
    if known.is_deleted:
        return escape(f"{_noun_and_words(name, known)} (deleted)")
    _note_look(name)
    return link_to_row(_read_at(name, known), _noun_and_words(name, known))


def _noun_and_words(name: str, known: RecordName) -> str:
    """The name with its noun before it; what has no words of its own is called as the record that keeps it."""
    table, _, key = name.partition(":")
    model = model_named(table)
    is_kept = model is not None and model.owned_by is not None and known.within
    mark = ":" if model is not None and not is_kept and known.words and is_said_in_a_sentence(model) else ""
    return f"{noun_of_table(known.within.partition(':')[0] if is_kept else table)}{mark} {known.words or key}"


def _read_at(name: str, known: RecordName) -> str:
    """The record on whose page it is read: itself, or the one it is a part of where it has no screen."""
    model = model_named(name.partition(":")[0])
    return name if model is not None and screen_of(model) is not None else known.within


def _note_look(name: str) -> None:
    """Put on record as a look that a record about a case is named."""
    table, _, key = name.partition(":")
    model = model_named(table)
    if model is not None and model.is_about_cases:
        note_keys(table, (int(key),))


def _scope_of(model: type[Base]) -> ColumnElement[bool] | None:
    """What the screen of a model shows of its rows to whoever asks, where that is less than the row policies do."""
    views = current_app.extensions["admin"][0]._views[1:]
    screen = next((view for view in views if view.model is model and not view.is_second), None)
    narrower: ColumnElement[bool] | None = None if screen is None else screen.get_query().whereclause
    return narrower
