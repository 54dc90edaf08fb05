"""Keep what two readers judge

Revision: 0023, after: 0022, on 2026-11-29 10:05:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MARKS = "mark IN ('agree', 'partly', 'conflict', 'silent')"


def upgrade() -> None:
    op.create_table(
        "evidence_readers",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("place IN (1, 2)", name=op.f("first_or_second_reader")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name=op.f("fk_evidence_readers_asked_by_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["people.id"], name=op.f("fk_evidence_readers_closed_by_id")),
        sa.ForeignKeyConstraint(["reader_id"], ["people.id"], name=op.f("fk_evidence_readers_reader_id")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["thematic_reviews.id"], name=op.f("fk_evidence_readers_review_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_readers")),
        sa.UniqueConstraint("review_id", "place", name="evidence_read_by_two"),
        sa.UniqueConstraint("review_id", "reader_id", name="evidence_read_once_by_each"),
    )
    for column in ("asked_by_id", "closed_by_id", "reader_id"):
        op.create_index(op.f(f"ix_evidence_readers_{column}"), "evidence_readers", [column], unique=False)
    op.create_table(
        "reader_judgements",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("evidence_reader_id", sa.Integer(), nullable=False),
        sa.Column("key_line_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(MARKS, name=op.f("known_mark_of_reader")),
        sa.CheckConstraint("reason <> ''", name=op.f("judgement_reasoned")),
        sa.ForeignKeyConstraint(
            ["evidence_reader_id"], ["evidence_readers.id"], name=op.f("fk_reader_judgements_evidence_reader_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["key_line_id"], ["key_lines.id"], name=op.f("fk_reader_judgements_key_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_judgements")),
        sa.UniqueConstraint("evidence_reader_id", "key_line_id", name="line_judged_once_by_each"),
    )  # fmt: skip
    op.create_index(op.f("ix_reader_judgements_key_line_id"), "reader_judgements", ["key_line_id"], unique=False)
    op.create_table(
        "settled_lines",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("key_line_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(MARKS, name=op.f("known_mark_of_line")),
        sa.CheckConstraint("reason <> ''", name=op.f("settling_reasoned")),
        sa.ForeignKeyConstraint(
            ["key_line_id"], ["key_lines.id"], name=op.f("fk_settled_lines_key_line_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["settled_by_id"], ["people.id"], name=op.f("fk_settled_lines_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settled_lines")),
        sa.UniqueConstraint("key_line_id", name=op.f("uq_settled_lines_key_line_id")),
    )
    op.create_index(op.f("ix_settled_lines_settled_by_id"), "settled_lines", ["settled_by_id"], unique=False)


def downgrade() -> None:
    op.drop_table("settled_lines")
    op.drop_table("reader_judgements")
    op.drop_table("evidence_readers")
