"""Who is signed in, by what, since when and until when?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    DateTime,
    ForeignKey,
    LargeBinary,
    Select,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, load_only, mapped_column

from models.accounts.sign_in_attempts import SignInAttempt
from models.core.access import ALL, NONE, Actor, Role, RowPolicy
from models.core.choices import Choice
from models.core.db import Base, Stated
from models.core.words import choice_column, one_of
from models.partnership.partnership_settings import Partnership
from models.partnership.people import Person, role_in_database

NOTED_AFTER = timedelta(seconds=1)  # "last seen" is not written more often, so a sign-in ends at most so much early
KEPT = timedelta(days=400)


class SignInWay(Choice):
    """How a person proved who they are."""

    PASSWORD = "password"  # noqa: S105 - the name of a way, no password
    PASSWORD_AND_CODE = "password_and_code", "Password and code"
    PASSKEY = "passkey"
    WORK_ACCOUNT = "work_account"


_SHOWN = ("id", "person_id", "way", "is_two_factor", "browser", "started_at", "seen_at", "ends_at")


class SignIn(Base):
    """One browser in which a person is signed in. The token itself is only in that browser; here is its SHA-256.

    `standing` is made of the password, role, agency and address the person had at sign-in: when one of them changes,
    it no longer fits and the sign-in is over. `is_two_factor` says whether two things were proved, be it here (a code,
    a passkey that was unlocked) or by the issuer of a work account.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (one_of("way", SignInWay, "known_way"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=(f"select ({', '.join(_SHOWN)})", "delete"),
        sign_in=ALL,
        is_logged=False,
        reason="Sessions belong to the portal's own sign-in; every attempt is on record in sign_in_attempts.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    standing: Mapped[str] = mapped_column(Text)
    way: Mapped[SignInWay] = mapped_column(choice_column(SignInWay), server_default=SignInWay.PASSWORD)
    is_two_factor: Mapped[bool] = mapped_column(server_default="false")
    browser: Mapped[str] = mapped_column(Text, server_default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Proof:
    """By what a person proved who they are, and whether that was two things."""

    way: SignInWay = SignInWay.PASSWORD
    is_two_factor: bool = False


PASSWORD_ONLY = Proof()


@dataclass(frozen=True)
class SignedIn:
    """What a request needs to know of its sign-in and person."""

    sign_in_id: int
    person_id: int
    name: str
    email: str
    role: Role
    agency_id: int | None
    seen_at: datetime
    is_two_factor: bool
    data: dict[str, Any]
    partnership_revision: int
    """The revision of the partnership's settings now: found on the way, so that no page needs a statement for it."""


def start_sign_in(
    session: Session, person: Person, *, proof: Proof = PASSWORD_ONLY, browser: str, now: datetime, hours: int
) -> str:
    """Sign the person in and give the token their browser keeps; only its hash stays here."""
    session.flush()
    token = token_urlsafe(32)
    sign_in = SignIn(
        token_hash=_hash(token),
        person_id=person.id,
        standing=standing_of(session, person.id),
        way=proof.way,
        is_two_factor=proof.is_two_factor,
        browser=browser_words(browser),
        started_at=now,
        seen_at=now,
        ends_at=now + timedelta(hours=hours),
    )
    session.add(sign_in)
    session.flush()
    return token


def standing_of(session: Session, person_id: int) -> str:
    """A digest of the password, role, agency and address a person has now; "" for nobody."""
    return session.scalar(select(_standing()).where(Person.id == person_id)) or ""


def find_sign_in(session: Session, token: str, *, now: datetime, idle: timedelta) -> SignedIn | None:
    """The sign-in of a token while it is good: not ended, not idle, the person active and of the same standing.

    From then on the session acts as that person, also within the transaction: finding and becoming are one statement.
    """
    request_id = session.info["actor"].request_id
    values = {"token": _hash(token), "now": now, "idle_since": now - idle, "request": request_id}
    row = session.connection().execute(_BY_TOKEN, values).first()
    if row is None:
        return None
    signed_in = SignedIn(*row[: len(_FACTS)])
    session.info["actor"] = Actor.person(signed_in.person_id, signed_in.role, signed_in.agency_id, request_id)
    return signed_in


def _living(statement: Select[Any], now: ColumnElement[datetime], idle_since: ColumnElement[datetime]) -> Select[Any]:
    return statement.join(Person, Person.id == SignIn.person_id).where(
        SignIn.ends_at > now, SignIn.seen_at > idle_since, Person.is_active, SignIn.standing == _standing()
    )


def _moments() -> tuple[ColumnElement[datetime], ColumnElement[datetime]]:
    """Now, and since when somebody idle is out, to be given with the statement."""
    moment = DateTime(timezone=True)
    return bindparam("now", type_=moment), bindparam("idle_since", type_=moment)


def _standing() -> Any:
    parts = func.concat_ws("|", Person.password_hash, Person.role, Person.agency_id, Person.email)
    return func.encode(func.sha256(func.convert_to(parts, "UTF8")), "hex")


_REVISION = select(Partnership.row_version).scalar_subquery()
_FACTS: tuple[Any, ...] = (
    *(SignIn.id, Person.id, Person.name, Person.email, Person.role, Person.agency_id, SignIn.seen_at),
    *(SignIn.is_two_factor, SignIn.data, _REVISION),
)
_NAMES = (
    *("sign_in_id", "person_id", "person_name", "person_email", "person_role", "belongs_to", "last_seen_at"),
    *("has_two_factors", "browser_data", "revision"),
)


def _found_by_token() -> Select[Any]:
    """What a request finds by its token, and what the database makes of it in the same statement."""
    kinds = [column(name, fact.type) for name, fact in zip(_NAMES, _FACTS, strict=True)]
    asked = func.sign_in_of(bindparam("token", type_=LargeBinary()), *_moments())
    facts = asked.table_valued(*kinds, column("database_role", Text)).alias("facts")
    settings = {
        "role": facts.c.database_role,
        "app.user_id": cast(facts.c.person_id, Text),
        "app.agency_ids": func.coalesce(cast(facts.c.belongs_to, Text), ""),
        "app.request_id": bindparam("request", type_=Text()),
    }
    becoming = [func.set_config(name, value, true()) for name, value in settings.items()]
    return select(*(facts.c[name] for name in _NAMES), *becoming)


_BY_TOKEN = _found_by_token()
"""Made once: every request asks it."""


def sign_in_query() -> str:
    """The body of the database's own function `sign_in_of`: the living sign-in of a token, and its person's facts.

    It runs with the owner's rights, so that a page's login finds whose token it holds and reads no other sign-in.
    """
    given: list[ColumnElement[Any]] = [
        literal_column(name) for name in ("given_token", "given_now", "given_idle_since")
    ]
    statement = _living(select(*_FACTS, role_in_database()), *given[1:]).where(SignIn.token_hash == given[0])
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def seen_note(token: str, now: datetime) -> Stated:
    """The statement that notes that the browser of a token was here then, to be run where the page's transaction ends.

    Whoever was seen later stays so: of two requests at once the earlier may be answered last.
    """
    return "SELECT note_sign_in(%(token)s, %(now)s)", {"token": _hash(token), "now": now}


def keep_data(session: Session, token: str, data: dict[str, Any]) -> None:
    """Keep what the browser's session holds: its form token and messages not yet shown."""
    session.execute(select(func.keep_sign_in_data(_hash(token), cast(data, JSONB))))


def renew_token(session: Session, sign_in_id: int) -> str:
    """Give a sign-in another token, as more may be done in it from now on; the old one opens nothing any more."""
    token = token_urlsafe(32)
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(token_hash=_hash(token)))
    return token


def sign_out(session: Session, token: str) -> None:
    """End a sign-in; its token is worth nothing from now on."""
    session.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))


def living_sign_ins(session: Session, person_id: int, *, now: datetime, idle: timedelta) -> list[SignIn]:
    """Where a person is signed in, latest first."""
    statement = _living(select(SignIn), *_moments()).where(SignIn.person_id == person_id)
    moments = {"now": now, "idle_since": now - idle}
    return list(session.scalars(statement.order_by(SignIn.seen_at.desc(), SignIn.id), moments))


def open_sign_ins(session: Session, person_id: int, *, now: datetime, idle: timedelta) -> list[SignIn]:
    """The same for administrators, who may not read what a sign-in is checked by: it is gone once that has changed."""
    mine = select(SignIn).where(SignIn.person_id == person_id, SignIn.ends_at > now, SignIn.seen_at > now - idle)
    shown = load_only(*(getattr(SignIn, name) for name in _SHOWN), raiseload=True)
    return list(session.scalars(mine.order_by(SignIn.seen_at.desc(), SignIn.id).options(shown)))


def revoke(session: Session, *, person_id: int, sign_in_id: int | None = None, but: int | None = None) -> int:
    """End one of a person's sign-ins, or all of them, or all but one; returns how many ended."""
    mine = delete(SignIn).where(SignIn.person_id == person_id, SignIn.id.is_distinct_from(but))
    if sign_in_id is not None:
        mine = mine.where(SignIn.id == sign_in_id)
    ended: CursorResult[Any] = session.execute(mine)  # type: ignore[assignment]
    return ended.rowcount


def forget_old_sign_ins(session: Session, now: datetime) -> int:
    """Delete ended sign-ins, and attempts older than KEPT; returns how many rows."""
    ended: CursorResult[Any] = session.execute(delete(SignIn).where(SignIn.ends_at < now))  # type: ignore[assignment]
    old: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(SignInAttempt).where(SignInAttempt.attempted_at < now - KEPT)
    )
    return ended.rowcount + old.rowcount


def browser_words(agent: str) -> str:
    """A browser as its owner would name it.

    >>> browser_words("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0")
    'Edge on Windows'
    """
    names = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {"Windows": "Windows", "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Mac OS": "Mac"}
    name = next((word for mark, word in names.items() if mark in agent), "A browser")
    system = next((word for mark, word in (systems | {"Linux": "Linux"}).items() if mark in agent), "")
    return f"{name} on {system}" if system else name


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
