"""the list indexes of a frame belong to its part, so that they can be built after the freezing

Revision: 0003, after: 0002, on 2026-11-25 22:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KINDS = {
    "reference": "(frame_id, reference, row_number)",
    "started": "(frame_id, started_on, row_number)",
    "words": "USING gin (reference gin_trgm_ops)",
}


def _parts() -> list[str]:
    found = op.get_bind().execute(
        sa.text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'frame_rows'::regclass")
    )
    return list(found.scalars())


def upgrade() -> None:
    op.drop_index("ix_frame_rows_started", table_name="frame_rows")
    op.drop_index("ix_frame_rows_reference_words", table_name="frame_rows")
    op.drop_index("ix_frame_rows_reference", table_name="frame_rows")
    op.execute("DROP FUNCTION IF EXISTS sort_frame(int, text[])")
    for part in _parts():
        for kind, columns in _KINDS.items():
            op.execute(f"CREATE INDEX {part}_{kind} ON {part} {columns}")


def downgrade() -> None:
    for part in _parts():
        for kind in _KINDS:
            op.execute(f"DROP INDEX IF EXISTS {part}_{kind}")
    op.create_index("ix_frame_rows_reference", "frame_rows", ["frame_id", "reference", "row_number"], unique=False)
    op.create_index(
        "ix_frame_rows_reference_words",
        "frame_rows",
        ["reference"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"reference": "gin_trgm_ops"},
    )
    op.create_index("ix_frame_rows_started", "frame_rows", ["frame_id", "started_on", "row_number"], unique=False)
