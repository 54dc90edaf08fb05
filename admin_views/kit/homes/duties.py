"""What waits for a lead sponsor's word, gathered from every noun, so that it cannot be missed?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import g
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


Find = Callable[[Session, int], list[Duty]]
_finders: list[tuple[int, Find]] = []


def duty(order: int = 100) -> Callable[[Find], Find]:
    """Register what may wait for a sponsor: `def signatures(session, sponsor_id) -> list[Duty]`."""

    def mark(find: Find) -> Find:
        _finders.append((order, find))
        return find

    return mark


def duties_of(session: Session, sponsor_id: int) -> list[Duty]:
    """Everything that waits for a sponsor, in the nouns' order."""
    return [
        waiting for _, find in sorted(_finders, key=lambda known: known[0]) for waiting in find(session, sponsor_id)
    ]


def own_duties() -> list[Duty]:
    """What waits for the sponsor who asks; nothing for everybody else. Read once a request."""
    asked = actor()
    if asked.role is not Role.SPONSOR or asked.person_id is None or "database_session" not in g:
        return []
    if "own_duties" not in g:
        g.own_duties = duties_of(g.database_session, asked.person_id)
    return list(g.own_duties)


def waiting_count() -> int:
    """How many things wait for the sponsor who asks; 0 for everybody else."""
    return len(own_duties())
