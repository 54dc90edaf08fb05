"""Is it still the person who signed in, before something is changed about how they sign in?

What is asked for again is counted as at the sign-in, and not looked at for a while after too many wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.sign_in_desk import desk
from models.accounts.password_changes import has_password
from models.accounts.second_factors import has_factor, is_code
from models.accounts.sign_in_attempts import AttemptKind, Outcome
from models.accounts.sign_ins import SignedIn, SignIn
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person

FRESH = timedelta(minutes=10)
_NOT_FRESH = "Sign out and in again first: you have been signed in for more than ten minutes."
_NO_SECOND = "Sign out, and in again with your passkey first."
_WRONG_PASSWORD = "The password is not right."  # noqa: S105 - a sentence
_WRONG_CODE = "That code is not right, or has been used. Wait for the next one and try again."
_LOCKED = (
    "Too many wrong passwords or codes have been given here, so none is looked at just now. Wait a quarter of an hour "
    "and try again."
)


def keeps_a_password(session: Session, person_id: int) -> bool:
    """Whether the person has a password at all."""
    return bool(session.scalar(select(Person.has_password).where(Person.id == person_id)))


def is_fresh(session: Session, here: SignedIn) -> bool:
    """Whether the person has signed in in this browser at most ten minutes ago."""
    started_at = session.scalar(select(SignIn.started_at).where(SignIn.id == here.sign_in_id))
    return started_at is not None and started_at > now() - FRESH


def confirm_by_password(session: Session, here: SignedIn, password: str) -> None:
    """Go on only with the right password; whoever has none must have signed in just now."""
    if keeps_a_password(session, here.person_id):
        check_password_again(session, here, password, _WRONG_PASSWORD)
    elif not is_fresh(session, here):
        raise RuleBroken(_NOT_FRESH)


def confirm(session: Session, here: SignedIn, password: str) -> None:
    """Go on when the person has signed in just now; otherwise only with the right password."""
    if not is_fresh(session, here):
        confirm_by_password(session, here, password)


def confirm_by_second_factor(session: Session, here: SignedIn, code: str) -> None:
    """Go on only with a code of the person's authenticator or for recovery, which is used up by this.

    Whoever has a passkey and no authenticator must have signed in with two factors.
    """
    if has_factor(session, here.person_id):
        key = desk().factor_key
        _check(session, here, lambda: is_code(session, here.person_id, code[:40], key=key, now=now()), _WRONG_CODE)
    elif not here.is_two_factor:
        raise RuleBroken(_NO_SECOND)


def check_password_again(session: Session, here: SignedIn, password: str, sentence: str) -> None:
    """Refuse a wrong password in that sentence, and any while too many were wrong. Commits: each try is on record."""
    _check(session, here, lambda: has_password(session, here.person_id, password[:1000]), sentence)


def _check(session: Session, here: SignedIn, is_right: Callable[[], bool], sentence: str) -> None:
    attempt = desk().open_attempt(here.email, AttemptKind.CONFIRMATION)
    if attempt.outcome is Outcome.LOCKED:
        raise RuleBroken(_LOCKED)
    attempt.outcome = Outcome.CONFIRMED if is_right() else Outcome.REFUSED
    session.commit()
    if attempt.outcome is Outcome.REFUSED:
        raise RuleBroken(sentence)
