"""Put looks on record, and publish the end of the change log

Revision: 0012, after: 0010, on 2026-11-28 11:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "looks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "read",
                "list",
                "search",
                "export",
                "download",
                "refused",
                name="lookkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("answer_status", sa.SmallInteger(), nullable=False),
        sa.Column("shown", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("row_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_by", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "kind IN ('read', 'list', 'search', 'export', 'download', 'refused')", name=op.f("known_look_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
    )
    op.create_index(op.f("ix_looks_looked_at"), "looks", ["looked_at"], unique=False)
    op.create_index("ix_looks_person", "looks", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_looks_shown",
        "looks",
        ["shown"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"shown": "jsonb_path_ops"},
    )
    op.create_table(
        "published_heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("link_number", sa.BigInteger(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("looks_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looks_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_count", sa.Integer(), nullable=False),
        sa.Column("looks_seal", sa.LargeBinary(), nullable=False),
        sa.Column("looks_forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_heads")),
        sa.UniqueConstraint("published_on", name=op.f("uq_published_heads_published_on")),
    )
    op.add_column("mail_settings", sa.Column("log_witnesses", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("mail_settings", "log_witnesses")
    op.drop_table("published_heads")
    op.drop_index("ix_looks_shown", table_name="looks", postgresql_using="gin")
    op.drop_index("ix_looks_person", table_name="looks")
    op.drop_index(op.f("ix_looks_looked_at"), table_name="looks")
    op.drop_table("looks")
