"""Who signs in with a code beside the password, and is this code good, once?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hmac import compare_digest
from typing import ClassVar

from cryptography.fernet import Fernet, InvalidToken
from pyotp import TOTP, random_base32
from sqlalchemy import ForeignKey, LargeBinary, delete, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.accounts.access_changes import tell_of_change
from models.accounts.recovery_codes import renew_recovery_codes, use_recovery_code
from models.core.access import ALL, OWN_PERSON, READ, RowPolicy
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.seals import key_of_seal
from models.partnership.people import Person

STEP_SECONDS, DIGITS = 30, 6
_OFF = "Two-factor sign-in was switched off: your password alone signs you in, unless you have a passkey."
_WRONG = "That code is not right, or has been used. Wait for the next one and try again."


class SecondFactor(Base):
    """A person's authenticator: its key, sealed, and the last time step whose code was taken (RFC 6238).

    It counts from `confirmed_at` on; before that the person has seen the key but not proved that they have it.
    """

    __tablename__ = "second_factors"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        own_reads=f"person_id = {OWN_PERSON}",
        staff=READ,
        administrator=("select", "delete"),
        hidden=("sealed_key",),
        sign_in=ALL,
        agency_reads=f"person_id = {OWN_PERSON}",
        unlogged_columns=("sealed_key", "last_step"),
        reason="Made and used by the portal's own sign-in; an administrator may take one away for a lost phone.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]


def factor_key(secret: str) -> bytes:
    """The key that authenticators' keys are sealed with, from the portal's secret."""
    return key_of_seal("second factors", secret)


def has_factor(session: Session, person_id: int) -> bool:
    """Whether the person signs in with a code, as far as the asking session may see it."""
    mine = (SecondFactor.person_id == person_id) & SecondFactor.confirmed_at.is_not(None)
    return bool(session.scalar(select(exists(1).where(mine))))


def begin_factor(session: Session, person: Person, *, key: bytes) -> SecondFactor:
    """Give the person a new key, which counts once they have proved that they have it. Refuses one who has a factor."""
    if has_factor(session, person.id):
        raise RuleBroken("Two-factor sign-in is on already.")
    session.execute(delete(SecondFactor).where(SecondFactor.person_id == person.id))
    factor = SecondFactor(person_id=person.id, sealed_key=Fernet(key).encrypt(random_base32().encode()))
    session.add(factor)
    session.flush()
    return factor


def waiting_factor(session: Session, person_id: int) -> SecondFactor | None:
    """The authenticator whose key a person has seen but not yet proved that they have."""
    mine = select(SecondFactor).where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_(None))
    return session.scalar(mine)


def shown_key(factor: SecondFactor, *, key: bytes) -> str:
    """The authenticator's key as text, for the person who enrols. Refuses when the portal's secret has changed."""
    try:
        return Fernet(key).decrypt(factor.sealed_key).decode()
    except InvalidToken:
        raise RuleBroken("The portal's secret has changed; ask your administrator to switch this off.") from None


def address_of_key(secret: str, *, email: str, issuer: str) -> str:
    """The address that an authenticator reads from the QR code.

    >>> address_of_key("GQ2GJKTVHLZISZ7OQ2TVCPLJ4CINI7J3", email="ann@example.org", issuer="Portal")
    'otpauth://totp/Portal:ann%40example.org?secret=GQ2GJKTVHLZISZ7OQ2TVCPLJ4CINI7J3&issuer=Portal'
    """
    return str(TOTP(secret).provisioning_uri(name=email, issuer_name=issuer))


def confirm_factor(session: Session, person_id: int, code: str, *, key: bytes, now: datetime) -> list[str]:
    """Turn two-factor sign-in on with a first right code. Returns ten recovery codes, which are shown once."""
    factor = waiting_factor(session, person_id)
    if factor is None:
        raise RuleBroken("Begin again: there is no key that waits for its first code.")
    if not _take(session, factor.id, code, key=key, now=now):
        raise RuleBroken(_WRONG)
    factor.confirmed_at = now
    session.flush()
    return renew_recovery_codes(session, person_id)


def is_code(session: Session, person_id: int, code: str, *, key: bytes, now: datetime) -> bool:
    """Whether a code of the authenticator, or one for recovery, is good now; a good one is used up by this."""
    mine = select(SecondFactor.id).where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
    factor_id = session.scalar(mine)
    if factor_id is not None and _take(session, factor_id, code, key=key, now=now):
        return True
    return use_recovery_code(session, person_id, code, now=now)


def remove_factor(session: Session, person: Person, *, by: str) -> None:
    """Take a person's authenticator away and tell them by mail, and by whom. Refuses a person who has none."""
    gone = delete(SecondFactor).where(SecondFactor.person_id == person.id).returning(SecondFactor.confirmed_at)
    row = session.execute(gone).first()
    if row is None:
        raise RuleBroken("Two-factor sign-in is off already.")
    if row[0] is not None:
        tell_of_change(session, person, _OFF, by=by, is_out=False)


def step_of(code: str, secret: str, steps: Iterable[int]) -> int | None:
    """The time step that this code belongs to, of those given; None when it belongs to none.

    >>> step_of("211798", "GQ2GJKTVHLZISZ7OQ2TVCPLJ4CINI7J3", range(4, 7))
    5
    """
    totp = TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    matches = [step for step in steps if compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return matches[-1] if matches else None


def _take(session: Session, factor_id: int, code: str, *, key: bytes, now: datetime) -> bool:
    """Use a code of this time step or the ones beside it, if it is later than any that was used before.

    The row is locked, so when two people send the same code at once, only one is let in.
    """
    factor = session.get_one(SecondFactor, factor_id, with_for_update=True, populate_existing=True)
    present = int(now.timestamp()) // STEP_SECONDS
    step = step_of("".join(code.split()), shown_key(factor, key=key), (present - 1, present, present + 1))
    if step is None or (factor.last_step is not None and step <= factor.last_step):
        return False
    factor.last_step = step
    session.flush()
    return True
