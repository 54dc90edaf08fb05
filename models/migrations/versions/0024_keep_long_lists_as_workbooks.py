"""Keep long lists as workbooks

Revision: 0024, after: 0023, on 2026-11-29 10:20:36.834450
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_workbooks",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["people.id"], name=op.f("fk_list_workbooks_owner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["job_requests.id"], name=op.f("fk_list_workbooks_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_list_workbooks")),
    )
    op.create_index(op.f("ix_list_workbooks_owner_id"), "list_workbooks", ["owner_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_list_workbooks_owner_id"), table_name="list_workbooks")
    op.drop_table("list_workbooks")
