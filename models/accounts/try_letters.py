"""Who is told by mail that somebody tries to sign in as them, and how often?"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from models.accounts.sign_in_attempts import AttemptKind, Outcome, SignInAttempt
from models.core.clock import LONDON, london_day
from models.messages.agency_messages import Letterhead
from models.messages.messages import Draft, write_message
from models.partnership.people import Person
from models.rules.accounts.locks import REMEMBERED
from models.rules.core.counts import count_words
from models.rules.core.due_dates import in_words

TOLD_AGAIN = timedelta(days=1)
_FAILED = (Outcome.STARTED, Outcome.REFUSED, Outcome.LOCKED)
_AT_THE_DOOR = (
    "Somebody has tried to sign in as you, again and again, with a wrong {what}: {tries} since {since}. Nothing was "
    "opened. The portal does not look at such tries for a while.\n\n"
    "If it was you: where you have signed in before, go on as usual. In any other browser press “Forgotten your "
    "password?” on the sign-in page; its mail lets you in at once. Passkeys and work accounts work all the time.\n\n"
    "If it was not you, you need do nothing. Two-factor sign-in or a passkey, set up on your account page, makes "
    "guessing worthless."
)
_WITHIN = (
    "Somebody who is signed in as you has given a wrong password or code again and again on your account page: {tries} "
    "since {since}. The portal does not look at such tries for a while.\n\n"
    "If it was not you, somebody else has your browser: press “Forgotten your password?” on the sign-in page and "
    "choose a new one, which signs you out everywhere, and tell your administrator."
)


def tell_of_tries(session: Session, attempt_id: int, *, letterhead: Letterhead, now: datetime) -> bool:
    """Write to the person whose account was locked by this attempt, if there is one who may sign in.

    Returns whether a letter was written: at most one a day is, however often the account is locked.
    """
    attempt = session.get_one(SignInAttempt, attempt_id)
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('tries'), hashtext(:email))"), {"email": attempt.email})
    told = (SignInAttempt.email == attempt.email) & (SignInAttempt.told_at > now - TOLD_AGAIN)
    person = session.scalar(select(Person).where(Person.email == attempt.email, Person.is_active))
    if person is None or person.accepted_at is None or session.scalar(select(exists().where(told))):
        return False
    attempt.told_at = now
    body = letterhead.under(f"Dear {person.name},\n\n{_words(session, attempt)}")
    write_message(session, Draft(person.id, person.name, person.email, "Tries to sign in as you", body))
    return True


def _words(session: Session, attempt: SignInAttempt) -> str:
    count, first = session.execute(
        select(func.count(), func.min(SignInAttempt.attempted_at)).where(
            SignInAttempt.email == attempt.email,
            SignInAttempt.kind == attempt.kind,
            SignInAttempt.attempted_at > attempt.attempted_at - REMEMBERED,
            SignInAttempt.outcome.in_(_FAILED),
        )
    ).one()
    since = f"{in_words(london_day(first))} at {first.astimezone(LONDON):%H:%M}"
    words = _WITHIN if attempt.kind is AttemptKind.CONFIRMATION else _AT_THE_DOOR
    tries = count_words(count, "try", "tries")
    return words.format(what=attempt.kind.label.lower(), tries=tries, since=since)
