"""Add passkeys, and let recovery codes belong to the person

Revision: 0006, after: 0005, on 2026-11-28 07:20:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_READ = ("recovery_codes", "second_factors")


def _as_owner(*statements: str) -> None:
    """The owner is bound by the row policies too: for these statements they sleep."""
    for table in _READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in statements:
        op.execute(statement)
    for table in _READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("user_handle", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), server_default="", nullable=False),
        sa.Column("aaguid", sa.Text(), server_default="", nullable=False),
        sa.Column("transports", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_passkeys_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_passkeys_person_id_name")),
    )
    op.add_column("recovery_codes", sa.Column("person_id", sa.Integer(), nullable=True))
    _as_owner(
        "UPDATE recovery_codes AS c SET person_id = f.person_id FROM second_factors AS f WHERE f.id = c.factor_id"
    )
    op.alter_column("recovery_codes", "person_id", nullable=False)
    op.create_foreign_key(
        op.f("fk_recovery_codes_person_id"), "recovery_codes", "people", ["person_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(op.f("ix_recovery_codes_person_id"), "recovery_codes", ["person_id"], unique=False)
    op.drop_index(op.f("ix_recovery_codes_factor_id"), table_name="recovery_codes")
    op.drop_constraint(op.f("fk_recovery_codes_factor_id"), "recovery_codes", type_="foreignkey")
    op.drop_column("recovery_codes", "factor_id")


def downgrade() -> None:
    op.add_column("recovery_codes", sa.Column("factor_id", sa.Integer(), nullable=True))
    _as_owner(
        "UPDATE recovery_codes AS c SET factor_id = f.id FROM second_factors AS f WHERE f.person_id = c.person_id",
        "DELETE FROM recovery_codes WHERE factor_id IS NULL",
    )
    op.alter_column("recovery_codes", "factor_id", nullable=False)
    op.create_foreign_key(
        op.f("fk_recovery_codes_factor_id"),
        "recovery_codes",
        "second_factors",
        ["factor_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(op.f("ix_recovery_codes_factor_id"), "recovery_codes", ["factor_id"], unique=False)
    op.drop_index(op.f("ix_recovery_codes_person_id"), table_name="recovery_codes")
    op.drop_constraint(op.f("fk_recovery_codes_person_id"), "recovery_codes", type_="foreignkey")
    op.drop_column("recovery_codes", "person_id")
    op.drop_table("passkeys")
