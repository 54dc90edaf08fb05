"""Keep saved views

Revision: 0018, after: 0017, on 2026-11-28 21:44:31.398367
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_weekly", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("shared_with", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "shared_with <@ ARRAY['administrator', 'officer', 'sponsor', 'manager', 'agency_member', 'board_viewer']",
            name=op.f("view_shared_with_roles"),
        ),
        sa.CheckConstraint("char_length(CAST(arguments AS text)) <= 2000", name=op.f("view_asks_little")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 60", name=op.f("view_name_short")),
        sa.CheckConstraint("place BETWEEN 1 AND 30", name=op.f("view_within_limit")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_saved_views_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("owner_id", "list_name", "name", name="view_named_once"),
        sa.UniqueConstraint("owner_id", "place", name=op.f("uq_saved_views_owner_id_place")),
    )
    op.create_index(
        "ix_saved_views_default",
        "saved_views",
        ["owner_id", "list_name"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_index("ix_saved_views_list", "saved_views", ["list_name"], unique=False)
    op.create_table(
        "saved_view_books",
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_views.id"], name=op.f("fk_saved_view_books_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("view_id", name=op.f("pk_saved_view_books")),
    )


def downgrade() -> None:
    op.drop_table("saved_view_books")
    op.drop_index("ix_saved_views_list", table_name="saved_views")
    op.drop_index("ix_saved_views_default", table_name="saved_views", postgresql_where=sa.text("is_default"))
    op.drop_table("saved_views")
