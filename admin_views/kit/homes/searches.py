"""What is found by the one search of the bar, and where does each record lead?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Integer, Select, Text, cast, literal, select, union_all
from sqlalchemy.orm import Session

from admin_views.kit.lists.searches import matches
from admin_views.kit.looks import note_list
from models.core.labels import label_key

_SHOWN = 5
_TITLES = ("title", "text", "question", "missing")


@dataclass(frozen=True)
class Hit:
    """One record that was found: its words, and where it is read."""

    words: str
    more: str
    href: str


@dataclass(frozen=True)
class Found:
    """What one screen has: the first hits, how many in all in words, and its list narrowed to them."""

    title: str
    hits: tuple[Hit, ...]
    has_more: bool
    href: str


def found_by(session: Session, words: str) -> list[Found]:
    """What the words find in the lists of the bar's places and of reviews, as the person may see them.

    One statement, and at most five records of each list.
    """
    screens = list(_searched())
    if not screens:
        return []
    asked = [_hits(number, screen, words) for number, screen in enumerate(screens)]
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(union_all(*asked)):
        rows[row[0]].append(row)
    return [_found(screens[number], rows[number], words) for number in sorted(rows)]


def _searched() -> Iterable[Any]:
    """The screens whose records are looked for: those with a list that can be searched, and a page for each record."""
    for view in current_app.extensions["admin"][0]._views[1:]:
        is_placed = (view.stands_in or view.part) is not None and not view.is_large and not view.is_second
        if is_placed and view.listing.searched and view.opens("index_view") and view.opens("details_view"):
            yield view


def _hits(number: int, screen: Any, words: str) -> Select[Any]:
    model = screen.model
    name, title = label_key(model), next((key for key in _TITLES if hasattr(model, key)), "")
    more = cast(getattr(model, title), Text) if title and title != name and name != "id" else literal("")
    label = cast(getattr(model, name if name != "id" or not title else title), Text)
    matching = screen.get_query().where(matches(screen.listing.searched, words))
    columns = literal(number), cast(screen.listing.key, Integer), label.label("words"), more
    hits = matching.with_only_columns(*columns).order_by(label, screen.listing.key).limit(_SHOWN + 1)
    return select(*hits.subquery().columns)


def _found(screen: Any, rows: list[Any], words: str) -> Found:
    shown = rows[:_SHOWN]
    note_list(screen.model, (row[1] for row in shown), {"q": words})
    hits = tuple(Hit(row[2], row[3] or "", f"{screen.url}/{row[1]}/") for row in shown)
    return Found(screen.name, hits, len(rows) > _SHOWN, screen.list_url(q=words))


def the_only(lists: list[Found], words: str) -> str | None:
    """The address of the record whose reference was typed; None where the words are no reference of one record."""
    if not any(letter.isdecimal() for letter in words):
        return None
    hits = [hit.href for each in lists for hit in each.hits if hit.words.casefold() == words.casefold()]
    return hits[0] if len(hits) == 1 else None
