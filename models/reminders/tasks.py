"""What is a person's own to do, how much of each kind, and by when?

The one source of it: the home page counts it, the lists behind the home page's entries show exactly what was counted,
and the calendar holds what has a day. The kinds themselves stand in `models/reminders/task_kinds.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.addresses import address_by_id, list_address
from models.core.db import Base
from models.reminders.whose import Undone, Whose
from models.reviews.own_reviews import of_followed_review
from models.reviews.review_writes import review_id_column, way_of
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import DueDate

FILTER = "waits"
"""The question of a list that narrows it to one pile of the asking person's tasks."""

MOST = 2000
"""Dates that one calendar holds."""


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
    called by its `name`, or by the words people know it by. `undone` is how people see it whose task it is not; None
    where nobody else is shown it.
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
    undone: Undone | None = None

    def where(self, actor: Actor, on: date, when: When, whose: Whose = Whose.MINE) -> ColumnElement[bool]:
        """The condition on the table's rows for one pile of the person's tasks on a day, or of those of others."""
        return and_(self._of(whose, actor, on), self._when(on, when))

    def _of(self, whose: Whose, actor: Actor, on: date) -> ColumnElement[bool]:
        if whose is Whose.MINE or self.undone is None:
            return self.is_mine(actor, on)
        is_open = self.undone.rows(on)
        if whose is Whose.AGENCY:
            return and_(is_open, self.undone.agency.in_(actor.agency_ids))
        return is_open if whose is Whose.ALL else and_(is_open, of_followed_review(self.review_id, actor, on))

    def is_in(self, whose: Whose, actor: Actor) -> bool:
        """Whether people of the actor's role may have such tasks, or may ask for those of others."""
        if whose is Whose.MINE or self.undone is None:
            return whose is Whose.MINE and actor.role in self.roles
        if whose is Whose.AGENCY:
            return self.undone.agency is not None and bool(self.roles & {Role.MANAGER, Role.AGENCY_MEMBER})
        table: Any = self.table.__table__
        return whose is Whose.ALL or self.table is ThematicReview or bool(way_of(table))

    @property
    def review_id(self) -> Any:
        """The id of the review that a row belongs to, beside the row in a statement about the table."""
        table: Any = self.table.__table__
        return ThematicReview.id if self.table is ThematicReview else review_id_column(table)

    def nouns_for(self, whose: Whose) -> tuple[str, str]:
        """The nouns for one and for more, as one's own or as others'."""
        is_own = whose is Whose.MINE or self.undone is None or self.undone.nouns is None
        return self.nouns if is_own else self.undone.nouns  # type: ignore[union-attr,return-value]

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

    def address(self, page_id: int, whose: Whose = Whose.MINE) -> str:
        """The page on which one task is done; that of the row where it is another's to do."""
        is_own_page = self.page is None or whose is not Whose.MINE
        return address_by_id(self.table, page_id) if is_own_page else self.page[0](page_id)  # type: ignore[index]

    def page_id(self, whose: Whose = Whose.MINE) -> Any:
        """The key of the page on which one task is done, or where it is read."""
        return self.page[1] if self.page and whose is Whose.MINE else self.key

    def pile_code(self, when: When, whose: Whose = Whose.MINE) -> str:
        """What a list is asked for to show one pile."""
        return f"{self.code}-{when}" if whose is Whose.MINE else f"{self.code}-{when}-{whose}"

    def list_address(self, when: When, review_id: int | None = None, whose: Whose = Whose.MINE) -> str:
        """The list that has exactly one pile of the asking person's tasks, oldest due first; or of one review's."""
        sort = None if self.due_on is None else self.due_on.key
        return list_address(self.table, **{FILTER: self.pile_code(when, whose), "sort": sort, "review_id": review_id})


def kinds_for(kinds: Iterable[TaskKind], actor: Actor, whose: Whose = Whose.MINE) -> list[TaskKind]:
    """The kinds that people of the actor's role may have, or may ask for as others'."""
    return [kind for kind in kinds if kind.is_in(whose, actor)]


def due_dates(session: Session, kinds: tuple[TaskKind, ...], actor: Actor, on: date) -> list[DueDate]:
    """Every task of a person that has a day, each once, earliest first, at most MOST; the session acts as that person.

    That is all that the home page lists as due or overdue, and what comes later than that page looks ahead.
    """
    dates = {due.key: due for kind in kinds_for(kinds, actor) for due in _dates(session, kind, actor, on)}
    return sorted(dates.values(), key=lambda due: (due.due_on, due.key))[:MOST]


def _dates(session: Session, kind: TaskKind, actor: Actor, on: date) -> Iterator[DueDate]:
    if kind.due_on is None:
        return
    dated = select(kind.key, kind.due_on, kind.title, kind.page_id()).select_from(kind.table)
    mine = dated.where(kind.is_mine(actor, on), kind.due_on.is_not(None)).order_by(kind.due_on).limit(MOST)
    for key, due_on, title, page_id in session.execute(mine):
        yield DueDate(f"{kind.table.__tablename__}-{key}", due_on, title, kind.address(page_id))
