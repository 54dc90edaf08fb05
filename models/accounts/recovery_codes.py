"""Which codes on paper let a person in on the day the phone or the passkey is lost?"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from secrets import choice
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, CursorResult, ForeignKey, LargeBinary, column, delete, func, or_, select, update
from sqlalchemy import table as named_table
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import ALL, NONE, RowPolicy
from models.core.db import Base

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are mistaken for one another
_GROUPS, _GROUP = 3, 4  # 12 letters of 31: 59 bits, so a plain hash is enough
_FACTORS = named_table("second_factors", column("person_id"), column("confirmed_at"))
_PASSKEYS = named_table("passkeys", column("person_id"))


class RecoveryCode(Base):
    """A code on paper for the day the phone or the passkey is lost; only its SHA-256 is here, and it is good once.

    It stands in for a person's authenticator or passkey, and is worth nothing to somebody who has neither.
    """

    __tablename__ = "recovery_codes"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        sign_in=ALL,
        is_logged=False,
        reason="Read and written by the portal's own sign-in only; every attempt is on record in sign_in_attempts.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None]


def renew_recovery_codes(session: Session, person_id: int) -> list[str]:
    """Ten new recovery codes in place of those there were."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(person_id=person_id, code_hash=_hash(code)) for code in codes)
    session.flush()
    return codes


def codes_left(session: Session, person_id: int) -> int:
    """How many recovery codes a person has not used, of those that stand in for something."""
    mine = (RecoveryCode.person_id == person_id) & RecoveryCode.used_at.is_(None) & _stands_in()
    return session.scalar(select(func.count(RecoveryCode.id)).where(mine)) or 0


def use_recovery_code(session: Session, person_id: int, code: str, *, now: datetime) -> bool:
    """Whether a code is good now; a good one is used up by this."""
    mine = (RecoveryCode.person_id == person_id) & (RecoveryCode.code_hash == _hash(code)) & _stands_in()
    used = update(RecoveryCode).where(mine, RecoveryCode.used_at.is_(None)).values(used_at=now)
    return session.scalar(used.returning(RecoveryCode.id)) is not None


def forget_idle_codes(session: Session, person_id: int | None = None) -> int:
    """Delete the codes that stand in for nothing any more, one person's or everybody's; returns how many."""
    whose = () if person_id is None else (RecoveryCode.person_id == person_id,)
    gone: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(RecoveryCode).where(*whose, ~_stands_in()).execution_options(synchronize_session=False)
    )
    return gone.rowcount


def _stands_in() -> ColumnElement[bool]:
    """Whether the person of a code has an authenticator or a passkey."""
    app = select(1).where(_FACTORS.c.person_id == RecoveryCode.person_id, _FACTORS.c.confirmed_at.is_not(None))
    passkey = select(1).where(_PASSKEYS.c.person_id == RecoveryCode.person_id)
    return or_(app.correlate(RecoveryCode).exists(), passkey.correlate(RecoveryCode).exists())


def _new_code() -> str:
    return "-".join("".join(choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _hash(code: str) -> bytes:
    """Codes are typed from paper: capitals, spaces and hyphens do not count."""
    return sha256("".join(letter for letter in code.lower() if letter.isalnum()).encode()).digest()
