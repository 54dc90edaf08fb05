"""What waits for a lead sponsor's word, gathered from every noun, so that it cannot be missed?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, Select, func, select

from admin_views.kit.requests import actor
from models.core.access import Role


@dataclass(frozen=True)
class Duty:
    """One thing that waits: what, of which review, since when, and where it is done."""

    what: str
    review: str
    href: str
    since: datetime | None = None
    asked_by: str = ""


Waiting = Callable[[int], Any]
Tell = Callable[[Any], Duty]
_kinds: list[tuple[int, Waiting, Tell]] = []


def duty(waiting: Waiting, *, order: int = 100) -> Callable[[Tell], Tell]:
    """Register what may wait for a sponsor: `@duty(signatures_of)` on a function that makes a Duty of one row.

    `waiting(sponsor_id)` is the statement of those rows: one for all of them, and for their count.
    """

    def mark(tell: Tell) -> Tell:
        _kinds.append((order, waiting, tell))
        return tell

    return mark


def own_duties(part: slice) -> list[Duty]:
    """A part of what waits for the sponsor who asks, in the nouns' order; nothing for everybody else.

    A statement for each kind that has rows in that part; only these rows are read.
    """
    sponsor_id, counts, duties = _sponsor_id(), _counts(), []
    begins, ends = part.start, part.stop
    for (_, waiting, tell), count in zip(_in_order(), counts, strict=False):
        if sponsor_id is not None and begins < count and begins < ends:
            rows = g.database_session.execute(waiting(sponsor_id).slice(begins, min(count, ends)))
            duties += [tell(row) for row in rows]
        begins, ends = max(0, begins - count), max(0, ends - count)
    return duties


def waiting_count() -> int:
    """How many things wait for the sponsor who asks; 0 for everybody else."""
    return sum(_counts())


def _counts() -> list[int]:
    """The same kind by kind, in one statement; empty for everybody else. Read once a request."""
    sponsor_id = _sponsor_id()
    if sponsor_id is None or not _kinds:
        return []
    if "duty_counts" not in g:
        counts = [_count(waiting(sponsor_id)) for _, waiting, _ in _in_order()]
        g.duty_counts = list(g.database_session.execute(select(*counts)).one())
    return list(g.duty_counts)


def _in_order() -> list[tuple[int, Waiting, Tell]]:
    return sorted(_kinds, key=lambda known: known[0])


def _sponsor_id() -> int | None:
    asked = actor()
    return asked.person_id if asked.role is Role.SPONSOR and "database_session" in g else None


def _count(statement: Select[Any]) -> ColumnElement[int]:
    return statement.order_by(None).with_only_columns(func.count()).scalar_subquery()
