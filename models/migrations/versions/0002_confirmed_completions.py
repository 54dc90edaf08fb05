"""confirmed completions

Revision: 0002, after: 0001, on 2026-11-23 03:05:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("actions", sa.Column("completion_claimed_on", sa.Date(), nullable=True))
    op.add_column("actions", sa.Column("completion_claimed_by_id", sa.Integer(), nullable=True))
    op.add_column("actions", sa.Column("completion_confirmed_by_id", sa.Integer(), nullable=True))
    for column in ("completion_claimed_by_id", "completion_confirmed_by_id"):
        op.create_foreign_key(op.f(f"fk_actions_{column}"), "actions", "people", [column], ["id"])
        op.create_index(op.f(f"ix_actions_{column}"), "actions", [column], unique=False)
    op.create_check_constraint(
        op.f("completion_confirmed_by_another"), "actions", "completion_confirmed_by_id <> completion_claimed_by_id"
    )
    op.add_column("action_updates", sa.Column("evidence", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("action_updates", "evidence")
    op.drop_constraint(op.f("completion_confirmed_by_another"), "actions", type_="check")
    for column in ("completion_confirmed_by_id", "completion_claimed_by_id"):
        op.drop_index(op.f(f"ix_actions_{column}"), table_name="actions")
        op.drop_constraint(op.f(f"fk_actions_{column}"), "actions", type_="foreignkey")
        op.drop_column("actions", column)
    op.drop_column("actions", "completion_claimed_on")
