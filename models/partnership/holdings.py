"""What does a person still hold, and how is it handed on when they leave?

Each noun that is somebody's own says so beside its table, by `holding`: open actions, audits in hand, reviews
sponsored, hubs run, seats in hubs. What somebody has done stays theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from models.core.db import Record
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.rules.core.counts import count_words

HandOn = Callable[[Session, Any, Person, date], None]


@dataclass(frozen=True)
class HoldingKind:
    """A kind of thing that is one person's own: the column with its holder, and the condition while it is open.

    `hand_on(session, record, successor, on)` gives one of them to somebody else, by the noun's own rules.
    `is_of_role` kinds go to somebody of the same role only; all of them stay within the agency.
    """

    code: str
    table: type[Record]
    holder: Any
    nouns: tuple[str, str]
    is_open: Callable[[date], ColumnElement[bool]]
    hand_on: HandOn
    is_of_role: bool = True

    def held_by(self, person_id: int, on: date) -> ColumnElement[bool]:
        """Whether a row of the table is open on a day and held by a person."""
        held: ColumnElement[bool] = (self.holder == person_id) & self.is_open(on)
        return held


@dataclass(frozen=True)
class Held:
    """How many open things of one kind a person holds."""

    kind: HoldingKind
    count: int

    @property
    def words(self) -> str:
        return count_words(self.count, *self.kind.nouns)


_kinds: list[HoldingKind] = []


def holding(kind: HoldingKind) -> HoldingKind:
    """Register what may be a person's own."""
    _kinds.append(kind)
    return kind


def holding_kinds() -> list[HoldingKind]:
    """Every kind of thing that may be a person's own, by its words."""
    return sorted(_kinds, key=lambda kind: kind.nouns[1])


def held_by(session: Session, person: Person, on: date) -> list[Held]:
    """What a person still holds on a day, as far as the session's actor may see it; kinds of which there is none are
    left out."""
    counts = [
        Held(kind, session.scalar(select(func.count(kind.table.id)).where(kind.held_by(person.id, on))) or 0)
        for kind in holding_kinds()
    ]
    return [held for held in counts if held.count]


def successors(kind: HoldingKind, person: Person) -> Select[Person]:
    """Who may be given what a person holds: active, of the same agency or likewise of none, of the role where asked."""
    people = select(Person).where(Person.is_active, Person.id != person.id)
    people = people.where(Person.agency_id.is_not_distinct_from(person.agency_id))
    return people.where(Person.role == person.role) if kind.is_of_role else people


def hand_on(session: Session, person: Person, to: dict[str, Person], *, on: date) -> list[str]:
    """Give what a person holds to the successors named by kind, all of it or none; returns what went to whom.

    Refuses nobody named, a successor who may not take it, and what the noun's own rules refuse.
    """
    if not to:
        raise RuleBroken("Choose who takes over at least one of these.")
    given = [(kind, to[kind.code]) for kind in holding_kinds() if kind.code in to]
    return [_given(session, kind, person, successor, on) for kind, successor in given]


def _given(session: Session, kind: HoldingKind, person: Person, successor: Person, on: date) -> str:
    if session.scalar(successors(kind, person).where(Person.id == successor.id)) is None:
        raise RuleBroken(f"{successor.name} cannot take over {kind.nouns[1]} of {person.name}.")
    held = select(kind.table).where(kind.held_by(person.id, on)).order_by(kind.table.id).with_for_update()
    records = session.scalars(held).all()
    for record in records:
        kind.hand_on(session, record, successor, on)
        record.check(session)
    session.flush()
    return f"{count_words(len(records), *kind.nouns)} to {successor.name}"


def give_to(column: str) -> HandOn:
    """For kinds whose holder is one column and needs no more: names the successor there."""

    def give(session: Session, record: Any, successor: Person, on: date) -> None:
        setattr(record, column, successor.id)

    return give
