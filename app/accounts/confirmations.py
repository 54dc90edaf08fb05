"""Is it still the person who signed in, before something is changed about how they sign in?"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.password_changes import has_password
from models.accounts.sign_ins import SignedIn, SignIn
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person

FRESH = timedelta(minutes=10)
_NOT_FRESH = "Sign out and in again first: you have been signed in for more than ten minutes."


def keeps_a_password(session: Session, person_id: int) -> bool:
    """Whether the person has a password at all."""
    return bool(session.scalar(select(Person.password_hash.is_not(None)).where(Person.id == person_id)))


def is_fresh(session: Session, here: SignedIn) -> bool:
    """Whether the person has signed in in this browser at most ten minutes ago."""
    started_at = session.scalar(select(SignIn.started_at).where(SignIn.id == here.sign_in_id))
    return started_at is not None and started_at > now() - FRESH


def confirm_by_password(session: Session, here: SignedIn, password: str) -> None:
    """Go on only with the right password; whoever has none must have signed in just now."""
    if keeps_a_password(session, here.person_id):
        if not has_password(session, here.person_id, password[:1000]):
            raise RuleBroken("The password is not right.")
    elif not is_fresh(session, here):
        raise RuleBroken(_NOT_FRESH)


def confirm(session: Session, here: SignedIn, password: str) -> None:
    """Go on when the person has signed in just now; otherwise only with the right password."""
    if not is_fresh(session, here):
        confirm_by_password(session, here, password)
