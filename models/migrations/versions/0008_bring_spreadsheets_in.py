"""Bring spreadsheets in

Revision: 0008, after: 0007, on 2026-11-28 07:29:58.690499
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "table_imports",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("list_name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "uploaded",
                "checking",
                "checked",
                "refused",
                "importing",
                "imported",
                "discarded",
                name="importstatus",
                native_enum=False,
                length=40,
            ),
            server_default="uploaded",
            nullable=False,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("choice", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("checked_as", sa.Text(), server_default="", nullable=False),
        sa.Column("refusal", sa.Text(), server_default="", nullable=False),
        sa.Column("new_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "status IN ('uploaded', 'checking', 'checked', 'refused', 'importing', 'imported', 'discarded')",
            name=op.f("known_import_status"),
        ),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["people.id"], name=op.f("fk_table_imports_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_imports")),
    )
    op.create_index(op.f("ix_table_imports_uploaded_at"), "table_imports", ["uploaded_at"], unique=False)
    op.create_index(op.f("ix_table_imports_uploaded_by_id"), "table_imports", ["uploaded_by_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_table_imports_uploaded_by_id"), table_name="table_imports")
    op.drop_index(op.f("ix_table_imports_uploaded_at"), table_name="table_imports")
    op.drop_table("table_imports")
