"""Who changed what, when, and has anybody tampered with that record since?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, Text, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import NONE, READ, RowPolicy
from models.core.database_functions import DatabaseFunction
from models.core.db import Base


class ChangeRecord(Base):
    """One change of one row, written by trigger in the same transaction; never edited, never deleted."""

    __tablename__ = "change_log"
    __table_args__ = (
        Index("ix_change_log_row", "table_name", "row_key"),
        Index("ix_change_log_link", "link_number", unique=True),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        manager=NONE,
        reader=NONE,
        system=("select",),
        reason="The record of edits is for partnership staff; agencies never read it. Only the trigger writes it.",
        is_logged=False,
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), index=True)
    person_id: Mapped[int | None]
    request_id: Mapped[str] = mapped_column(Text, server_default="")
    verb: Mapped[str] = mapped_column(Text)
    table_name: Mapped[str] = mapped_column(Text)
    row_key: Mapped[str] = mapped_column(Text)
    old_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    new_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    link_number: Mapped[int | None] = mapped_column(BigInteger)
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary)


class ChangeLogHead(Base):
    """The end of the chain: one row, locked at commit so that links follow each other."""

    __tablename__ = "change_log_head"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        manager=NONE,
        reader=NONE,
        system=("select",),
        reason="Staff may check the chain against its end; only the sealing trigger moves it.",
        is_logged=False,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    link_number: Mapped[int] = mapped_column(BigInteger, server_default="0")
    link_hash: Mapped[bytes] = mapped_column(LargeBinary)


_LINK = """sha256(
    {previous} || convert_to(concat_ws('|', {row}.id,
    to_char({row}.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
    {row}.person_id, {row}.request_id, {row}.verb, {row}.table_name, {row}.row_key,
    coalesce({row}.old_values::text, ''), coalesce({row}.new_values::text, '')), 'UTF8'))"""

_WRITE = """
CREATE OR REPLACE FUNCTION change_log_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) - coalesce(TG_ARGV, '{}')::text[] END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) - coalesce(TG_ARGV, '{}')::text[] END;
    was jsonb := before;
    became jsonb := after;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, value) INTO was
        FROM jsonb_each(before) WHERE after -> key IS DISTINCT FROM value;
        SELECT jsonb_object_agg(key, value) INTO became
        FROM jsonb_each(after) WHERE before -> key IS DISTINCT FROM value;
        IF became IS NULL AND OLD IS NOT DISTINCT FROM NEW THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO change_log (person_id, request_id, verb, table_name, row_key, old_values, new_values)
    VALUES (nullif(current_setting('app.user_id', true), '')::int,
            coalesce(current_setting('app.request_id', true), ''),
            lower(TG_OP), TG_TABLE_NAME, coalesce(after ->> 'id', before ->> 'id', ''), was, became);
    RETURN NULL;
END $$"""

_SEAL = f"""
CREATE OR REPLACE FUNCTION change_log_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    head change_log_head;
    link bytea;
BEGIN
    SELECT * INTO head FROM change_log_head WHERE id = 1 FOR UPDATE;
    link := {_LINK.format(previous="head.link_hash", row="NEW")};
    UPDATE change_log SET link_number = head.link_number + 1, link_hash = link WHERE id = NEW.id;
    UPDATE change_log_head SET link_number = head.link_number + 1, link_hash = link WHERE id = 1;
    RETURN NULL;
END $$"""  # noqa: S608 - our own words

_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$"""

CHANGE_LOG_FUNCTIONS = (
    DatabaseFunction("change_log_write()", _WRITE),
    DatabaseFunction("change_log_seal()", _SEAL),
    DatabaseFunction("refuse_change()", _REFUSE),
)
"""No role may call them: whoever could, could hang the writing of the log on a table of their own and forge it."""

CHANGE_LOG_TRIGGERS = (
    "INSERT INTO change_log_head (id, link_number, link_hash) VALUES (1, 0, sha256('triangulate'))"
    " ON CONFLICT DO NOTHING",
    "CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON change_log EXECUTE FUNCTION refuse_change()",
    "DROP TRIGGER IF EXISTS seal ON change_log",
    "CREATE CONSTRAINT TRIGGER seal AFTER INSERT ON change_log DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION change_log_seal()",
)

_CHECK = f"""
SELECT id FROM (
    SELECT c.id, c.link_hash, c.link_number,
        {_LINK.format(previous="coalesce(lag(c.link_hash) OVER w, sha256('triangulate'))", row="c")} AS expected,
        coalesce(lag(c.link_number) OVER w, 0) + 1 AS expected_number
    FROM change_log c WINDOW w AS (ORDER BY c.link_number)
) links
WHERE link_hash IS DISTINCT FROM expected OR link_number IS DISTINCT FROM expected_number
ORDER BY link_number LIMIT 1"""  # noqa: S608 - our own words


def change_log_statements(table: str, unlogged_columns: tuple[str, ...]) -> list[str]:
    """The DDL that puts one table under the change log, leaving the named columns (secrets, file bodies) out."""
    arguments = ", ".join(f"'{column}'" for column in unlogged_columns)
    return [
        f'CREATE OR REPLACE TRIGGER change_log AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
        f" FOR EACH ROW EXECUTE FUNCTION change_log_write({arguments})"
    ]


def first_broken_link(session: Session) -> int | None:
    """The id of the first record whose hash no longer follows from the one before it; None when the chain holds.

    Also notices records cut off the end: the head remembers the last link.
    """
    broken = session.execute(text(_CHECK)).scalar()
    if broken is not None:
        return int(broken)
    last = session.execute(select(func.max(ChangeRecord.link_number))).scalar() or 0
    head = session.execute(select(ChangeLogHead.link_number)).scalar_one()
    return None if head == last else head
