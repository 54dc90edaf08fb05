"""What is a person's own to do, how much of each kind, and by when?

The one source of it: the home page counts it, the lists behind the home page's entries show exactly what was counted,
and the calendar holds what has a day. The kinds themselves stand in `models/reminders/task_kinds.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.addresses import address_by_id, list_address
from models.core.db import Base
from models.core.labels import label_of
from models.reviews.review_writes import review_id_column
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import noun_of
from models.rules.core.due_dates import DueDate, due_sentence

FILTER = "waits"
"""The question of a list that narrows it to one pile of the asking person's tasks."""

MOST = 2000
"""Dates that one calendar holds."""

ALL_HUBS = " (all hubs)"
_WAITED_FOR = 10  # kinds up to this order hold up somebody else: signatures, decisions


class When(StrEnum):
    """Which tasks of a kind: past their day, with their day still to come, or of a kind without days."""

    OVERDUE = "overdue"
    DUE = "due"
    OPEN = "open"


@dataclass(frozen=True)
class Deed:
    """What is to be done with one row, with room for its name, and with several, with room for their number."""

    verb: str
    one: str
    many: str


@dataclass(frozen=True)
class TaskKind:
    """A kind of thing that people of some roles have to do: the rows of a table for which `is_mine` holds.

    `nouns` are for one and for more, with their verb where the kind has no days. `due_on` is the day of a row, and
    `title` its words in a calendar, which say references only: no names, no texts. `ahead` days before its day a row
    comes to the home page; None puts everything there at once. `page` says where a row is done, if not on its own page:
    the address by a key, and the column with that key.
    `is_of_hubs` are kinds of which an administrator has those of every hub. `deed` says what is to be done; a row is
    called by its `name`, or by the words people know it by.
    """

    code: str
    order: int
    table: type[Base]
    nouns: tuple[str, str]
    roles: frozenset[Role]
    is_mine: Callable[[Actor, date], ColumnElement[bool]]
    due_on: Any = None
    title: Any = None
    ahead: int | None = None
    page: tuple[Callable[[int], str], Any] | None = None
    is_of_hubs: bool = False
    deed: Deed = Deed("Open", "{}", "{}")
    name: Any = None

    def where(self, actor: Actor, on: date, when: When) -> ColumnElement[bool]:
        """The condition on the table's rows for one pile of the person's tasks on a day."""
        return and_(self.is_mine(actor, on), self._when(on, when))

    def _when(self, on: date, when: When) -> ColumnElement[bool]:
        if when is When.OPEN:
            return true()
        if when is When.OVERDUE:
            return and_(self.due_on < on)
        is_to_come = and_(self.due_on >= on)
        return is_to_come if self.ahead is None else and_(is_to_come, self.due_on <= on + timedelta(days=self.ahead))

    @property
    def piles(self) -> tuple[When, ...]:
        """Which piles its tasks make."""
        return (When.OPEN,) if self.due_on is None else (When.OVERDUE, When.DUE)

    @property
    def key(self) -> Any:
        """The key of the table's rows."""
        return self.table.__mapper__.primary_key[0]

    def address(self, page_id: int) -> str:
        """The page on which one task is done."""
        return self.page[0](page_id) if self.page else address_by_id(self.table, page_id)

    @property
    def page_id(self) -> Any:
        """The key of the page on which one task is done."""
        return self.page[1] if self.page else self.key

    def list_address(self, when: When, review_id: int | None = None) -> str:
        """The list that has exactly one pile of the asking person's tasks, oldest due first; or of one review's."""
        sort = None if self.due_on is None else self.due_on.key
        return list_address(self.table, **{FILTER: f"{self.code}-{when}", "sort": sort, "review_id": review_id})


@dataclass(frozen=True)
class Pile:
    """How many tasks of a kind a person has, the first day of them, and where they are done."""

    kind: TaskKind
    when: When
    count: int
    first_on: date | None
    page_id: int
    actor: Actor

    @property
    def address(self) -> str:
        """One task: its own page. Several: the list that has exactly these."""
        return self.kind.address(self.page_id) if self.count == 1 else self.kind.list_address(self.when)

    def words(self, on: date) -> str:
        """What stands beside the count on the home page."""
        is_everybodys = self.kind.is_of_hubs and self.actor.role is Role.ADMINISTRATOR
        of_whom = ALL_HUBS if is_everybodys else ""
        if self.first_on is None:
            return noun_of(self.count, *self.kind.nouns) + of_whom
        return due_sentence(self.count, self.kind.nouns, self.first_on, on) + of_whom


def kinds_for(kinds: tuple[TaskKind, ...], actor: Actor) -> list[TaskKind]:
    """The kinds that people of the actor's role may have."""
    return [kind for kind in kinds if actor.role in kind.roles]


def piles_of(session: Session, kinds: tuple[TaskKind, ...], actor: Actor, on: date) -> list[Pile]:
    """What a person has to do on a day, pile by pile, in the kinds' order; only what there is of it.

    The session acts as that person. One statement, whatever the number of kinds.
    """
    wanted = [(kind, when) for kind in kinds_for(kinds, actor) for when in kind.piles]
    if not wanted:
        return []
    counts = [_count(number, kind, when, actor, on) for number, (kind, when) in enumerate(wanted)]
    rows = session.execute(union_all(*counts)).all()
    piles = [_pile(wanted[row[0]], actor, row[1:]) for row in sorted(rows, key=lambda row: row[0]) if row[1]]
    return sorted(piles, key=lambda pile: pile.kind.order)


@dataclass(frozen=True)
class Task:
    """One thing to do, or several of a kind for one review: what, by when, where, and for which review."""

    kind: TaskKind
    when: When
    count: int
    what: str
    due_on: date | None
    address: str
    review_id: int | None
    review: str

    @property
    def is_late(self) -> bool:
        return self.when is When.OVERDUE


def tasks_of(session: Session, kinds: tuple[TaskKind, ...], actor: Actor, on: date, most: int = 10) -> list[Task]:
    """The first things a person has to do on a day, what is late first.

    Several of one kind, for one review, stand together, and lead to the list of exactly these. The session acts as that
    person. One statement, whatever the number of kinds.
    """
    wanted = [(kind, when) for kind in kinds_for(kinds, actor) for when in kind.piles]
    if not wanted:
        return []
    grouped = [_grouped(number, kind, when, actor, on) for number, (kind, when) in enumerate(wanted)]
    tasks = [_task(*wanted[row[0]], row) for row in session.execute(union_all(*grouped))]
    return sorted(tasks, key=lambda task: (_turn(task), task.due_on or on, task.kind.order, task.what))[:most]


def _turn(task: Task) -> int:
    """What is late comes first, then what others wait for, then what has a day, then the rest."""
    if task.is_late:
        return 0
    if task.due_on is None:
        return 1 if task.kind.order <= _WAITED_FOR else 3
    return 2


def _grouped(number: int, kind: TaskKind, when: When, actor: Actor, on: date) -> Any:
    """A pile's rows by review: how many, the first day, what the first is called, and where it is done."""
    table: Any = kind.table.__table__
    review_id = cast(review_id_column(table), Integer).label("review_id")
    name = cast(label_of(kind.table) if kind.name is None else kind.name, Text).label("name")
    due_on = cast(null() if kind.due_on is None else kind.due_on, Date).label("due_on")
    own = select(review_id, name, due_on, kind.page_id.label("page_id")).select_from(kind.table)
    rows = own.where(kind.where(actor, on, when)).subquery()
    title = select(ThematicReview.title).where(ThematicReview.id == rows.c.review_id).scalar_subquery()
    columns = func.count(), func.min(rows.c.name), func.min(rows.c.due_on), func.min(rows.c.page_id)
    return select(literal(number), *columns, rows.c.review_id, title).group_by(rows.c.review_id)


def _task(kind: TaskKind, when: When, row: Any) -> Task:
    _, count, name, due_on, page_id, review_id, review = row
    what = kind.deed.one.format(name) if count == 1 else kind.deed.many.format(count)
    address = kind.address(page_id) if count == 1 else kind.list_address(when, review_id)
    return Task(kind, when, count, what, due_on, address, review_id, review or "")


def _pile(which: tuple[TaskKind, When], actor: Actor, counted: Sequence[Any]) -> Pile:
    count, first_on, page_id = counted
    return Pile(which[0], which[1], count, first_on, page_id, actor)


def _count(number: int, kind: TaskKind, when: When, actor: Actor, on: date) -> Select[*tuple[Any, ...]]:
    first = cast(null() if kind.due_on is None else func.min(kind.due_on), Date)
    counted = select(literal(number), func.count(), first, func.coalesce(func.min(kind.page_id), 0))
    return counted.select_from(kind.table).where(kind.where(actor, on, when))


def due_dates(session: Session, kinds: tuple[TaskKind, ...], actor: Actor, on: date) -> list[DueDate]:
    """Every task of a person that has a day, each once, earliest first, at most MOST; the session acts as that person.

    That is all that the home page lists as due or overdue, and what comes later than that page looks ahead.
    """
    dates = {due.key: due for kind in kinds_for(kinds, actor) for due in _dates(session, kind, actor, on)}
    return sorted(dates.values(), key=lambda due: (due.due_on, due.key))[:MOST]


def _dates(session: Session, kind: TaskKind, actor: Actor, on: date) -> Iterator[DueDate]:
    if kind.due_on is None:
        return
    dated = select(kind.key, kind.due_on, kind.title, kind.page_id).select_from(kind.table)
    mine = dated.where(kind.is_mine(actor, on), kind.due_on.is_not(None)).order_by(kind.due_on).limit(MOST)
    for key, due_on, title, page_id in session.execute(mine):
        yield DueDate(f"{kind.table.__tablename__}-{key}", due_on, title, kind.address(page_id))
