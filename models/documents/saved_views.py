"""Which ways to look at a list has somebody kept, with whom are they shared, and which of them go out every week?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import (
    ARRAY,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    Text,
    UniqueConstraint,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_PERSON, Actor, DatabaseRole, Role, RowPolicy
from models.core.db import Base, Record
from models.core.errors import RuleBroken
from models.core.words import must
from models.partnership.people import Person

MOST_VIEWS = 30
LONGEST_NAME = 60
LONGEST_ARGUMENTS = 2000
"""Characters of what a view asks of its list."""

MOST_ROWS = 20_000
"""So many rows a workbook holds that is made every week."""

BOOK_DAYS = 14
"""So long a workbook is kept that no later one has replaced."""

SHARERS = frozenset({Role.ADMINISTRATOR, Role.OFFICER})
_ROLES = ", ".join(f"'{role.value}'" for role in Role)
_MINE = f"owner_id = {OWN_PERSON}"
_SHARED_WITH_ME = (
    f"EXISTS (SELECT FROM people p WHERE p.id = {OWN_PERSON} AND shared_with @> ARRAY[CAST(p.role AS text)])"
)
_SHARING = f"current_user IN ('{DatabaseRole.ADMINISTRATOR}', '{DatabaseRole.OFFICER}')"
_KEPT_TO_MYSELF = f"{_MINE} AND shared_with = '{{}}'"
_CHANGED = "update (name, arguments, is_default, is_weekly, shared_with, row_version)"


class SavedView(Record):
    """One person's way to look at one list: columns, filters, words and order, under a name.

    `list_name` is the list's endpoint, `arguments` are those of its address. `place` is the order of one's own views,
    and so their number. Nobody but its owner changes a view; those of a role it is shared with read it.
    """

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint(
            "owner_id",
            "list_name",
            "name",
            name="view_named_once",
            info={"sentence": "You already have a view of that name for this list.", "field": "name"},
        ),
        UniqueConstraint(
            "owner_id", "place", info={"sentence": "You saved another view at the same moment; try again."}
        ),
        Index("ix_saved_views_default", "owner_id", "list_name", unique=True, postgresql_where=text("is_default")),
        Index("ix_saved_views_list", "list_name"),
        must(
            f"char_length(name) BETWEEN 1 AND {LONGEST_NAME}",
            name="view_name_short",
            sentence=f"A view's name has at most {LONGEST_NAME} characters.",
        ),
        must(
            f"char_length(CAST(arguments AS text)) <= {LONGEST_ARGUMENTS}",
            name="view_asks_little",
            sentence="This view asks too much: use fewer words and filters.",
        ),
        must(
            f"place BETWEEN 1 AND {MOST_VIEWS}",
            name="view_within_limit",
            sentence=f"You have {MOST_VIEWS} saved views, and that is the most: delete one first.",
        ),
        must(
            f"shared_with <@ ARRAY[{_ROLES}]",
            name="view_shared_with_roles",
            sentence="A view is shared with the portal's roles.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert", _CHANGED, "delete"),
        own=_MINE,
        own_reads=f"{_MINE} OR {_SHARED_WITH_ME}",
        own_leaves=f"{_MINE} AND (shared_with = '{{}}' OR {_SHARING})",
        binds_all=True,
        agency_reads=f"{_MINE} OR {_SHARED_WITH_ME}",
        agency_inserts=_KEPT_TO_MYSELF,
        agency_writes=_MINE,
        agency_leaves=_KEPT_TO_MYSELF,
        agency_deletes=_MINE,
        agency_updates=("name", "arguments", "is_default", "is_weekly", "shared_with", "row_version"),
        reason="How somebody looks at a list is theirs alone, administrators included, until they share it.",
        is_logged=False,
    )

    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    list_name: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    place: Mapped[int] = mapped_column(SmallInteger)
    is_default: Mapped[bool] = mapped_column(server_default="false")
    is_weekly: Mapped[bool] = mapped_column(server_default="false")
    shared_with: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")

    owner: Mapped[Person] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.name


class SavedViewBook(Base):
    """The last workbook that was made of a view for its owner, until the next one or for fourteen days."""

    __tablename__ = "saved_view_books"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert", "delete"),
        own=f"EXISTS (SELECT FROM saved_views v WHERE v.id = view_id AND v.owner_id = {OWN_PERSON})",
        own_reads=f"EXISTS (SELECT FROM saved_views v WHERE v.id = view_id AND v.owner_id = {OWN_PERSON})",
        binds_all=True,
        system=("select", "insert", "delete"),
        agency_reads=f"EXISTS (SELECT FROM saved_views v WHERE v.id = view_id AND v.owner_id = {OWN_PERSON})",
        agency_inserts=f"EXISTS (SELECT FROM saved_views v WHERE v.id = view_id AND v.owner_id = {OWN_PERSON})",
        agency_deletes=f"EXISTS (SELECT FROM saved_views v WHERE v.id = view_id AND v.owner_id = {OWN_PERSON})",
        reason="Rows taken out with the owner's rights are for the owner's eyes, whoever else may read the view.",
        is_logged=False,
    )

    view_id: Mapped[int] = mapped_column(ForeignKey("saved_views.id", ondelete="CASCADE"), primary_key=True)
    week_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    row_count: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class NewView:
    """A view that is still to be kept."""

    list_name: str
    name: str
    arguments: Mapping[str, str]
    is_default: bool = False
    is_weekly: bool = False
    shared_with: Collection[str] = field(default_factory=tuple)


def save_view(session: Session, actor: Actor, new: NewView) -> SavedView:
    """Keep a view of the acting person. Refuses a name they have for that list, a 31st view, and who may not share."""
    if not new.name:
        raise RuleBroken("Give the view a name.", field="name")
    _refuse_sharing(actor, new.shared_with)
    taken = set(session.scalars(select(SavedView.place).where(SavedView.owner_id == actor.person_id)))
    place = next(number for number in range(1, MOST_VIEWS + 2) if number not in taken)
    view = SavedView(**{**vars(new), "arguments": dict(new.arguments), "shared_with": sorted(new.shared_with)})
    view.owner_id, view.place, view.is_default = actor.person_id or 0, place, False
    session.add(view)
    session.flush()
    if new.is_default:
        open_first(session, view)
        session.flush()
    return view


def open_first(session: Session, view: SavedView) -> None:
    """Make a view the one that its owner's list opens with, in place of any other."""
    with session.no_autoflush:
        others = (SavedView.owner_id == view.owner_id, SavedView.list_name == view.list_name, SavedView.id != view.id)
        unset = update(SavedView).where(*others, SavedView.is_default).values(is_default=False)
        session.execute(unset.execution_options(synchronize_session="fetch"))
        view.is_default = True


def share_view(actor: Actor, view: SavedView, roles: Collection[str]) -> None:
    """Let the people of some roles read a view. Refuses who is neither administrator nor officer."""
    _refuse_sharing(actor, roles)
    view.shared_with = sorted(roles)


def _refuse_sharing(actor: Actor, roles: Collection[str]) -> None:
    if roles and actor.role not in SHARERS:
        raise RuleBroken("Only administrators and officers may share a view.", field="shared_with")


ASKING: Any = bindparam("views_of_person", type_=Integer)
"""The person who asks for the views of a list."""


@cache
def views_statement(name: str, list_name: str) -> Select[Any]:
    """The views of a list that the acting person may open, to be read together with other choices of the page.

    Each row has the name given, the view's id, and the rest as JSON. It is run with the person as `ASKING`.
    """
    facts = func.jsonb_build_object(
        *("name", SavedView.name, "arguments", SavedView.arguments, "place", SavedView.place),
        *("is_own", SavedView.owner_id == ASKING, "is_default", SavedView.is_default),
        *("is_weekly", SavedView.is_weekly, "is_shared", func.cardinality(SavedView.shared_with) > 0),
    )
    columns: tuple[Any, ...] = (literal(name).label("name"), SavedView.id.label("id"), cast(facts, Text).label("label"))
    return select(*columns).where(SavedView.list_name == list_name)


def weekly_views(session: Session) -> list[tuple[int, Person]]:
    """The views that go out every week, with their owners, of whoever still has access."""
    weekly = select(SavedView.id, Person).join(Person, Person.id == SavedView.owner_id)
    rows = session.execute(weekly.where(SavedView.is_weekly, Person.is_active).order_by(SavedView.id))
    return [(row[0], row[1]) for row in rows]


def week_of(day: date) -> date:
    """The Monday of a day's week.

    >>> week_of(date(2026, 11, 28))
    datetime.date(2026, 11, 23)
    """
    return day - timedelta(days=day.weekday())


def keep_book(session: Session, view: SavedView, content: bytes, *, row_count: int, week_on: date) -> None:
    """Keep the workbook of a week in place of the one before."""
    session.execute(delete(SavedViewBook).where(SavedViewBook.view_id == view.id))
    session.add(SavedViewBook(view_id=view.id, week_on=week_on, row_count=row_count, content=content))
    session.flush()


def has_book(session: Session, view: SavedView, week_on: date) -> bool:
    """Whether the workbook of that week is made."""
    known = select(SavedViewBook.view_id).where(SavedViewBook.view_id == view.id, SavedViewBook.week_on == week_on)
    return session.scalar(known) is not None


def book_of(session: Session, view_id: int) -> SavedViewBook | None:
    """The workbook that is kept of a view; None for whoever is not its owner."""
    return session.get(SavedViewBook, view_id)


def discard_books(session: Session, now: datetime) -> int:
    """Delete every workbook that is too old, and how many they were."""
    old = delete(SavedViewBook).where(SavedViewBook.made_at < now - timedelta(days=BOOK_DAYS))
    return len(session.execute(old.returning(SavedViewBook.view_id)).all())
