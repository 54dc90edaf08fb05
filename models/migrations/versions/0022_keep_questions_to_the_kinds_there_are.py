"""Keep questions to the kinds there are

Revision: 0022, after: 0021, on 2026-11-29 09:55:00
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KINDS = ("rating", "yes_partly_no", "choice", "choices", "number", "date", "text", "evidence")


def upgrade() -> None:
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_check_constraint(op.f("known_kind_of_question"), "tool_questions", f"kind IN ({listed})")


def downgrade() -> None:
    op.drop_constraint(op.f("known_kind_of_question"), "tool_questions", type_="check")
