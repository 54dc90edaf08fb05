"""Who did it? How lists that keep only a person's key show their name and are searched by it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from admin_views.kit.formats import show_text
from admin_views.kit.lists.filters import Filter
from admin_views.kit.lists.searches import contains
from models.partnership.people import Person


def name_of_actor(row: Any) -> Any:
    """The name of the person whose key a row keeps; nothing where the portal itself acted."""
    names = Person.__table__.select().with_only_columns(Person.name).where(Person.id == row.person_id)
    return names.correlate(row.__table__).scalar_subquery()


def show_actor(name: str | None) -> Any:
    """The name as lists show it."""
    return show_text(name or "The portal")


def by_actor(row: Any) -> Filter:
    """The question who did it, answered by a part of the name."""

    def named(words: str) -> ColumnElement[bool]:
        is_one_of_them: ColumnElement[bool] = row.person_id.in_(select(Person.id).where(contains(Person.name, words)))
        return is_one_of_them

    return Filter("who", "Who (part of the name)", apply=named)
