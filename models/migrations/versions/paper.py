"""Document kinds of the whole suite, and calendar feeds."""

import sqlalchemy as sa
from alembic import op

revision = "paper"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD = ("action_plan", "draw_certificate", "draw_data", "evidence")
NEW = (
    *OLD, "plan_summary", "self_evaluation", "case_audit", "moderated_result", "triangulation_matrix", "review_report",
    "briefing", "board_pack", "non_engagement_letter", "impact_analysis",
)  # fmt: skip


def upgrade() -> None:
    _kinds(NEW)
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_calendar_feeds_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("person_id", name=op.f("uq_calendar_feeds_person_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("calendar_feeds")
    _kinds(OLD)


def _kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint("known_document_kind", "documents", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint("known_document_kind", "documents", f"kind IN ({listed})")
