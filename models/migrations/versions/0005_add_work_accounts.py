"""Add work accounts

Revision: 0005, after: 0004, on 2026-11-28 07:28:28.895927
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_issuers",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("is_in_use", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_for_staff", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_only_way", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("checked_domains", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("factor_methods", sa.ARRAY(sa.Text()), server_default="{mfa,otp,hwk,fido,sc}", nullable=False),
        sa.Column("factor_classes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("client_id <> ''", name=op.f("work_issuer_knows_portal")),
        sa.CheckConstraint("name <> ''", name=op.f("work_issuer_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_issuers")),
        sa.UniqueConstraint("address", name=op.f("uq_work_issuers_address")),
        sa.UniqueConstraint("name", name=op.f("uq_work_issuers_name")),
    )
    op.create_table(
        "work_sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("code_verifier", sa.Text(), nullable=False),
        sa.Column("next_path", sa.Text(), server_default="", nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["work_issuers.id"], name=op.f("fk_work_sign_ins_issuer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_sign_ins")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_work_sign_ins_state_hash")),
    )
    op.create_index(op.f("ix_work_sign_ins_begun_at"), "work_sign_ins", ["begun_at"], unique=False)
    op.create_index(op.f("ix_work_sign_ins_issuer_id"), "work_sign_ins", ["issuer_id"], unique=False)
    op.create_table(
        "work_issuer_agencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_work_issuer_agencies_agency_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["work_issuers.id"], name=op.f("fk_work_issuer_agencies_issuer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_issuer_agencies")),
        sa.UniqueConstraint("issuer_id", "agency_id", name=op.f("uq_work_issuer_agencies_issuer_id_agency_id")),
    )
    op.create_index(op.f("ix_work_issuer_agencies_agency_id"), "work_issuer_agencies", ["agency_id"], unique=False)
    op.create_table(
        "work_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["work_issuers.id"], name=op.f("fk_work_accounts_issuer_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_work_accounts_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_accounts")),
        sa.UniqueConstraint("issuer_id", "person_id", name=op.f("uq_work_accounts_issuer_id_person_id")),
        sa.UniqueConstraint("issuer_id", "subject", name=op.f("uq_work_accounts_issuer_id_subject")),
    )
    op.create_index(op.f("ix_work_accounts_person_id"), "work_accounts", ["person_id"], unique=False)
    op.add_column("sign_in_attempts", sa.Column("issuer_id", sa.Integer(), nullable=True))
    op.add_column("sign_in_attempts", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f("ix_sign_in_attempts_issuer_id"), "sign_in_attempts", ["issuer_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_sign_in_attempts_issuer_id"),
        "sign_in_attempts",
        "work_issuers",
        ["issuer_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_sign_in_attempts_issuer_id"), "sign_in_attempts", type_="foreignkey")
    op.drop_index(op.f("ix_sign_in_attempts_issuer_id"), table_name="sign_in_attempts")
    op.drop_column("sign_in_attempts", "reason")
    op.drop_column("sign_in_attempts", "issuer_id")
    op.drop_index(op.f("ix_work_accounts_person_id"), table_name="work_accounts")
    op.drop_table("work_accounts")
    op.drop_index(op.f("ix_work_issuer_agencies_agency_id"), table_name="work_issuer_agencies")
    op.drop_table("work_issuer_agencies")
    op.drop_index(op.f("ix_work_sign_ins_issuer_id"), table_name="work_sign_ins")
    op.drop_index(op.f("ix_work_sign_ins_begun_at"), table_name="work_sign_ins")
    op.drop_table("work_sign_ins")
    op.drop_table("work_issuers")
