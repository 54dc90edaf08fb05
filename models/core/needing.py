"""Which records need a record, so that it cannot be deleted?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Select, String, cast, literal, select, union_all
from sqlalchemy import inspect as mapping_of
from sqlalchemy.orm import Session

from models.core.db import Base
from models.core.record_names import may_read

_OF_A_KIND = 4


def needing(session: Session, record: Base) -> list[str]:
    """The records that a record's deletion would have to leave without it, as `table:key`: at most four of a kind.

    One statement, as the person who asks; what they may not see is not among them, and the database refuses all the
    same. What is deleted or emptied along with the record does not need it.
    """
    asked = list(_asked(session, record))
    if not asked:
        return []
    return list(session.scalars(union_all(*asked)))


def _asked(session: Session, record: Base) -> Iterator[Select[Any]]:
    role, key = session.info["actor"].database_role, mapping_of(record).identity
    for table in sorted({known.class_ for known in Base.registry.mappers}, key=lambda known: str(known.__table__)):
        kept: Any = table
        columns = [column for column in _holding(type(record)) if column.table is kept.__table__]
        if not hasattr(kept, "id") or not key or not may_read(role, kept, "id"):
            continue
        for column in columns:
            if may_read(role, kept, column.name):
                named = literal(f"{kept.__tablename__}:") + cast(kept.id, String)
                few = (
                    select(named.label("named")).where(column == key[0]).order_by(kept.id).limit(_OF_A_KIND).subquery()
                )
                yield select(few.c.named)


def _holding(model: type[Base]) -> Iterator[Column[Any]]:
    """The columns that point to a model's rows and neither go with them nor are emptied."""
    goes_along = {
        relation.mapper.local_table for relation in mapping_of(model).relationships if relation.cascade.delete
    }
    for table in Base.metadata.tables.values():
        for foreign_key in table.foreign_keys:
            points_here = foreign_key.column.table is model.__table__ and table not in goes_along
            if points_here and foreign_key.ondelete not in ("CASCADE", "SET NULL"):
                yield foreign_key.parent
