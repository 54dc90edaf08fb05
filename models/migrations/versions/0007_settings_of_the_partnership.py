"""Settings of the partnership and its mail server

Revision: 0007, after: 0006, on 2026-11-28 07:15:23.895488
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_settings",
        sa.Column("id", sa.Integer(), server_default="1", nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column(
            "encryption",
            sa.Enum("starttls", "implicit", "none", name="encryption", native_enum=False, length=40),
            server_default="starttls",
            nullable=False,
        ),
        sa.Column("user_name", sa.Text(), server_default="", nullable=False),
        sa.Column("sealed_password", sa.LargeBinary(), nullable=True),
        sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sender_address", sa.Text(), server_default="", nullable=False),
        sa.Column("sender_name", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("encryption IN ('starttls', 'implicit', 'none')", name=op.f("known_encryption")),
        sa.CheckConstraint("sealed_password IS NULL OR user_name <> ''", name=op.f("password_has_a_user")),
        sa.CheckConstraint("id = 1", name=op.f("one_mail_server")),
        sa.CheckConstraint("port IS NULL OR port BETWEEN 1 AND 65535", name=op.f("port_exists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_settings")),
    )
    op.create_table(
        "partnership_settings",
        sa.Column("id", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("short_name", sa.Text(), server_default="", nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("accent", sa.Text(), server_default="", nullable=False),
        sa.Column("help_contact", sa.Text(), server_default="", nullable=False),
        sa.Column("help_email", sa.Text(), server_default="", nullable=False),
        sa.Column("help_phone", sa.Text(), server_default="", nullable=False),
        sa.Column("privacy_notice", sa.Text(), server_default="", nullable=False),
        sa.Column("privacy_url", sa.Text(), server_default="", nullable=False),
        sa.Column("document_footer", sa.Text(), server_default="", nullable=False),
        sa.Column("ordinary_marking", sa.Text(), server_default="", nullable=False),
        sa.Column("sensitive_marking", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(logo IS NULL) = (logo_sha256 = '')", name=op.f("logo_has_its_fingerprint")),
        sa.CheckConstraint("accent = '' OR accent ~ '^#[0-9a-f]{6}$'", name=op.f("accent_is_a_colour")),
        sa.CheckConstraint(
            "privacy_url = '' OR privacy_url ~ '^https?://[^[:space:]]+$'",
            name=op.f("privacy_notice_has_a_web_address"),
        ),
        sa.CheckConstraint("id = 1", name=op.f("one_partnership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_settings")),
    )
    op.create_table(
        "mail_tests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("server_mark", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_mail_tests_asked_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_tests")),
    )
    op.create_index(op.f("ix_mail_tests_asked_by_id"), "mail_tests", ["asked_by_id"], unique=False)
    # The one row of each: nobody ever adds another or takes it away.
    op.execute("INSERT INTO partnership_settings DEFAULT VALUES")
    op.execute("INSERT INTO mail_settings DEFAULT VALUES")


def downgrade() -> None:
    op.drop_index(op.f("ix_mail_tests_asked_by_id"), table_name="mail_tests")
    op.drop_table("mail_tests")
    op.drop_table("partnership_settings")
    op.drop_table("mail_settings")
