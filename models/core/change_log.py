"""Who changed what, when, and has anybody tampered with that record since?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import NONE, READ, STAFF_ROLES, DatabaseRole, RowPolicy
from models.core.database_functions import DatabaseFunction
from models.core.db import Base

BATCH = 5_000
"""How many records are sealed in one transaction, which then takes some tenths of a second."""
STRETCH = 100_000
"""How many links of the chain are checked in one statement."""
LATE_AFTER = timedelta(minutes=5)
"""How old an unsealed record may be before somebody should see why; the scheduler seals every second."""


class ChangeRecord(Base):
    """One change of one row, written by trigger in the same transaction; never edited, never deleted.

    It is committed without a link. A moment later the sealer gives it the next one: links follow the order of sealing,
    so a transaction that commits late has records with lower ids and higher links than its neighbours.
    """

    __tablename__ = "change_log"
    __table_args__ = (
        Index("ix_change_log_row", "table_name", "row_key"),
        Index("ix_change_log_link", "link_number", unique=True),
        Index("ix_change_log_unsealed", "id", postgresql_where=text("link_number IS NULL")),
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
    """The end of the chain: one row, which whoever seals holds, so that one seals at a time."""

    __tablename__ = "change_log_head"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        manager=NONE,
        reader=NONE,
        system=("select",),
        reason="Staff may check the chain against its end; only the sealing function moves it.",
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
CREATE OR REPLACE FUNCTION change_log_seal_waiting(most int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    head change_log_head;
    change change_log;
    link bytea;
    ids bigint[] := '{{}}';
    links bytea[] := '{{}}';
BEGIN
    PERFORM FROM change_log WHERE link_number IS NULL ORDER BY id LIMIT 1;
    IF NOT FOUND THEN RETURN 0; END IF;
    SELECT * INTO head FROM change_log_head WHERE id = 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN 0; END IF;
    link := head.link_hash;
    FOR change IN SELECT * FROM change_log WHERE link_number IS NULL ORDER BY id LIMIT most LOOP
        link := {_LINK.format(previous="link", row="change")};
        ids := ids || change.id;
        links := links || link;
    END LOOP;
    UPDATE change_log c SET link_number = head.link_number + w.place, link_hash = w.link
    FROM unnest(ids, links) WITH ORDINALITY AS w (id, link, place) WHERE c.id = w.id;
    UPDATE change_log_head SET link_number = head.link_number + cardinality(ids), link_hash = link WHERE id = 1;
    RETURN cardinality(ids);
END $$"""  # noqa: S608 - our own words

_TAIL = """
CREATE OR REPLACE FUNCTION change_log_tail() RETURNS TABLE (waiting bigint, oldest timestamptz) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT count(*), min(changed_at) FROM change_log WHERE link_number IS NULL
$$"""

_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$"""

CHANGE_LOG_FUNCTIONS = (
    DatabaseFunction("change_log_write()", _WRITE),
    DatabaseFunction("change_log_seal_waiting(int)", _SEAL, executable_by=(DatabaseRole.SYSTEM,)),
    DatabaseFunction(
        "change_log_tail()", _TAIL, executable_by=(*STAFF_ROLES, DatabaseRole.PUBLIC, DatabaseRole.SYSTEM)
    ),
    DatabaseFunction("refuse_change()", _REFUSE),
)
"""No role may call those of triggers: whoever could, could hang the writing of the log on a table of their own and
forge it. Whoever may seal chooses nothing but when; how many wait is no secret, and machines ask for it as nobody.
"""

CHANGE_LOG_TRIGGERS = (
    "INSERT INTO change_log_head (id, link_number, link_hash) VALUES (1, 0, sha256('triangulate'))"
    " ON CONFLICT DO NOTHING",
    "CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON change_log EXECUTE FUNCTION refuse_change()",
)

_CHECK = f"""
SELECT (array_agg(id ORDER BY link_number) FILTER (WHERE is_broken))[1] FROM (
    SELECT c.id, c.link_number, c.link_number <> coalesce(lag(c.link_number) OVER w, 0) + 1 OR c.link_hash IS DISTINCT
        FROM {_LINK.format(previous="coalesce(lag(c.link_hash) OVER w, sha256('triangulate'))", row="c")} AS is_broken
    FROM change_log c WHERE c.link_number BETWEEN :first - 1 AND :last WINDOW w AS (ORDER BY c.link_number)
) links WHERE link_number >= :first"""  # noqa: S608 - our own words
_CHECK_STRETCH = text(_CHECK)

_END = text("""
SELECT h.link_number AS last, (SELECT min(c.id) FROM change_log c
        WHERE c.link_number > h.link_number OR c.link_number < 1) AS beyond,
    h.link_hash = CASE h.link_number WHEN 0 THEN sha256('triangulate')
        ELSE (SELECT c.link_hash FROM change_log c WHERE c.link_number = h.link_number) END AS is_met
FROM change_log_head h WHERE h.id = 1""")


def change_log_statements(table: str, unlogged_columns: tuple[str, ...]) -> list[str]:
    """The DDL that puts one table under the change log, leaving the named columns (secrets, file bodies) out."""
    arguments = ", ".join(f"'{column}'" for column in unlogged_columns)
    return [
        f'CREATE OR REPLACE TRIGGER change_log AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
        f" FOR EACH ROW EXECUTE FUNCTION change_log_write({arguments})"
    ]


def seal_waiting(session: Session, most: int = BATCH) -> int:
    """Give the next links to at most so many committed records, as the portal itself; how many they were.

    0 also when somebody else is sealing. The caller commits at once: until then nobody else can seal.
    """
    return int(session.execute(text("SELECT change_log_seal_waiting(:most)"), {"most": most}).scalar_one())


@dataclass(frozen=True)
class Tail:
    """The committed records that have no link yet: how many, and when the oldest was written (None: there are none)."""

    count: int
    oldest_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Whether sealing has fallen behind, so that somebody should see why."""
        return self.oldest_at is not None and now - self.oldest_at > LATE_AFTER


def unsealed_tail(session: Session) -> Tail:
    """What waits to be sealed, for everybody who may know that the portal is well."""
    return Tail(*session.execute(text("SELECT waiting, oldest FROM change_log_tail()")).one())


@dataclass(frozen=True)
class Stretch:
    """Neighbouring links of the chain, from the first to the last."""

    first: int
    last: int


def stretches(last: int, *, since: int = 1, length: int = STRETCH) -> Iterator[Stretch]:
    """The chain from one link to its last, in pieces that are checked one by one.

    >>> list(stretches(5, since=2, length=3))
    [Stretch(first=2, last=4), Stretch(first=5, last=5)]
    """
    for first in range(max(1, since), last + 1, length):
        yield Stretch(first, min(first + length - 1, last))


def broken_in(session: Session, stretch: Stretch) -> int | None:
    """The id of the first record in a stretch that does not follow from the one before it; None when all do.

    A record that is missing is named by the one after it.
    """
    return session.execute(_CHECK_STRETCH, {"first": stretch.first, "last": stretch.last}).scalar()


@dataclass(frozen=True)
class ChainEnd:
    """Where the chain ends by its head. `broken` is what contradicts it: a record beyond, or the missing last link."""

    last: int
    broken: int | None


def chain_end(session: Session) -> ChainEnd:
    """The last link, which every record with a link must lead up to; the head remembers what is cut off."""
    end = session.execute(_END).one()
    return ChainEnd(end.last, end.beyond if end.beyond is not None or end.is_met else end.last)


def first_broken_link(session: Session) -> int | None:
    """The id of the first record whose hash no longer follows from the one before it; None when the chain holds.

    Also notices records cut off the end: the head remembers the last link. What is not sealed yet is not looked at.
    """
    end = chain_end(session)
    answers = (broken_in(session, stretch) for stretch in stretches(end.last))
    return next((broken for broken in answers if broken is not None), end.broken)
