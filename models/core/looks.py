"""Who has looked at which records of cases, who was refused what, and is nothing of that ever changed?

A look holds ids and the names of pages, never words of a record or of a search. Who looked, in which request and when
the database itself takes from the transaction, so that no role can write another's look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Identity, Index, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import NONE, READ, Actor, DatabaseRole, RowPolicy
from models.core.choices import Choice
from models.core.database_functions import DatabaseFunction
from models.core.db import Base, PortalSession, Stated
from models.core.words import choice_column, one_of

LEAST_DAYS = 180
"""How long a look is kept at least; the database itself forgets none that is younger."""


class LookKind(Choice):
    """What somebody did to see records, or that they were refused."""

    READ = "read", "Opened"
    LIST = "list", "Listed"
    SEARCH = "search", "Searched"
    EXPORT = "export", "Took out a list"
    DOWNLOAD = "download", "Downloaded"
    REFUSED = "refused"


class Look(Base):
    """One page that showed records, one file that left, or one refusal; never edited.

    `shown` has the keys of the records by their table, `{"case_audits": [12, 13]}`; of a refusal, the keys that were
    asked for by the names they have in the address. `asked_by` names by what a list was narrowed, without the answers.
    `row_count` is how many records it were, also where their keys are too many to be kept.
    """

    __tablename__ = "looks"
    __table_args__ = (
        one_of("kind", LookKind, "known_look_kind"),
        Index("ix_looks_shown", "shown", postgresql_using="gin", postgresql_ops={"shown": "jsonb_path_ops"}),
        Index("ix_looks_person", "person_id", "id"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=READ,
        system=("select",),
        reason="Who looked at what is for the partnership; only the function of the database writes it.",
        is_logged=False,
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), index=True)
    person_id: Mapped[int | None]
    request_id: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[LookKind] = mapped_column(choice_column(LookKind))
    page: Mapped[str] = mapped_column(Text)
    answer_status: Mapped[int] = mapped_column(SmallInteger)
    shown: Mapped[dict[str, list[int]]] = mapped_column(JSONB, server_default="{}")
    row_count: Mapped[int] = mapped_column(server_default="0")
    asked_by: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


@dataclass(frozen=True)
class NewLook:
    """A look that is still to be put on record; its person, request and moment are those of the transaction."""

    kind: LookKind
    page: str
    answer_status: int
    shown: Mapping[str, Sequence[int]] = field(default_factory=dict)
    row_count: int = 0
    asked_by: Sequence[str] = ()

    @property
    def values(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "page": self.page,
            "status": self.answer_status,
            "shown": Jsonb({table: list(keys) for table, keys in self.shown.items()}),
            "count": self.row_count,
            "asked": list(self.asked_by),
        }


_NOTE = """
CREATE OR REPLACE FUNCTION note_look(kind text, page text, status int, shown jsonb, counted int, asked text[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO looks (person_id, request_id, kind, page, answer_status, shown, row_count, asked_by)
    VALUES (nullif(current_setting('app.user_id', true), '')::int,
            coalesce(current_setting('app.request_id', true), ''), kind, page, status, shown, counted, asked)
$$"""

_FORGET = f"""
CREATE OR REPLACE FUNCTION forget_looks(of_day date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    IF of_day IS NULL OR of_day > current_date - {LEAST_DAYS} THEN
        RAISE EXCEPTION 'looks are kept for {LEAST_DAYS} days at least' USING ERRCODE = 'restrict_violation';
    END IF;
    DELETE FROM looks WHERE looked_at >= of_day AND looked_at < of_day + 1;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$"""  # noqa: S608 - our own number

_SIGNED_IN = tuple(role for role in DatabaseRole if role is not DatabaseRole.PUBLIC)

LOOK_FUNCTIONS = (
    DatabaseFunction("note_look(text, text, int, jsonb, int, text[])", _NOTE, executable_by=_SIGNED_IN),
    DatabaseFunction("forget_looks(date)", _FORGET, executable_by=(DatabaseRole.SYSTEM,)),
)

LOOK_TRIGGERS = (
    "CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON looks EXECUTE FUNCTION refuse_change()",
    "CREATE OR REPLACE TRIGGER refuse_update BEFORE UPDATE ON looks FOR EACH ROW EXECUTE FUNCTION refuse_change()",
)
"""The owner of the tables cannot change a look by mistake either; whoever removes the trigger breaks the day's seal."""

_WRITE = "SELECT note_look(%(kind)s, %(page)s, %(status)s, %(shown)s, %(count)s, %(asked)s)"


def keep_look(session: PortalSession, actor: Actor, look: NewLook, *others: Stated) -> None:
    """Put a look on record for good, in a transaction of its own that takes the place of the page's rollback.

    What the session has not committed is gone. The database is asked once, where the rollback would have been; other
    statements go with it.
    """
    session.run_apart(actor, (_WRITE, look.values), *others)


def note_look(session: Session, look: NewLook) -> None:
    """Put a look on record in the caller's own transaction: for what leaves the portal without anybody's request."""
    driver: Any = session.connection()
    driver.exec_driver_sql(_WRITE, look.values)


def forget_looks(session: Session, day: date) -> int:
    """Delete the looks of one day (UTC) for good; how many they were. The database refuses days that are too young."""
    return int(session.execute(text("SELECT forget_looks(:day)"), {"day": day}).scalar_one())
