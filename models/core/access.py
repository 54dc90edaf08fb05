"""Who may see and change which rows, and how does the database itself enforce it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from models.core.choices import Choice

OWN_AGENCIES = "((select string_to_array(current_setting('app.agency_ids', true), ',')::int[])::int[])"
OWN_PERSON = "(select nullif(current_setting('app.user_id', true), '')::int)"
EVERYTHING = "true"
Verbs = tuple[str, ...]


class Role(Choice):
    """What a person is in the partnership; DESIGN section 5 says what each may do.

    >>> Role.SPONSOR.label
    'Lead sponsor'
    """

    ADMINISTRATOR = "administrator"
    OFFICER = "officer", "Quality Learning and Improvement Officer"
    SPONSOR = "sponsor", "Lead sponsor"
    MANAGER = "manager"
    AGENCY_MEMBER = "agency_member"
    BOARD_VIEWER = "board_viewer"


class DatabaseRole(StrEnum):
    """The PostgreSQL role a transaction runs as; grants and policies are written per role.

    At the door a transaction does nothing but find out by a token who asks. Sign-in reads what proves who somebody is.
    """

    ADMINISTRATOR = "portal_administrator"
    OFFICER = "portal_officer"
    SPONSOR = "portal_sponsor"
    MANAGER = "portal_manager"
    READER = "portal_reader"
    AGENCY = "portal_agency"
    PUBLIC = "portal_public"
    DOOR = "portal_door"
    SIGN_IN = "portal_sign_in"
    SYSTEM = "portal_system"


STAFF_ROLES = (
    DatabaseRole.ADMINISTRATOR,
    DatabaseRole.OFFICER,
    DatabaseRole.SPONSOR,
    DatabaseRole.MANAGER,
    DatabaseRole.READER,
)
"""People of the partnership: they see every agency's rows, as far as they have a grant."""
PEOPLES_ROLES = (*STAFF_ROLES, DatabaseRole.AGENCY, DatabaseRole.PUBLIC)
"""All that a person can be; the web's login may become nothing else."""

_OF_THE_PARTNERSHIP = {
    Role.ADMINISTRATOR: DatabaseRole.ADMINISTRATOR,
    Role.OFFICER: DatabaseRole.OFFICER,
    Role.SPONSOR: DatabaseRole.SPONSOR,
    Role.MANAGER: DatabaseRole.MANAGER,
    Role.BOARD_VIEWER: DatabaseRole.READER,
}


@dataclass(frozen=True)
class Actor:
    """Who acts in a transaction: the database sees the same person, agencies and request as the screens do.

    Whoever has no sign-in is known by the token of the survey whose link they hold, if any.
    """

    database_role: DatabaseRole
    person_id: int | None = None
    role: Role | None = None
    agency_ids: tuple[int, ...] = ()
    request_id: str = ""
    survey_token: str = ""

    @classmethod
    def system(cls, request_id: str = "") -> Actor:
        """The portal itself: relay, scheduler, commands, migrations' seed data. No web process may be it."""
        return cls(DatabaseRole.SYSTEM, request_id=request_id)

    @classmethod
    def sign_in(cls, request_id: str = "") -> Actor:
        """The portal while it finds out who somebody is, and while they change how they prove it."""
        return cls(DatabaseRole.SIGN_IN, request_id=request_id)

    @classmethod
    def at_the_door(cls, request_id: str = "") -> Actor:
        """Whoever sent a request, before it is known who that is."""
        return cls(DatabaseRole.DOOR, request_id=request_id)

    @classmethod
    def person(cls, person_id: int, role: Role, agency_id: int | None, request_id: str = "") -> Actor:
        """A signed-in person. A member of an agency who is not partnership staff gets that agency's rows only."""
        agency_bound = role is Role.AGENCY_MEMBER or (role is Role.MANAGER and agency_id is not None)
        database_role = DatabaseRole.AGENCY if agency_bound else _OF_THE_PARTNERSHIP[role]
        return cls(database_role, person_id, role, (agency_id,) if agency_id else (), request_id)

    @property
    def is_agency_bound(self) -> bool:
        return self.database_role is DatabaseRole.AGENCY


ALL: Verbs = ("select", "insert", "update", "delete")
READ: Verbs = ("select",)
NONE: Verbs = ()


@dataclass(frozen=True)
class RowPolicy:
    """What each database role may do with a table's rows.

    `staff`, `sign_in` and `system` name the statements granted on every row, in SQL's words: "select", or
    "update (answer, answered_on)" for some columns only. `staff` is for all people of the partnership alike; without
    it administrators and officers have every statement and the others read. `administrator`, `officer`, `sponsor`,
    `manager` (of no agency) and `reader` (a board viewer) say it for one of them.
    `own` is a condition on a row for what people write in their own name: whoever is no administrator must meet it to
    add one, and sponsors, managers and readers also to change or remove one. They read just the rows that meet
    `own_reads`, where that is given. `own_leaves` is what a row must be after that, where it is more than `own`. What
    `binds_all` is bound in the same way for administrators and officers too: nobody's but one's own.
    `hidden` columns are read and written by sign-in and the portal itself only; for the others they stay empty.

    `agency_reads`, `agency_writes` and
    `agency_deletes` are SQL conditions on the row; None grants nothing. `agency_updates` limits an agency's UPDATE to
    the columns named, and `agency_leaves` is what an updated row must be afterwards when that is not what it was
    before (a form handed in).
    `public_reads` and `public_inserts` are the same for somebody without a sign-in, who answers an open survey.
    `reason` says in words why a table is open or closed; the house rules demand it when there is no agency rule.
    """

    staff: Verbs | None = None
    administrator: Verbs | None = None
    officer: Verbs | None = None
    sponsor: Verbs | None = None
    manager: Verbs | None = None
    reader: Verbs | None = None
    own: str | None = None
    own_reads: str | None = None
    own_leaves: str | None = None
    binds_all: bool = False
    hidden: tuple[str, ...] = ()
    sign_in: Verbs = NONE
    system: Verbs = ALL
    agency_reads: str | None = None
    agency_inserts: str | None = None
    agency_writes: str | None = None
    agency_deletes: str | None = None
    agency_leaves: str | None = None
    agency_updates: tuple[str, ...] = ()
    public_reads: str | None = None
    public_inserts: str | None = None
    reason: str = ""
    is_logged: bool = True
    unlogged_columns: tuple[str, ...] = field(default=())

    def verbs_of(self, role: DatabaseRole) -> Verbs:
        """What a role that meets every row may do with them; nothing for agencies and the public.

        >>> RowPolicy(staff=("select",), reader=()).verbs_of(DatabaseRole.SPONSOR)
        ('select',)
        >>> RowPolicy().verbs_of(DatabaseRole.READER)
        ('select',)
        """
        if role in (DatabaseRole.SYSTEM, DatabaseRole.SIGN_IN):
            return self.system if role is DatabaseRole.SYSTEM else self.sign_in
        if role not in STAFF_ROLES:
            return NONE
        usual = ALL if role in (DatabaseRole.ADMINISTRATOR, DatabaseRole.OFFICER) else READ
        said: Verbs | None = getattr(self, role.removeprefix("portal_"))
        return said if said is not None else usual if self.staff is None else self.staff
