"""Keep documents in pieces, with what a virus scanner says of each, and room for each agency

Revision: 0013, after: 0012, on 2026-11-28 11:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATUS = sa.Enum(
    "not_needed", "unscanned", "waiting", "clean", "infected", name="scanstatus", native_enum=False, length=40
)
_PIECE = 1048576
_INTO_PIECES = f"""
INSERT INTO document_parts (document_id, number, content)
SELECT d.id, n, substring(d.content FROM n * {_PIECE} + 1 FOR {_PIECE})
FROM documents AS d, generate_series(0, (octet_length(d.content) - 1) / {_PIECE}) AS n
WHERE octet_length(d.content) > 0"""  # noqa: S608 - our own number
_INTO_ONE = """
UPDATE documents SET content = coalesce(
    (SELECT string_agg(p.content, ''::bytea ORDER BY p.number) FROM document_parts AS p WHERE p.document_id = documents.id),
    ''::bytea)"""


def upgrade() -> None:
    op.create_table(
        "document_parts",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_parts_document_id_documents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_document_parts")),
    )
    op.add_column("documents", sa.Column("scan_status", _STATUS, server_default="not_needed", nullable=False))
    op.add_column("documents", sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("documents", sa.Column("scan_words", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("known_scan_status"),
        "documents",
        "scan_status IN ('not_needed', 'unscanned', 'waiting', 'clean', 'infected')",
    )
    _fill(_INTO_PIECES, "UPDATE documents SET scan_status = 'unscanned' WHERE kind = 'evidence'")
    op.drop_column("documents", "content")
    op.add_column(
        "partnership_settings", sa.Column("agency_room_mb", sa.Integer(), server_default="2000", nullable=False)
    )
    op.create_check_constraint(
        op.f("agencies_have_room"), "partnership_settings", "agency_room_mb BETWEEN 1 AND 1000000"
    )


def downgrade() -> None:
    op.drop_constraint("agencies_have_room", "partnership_settings", type_="check")
    op.drop_column("partnership_settings", "agency_room_mb")
    op.add_column("documents", sa.Column("content", sa.LargeBinary(), server_default="", nullable=False))
    _fill(_INTO_ONE)
    op.alter_column("documents", "content", server_default=None)
    op.drop_table("document_parts")
    op.drop_constraint("known_scan_status", "documents", type_="check")
    op.drop_column("documents", "scan_words")
    op.drop_column("documents", "scanned_at")
    op.drop_column("documents", "scan_status")


def _fill(*statements: str) -> None:
    """Move what was true before; the owner is bound by the row policies too, and nobody edits a record here."""
    op.execute("ALTER TABLE documents NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE document_parts NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE documents DISABLE TRIGGER USER")
    for statement in statements:
        op.execute(statement)
    op.execute("ALTER TABLE documents ENABLE TRIGGER USER")
    op.execute("ALTER TABLE documents FORCE ROW LEVEL SECURITY")
