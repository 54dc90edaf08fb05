"""Count actions by month

Revision: 0019, after: 0018, on 2026-11-29 02:05:12.104233
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "action_counts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("children", "adults", "combined", name="hubkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("overdue_count", sa.Integer(), nullable=False),
        sa.Column("in_time_count", sa.Integer(), nullable=False),
        sa.Column("complete_count", sa.Integer(), nullable=False),
        sa.Column("embedded_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('children', 'adults', 'combined')", name=op.f("known_counted_kind")),
        sa.CheckConstraint("extract(day FROM counted_on + 1) = 1", name=op.f("counted_at_the_end_of_a_month")),
        sa.CheckConstraint(
            "least(overdue_count, in_time_count, complete_count, embedded_count) >= 0",
            name=op.f("action_counts_from_none"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_action_counts_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_counts")),
        sa.UniqueConstraint("counted_on", "kind", "agency_id", name="month_counted_once"),
    )
    op.create_index(op.f("ix_action_counts_agency_id"), "action_counts", ["agency_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_action_counts_agency_id"), table_name="action_counts")
    op.drop_table("action_counts")
