"""Which statements give a table its grants and row policies, as its model states them?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy.orm import Mapper

from models.core.access import EVERYTHING, STAFF_ROLES, DatabaseRole, RowPolicy, Verbs
from models.core.db import Base
from models.core.rooms import load_rooms

_EVERY_ROW = (*STAFF_ROLES, DatabaseRole.SIGN_IN, DatabaseRole.SYSTEM)
_ALL_ROWS = "USING (true) WITH CHECK (true)"
_OWN_ONLY = tuple(role for role in STAFF_ROLES if role is not DatabaseRole.ADMINISTRATOR)


def policy_statements(table: str, columns: Sequence[str], policy: RowPolicy) -> list[str]:
    """The DDL that gives a table its grants and row policies; safe to run again and again."""
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'REVOKE ALL ON "{table}" FROM {", ".join(DatabaseRole)}',
        *_grants(table, columns, policy),
        *_whole_table(table, policy),
        *_conditions(table, columns, policy),
    ]


def _grants(table: str, columns: Sequence[str], policy: RowPolicy) -> Iterator[str]:
    """The grants of the roles that meet every row; those alike in one statement."""
    roles_by_verbs: dict[Verbs, list[DatabaseRole]] = {}
    for role in _EVERY_ROW:
        verbs = policy.verbs_of(role)
        is_trusted = role in (DatabaseRole.SIGN_IN, DatabaseRole.SYSTEM)
        shown = verbs if is_trusted else tuple(_without(policy.hidden, columns, verbs))
        roles_by_verbs.setdefault(shown, []).append(role)
    for verbs, roles in roles_by_verbs.items():
        if verbs:
            yield f'GRANT {", ".join(verbs)} ON "{table}" TO {", ".join(roles)}'


def _without(hidden: Sequence[str], columns: Sequence[str], verbs: Verbs) -> Iterator[str]:
    """The same verbs, on the columns that are not hidden."""
    shown = ", ".join(f'"{column}"' for column in columns if column not in hidden)
    for verb in verbs:
        yield f"{verb} ({shown})" if hidden and verb in ("select", "update") else verb


def _whole_table(table: str, policy: RowPolicy) -> Iterator[str]:
    """One policy for all that meet every row, others for what is read or written in one's own name only."""
    everybody = [role for role in _EVERY_ROW if policy.verbs_of(role)]
    is_own = bool(policy.own or policy.own_reads)
    bindable = STAFF_ROLES if policy.binds_all else _OWN_ONLY
    bound = [role for role in everybody if is_own and role in bindable]
    few = [role for role in bound if policy.binds_all or role is not DatabaseRole.OFFICER]
    officer = [role for role in bound if role not in few]
    mine, seen = policy.own or EVERYTHING, policy.own_reads or EVERYTHING
    left = policy.own_leaves or mine
    yield from _policy(table, "whole_table", [role for role in everybody if role not in bound], "ALL", _ALL_ROWS)
    yield from _policy(table, "own_select", few, "SELECT", f"USING ({seen})")
    yield from _policy(table, "own_insert", bound, "INSERT", f"WITH CHECK ({left})")
    yield from _policy(table, "own_update", few, "UPDATE", f"USING ({mine}) WITH CHECK ({left})")
    yield from _policy(table, "own_delete", few, "DELETE", f"USING ({mine})")
    for verb, clauses in (("SELECT", "USING (true)"), ("UPDATE", _ALL_ROWS), ("DELETE", "USING (true)")):
        yield from _policy(table, f"officer_{verb.lower()}", officer, verb, clauses)
    empty = " AND ".join(f'"{column}" IS NULL' for column in policy.hidden)
    hidden_from = [role for role in STAFF_ROLES if policy.hidden and "insert" in policy.verbs_of(role)]
    yield from _policy(table, "hidden_insert", hidden_from, "INSERT", f"WITH CHECK ({empty})", kind="RESTRICTIVE")


def _policy(
    table: str, name: str, roles: Iterable[DatabaseRole], verb: str, clauses: str, kind: str = "PERMISSIVE"
) -> Iterator[str]:
    yield f'DROP POLICY IF EXISTS {name} ON "{table}"'
    if listed := ", ".join(roles):
        yield f'CREATE POLICY {name} ON "{table}" AS {kind} FOR {verb} TO {listed} {clauses}'


def _conditions(table: str, columns: Sequence[str], policy: RowPolicy) -> Iterator[str]:
    """What agencies and the public may do, each statement with its condition on the row."""
    rules = (
        (DatabaseRole.AGENCY, "select", "USING", policy.agency_reads),
        (DatabaseRole.AGENCY, "insert", "WITH CHECK", policy.agency_inserts),
        (DatabaseRole.AGENCY, "delete", "USING", policy.agency_deletes),
        (DatabaseRole.PUBLIC, "select", "USING", policy.public_reads),
        (DatabaseRole.PUBLIC, "insert", "WITH CHECK", policy.public_inserts),
    )
    for role, verb, clause, condition in rules:
        name = f"{role.removeprefix('portal_')}_{verb}"
        yield from _policy(table, name, [role] if condition else [], verb, f"{clause} ({condition})")
        if condition:
            yield f'GRANT {next(_without(policy.hidden, columns, (verb,)))} ON "{table}" TO {role}'
    writers = [DatabaseRole.AGENCY] if policy.agency_writes else []
    clauses = f"USING ({policy.agency_writes}) WITH CHECK ({policy.agency_leaves or policy.agency_writes})"
    yield from _policy(table, "agency_update", writers, "UPDATE", clauses)
    if writers:
        yield f'GRANT UPDATE ({", ".join(policy.agency_updates)}) ON "{table}" TO {DatabaseRole.AGENCY}'


def all_policies() -> dict[str, RowPolicy]:
    """Each table's row policy, by table name."""
    load_rooms("models")
    mappers: Iterator[Mapper[Base]] = iter(Base.registry.mappers)
    return {str(mapper.local_table): mapper.class_.row_policy for mapper in mappers}
