"""May whoever acts change what belongs to a review? Asked of every record that is saved, whichever screen or verb did.

An officer runs the reviews of their own hubs (DESIGN section 5); what belongs to no review, such as a tool of the bank,
is every officer's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, false, null, select
from sqlalchemy.orm import PassiveFlag, Session, attributes, object_mapper

from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.core.reading_once import asked_once
from models.partnership.memberships import hubs_run_by

NOT_YOURS = "You run the reviews of your own hubs only."
_REVIEWS = "thematic_reviews"
_OF_OTHERS = frozenset({"evidence_readers", "learning_uses", "reader_judgements"})
"""Tables below a review that are not the hub's to keep: who used what was learnt says so, wherever they work, and who
is asked to read a review's evidence judges it and hands in, whatever hub they run."""


@cache
def way_of(table: Table) -> tuple[Column[Any], ...]:
    """The columns by which rows of a table lead to their review, from row to row; empty where they belong to none.

    A row belongs to what it names as its review, and else to what takes it along when it is deleted.
    """
    if table.name in _OF_OTHERS:
        return ()
    columns = sorted((key.parent for key in table.foreign_keys), key=lambda column: column.name)
    ways: list[tuple[Column[Any], ...]] = [(column,) for column in columns if _named_by(column).table.name == _REVIEWS]
    ways += [(column, *way_of(_named_by(column).table)) for column in columns if _is_part_of_a_review(column)]
    return next(iter(ways), ())


def _is_part_of_a_review(column: Column[Any]) -> bool:
    above = _named_by(column).table
    is_part = any(key.ondelete == "CASCADE" for key in column.foreign_keys)
    return is_part and above is not column.table and bool(way_of(above))


def _named_by(column: Column[Any]) -> Column[Any]:
    """The column that a foreign key names."""
    return next(iter(column.foreign_keys)).column


def review_id_of(session: Session, record: Any) -> int | None:
    """The id of the review that a record belongs to; None where it belongs to none. No statement where it names it."""
    table: Any = object_mapper(record).local_table
    way = way_of(table)
    key = getattr(record, object_mapper(record).get_property_by_column(way[0]).key) if way else None
    if key is None or not way[1:]:
        return key
    return session.scalar(select(way[-1]).where(_named_by(way[0]) == key, *_steps(way[1:-1])))


def belongs_to_review(table: Table, review_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a row of the table belongs to the review; false for every row of a table that leads to none."""
    way = way_of(table)
    if not way[1:]:
        return way[0] == review_id if way else false()
    return way[0].in_(select(_named_by(way[0])).where(way[-1] == review_id, *_steps(way[1:-1])))


def review_id_column(table: Table) -> ColumnElement[Any]:
    """The id of each row's review, beside the row in a statement about the table; nothing where it leads to none."""
    way = way_of(table)
    if not way[1:]:
        return way[0] if way else null()
    return select(way[-1]).where(_named_by(way[0]) == way[0], *_steps(way[1:-1])).correlate(table).scalar_subquery()


def _steps(columns: Iterable[Column[Any]]) -> list[ColumnElement[bool]]:
    return [column == _named_by(column) for column in columns]


def refuse_reviews_of_other_hubs(session: Session, records: Iterable[Any]) -> None:
    """Refuse with `RuleBroken` when an officer has changed what belongs to a review of a hub they do not run.

    What is moved from one review to another must be theirs before and after.
    """
    actor = session.info["actor"]
    if actor.role is not Role.OFFICER:
        return
    own = hubs_run_by(actor.person_id, today())
    for hubs in _hubs_of(records):
        if session.scalar(hubs.where(hubs.selected_columns[0].not_in(own)).limit(1)) is not None:
            raise RuleBroken(NOT_YOURS)


@asked_once
def runs_review_of(session: Session, record: Any) -> bool:
    """Whether whoever acts may change a record as far as its review is concerned; true where it has none."""
    try:
        refuse_reviews_of_other_hubs(session, [record])
    except RuleBroken:
        return False
    return True


def _hubs_of(records: Iterable[Any]) -> Iterator[Select[Any]]:
    """The hubs of the reviews that records belong to or have belonged to, a statement for each way to a review."""
    named: dict[tuple[Column[Any], ...], set[int]] = defaultdict(set)
    for record in records:
        table: Any = object_mapper(record).local_table
        if way := (table.c.hub_id,) if table.name == _REVIEWS else way_of(table):
            named[way] |= _values(record, way[0])
    return (_hubs_by(way, keys) for way, keys in named.items() if keys)


def _values(record: Any, column: Column[Any]) -> set[int]:
    """What a record has, and had, in the column."""
    key = object_mapper(record).get_property_by_column(column).key
    before = attributes.get_history(record, key, PassiveFlag.PASSIVE_NO_FETCH).deleted or ()
    return {value for value in (getattr(record, key), *before) if value is not None}


def _hubs_by(way: Sequence[Column[Any]], keys: Iterable[int]) -> Select[Any]:
    """The hub ids that rows lead to whose first column has one of these values."""
    if way[0].table.name == _REVIEWS:
        return select(_named_by(way[0])).where(_named_by(way[0]).in_(keys))
    hub = _named_by(way[-1]).table.c.hub_id
    return select(hub).where(_named_by(way[0]).in_(keys), *_steps(way[1:]))
