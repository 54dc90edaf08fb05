"""What is all that a database of the portal consists of, so that two can be held against each other?"""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg import sql

_TABLES = """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
AND NOT relispartition ORDER BY 1"""
_ROWS = "SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {} t"
_QUESTIONS = {
    "policies": "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies",
    "walls": """SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class
        WHERE relnamespace = 'public'::regnamespace""",
    "triggers": """SELECT tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled FROM pg_trigger
        WHERE NOT tgisinternal""",
    "functions": """SELECT pg_get_functiondef(p.oid), proacl::text FROM pg_proc p LEFT JOIN pg_depend d
        ON d.objid = p.oid AND d.deptype = 'e' WHERE pronamespace = 'public'::regnamespace AND d.objid IS NULL""",
    "grants": """SELECT grantee, table_name, column_name, privilege_type FROM information_schema.column_privileges
        WHERE table_schema = 'public'""",
    "table grants": """SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges
        WHERE table_schema = 'public'""",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "sequences": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'",
    "owners": "SELECT relname, relowner::regrole::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
}

Facts = dict[str, Any]


def facts_of(administrator_url: str) -> Facts:
    """Rows and checksum of each table, policies, triggers, functions, grants, indexes, sequences and owners."""
    with psycopg.connect(administrator_url) as connection:
        facts: Facts = {
            name: sorted(plain(str(row)) for row in connection.execute(question.encode()))
            for name, question in _QUESTIONS.items()
        }
        for (table,) in connection.execute(_TABLES.encode()).fetchall():
            facts[f"rows of {table}"] = connection.execute(sql.SQL(_ROWS).format(sql.Identifier(table))).fetchone()
    return facts


def plain(words: str) -> str:
    """A statement without the casts and brackets that PostgreSQL writes anew when it reads its own dump."""
    return re.sub(r"::character varying|::text|\[\]|[()]", "", words)


def differences(before: Facts, after: Facts) -> list[str]:
    """The names of the facts that differ."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def row_count(facts: Facts) -> int:
    return sum(held[0] for name, held in facts.items() if name.startswith("rows of "))
