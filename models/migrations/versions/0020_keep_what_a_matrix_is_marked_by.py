"""Keep what a matrix is marked by: the partnership's thresholds and weights, and those of each settled review

Revision: 0020, after: 0019, on 2026-11-29 06:55:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NUMBERS = {"fewest_sources": 2, "mixed_percent": 40, "weak_weight": 1, "moderate_weight": 2, "strong_weight": 3}
CHECKS = {
    "two_to_five_sources_speak": "fewest_sources BETWEEN 2 AND 5",
    "mixed_from_a_share": "mixed_percent BETWEEN 1 AND 50",
    "weights_go_up": "0 < weak_weight AND weak_weight <= moderate_weight AND moderate_weight <= strong_weight "
    "AND strong_weight <= 100",
}
KEEP = """
UPDATE thematic_reviews SET thresholds = '{"fewest_sources": 2, "mixed_percent": 40, "weak_weight": 1,
"moderate_weight": 2, "strong_weight": 3}' WHERE stage NOT IN ('proposed', 'scoping', 'evidence')
"""


def upgrade() -> None:
    for name, usual in NUMBERS.items():
        op.add_column("partnership_settings", sa.Column(name, sa.Integer(), server_default=str(usual), nullable=False))
    for name, holds in CHECKS.items():
        op.create_check_constraint(op.f(name), "partnership_settings", holds)
    op.add_column("thematic_reviews", sa.Column("thresholds", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.execute("ALTER TABLE thematic_reviews NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE thematic_reviews DISABLE TRIGGER USER")
    op.execute(KEEP)
    op.execute("ALTER TABLE thematic_reviews ENABLE TRIGGER USER")
    op.execute("ALTER TABLE thematic_reviews FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_column("thematic_reviews", "thresholds")
    for name in CHECKS:
        op.drop_constraint(op.f(name), "partnership_settings", type_="check")
    for name in NUMBERS:
        op.drop_column("partnership_settings", name)
