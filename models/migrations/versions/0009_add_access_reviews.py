"""Add access reviews

Revision: 0009, after: 0008, on 2026-11-28 07:58:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_reviews",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("as_it_should_be", "changes_asked", name="accessoutcome", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("changes", sa.Text(), server_default="", nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(outcome = 'changes_asked') = (changes <> '')", name=op.f("asked_changes_are_named")),
        sa.CheckConstraint("outcome IN ('as_it_should_be', 'changes_asked')", name=op.f("known_access_outcome")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_access_reviews_agency_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["people.id"], name=op.f("fk_access_reviews_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_reviews")),
    )
    op.create_index(op.f("ix_access_reviews_agency_id"), "access_reviews", ["agency_id"], unique=False)
    op.create_index(op.f("ix_access_reviews_reviewed_by_id"), "access_reviews", ["reviewed_by_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_access_reviews_reviewed_by_id"), table_name="access_reviews")
    op.drop_index(op.f("ix_access_reviews_agency_id"), table_name="access_reviews")
    op.drop_table("access_reviews")
