"""What waits for a lead sponsor's word, gathered from every noun, so that it cannot be missed?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

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


def duties_of(session: Session, sponsor_id: int) -> list[Duty]:
    """Everything that waits for a sponsor, in the nouns' order."""
    kinds = sorted(_kinds, key=lambda known: known[0])
    return [tell(row) for _, waiting, tell in kinds for row in session.execute(waiting(sponsor_id))]


def own_duties() -> list[Duty]:
    """What waits for the sponsor who asks; nothing for everybody else. Read once a request."""
    sponsor_id = _sponsor_id()
    if sponsor_id is None:
        return []
    if "own_duties" not in g:
        g.own_duties = duties_of(g.database_session, sponsor_id)
    return list(g.own_duties)


def waiting_count() -> int:
    """How many things wait for the sponsor who asks, in one statement; 0 for everybody else."""
    sponsor_id = _sponsor_id()
    if sponsor_id is None or "own_duties" in g:
        return 0 if sponsor_id is None else len(g.own_duties)
    counts = [_count(waiting(sponsor_id)) for _, waiting, _ in _kinds]
    return int(g.database_session.scalar(select(reduce(add, counts))) or 0) if counts else 0


def _sponsor_id() -> int | None:
    asked = actor()
    return asked.person_id if asked.role is Role.SPONSOR and "database_session" in g else None


def _count(statement: Select[Any]) -> ColumnElement[int]:
    return statement.order_by(None).with_only_columns(func.count()).scalar_subquery()
