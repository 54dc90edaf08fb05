"""What does somebody of one agency try with what belongs to another, and what did it change?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from models.core.access import Actor, Role
from models.core.db import Base, become
from tests.demo.access.addresses import KEYED_BY_TWO, filled, records, table_of
from tests.demo.access.forms import filled_form
from tests.demo.access.stated import Asked, every_address, stated
from tests.demo.access.world import MARK, World
from tests.fingerprints import OF_THE_VISIT
from tests.wall.owners import EVERYBODY, EVERYBODY_ONCE_RELEASED, OWNERS
from tests.wall.sides import Whose

TABLE_OF_HOLE = {
    **{"review_id": "thematic_reviews", "agency_id": "agencies", "sample_id": "audit_samples"},
    **{"case_id": "sample_cases", "survey_id": "surveys", "product_id": "learning_products"},
    **{"sign_in_id": "sign_ins", "passkey_id": "passkeys", "account_id": "work_accounts"},
    "browser_id": "known_browsers",
}
"""The tables whose rows an address names by another word than `record_id`."""

NOTED = OF_THE_VISIT | {"looks"}
"""Tables in which it is noted that somebody came by, and that they were refused."""

OURS = (Whose.MINE, Whose.COLLEAGUES, Whose.SHUT)


@dataclass(frozen=True)
class Target:
    """An address with what belongs to another agency: the table it names, and whether the row is a planted one."""

    asked: Asked
    path: str
    table: str
    is_planted: bool

    @property
    def is_shared(self) -> bool:
        """Whether people of every agency may read the rows of that table, or each asks for their own by its number."""
        is_own = self.asked in stated().signed_in
        return is_own or OWNERS[self.table].read in (EVERYBODY, EVERYBODY_ONCE_RELEASED)


@dataclass
class Tally:
    """What came of the attempts."""

    requests: int = 0
    reads: int = 0
    writes: int = 0
    valid: int = 0
    faults: int = 0
    leaks: list[str] = field(default_factory=list)


def targets(world: World, *, of_the_demo: int) -> Iterator[Target]:
    """Every address that takes an id, with the other agency's, and with so many further rows that are not ours."""
    assert world.portal is not None
    for asked in every_address(world.portal):
        table = _named_table(asked.rule)
        if not table or table in KEYED_BY_TWO or asked in stated().public:
            continue
        foreign = [world.key(table)]
        ours = {world.key(table, whose) for whose in OURS}
        others = [key for key in records(world, table, 4 * of_the_demo) if key not in {*ours, *foreign}]
        for key in [*foreign, *others[:of_the_demo]]:
            for path in list(_paths(world, asked.rule, key))[:2]:
                yield Target(asked, path, table, key in foreign)


def _named_table(rule: str) -> str:
    """The table that the first number of an address is about; "" for addresses without one."""
    holes = re.findall(r"<int:(\w+)>", rule)
    if "record_id" in holes:
        return table_of(rule)
    return next((TABLE_OF_HOLE[hole] for hole in holes if hole in TABLE_OF_HOLE), "")


def _paths(world: World, rule: str, key: int) -> Iterator[str]:
    hole = "record_id" if "record_id" in rule else next(hole for hole in TABLE_OF_HOLE if f"<int:{hole}>" in rule)
    return filled(world, rule.replace(f"<int:{hole}>", str(key)), rule, key if hole == "record_id" else None)


def strangers(world: World) -> list[int]:
    """Members and managers of agencies that are not the other one: those of the planted agency first."""
    members, managers = world.people[Role.AGENCY_MEMBER], world.people[Role.MANAGER]
    return [members[0], managers[0], members[2], managers[1]]


def donors(world: World) -> list[int]:
    """People who may well send the forms of what belongs to the other agency."""
    theirs = world.sides[Whose.THEIRS].person.id
    return [world.people[Role.ADMINISTRATOR][0], *world.people[Role.OFFICER][:1], theirs, world.their_manager]


def valid_form(world: World, path: str) -> tuple[dict[str, Any], bool]:
    """The form of an address, filled in by somebody who may open it, and whether the portal takes it from them."""
    best: dict[str, Any] = {}
    for donor in donors(world):
        form = _shown_form(world, donor, path)
        if form is None:
            continue
        with world.answered(donor, path, method="POST", form=form) as taken:
            if taken.status_code == 302:
                return form, True
        best = best or form
    return best, False


def _shown_form(world: World, donor: int, path: str) -> dict[str, Any] | None:
    """The form that somebody sees at an address; an empty one where nothing is shown, None where they may not look."""
    with world.answered(donor, path) as answer:
        if answer.status_code == 405:
            return {}
        is_page = answer.status_code == 200 and answer.mimetype == "text/html"
        return filled_form(answer.text, path) if is_page else None


def written(world: World) -> dict[str, int]:
    """How many rows of each table this transaction has written or tried to write so far."""
    statement = (
        "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
        " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
    )
    return {name: int(count) for name, count in world.connection.execute(text(statement))}


def touched(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """The tables in which something was written, but for those in which every visit is noted."""
    return {name for name, count in after.items() if count != before.get(name, 0)} - NOTED


def of_theirs(world: World) -> dict[str, str]:
    """A hash of the other agency's rows in each table: the planted one, and whatever points to a planted one."""
    become(world.connection, Actor.system("test"))
    hashes = {}
    for name, table in sorted(Base.metadata.tables.items()):
        conditions = [f"id = {world.key(name)}"] if "id" in table.columns and name in world.keys else []
        for column in table.columns if name not in NOTED else ():
            target = next((key.column.table.name for key in column.foreign_keys), "")
            if target in world.keys:
                conditions.append(f'"{column.name}" = {world.key(target)}')
        if conditions:
            digest = "coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"
            found = world.connection.execute(text(f'SELECT {digest} FROM "{name}" t WHERE {" OR ".join(conditions)}'))
            hashes[name] = str(found.scalar_one())
    return hashes


def says_the_mark(content: bytes) -> bool:
    return MARK.encode() in content
