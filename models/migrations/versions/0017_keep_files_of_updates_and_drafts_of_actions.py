"""Keep files of updates, numbers reached, and drafts of actions

Revision: 0017, after: 0016, on 2026-11-28 18:10:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("actions", sa.Column("target_count", sa.Integer(), nullable=True))
    op.create_check_constraint("action_target_from_one", "actions", "target_count > 0")
    op.add_column("action_updates", sa.Column("reached_count", sa.Integer(), nullable=True))
    op.create_check_constraint("reached_from_none", "action_updates", "reached_count >= 0")
    op.create_table(
        "action_update_files",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_action_update_files_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["update_id"], ["action_updates.id"], name=op.f("fk_action_update_files_update_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_update_files")),
        sa.UniqueConstraint("document_id", name=op.f("uq_action_update_files_document_id")),
    )
    op.create_index(op.f("ix_action_update_files_update_id"), "action_update_files", ["update_id"], unique=False)
    op.create_table(
        "action_drafts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("typed", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_action_drafts_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["action_plans.id"], name=op.f("fk_action_drafts_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_drafts")),
    )
    op.create_index(op.f("ix_action_drafts_person_id"), "action_drafts", ["person_id"], unique=False)
    op.create_index(op.f("ix_action_drafts_plan_id"), "action_drafts", ["plan_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_action_drafts_plan_id"), table_name="action_drafts")
    op.drop_index(op.f("ix_action_drafts_person_id"), table_name="action_drafts")
    op.drop_table("action_drafts")
    op.drop_index(op.f("ix_action_update_files_update_id"), table_name="action_update_files")
    op.drop_table("action_update_files")
    op.drop_constraint("reached_from_none", "action_updates", type_="check")
    op.drop_column("action_updates", "reached_count")
    op.drop_constraint("action_target_from_one", "actions", type_="check")
    op.drop_column("actions", "target_count")
