"""Find the next request at once, however many wait.

Revision: 0015, after: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('waiting', 'queued', 'running')")


def upgrade() -> None:
    """The index follows the order in which requests are taken: those of people first, then by their moment."""
    op.drop_index("ix_job_requests_due", table_name="job_requests", postgresql_where=OPEN)
    columns = [sa.text("(requested_by_id IS NULL)"), sa.text("due_at"), sa.text("id")]
    op.create_index("ix_job_requests_due", "job_requests", columns, unique=False, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_job_requests_due", table_name="job_requests", postgresql_where=OPEN)
    op.create_index("ix_job_requests_due", "job_requests", ["due_at"], unique=False, postgresql_where=OPEN)
