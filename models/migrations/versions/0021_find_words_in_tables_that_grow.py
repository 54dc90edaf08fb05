"""Find words in tables that grow

Revision: 0021, after: 0020, on 2026-11-29 07:05:00.000000
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SEARCHED = (
    ("messages", "subject"),
    ("messages", "recipient_name"),
    ("actions", "reference"),
    ("actions", "text"),
    ("actions", "owner_name"),
    ("documents", "title"),
    ("documents", "file_name"),
    ("findings", "text"),
    ("case_audits", "reference"),
    ("sample_cases", "reference"),
)


def upgrade() -> None:
    for table, column in SEARCHED:
        ops = {column: "gin_trgm_ops"}
        op.create_index(f"ix_{table}_{column}_words", table, [column], postgresql_using="gin", postgresql_ops=ops)


def downgrade() -> None:
    for table, column in reversed(SEARCHED):
        op.drop_index(f"ix_{table}_{column}_words", table_name=table)
