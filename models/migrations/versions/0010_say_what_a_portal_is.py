"""Say what a portal is: the demonstration, or a partnership's own

Revision: 0010, after: 0009, on 2026-11-28 07:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portals",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Enum("demo", "own", name="portalkind", native_enum=False, length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("has_start_hidden", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("kind IN ('demo', 'own')", name=op.f("known_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portals")),
    )


def downgrade() -> None:
    op.drop_table("portals")
