"""How does a statement ask the server to plan it otherwise, when its own guess would be slow?"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.core.access import STAFF_ROLES, DatabaseRole
from models.core.database_functions import DatabaseFunction

_ALLOWED = (
    *("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan", "jit", "work_mem", "random_page_cost"),
    *("max_parallel_workers_per_gather", "min_parallel_table_scan_size", "parallel_setup_cost", "parallel_tuple_cost"),
)
_LISTED = ", ".join(f"'{name}'" for name in _ALLOWED)
_PLAN = f"""
CREATE OR REPLACE FUNCTION plan_with(setting text, given text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF setting IS NULL OR setting NOT IN ({_LISTED}) THEN
        RAISE EXCEPTION 'no plan is made with %', setting USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN set_config(setting, given, true);
END $$"""

PLANNING_FUNCTIONS = (DatabaseFunction("plan_with(text, text)", _PLAN, (*STAFF_ROLES, DatabaseRole.SYSTEM)),)
"""Settings of the planner only: a person's role may set nothing that says who it is."""

_SET = text(
    "SELECT public.plan_with(name, given)"
    " FROM unnest(CAST(:names AS text[]), CAST(:given AS text[])) AS s (name, given)"
)


def plan_with(session: Session, settings: Mapping[str, str]) -> None:
    """Plan the rest of the transaction with these settings."""
    session.execute(_SET, {"names": list(settings), "given": list(settings.values())})
