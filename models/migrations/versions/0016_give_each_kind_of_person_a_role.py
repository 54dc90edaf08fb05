"""Give each kind of person a database role

Whether somebody has a password can be asked without reading it. The role that all people of the partnership shared
until now loses what it had; the new ones get theirs by `apply_access`, as after every migration.

Revision: 0016, after: 0015, on 2026-11-28 10:50:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_FORMER_POLICIES = """
DO $$ DECLARE known record; BEGIN
    FOR known IN SELECT policyname, tablename FROM pg_policies
        WHERE schemaname = 'public' AND policyname IN ('portal_staff_all', 'portal_system_all')
    LOOP EXECUTE format('DROP POLICY %I ON public.%I', known.policyname, known.tablename); END LOOP;
END $$"""
_FORMER_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_staff') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM portal_staff;
        REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM portal_staff;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM portal_staff;
        REVOKE ALL ON SCHEMA public FROM portal_staff;
    END IF;
END $$"""


def upgrade() -> None:
    op.add_column(
        "people",
        sa.Column(
            "has_password", sa.Boolean(), sa.Computed("password_hash IS NOT NULL", persisted=True), nullable=False
        ),
    )
    op.execute(_FORMER_POLICIES)
    op.execute(_FORMER_ROLE)


def downgrade() -> None:
    op.drop_column("people", "has_password")
