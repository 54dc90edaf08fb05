"""Keep the level of a drawn case

Revision: 0003, after: 0002, on 2026-11-28 04:54:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_READ = ("sample_cases", "audit_samples", "case_frames", "frame_rows")

_FILL = """
UPDATE sample_cases AS c SET divided_by = s.plan ->> 'strata', level = CASE
    WHEN s.plan ->> 'strata' = 'level' THEN c.stratum
    ELSE coalesce(
        f.levels ->> (SELECT max(r.level_rank)::text FROM frame_rows AS r
                      WHERE r.frame_id = s.frame_id AND r.reference = c.reference),
        'Level not recorded') END
FROM audit_samples AS s JOIN case_frames AS f ON f.id = s.frame_id
WHERE s.id = c.sample_id AND s.plan ->> 'strata' IN ('level', 'theme', 'agency')"""


def upgrade() -> None:
    op.add_column("sample_cases", sa.Column("level", sa.Text(), server_default="", nullable=False))
    op.add_column("sample_cases", sa.Column("divided_by", sa.Text(), server_default="level", nullable=False))
    op.create_check_constraint(op.f("known_division"), "sample_cases", "divided_by IN ('level', 'theme', 'agency')")
    # The owner is bound by the row policies too, and nobody edits a record here: what is filled in was true before.
    for table in _READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sample_cases DISABLE TRIGGER USER")
    op.execute(_FILL)
    op.execute("ALTER TABLE sample_cases ENABLE TRIGGER USER")
    for table in _READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_constraint(op.f("known_division"), "sample_cases", type_="check")
    op.drop_column("sample_cases", "divided_by")
    op.drop_column("sample_cases", "level")
