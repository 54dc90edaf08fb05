"""Who tries the wall: each role of the database, with a person and without, and what each should reach of a table."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from models.core.access import STAFF_ROLES, Actor, DatabaseRole
from models.core.db import become
from tests.wall.owners import NO_LINK, OWN_PERSON, Owned, Scope
from tests.wall.rows_of_reviews import token_of
from tests.wall.sides import Side, Whose

ALL = frozenset(Whose)


@dataclass(frozen=True)
class Caller:
    """One who tries: the role, the side whose person or whose survey's link they come with, if any."""

    name: str
    role: DatabaseRole
    comes_as: Whose | None = None

    def __str__(self) -> str:
        return self.name

    def enter(self, connection: Connection, sides: dict[Whose, Side]) -> None:
        """Run the rest of the transaction as the portal runs it for this caller."""
        side = sides[self.comes_as] if self.comes_as else None
        become(connection, self._actor(side))

    def _actor(self, side: Side | None) -> Actor:
        if self.role is DatabaseRole.AGENCY and side:
            return side.person.actor()
        if self.role in STAFF_ROLES and side:
            return Actor(self.role, side.person.id, agency_ids=())
        return Actor(self.role, survey_token=token_of(side) if side else "")

    def reach(self, owned: Owned, verb: str) -> frozenset[Whose]:
        """Whose rows the caller should reach with `read`, `add`, `change` or `remove`."""
        if self.role in (*STAFF_ROLES, DatabaseRole.SIGN_IN, DatabaseRole.SYSTEM):
            return self._of_all(owned, verb) if verb in owned.verbs_of(self.role) else frozenset()
        if self.role is DatabaseRole.DOOR:
            return frozenset()
        if owned.read_by_all and verb == "read":
            return ALL
        if self.role is DatabaseRole.PUBLIC:
            links = {"read": owned.public_read, "add": owned.public_add}.get(verb, NO_LINK)
            return frozenset({self.comes_as} & links) if self.comes_as else frozenset()
        scope: Scope = {"read": owned.read, "add": owned.add, "change": owned.change, "remove": owned.remove}[verb]
        return scope.whose if self.comes_as or scope.for_anybody else frozenset()

    def _of_all(self, owned: Owned, verb: str) -> frozenset[Whose]:
        """Of the rows of every agency, those that somebody with the verb reaches: all, or those in their own name."""
        is_few = self.role in (DatabaseRole.SPONSOR, DatabaseRole.MANAGER, DatabaseRole.READER)
        is_officer = self.role is DatabaseRole.OFFICER
        is_own = owned.own_reads if verb == "read" else owned.own
        is_bound = is_own and (
            is_few or (is_officer and verb == "add") or (owned.binds_all and self.role in STAFF_ROLES)
        )
        return OWN_PERSON.whose if is_bound else ALL


ADMINISTRATOR = Caller("an administrator", DatabaseRole.ADMINISTRATOR, Whose.MINE)
OFFICER = Caller("an officer", DatabaseRole.OFFICER, Whose.MINE)
SPONSOR = Caller("a sponsor", DatabaseRole.SPONSOR, Whose.MINE)
MANAGER = Caller("a manager of no agency", DatabaseRole.MANAGER, Whose.MINE)
READER = Caller("a board viewer", DatabaseRole.READER, Whose.MINE)
SIGN_IN = Caller("sign-in", DatabaseRole.SIGN_IN)
SYSTEM = Caller("the portal itself", DatabaseRole.SYSTEM)
MEMBER = Caller("a member of an agency", DatabaseRole.AGENCY, Whose.MINE)
ANSWERERS = (
    Caller("the public with the link to an open survey", DatabaseRole.PUBLIC, Whose.MINE),
    Caller("the public with the link to a survey that is over", DatabaseRole.PUBLIC, Whose.COLLEAGUES),
    Caller("the public with the link to a closed survey", DatabaseRole.PUBLIC, Whose.SHUT),
    Caller("the public with the link to a survey that is still to come", DatabaseRole.PUBLIC, Whose.THEIRS),
    Caller("the public without a link", DatabaseRole.PUBLIC),
)
OTHER_LINKS = ANSWERERS[1:]
FREE = (ADMINISTRATOR, OFFICER, SPONSOR, MANAGER, READER, SIGN_IN, SYSTEM)
"""Who is bound by no agency."""
AT_THE_DOOR = Caller("whoever is not known yet", DatabaseRole.DOOR)
CALLERS = (
    *FREE,
    AT_THE_DOOR,
    MEMBER,
    Caller("an agency's role without a person", DatabaseRole.AGENCY),
    *ANSWERERS,
)


def callers_of(owned: Owned) -> tuple[Caller, ...]:
    """Who tries a table: every role, and whoever comes by the other links where the public reaches anything at all."""
    return (
        CALLERS
        if owned.public_read or owned.public_add or owned.read_by_all
        else tuple(caller for caller in CALLERS if caller not in OTHER_LINKS)
    )
