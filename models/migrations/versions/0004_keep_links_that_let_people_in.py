"""Keep links that let people in

Revision: 0004, after: 0003, on 2026-11-28 07:13:27.402256
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_asks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_asks")),
    )
    op.create_index("ix_password_asks_email", "password_asks", ["email", "asked_at"], unique=False)
    op.create_index("ix_password_asks_network", "password_asks", ["network", "asked_at"], unique=False)
    op.create_table(
        "access_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("invitation", "new_password", name="linkpurpose", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'new_password')", name=op.f("known_purpose")),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("link_expires_after_issue")),
        sa.CheckConstraint("used_at IS NULL OR token_hash IS NOT NULL", name=op.f("used_link_had_token")),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["people.id"], name=op.f("fk_access_links_issued_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_access_links_message_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_access_links_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_links")),
        sa.UniqueConstraint("message_id", name=op.f("uq_access_links_message_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_links_token_hash")),
    )
    op.create_index(op.f("ix_access_links_issued_by_id"), "access_links", ["issued_by_id"], unique=False)
    op.create_index("ix_access_links_person_id", "access_links", ["person_id", "purpose"], unique=False)
    op.add_column("people", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "sign_ins",
        sa.Column(
            "way",
            sa.Enum(
                "password",
                "password_and_code",
                "passkey",
                "work_account",
                name="signinway",
                native_enum=False,
                length=40,
            ),
            server_default="password",
            nullable=False,
        ),
    )
    op.add_column("sign_ins", sa.Column("is_two_factor", sa.Boolean(), server_default="false", nullable=False))
    op.create_check_constraint(
        op.f("known_way"), "sign_ins", "way IN ('password', 'password_and_code', 'passkey', 'work_account')"
    )
    # The owner is bound by the row policies too, and nobody edits a person here: who has a password had accepted.
    op.execute("ALTER TABLE people NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE people DISABLE TRIGGER USER")
    op.execute("UPDATE people SET accepted_at = now() WHERE password_hash IS NOT NULL")
    op.execute("ALTER TABLE people ENABLE TRIGGER USER")
    op.execute("ALTER TABLE people FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_constraint(op.f("known_way"), "sign_ins", type_="check")
    op.drop_column("sign_ins", "is_two_factor")
    op.drop_column("sign_ins", "way")
    op.drop_column("people", "accepted_at")
    op.drop_index("ix_access_links_person_id", table_name="access_links")
    op.drop_index(op.f("ix_access_links_issued_by_id"), table_name="access_links")
    op.drop_table("access_links")
    op.drop_index("ix_password_asks_network", table_name="password_asks")
    op.drop_index("ix_password_asks_email", table_name="password_asks")
    op.drop_table("password_asks")
