"""How does a test or a bench get ten or a hundred times the data of the demo?

Every copy has keys of its own, a million apart, so that whatever points to a copied row points to the copy of it. What
a partnership has once stays as it is: its agencies, hubs, people, words, scales and settings.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg

APART = 1_000_000
OF_RETENTION = (
    *("thematic_reviews", "review_stages", "tool_versions", "feedback_activities", "surveys", "survey_responses"),
    "self_evaluations",
    *("case_frames", "audit_samples", "sample_cases", "answer_sheets", "sheet_answers", "case_audits", "documents"),
    "document_parts",
)
"""What the retention rules reach, with what leads there."""

GROWING = (
    *OF_RETENTION,
    *("key_lines", "key_line_readings", "invitations", "gate_waivers", "sign_offs", "sharing_agreements"),
    *("assurance_tools", "tool_sections", "tool_questions", "engagements", "audit_involvements", "moderations"),
    *("evidence_readers", "reader_judgements", "settled_lines"),
    *("section_11_cycles", "section_11_returns", "section_11_scores", "findings", "intelligence_items"),
    *("intelligence_uses", "action_plans", "recommendations", "recommendation_findings", "actions", "action_updates"),
    *("action_update_files", "action_drafts", "challenges", "presentations", "impact_analyses", "impact_checks"),
    *("learning_products", "briefings", "learning_uses", "escalations", "messages", "job_requests", "change_log"),
)
"""What the work of a partnership adds to, year after year."""

WITHIN = (
    *("sample_cases", "answer_sheets", "sheet_answers", "case_audits", "moderations", "findings"),
    *("actions", "action_updates"),
)
"""What a review that is larger itself has more of: cases with their audits, answers and grades, findings, actions."""

_ALIKE = """
ALTER TABLE sample_cases DROP CONSTRAINT case_once_per_sample, DROP CONSTRAINT one_case_per_position;
ALTER TABLE actions DROP CONSTRAINT action_number_once;
DROP INDEX finding_taken_once;
CREATE INDEX ON sample_cases (sample_id, reference);
CREATE INDEX ON sample_cases (sample_id, stratum, "position");
CREATE INDEX ON actions (plan_id, number);
CREATE INDEX ON findings (review_id, origin)"""
"""Lets copies stand beside what they are copied from; the same columns are indexed as before."""

_COLUMNS = """
SELECT c.column_name, c.data_type, EXISTS (
    SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    WHERE k.conrelid = c.table_name::regclass AND a.attname = c.column_name
      AND (k.contype = 'p' OR k.contype = 'f' AND k.confrelid::regclass::text = ANY (%(copied)s))
      AND NOT (k.contype = 'p' AND cardinality(k.conkey) > 1)),
  EXISTS (
    SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = c.table_name::regclass AND i.indisunique AND i.indnkeyatts = 1 AND a.attname = c.column_name)
FROM information_schema.columns c
WHERE c.table_schema = 'public' AND c.table_name = %(table)s AND c.is_generated = 'NEVER' ORDER BY 1"""

_POINTING = {
    ("documents", "subject"): "CASE WHEN t.subject ~ ':[0-9]+$' THEN split_part(t.subject, ':', 1) || ':' || {key}"
    " ELSE t.subject END",
    ("findings", "origin"): "CASE WHEN t.origin ~ ':[0-9]+$' THEN split_part(t.origin, ':', 1) || ':' ||"
    " (substring(t.origin from '[0-9]+$')::int + copy * {apart}) ELSE t.origin END",
    ("escalations", "subject"): "split_part(t.subject, ':', 1) || ':' || {key}",
    ("sign_offs", "subject_id"): f"CASE t.subject_id WHEN 0 THEN 0 ELSE t.subject_id + copy * {APART} END",
    ("messages", "subject_id"): f"t.subject_id + copy * {APART}",
    ("change_log", "row_key"): f"CASE WHEN t.row_key ~ '^[0-9]+$' AND t.table_name = ANY (%(copied)s)"
    f" THEN (t.row_key::bigint + copy * {APART})::text ELSE t.row_key END",
    ("change_log", "link_number"): f"t.link_number + copy * {APART}",
}
"""Columns that point to rows without a foreign key, and how they point to the copies."""

_KEY_AT_THE_END = f"(substring(t.subject from '[0-9]+$')::int + copy * {APART})"

_ALL_DUE = """
UPDATE thematic_reviews SET stage = 'closed';
DELETE FROM review_stages WHERE stage IN ('completed', 'closed');
INSERT INTO review_stages (review_id, stage, planned_on, reached_on)
    SELECT id, reached, '2015-01-31', '2015-01-31' FROM thematic_reviews, unnest('{completed,closed}'::text[]) reached;
UPDATE retention_rules SET is_active = true;
UPDATE documents SET made_at = '2015-01-31' WHERE subject <> ''"""


class _Column(NamedTuple):
    """A column as the catalogue knows it; `is_key` when it is the key or points to a table that is copied too."""

    name: str
    kind: str
    is_key: bool
    is_unique: bool


def grow(connection: psycopg.Connection[Any], times: int, *, tables: tuple[str, ...] = GROWING) -> None:
    """Make so many times the rows of these tables, within the administrator's transaction."""
    connection.execute("SET LOCAL session_replication_role = replica")  # neither triggers nor foreign keys
    for table in tables if times > 1 else ():
        connection.execute(_copying(connection, table, tables), {"times": times - 1, "copied": list(tables)})
    if "case_frames" in tables:
        _copy_frame_rows(connection, times)
    connection.execute("SET LOCAL session_replication_role = origin")
    connection.execute("ANALYZE")


def grow_within(connection: psycopg.Connection[Any], times: int) -> None:
    """Make each review so many times as large as it is; there are no more reviews."""
    connection.execute(_ALIKE)
    grow(connection, times, tables=WITHIN)


def multiply(superuser_url: str, times: int, *, held_every: int = 7) -> None:
    """Make so many times the data of a database with the demo, close every review long ago, and hold every seventh."""
    with psycopg.connect(superuser_url) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(_ALL_DUE)
        grow(connection, times, tables=OF_RETENTION)
        connection.execute("SET LOCAL session_replication_role = replica")
        held = f"id / {APART} % {held_every} = 3"
        hold = f"UPDATE thematic_reviews SET is_on_hold = true, hold_reason = 'An inquiry' WHERE {held}"
        connection.execute(hold.encode())
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copying(connection: psycopg.Connection[Any], table: str, copied: tuple[str, ...]) -> bytes:
    rows = connection.execute(_COLUMNS, {"table": table, "copied": list(copied)}).fetchall()
    columns = [_Column(*row) for row in rows]
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_value(table, column) for column in columns)
    counted = f"(SELECT * FROM {table}) t, generate_series(1, %(times)s) copy"
    return f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {counted}".encode()


def _value(table: str, column: _Column) -> str:
    if (table, column.name) in _POINTING:
        return _POINTING[table, column.name].format(key=_KEY_AT_THE_END, apart=APART)
    if column.is_key and column.kind in ("integer", "bigint"):
        return f"t.{column.name} + copy * {APART}"
    is_word = column.is_unique and column.kind in ("text", "character varying")
    return f"t.{column.name} || '-' || copy" if is_word else f't."{column.name}"'


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
