"""Whose rows are planted on the wall, and how does each table get one of each?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.db import Base
from models.partnership.agencies import Agency
from models.partnership.people import Person
from tests import make

T = TypeVar("T", bound=Base)
DAY = date(2026, 1, 5)


class Whose(StrEnum):
    """The rows of each table. The first three belong to one agency, whose member tries everything."""

    MINE = "mine"
    COLLEAGUES = "a colleague's"
    SHUT = "mine, but closed or not released"
    THEIRS = "another agency's"


@dataclass
class Side:
    """One row of every table that belongs together: made on demand, each by the maker of its table."""

    whose: Whose
    session: Session
    agency: Agency
    person: Person
    rows: dict[str, Base] = field(default_factory=dict)
    twin: Side | None = None

    @property
    def is_shut(self) -> bool:
        return self.whose is Whose.SHUT

    @property
    def name(self) -> str:
        return self.whose.name.lower()

    def row(self, model: type[T]) -> T:
        """This side's row of a table."""
        table = model.__tablename__
        if table not in self.rows:
            self.rows[table] = self.kept(MAKERS[table](self))
        return cast("T", self.rows[table])

    def id(self, model: type[Base]) -> int:
        return int(cast("Any", self.row(model)).id)

    def kept(self, record: T) -> T:
        """A row beside the one of its table, written."""
        self.session.add(record)
        self.session.flush()
        return record


Maker = Callable[[Side], Base]
MAKERS: dict[str, Maker] = {}


def makes(model: type[Base], *, once_per_person: bool = False) -> Callable[[Maker], Maker]:
    """Register the maker of a table's rows; where one person has one row only, what is closed stays the open one."""

    def registered(maker: Maker) -> Maker:
        def made(side: Side) -> Base:
            return side.twin.row(model) if once_per_person and side.twin else maker(side)

        MAKERS[model.__tablename__] = made
        return maker

    return registered


def make_sides(session: Session) -> dict[Whose, Side]:
    """The four sides, with nothing but their agencies and people yet."""
    ours, theirs = make.agency(session, "Ours"), make.agency(session, "Theirs")
    me, colleague, stranger = (
        make.person(session, Role.AGENCY_MEMBER, agency=agency, name=name)
        for agency, name in ((ours, "Me"), (ours, "Colleague"), (theirs, "Stranger"))
    )
    mine = Side(Whose.MINE, session, ours, me)
    return {
        Whose.MINE: mine,
        Whose.COLLEAGUES: Side(Whose.COLLEAGUES, session, ours, colleague),
        Whose.SHUT: Side(Whose.SHUT, session, ours, me, twin=mine),
        Whose.THEIRS: Side(Whose.THEIRS, session, theirs, stranger),
    }
