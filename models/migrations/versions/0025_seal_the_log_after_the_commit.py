"""Seal the log after the commit

Revision: 0025, after: 0024, on 2026-11-29 10:10:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

UNSEALED = sa.text("link_number IS NULL")
SEAL_THE_REST = """
DO $$
DECLARE
    head change_log_head;
    change change_log;
BEGIN
    SELECT * INTO head FROM change_log_head WHERE id = 1 FOR UPDATE;
    IF NOT FOUND THEN RETURN; END IF;
    FOR change IN SELECT * FROM change_log WHERE link_number IS NULL ORDER BY id LOOP
        head.link_number := head.link_number + 1;
        head.link_hash := sha256(head.link_hash || convert_to(concat_ws('|', change.id,
            to_char(change.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), change.person_id,
            change.request_id, change.verb, change.table_name, change.row_key,
            coalesce(change.old_values::text, ''), coalesce(change.new_values::text, '')), 'UTF8'));
        UPDATE change_log SET link_number = head.link_number, link_hash = head.link_hash WHERE id = change.id;
    END LOOP;
    UPDATE change_log_head SET link_number = head.link_number, link_hash = head.link_hash WHERE id = 1;
END $$"""


def upgrade() -> None:
    """Records keep their links. Those to come wait in a small index, which is kept small by clearing up often."""
    op.execute("DROP TRIGGER IF EXISTS seal ON change_log")
    op.execute("DROP FUNCTION IF EXISTS change_log_seal()")
    op.create_index("ix_change_log_unsealed", "change_log", ["id"], unique=False, postgresql_where=UNSEALED)
    op.execute("ALTER TABLE change_log SET (autovacuum_vacuum_scale_factor = 0.02)")


def downgrade() -> None:
    """What waits is sealed first: the older version seals at commit, and only what it writes itself."""
    op.execute(SEAL_THE_REST)
    op.execute("DROP FUNCTION IF EXISTS change_log_seal_waiting(int)")
    op.execute("DROP FUNCTION IF EXISTS change_log_tail()")
    op.execute("ALTER TABLE change_log RESET (autovacuum_vacuum_scale_factor)")
    op.drop_index("ix_change_log_unsealed", table_name="change_log", postgresql_where=UNSEALED)
