"""Count tries to sign in where they are made, and know the browsers of people

Revision: 0014, after: 0013, on 2026-11-28 11:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KINDS = ("password", "code", "confirmation", "passkey", "work_account", "link", "unlocking")
_LOOKED_AT = sa.text("outcome <> 'locked'")


def upgrade() -> None:
    op.create_table(
        "known_browsers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.Text(), server_default="", nullable=False),
        sa.Column("known_since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_known_browsers_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browsers")),
        sa.UniqueConstraint("token_hash", "person_id", name=op.f("uq_known_browsers_token_hash_person_id")),
    )
    op.create_index(op.f("ix_known_browsers_person_id"), "known_browsers", ["person_id"], unique=False)
    op.create_index(op.f("ix_known_browsers_used_at"), "known_browsers", ["used_at"], unique=False)
    kind = sa.Enum(*_KINDS, name="attemptkind", native_enum=False, length=40)
    op.add_column("sign_in_attempts", sa.Column("kind", kind, server_default="password", nullable=False))
    op.add_column("sign_in_attempts", sa.Column("place", sa.Text(), server_default="", nullable=False))
    op.add_column("sign_in_attempts", sa.Column("is_known_place", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("sign_in_attempts", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    _set("kind = 'work_account' WHERE issuer_id IS NOT NULL", "kind = 'unlocking' WHERE outcome = 'unlocked'")
    op.create_check_constraint("known_attempt_kind", "sign_in_attempts", f"kind IN {_KINDS}")
    _know_outcomes("'started', 'signed_in', 'confirmed', 'refused', 'locked', 'unlocked'")
    op.create_index(
        "ix_sign_in_attempts_looked_at", "sign_in_attempts", ["email", "attempted_at"], postgresql_where=_LOOKED_AT
    )
    op.create_index(
        "ix_sign_in_attempts_looked_at_in_place",
        "sign_in_attempts",
        ["place", "attempted_at"],
        postgresql_where=_LOOKED_AT,
    )


def downgrade() -> None:
    op.drop_index("ix_sign_in_attempts_looked_at_in_place", table_name="sign_in_attempts")
    op.drop_index("ix_sign_in_attempts_looked_at", table_name="sign_in_attempts")
    _set("outcome = 'refused' WHERE outcome = 'confirmed'")
    _know_outcomes("'started', 'signed_in', 'refused', 'locked', 'unlocked'")
    op.drop_constraint("known_attempt_kind", "sign_in_attempts", type_="check")
    for column in ("told_at", "is_known_place", "place", "kind"):
        op.drop_column("sign_in_attempts", column)
    op.drop_index(op.f("ix_known_browsers_used_at"), table_name="known_browsers")
    op.drop_index(op.f("ix_known_browsers_person_id"), table_name="known_browsers")
    op.drop_table("known_browsers")


def _set(*changes: str) -> None:
    op.execute("ALTER TABLE sign_in_attempts NO FORCE ROW LEVEL SECURITY")  # the owner has no policy of its own here
    for change in changes:
        op.execute(f"UPDATE sign_in_attempts SET {change}")  # noqa: S608 - our own words
    op.execute("ALTER TABLE sign_in_attempts FORCE ROW LEVEL SECURITY")


def _know_outcomes(listed: str) -> None:
    op.drop_constraint("known_outcome", "sign_in_attempts", type_="check")
    op.create_check_constraint("known_outcome", "sign_in_attempts", f"outcome IN ({listed})")
