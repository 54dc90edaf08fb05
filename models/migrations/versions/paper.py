"""Document kinds of the whole suite, and calendar feeds."""

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


def downgrade() -> None:
    _kinds(OLD)


def _kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint("known_document_kind", "documents", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint("known_document_kind", "documents", f"kind IN ({listed})")
