"""How does a bench get ten or a hundred times the data of the demo, all of it due to be erased?

Every copy has keys of its own, a million apart, so that whatever points to a copied row points to the copy of it.
"""

from __future__ import annotations

from typing import Any

import psycopg

APART = 1_000_000
COPIED = (
    *("thematic_reviews", "review_stages", "tool_versions", "feedback_activities", "surveys", "survey_responses"),
    "self_evaluations",
    *("case_frames", "audit_samples", "sample_cases", "answer_sheets", "sheet_answers", "case_audits", "documents"),
    "document_parts",
)
"""What the retention rules reach, with what leads there."""

_COLUMNS = """
SELECT c.column_name, c.data_type, EXISTS (
    SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    WHERE k.conrelid = c.table_name::regclass AND a.attname = c.column_name
      AND (k.contype = 'p' OR k.contype = 'f' AND k.confrelid::regclass::text = ANY (%(copied)s))) AS is_key,
  EXISTS (
    SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = c.table_name::regclass AND i.indisunique AND a.attname = c.column_name) AS is_unique
FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name = %(table)s ORDER BY 1"""

_ALL_DUE = """
UPDATE thematic_reviews SET stage = 'closed';
DELETE FROM review_stages WHERE stage IN ('completed', 'closed');
INSERT INTO review_stages (review_id, stage, planned_on, reached_on)
    SELECT id, reached, '2015-01-31', '2015-01-31' FROM thematic_reviews, unnest('{completed,closed}'::text[]) reached;
UPDATE retention_rules SET is_active = true;
UPDATE documents SET made_at = '2015-01-31' WHERE subject <> ''"""


def multiply(superuser_url: str, times: int, *, held_every: int = 7) -> None:
    """Make so many times the data of a database with the demo, close every review long ago, and hold every seventh."""
    with psycopg.connect(superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        connection.execute(_ALL_DUE)
        for table in COPIED if times > 1 else ():
            connection.execute(_copying(connection, table), {"times": times - 1})
        _copy_frame_rows(connection, times)
        held = f"id / {APART} % {held_every} = 3"
        hold = f"UPDATE thematic_reviews SET is_on_hold = true, hold_reason = 'An inquiry' WHERE {held}"
        connection.execute(hold.encode())
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copying(connection: psycopg.Connection[Any], table: str) -> bytes:
    columns = connection.execute(_COLUMNS, {"table": table, "copied": list(COPIED)}).fetchall()
    names = ", ".join(name for name, *_ in columns)
    values = ", ".join(_value(*column) for column in columns)
    counted = f"(SELECT * FROM {table}) t, generate_series(1, %(times)s) copy"
    return f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {counted}".encode()


def _value(name: str, kind: str, is_key: bool, is_unique: bool) -> str:
    if name == "subject":
        key = f"(substring(subject from '[0-9]+$')::int + copy * {APART})"
        return f"CASE WHEN subject ~ ':' THEN split_part(subject, ':', 1) || ':' || {key} ELSE '' END"
    if kind == "integer" and (is_key or name == "number"):
        return f"t.{name} + copy * {APART}"
    return f"t.{name} || '-' || copy" if is_unique and name in ("reference", "token", "sha256") else f"t.{name}"


def _copy_frame_rows(connection: psycopg.Connection[Any], times: int) -> None:
    frames = connection.execute(f"SELECT id FROM case_frames WHERE id < {APART}".encode()).fetchall()
    columns = "row_number, reference, level_rank, theme, started_on, ended_on, agency, is_repeated"
    owner = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'frame_rows'").fetchone()
    assert owner is not None
    for (frame,) in frames:
        for copy in range(1, times):
            key = frame + copy * APART
            connection.execute(f"CREATE TABLE frame_rows_{key} PARTITION OF frame_rows FOR VALUES IN ({key})".encode())
            connection.execute(f"ALTER TABLE frame_rows_{key} OWNER TO {owner[0]}".encode())
            rows = f"SELECT {key}, {columns} FROM frame_rows_{frame}"
            connection.execute(f"INSERT INTO frame_rows_{key} (frame_id, {columns}) {rows}".encode())
