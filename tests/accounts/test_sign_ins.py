"""Does each rule of signing in hold on the very moment, for the very person and no other?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.password_changes import change_password
from models.accounts.passwords import LONGEST, SHORTEST, check_password, hash_password, is_outdated, is_password
from models.accounts.sign_in_attempts import TRIES, Outcome, SignInAttempt, open_attempt, settle_attempt, unlock
from models.accounts.sign_ins import (
    KEPT,
    SignIn,
    browser_words,
    find_sign_in,
    forget_old_sign_ins,
    living_sign_ins,
    revoke,
    standing_of,
    start_sign_in,
)
from models.core.access import Actor, Role
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.partnership.people import Person
from tests import make
from tests.web import PASSWORD, member

NOW = datetime.fromisoformat("2026-03-09T10:00:00+00:00")
MOMENT = timedelta(microseconds=1)
IDLE = timedelta(hours=1)


def tried(session: Session, email: str, outcome: Outcome, at: datetime, times: int = 1) -> None:
    session.add_all(SignInAttempt(email=email, attempted_at=at, outcome=outcome) for _ in range(times))
    session.flush()


# Tries (how they are counted: test_locks.py)


def test_attempt_is_on_record_for_the_person_and_cut_to_what_fits(session: Session) -> None:
    person = member(session, Role.OFFICER)
    attempt = open_attempt(session, email=f"  {person.email.upper()} ", address="1" * 61, now=NOW)
    assert (attempt.email, attempt.person_id, attempt.attempted_at) == (person.email, person.id, NOW)
    assert attempt.address == "1" * 60
    stranger = open_attempt(session, email="x" * 321, address="", now=NOW)
    assert (stranger.email, stranger.person_id) == ("x" * 320, None)


def test_right_password_lets_in_an_active_person_only(session: Session) -> None:
    person = member(session, Role.OFFICER)
    gone = member(session, Role.SPONSOR, name="Gone", is_active=False)
    attempts = {
        "right": (person, PASSWORD, Outcome.SIGNED_IN),
        "wrong": (person, "three wet umbrella", Outcome.REFUSED),
        "left": (gone, PASSWORD, Outcome.REFUSED),
    }
    for name, (who, password, outcome) in attempts.items():
        attempt = open_attempt(session, email=who.email, address="", now=NOW)
        let_in = settle_attempt(session, attempt, password=password)
        assert (let_in, attempt.outcome) == (who if name == "right" else None, outcome), name


def test_locked_attempt_stays_locked_although_the_password_is_right(session: Session) -> None:
    person = member(session, Role.OFFICER)
    tried(session, person.email, Outcome.REFUSED, NOW - MOMENT, TRIES)
    attempt = open_attempt(session, email=person.email, address="", now=NOW)
    assert settle_attempt(session, attempt, password=PASSWORD) is None
    assert attempt.outcome is Outcome.LOCKED
    unlock(session, person, NOW)
    assert open_attempt(session, email=person.email, address="", now=NOW + MOMENT).outcome is Outcome.STARTED


def test_weaker_hash_is_made_anew_at_the_next_sign_in_and_a_strong_one_is_kept(session: Session) -> None:
    person = member(session, Role.OFFICER)
    strong = person.password_hash
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    for kept, is_renewed in ((weak, True), (strong, False)):
        person.password_hash = kept
        session.flush()
        attempt = open_attempt(session, email=person.email, address="", now=NOW)
        assert settle_attempt(session, attempt, password=PASSWORD) is person
        session.flush()
        renewed = session.scalar(select(Person.password_hash).where(Person.id == person.id)) or ""
        assert (renewed != kept, is_outdated(renewed), is_password(renewed, PASSWORD)) == (is_renewed, False, True)


# Sign-ins


def started(session: Session, person: Person, hours: int = 8) -> str:
    return start_sign_in(session, person, browser="Firefox on Linux", now=NOW, hours=hours)


def test_sign_in_lasts_its_hours_while_the_person_comes_by(session: Session) -> None:
    person = member(session, Role.OFFICER)
    token = started(session, person, hours=2)
    assert len(token) >= 43, "256 bits"
    for after, idle, is_good in (
        (IDLE - MOMENT, IDLE, True),
        (IDLE, IDLE, False),
        (timedelta(hours=2) - MOMENT, 3 * IDLE, True),
        (timedelta(hours=2), 3 * IDLE, False),
    ):
        living = living_sign_ins(session, person.id, now=NOW + after, idle=idle)
        signed_in = find_sign_in(session, token, now=NOW + after, idle=idle)
        act_as(session, Actor.system())
        assert (bool(living), signed_in is not None) == (is_good, is_good), (after, idle)
    assert session.scalars(select(SignIn.browser)).all() == ["Firefox on Linux"]


def test_each_person_sees_the_own_sign_ins_latest_first(session: Session) -> None:
    ours, theirs = member(session, Role.OFFICER), member(session, Role.SPONSOR)
    for person in (ours, theirs, ours):
        started(session, person)
    first, last = session.scalars(select(SignIn).where(SignIn.person_id == ours.id).order_by(SignIn.id)).all()
    last.seen_at = NOW + MOMENT
    session.flush()
    living = living_sign_ins(session, ours.id, now=NOW + 2 * MOMENT, idle=IDLE)
    assert living == [last, first]


def test_revoking_ends_one_all_or_all_but_one_of_the_own(session: Session) -> None:
    ours, theirs = member(session, Role.OFFICER), member(session, Role.SPONSOR)
    for person in (ours, theirs, ours, ours):
        started(session, person)
    mine = list(session.scalars(select(SignIn.id).where(SignIn.person_id == ours.id).order_by(SignIn.id)))
    other = session.scalar(select(SignIn.id).where(SignIn.person_id == theirs.id))
    assert revoke(session, person_id=ours.id, sign_in_id=other) == 0
    assert revoke(session, person_id=ours.id, sign_in_id=mine[0]) == 1
    assert revoke(session, person_id=ours.id, but=mine[1]) == 1
    assert set(session.scalars(select(SignIn.id))) == {other, mine[1]}
    assert revoke(session, person_id=ours.id) == 1


def test_standing_is_the_persons_own_and_nobody_has_none(session: Session) -> None:
    ours, theirs = member(session, Role.OFFICER), member(session, Role.SPONSOR)
    assert standing_of(session, ours.id) not in ("", standing_of(session, theirs.id))
    assert standing_of(session, 0) == ""


def test_only_what_has_ended_and_what_is_old_is_forgotten(session: Session) -> None:
    person = member(session, Role.OFFICER)
    for hours in (1, 2):
        started(session, person, hours)
    for age in (KEPT, KEPT + MOMENT, KEPT + 2 * MOMENT):
        tried(session, person.email, Outcome.REFUSED, NOW + timedelta(hours=2) - age)
    assert forget_old_sign_ins(session, NOW + timedelta(hours=2)) == 3
    assert len(session.scalars(select(SignIn.id)).all()) == 1
    assert len(session.scalars(select(SignInAttempt.id)).all()) == 1


def test_browser_is_named_as_its_owner_would(session: Session) -> None:
    assert browser_words("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0") == "Firefox on Linux"
    assert browser_words("Mozilla/5.0 (Linux; Android 16) Chrome/156.0 Mobile Safari/537.36") == "Chrome on Android"
    assert browser_words("curl/8.0") == "A browser"


# Passwords


ABOUT = ("Ann Widdershins", "a.widdershins@northfield-police.example", "Northfield Safeguarding Partnership")


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("xkqz vrwm bn"[: SHORTEST - 1], False),
        ("xkqz vrwm bn"[:SHORTEST], True),
        ("three wet umbrellas " * (LONGEST // 20), True),
        ("three wet umbrellas " * (LONGEST // 20) + "f", False),
        ("abcdefghijkl", False),  # a sequence
        ("abcdeabcdeab", False),  # a repetition
        ("qwertyuiop[]", False),  # neighbours on the keyboard
        ("password 12 3456", False),
        ("PassWord-98765", False),
        ("P@ssw0rd2026!", False),
        ("iloveyou12345", False),  # one of the commonest
        ("Widdershins1979", False),  # the own name
        ("a.widdershins@northfield-police.example", False),  # the own address
        ("Northfield-Safeguarding", False),  # the partnership's name
        ("four dry parasols", True),
    ],
)
def test_password_is_long_enough_and_not_what_guessers_try_first(password: str, is_good: bool) -> None:
    if is_good:
        check_password(password, ABOUT)
        return
    with pytest.raises(RuleBroken, match=r"three (unrelated )?words make a good one"):
        check_password(password, ABOUT)


def test_no_hash_is_nobodys_password_and_what_is_no_hash_neither() -> None:
    kept = hash_password(PASSWORD)
    assert is_password(kept, PASSWORD)
    assert not is_password(kept, PASSWORD + ".")
    assert not is_password(None, "nobody has this password")
    assert not is_password("no hash at all", PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), "what OWASP asks for"


def test_changed_password_must_be_a_new_one_and_the_old_one_right(session: Session) -> None:
    person = member(session, Role.OFFICER)
    member(session, Role.SPONSOR)
    for old, new, sentence in (
        ("three wet umbrella", "four dry umbrellas", "current password is not right"),
        (PASSWORD, PASSWORD, "differs from the current one"),
        (PASSWORD, "short", "Choose a password of"),
    ):
        with pytest.raises(RuleBroken, match=sentence):
            change_password(session, person.id, old=old, new=new)
        assert is_password(person.password_hash, PASSWORD)
    assert change_password(session, person.id, old=PASSWORD, new="four dry umbrellas") is person
    assert is_password(person.password_hash, "four dry umbrellas")
    assert is_password(make.person(session, Role.SPONSOR).password_hash, PASSWORD)
