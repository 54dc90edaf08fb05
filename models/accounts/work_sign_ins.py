"""Which sign-ins with a work account have been begun and wait for the issuer's answer, and how did earlier ones end?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar

from sqlalchemy import CursorResult, ForeignKey, LargeBinary, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.accounts.sign_in_attempts import AttemptKind, Outcome, SignInAttempt
from models.core.access import ALL, NONE, RowPolicy
from models.core.db import Base
from models.partnership.people import Person

WAITS = timedelta(minutes=10)


class WorkSignIn(Base):
    """A sign-in begun at an issuer: what its answer must fit. Taken out by the first answer, so none is good twice.

    The state is only in the browser and at the issuer; here is its SHA-256. The verifier is the secret half of PKCE.
    """

    __tablename__ = "work_sign_ins"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        sign_in=ALL,
        is_logged=False,
        reason="Lives for minutes between two requests of the portal's own sign-in; attempts are in sign_in_attempts.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    issuer_id: Mapped[int] = mapped_column(ForeignKey("work_issuers.id", ondelete="CASCADE"), index=True)
    nonce: Mapped[str] = mapped_column(Text)
    code_verifier: Mapped[str] = mapped_column(Text)
    next_path: Mapped[str] = mapped_column(Text, server_default="")
    begun_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Begun:
    """What was kept of a sign-in that was begun."""

    nonce: str
    code_verifier: str
    next_path: str


def hash_of_state(state: str) -> bytes:
    return sha256(state.encode()).digest()


def begin_work_sign_in(session: Session, state: str, *, issuer_id: int, begun: Begun, now: datetime) -> None:
    """Keep what the issuer's answer must fit."""
    session.add(
        WorkSignIn(
            state_hash=hash_of_state(state),
            issuer_id=issuer_id,
            nonce=begun.nonce,
            code_verifier=begun.code_verifier,
            next_path=begun.next_path,
            begun_at=now,
        )
    )
    session.flush()


def take_work_sign_in(session: Session, state: str, *, issuer_id: int, now: datetime) -> Begun | None:
    """What was kept of the sign-in with that state at that issuer, once: of two answers at a time, one gets it."""
    waiting = delete(WorkSignIn).where(
        WorkSignIn.state_hash == hash_of_state(state),
        WorkSignIn.issuer_id == issuer_id,
        WorkSignIn.begun_at > now - WAITS,
    )
    row = session.execute(waiting.returning(WorkSignIn.nonce, WorkSignIn.code_verifier, WorkSignIn.next_path)).first()
    return None if row is None else Begun(*row)


def forget_work_sign_ins(session: Session, now: datetime) -> int:
    """Delete what was begun and never answered; returns how many."""
    gone: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(WorkSignIn).where(WorkSignIn.begun_at < now - WAITS)
    )
    return gone.rowcount


def note_work_attempt(session: Session, *, issuer_id: int, address: str, now: datetime) -> SignInAttempt:
    """Record a try with a work account before its answer is looked at; until it is settled it counts as failed.

    It has no e-mail address yet, and never counts towards the lock of a password: nobody guesses here, and a stranger
    must not be able to lock somebody out by naming their address at an issuer.
    """
    attempt = SignInAttempt(
        email="",
        address=address[:60],
        attempted_at=now,
        outcome=Outcome.STARTED,
        issuer_id=issuer_id,
        kind=AttemptKind.WORK_ACCOUNT,
    )
    session.add(attempt)
    session.flush()
    return attempt


def settle_work_attempt(
    session: Session, attempt: SignInAttempt, outcome: Outcome, *, email: str = "", reason: str = ""
) -> None:
    """How a try ended, under which address, and why it was refused, in words for administrators."""
    attempt.outcome, attempt.email, attempt.reason = outcome, email, reason
    attempt.person_id = session.scalar(select(Person.id).where(Person.email == email)) if email else None
    session.flush()
