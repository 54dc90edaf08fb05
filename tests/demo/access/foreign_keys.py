"""Which records are another's, and which rows refer to one of them?

Another's is what the database does not let somebody of an agency read; for an officer what hangs on a hub they do not
run, for a sponsor what hangs on a review that is not theirs; and within a form whatever hangs on another review than
the record that the form is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import text

from models.core.access import Actor, Role
from models.core.db import Base, become
from models.partnership.people import Person
from tests.demo.access.addresses import KEYED_BY_TWO
from tests.demo.access.strangers import NOTED
from tests.demo.access.world import World

REVIEWS, HUBS = "thematic_reviews", "hubs"
_HUBS_RUN = """SELECT id FROM hubs WHERE officer_id = :person UNION
SELECT hub_id FROM memberships WHERE person_id = :person AND seat = 'officer' AND starts_on <= current_date
AND coalesce(ends_on, current_date) >= current_date"""
_DEPTH = 4
"""Foreign keys that are followed from a row to its review or hub; an answer of a return is four away."""


@dataclass(frozen=True)
class Foreign:
    """The key of a record that somebody may not refer to, and whose it is."""

    table: str
    key: int
    whose: str

    def __str__(self) -> str:
        return f"{self.whose} {self.table} {self.key}"


@dataclass
class Others:
    """The records of others, by person; asked once for each table."""

    world: World
    known: dict[tuple[int, str], list[Foreign]] = field(default_factory=dict)
    traces: dict[Foreign, list[Any]] = field(default_factory=dict)

    def of(self, person: int, table: str) -> list[Foreign]:
        """Up to two records of a table that are another agency's, or another hub's or sponsor's."""
        if (person, table) not in self.known:
            self.known[person, table] = self._found(person, table)
        return self.known[person, table]

    def of_other_reviews(self, table: str, review_id: int | None) -> list[Foreign]:
        """The latest record of a table that hangs on another review than this one."""
        if review_id is None or table == REVIEWS or not _path(table, REVIEWS):
            return []
        keys = self._where(table, f"{_path(table, REVIEWS)} <> :owner", owner=review_id)
        return [Foreign(table, key, "another review's") for key in keys[-1:]]

    def hangs_on_a_hub(self, table: str) -> bool:
        """Whether the records of a table are a hub's, or hang on one by their foreign keys."""
        return bool(_path(table, HUBS))

    def of_own_hubs(self, person: int, table: str) -> int:
        """The latest record of a table that hangs on a hub which an officer runs, and that is not closed."""
        is_open = "t.status <> 'closed'" if "status" in Base.metadata.tables[table].columns else "true"
        return self._where(table, f"{is_open} AND {_path(table, HUBS)} IN ({_HUBS_RUN})", person=person)[-1]

    def review_of(self, table: str, key: int) -> int | None:
        """The review that a row hangs on, if any."""
        path = _path(table, REVIEWS)
        if not path:
            return None
        with self.world.session() as session:
            found = session.scalar(text(f'SELECT {path} FROM "{table}" t WHERE t.id = :key'), {"key": key})
        return int(found) if found is not None else None

    def touched(self, tried: Iterable[Foreign]) -> list[Foreign]:
        """Those of the records that are not as they were, or to which a row refers that did not before."""
        return [foreign for foreign in tried if self._traces(foreign) != self.traces[foreign]]

    def remember(self, tried: Iterable[Foreign]) -> None:
        """How the records stand, and who refers to them, while nothing was tried yet."""
        for foreign in tried:
            if foreign not in self.traces:
                self.traces[foreign] = self._traces(foreign)

    def _traces(self, foreign: Foreign) -> list[Any]:
        with self.world.session() as session:
            return list(session.scalars(text(_traces_of(foreign.table)), {"key": foreign.key}))

    def _found(self, person: int, table: str) -> list[Foreign]:
        if table in KEYED_BY_TWO or "id" not in Base.metadata.tables[table].columns:
            return []
        actor = self._actor(person)
        if actor.is_agency_bound:
            return [Foreign(table, key, "another agency's") for key in self._unread(actor, table)]
        if actor.role is Role.OFFICER and (path := _path(table, HUBS)):
            keys = self._where(table, f"{path} NOT IN ({_HUBS_RUN})", person=person)
            return [Foreign(table, key, "another hub's") for key in keys[-1:]]
        if actor.role is Role.SPONSOR and (path := _path(table, REVIEWS)):
            sponsor = f"(SELECT sponsor_id FROM {REVIEWS} WHERE id = {path})"
            keys = self._where(table, f"{sponsor} <> :person", person=person)
            return [Foreign(table, key, "another sponsor's") for key in keys[-1:]]
        return []

    def _unread(self, actor: Actor, table: str) -> list[int]:
        """The other planted agency's row, and the last one of the demo, that the person may not read."""
        unread = self._unread_keys(actor, table)
        planted = [self.world.key(table)] if table in self.world.keys else []
        return list(dict.fromkeys([*(key for key in planted if key in unread), *unread[:1], *unread[-1:]]))[:2]

    def all_of(self, person: int, table: str) -> set[int]:
        """Every record of a table that somebody of an agency may not read; nothing for others."""
        actor = self._actor(person)
        return set(self._unread_keys(actor, table)) if actor.is_agency_bound else set()

    def _unread_keys(self, actor: Actor, table: str) -> list[int]:
        everything = self._where(table, "true")
        with self.world.undone():
            become(self.world.connection, actor)
            read = set(self.world.connection.scalars(text(f'SELECT id FROM "{table}"')))
        return [key for key in everything if key not in read]

    def _actor(self, person: int) -> Actor:
        with self.world.session() as session:
            somebody = session.get_one(Person, person)
            return Actor.person(somebody.id, somebody.role, somebody.agency_id)

    def _where(self, table: str, condition: str, **values: Any) -> list[int]:
        with self.world.session() as session:
            return list(session.scalars(text(f'SELECT t.id FROM "{table}" t WHERE {condition} ORDER BY t.id'), values))


@cache
def _path(table: str, goal: str, depth: int = _DEPTH, row: str = "t") -> str:
    """SQL for the review or hub that a row of a table hangs on, by its foreign keys; "" where it hangs on none."""
    if table == goal:
        return f"{row}.id"
    for column in sorted(Base.metadata.tables[table].columns, key=lambda column: bool(column.nullable)):
        target = next((key.column.table.name for key in column.foreign_keys), "")
        if not depth or target in ("", table, "people", "agencies"):
            continue
        if further := _path(target, goal, depth - 1, f"{row}_{depth}"):
            return f'(SELECT {further} FROM "{target}" {row}_{depth} WHERE {row}_{depth}.id = {row}."{column.name}")'
    return ""


@cache
def _traces_of(table: str) -> str:
    """A statement for a hash of a record and the count of the rows that refer to it by each foreign key."""
    parts = [f'SELECT 0 AS place, md5(t::text) AS trace FROM "{table}" t WHERE id = :key']
    columns = [
        (name, column.name)
        for name, known in sorted(Base.metadata.tables.items())
        for column in known.columns
        if name not in NOTED and any(key.column.table.name == table for key in column.foreign_keys)
    ]
    for place, (name, column) in enumerate(columns, 1):
        parts.append(f'SELECT {place}, count(*)::text FROM "{name}" WHERE "{column}" = :key')
    return f"SELECT trace FROM ({' UNION ALL '.join(parts)}) AS traces ORDER BY place"
