"""Who may see and change which rows, and how does the database itself enforce it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from models.core.choices import Choice

OWN_AGENCIES = "((select string_to_array(current_setting('app.agency_ids', true), ',')::int[])::int[])"
OWN_PERSON = "(select nullif(current_setting('app.user_id', true), '')::int)"
EVERYTHING = "true"


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
    """The PostgreSQL role a transaction runs as; policies are written per role."""

    STAFF = "portal_staff"
    AGENCY = "portal_agency"
    PUBLIC = "portal_public"
    SYSTEM = "portal_system"


@dataclass(frozen=True)
class Actor:
    """Who acts in a transaction: the database sees the same person, agencies and request as the screens do."""

    database_role: DatabaseRole
    person_id: int | None = None
    role: Role | None = None
    agency_ids: tuple[int, ...] = ()
    request_id: str = ""

    @classmethod
    def system(cls, request_id: str = "") -> Actor:
        """The portal itself: sign-in, relay, scheduler, migrations' seed data."""
        return cls(DatabaseRole.SYSTEM, request_id=request_id)

    @classmethod
    def person(cls, person_id: int, role: Role, agency_id: int | None, request_id: str = "") -> Actor:
        """A signed-in person. A member of an agency who is not partnership staff gets that agency's rows only."""
        agency_bound = role is Role.AGENCY_MEMBER or (role is Role.MANAGER and agency_id is not None)
        database_role = DatabaseRole.AGENCY if agency_bound else DatabaseRole.STAFF
        return cls(database_role, person_id, role, (agency_id,) if agency_id else (), request_id)

    @property
    def is_agency_bound(self) -> bool:
        return self.database_role is DatabaseRole.AGENCY


@dataclass(frozen=True)
class RowPolicy:
    """What each database role may do with a table's rows.

    `staff` and `system` name the statements granted on every row. `agency_reads`, `agency_writes` and
    `agency_deletes` are SQL conditions on the row; None grants nothing. `agency_updates` limits an agency's UPDATE to
    the columns named, and `agency_leaves` is what an updated row must be afterwards when that is not what it was
    before (a form handed in).
    `public_reads` and `public_inserts` are the same for somebody without a sign-in, who answers an open survey.
    `reason` says in words why a table is open or closed; the house rules demand it when there is no agency rule.
    """

    staff: tuple[str, ...] = ("select", "insert", "update", "delete")
    system: tuple[str, ...] = ("select", "insert", "update", "delete")
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


def policy_statements(table: str, policy: RowPolicy) -> list[str]:
    """The DDL that gives a table its grants and row policies; safe to run again and again."""
    statements = [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'REVOKE ALL ON "{table}" FROM {", ".join(DatabaseRole)}',
        *_whole_table(table, DatabaseRole.STAFF, policy.staff),
        *_whole_table(table, DatabaseRole.SYSTEM, policy.system),
    ]
    rules = (
        (DatabaseRole.AGENCY, "select", "USING", policy.agency_reads),
        (DatabaseRole.AGENCY, "insert", "WITH CHECK", policy.agency_inserts),
        (DatabaseRole.AGENCY, "delete", "USING", policy.agency_deletes),
        (DatabaseRole.PUBLIC, "select", "USING", policy.public_reads),
        (DatabaseRole.PUBLIC, "insert", "WITH CHECK", policy.public_inserts),
    )
    for role, verb, clause, condition in rules:
        statements += _limited(table, role, verb, clause, condition)
    if policy.agency_writes:
        statements += _agency_update(table, policy)
    return statements


def _whole_table(table: str, role: DatabaseRole, verbs: tuple[str, ...]) -> list[str]:
    statements = [f'DROP POLICY IF EXISTS {role}_all ON "{table}"']
    if verbs:
        statements.append(f'CREATE POLICY {role}_all ON "{table}" TO {role} USING (true) WITH CHECK (true)')
        statements.append(f'GRANT {", ".join(verbs)} ON "{table}" TO {role}')
    return statements


def _limited(table: str, role: DatabaseRole, verb: str, clause: str, condition: str | None) -> list[str]:
    name = f"{role.removeprefix('portal_')}_{verb}"
    statements = [f'DROP POLICY IF EXISTS {name} ON "{table}"']
    if condition:
        statements.append(f'CREATE POLICY {name} ON "{table}" FOR {verb} TO {role} {clause} ({condition})')
        statements.append(f'GRANT {verb} ON "{table}" TO {role}')
    return statements


def _agency_update(table: str, policy: RowPolicy) -> list[str]:
    columns = ", ".join(policy.agency_updates)
    return [
        f'DROP POLICY IF EXISTS agency_update ON "{table}"',
        f'CREATE POLICY agency_update ON "{table}" FOR UPDATE TO {DatabaseRole.AGENCY} '
        f"USING ({policy.agency_writes}) WITH CHECK ({policy.agency_leaves or policy.agency_writes})",
        f'GRANT UPDATE ({columns}) ON "{table}" TO {DatabaseRole.AGENCY}',
    ]
