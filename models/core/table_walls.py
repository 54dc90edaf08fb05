"""Which grants and row policies does the database itself hold for a table?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.core.access import DatabaseRole
from models.core.errors import RuleBroken

_GRANTS = text("""
SELECT acl.grantee::regrole::text AS role, lower(acl.privilege_type) AS verb, '' AS named
FROM pg_class c, aclexplode(c.relacl) acl WHERE c.oid = to_regclass(:name) AND acl.grantee <> c.relowner
UNION ALL
SELECT acl.grantee::regrole::text, lower(acl.privilege_type), string_agg(a.attname, ', ' ORDER BY a.attname)
FROM pg_attribute a, aclexplode(a.attacl) acl WHERE a.attrelid = to_regclass(:name) GROUP BY 1, 2""")
_POLICIES = text("""
SELECT role::text AS role, lower(cmd) AS verb, coalesce(qual, '') AS seen, coalesce(with_check, '') AS left_as
FROM pg_policies, unnest(roles) role
WHERE schemaname = 'public' AND tablename = :table AND permissive = :kind""")


@dataclass(frozen=True)
class Gate:
    """What one role may do with one statement: on which columns (all when empty), under which conditions on the row.

    `seen` is what a row must be to be reached, `left_as` what it must be when it is written; empty asks nothing.
    """

    role: str
    verb: str
    columns: str
    seen: str
    left_as: str


def gates_of(session: Session, table: str) -> list[Gate]:
    """The gates in a table's wall, by role and statement, as the catalogue has them. Refuses an unknown table."""
    name = f'public."{table}"'
    grants = session.execute(_GRANTS, {"name": name}).all()
    if not grants:
        raise RuleBroken(f"There is no table {table} in the database.")
    policies = session.execute(_POLICIES, {"table": table, "kind": "PERMISSIVE"}).all()
    narrower = session.execute(_POLICIES, {"table": table, "kind": "RESTRICTIVE"}).all()
    also = {(policy.role, policy.verb): f" AND {policy.left_as}" for policy in narrower}
    gates = [
        Gate(grant.role, grant.verb, grant.named, policy.seen, policy.left_as + also.get((policy.role, grant.verb), ""))
        for grant in grants
        for policy in policies
        if policy.role == grant.role and policy.verb in (grant.verb, "all")
    ]
    order = list(DatabaseRole)
    return sorted(gates, key=lambda gate: (order.index(DatabaseRole(gate.role)), gate.verb))
