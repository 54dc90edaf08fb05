"""Whose wrong tries count where, for how long, and whom do they never keep out?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.known_browsers import asker
from app.security import limiter
from models.accounts.access_links import LinkPurpose, issue_link
from models.accounts.known_browsers import (
    UNUSED,
    KnownBrowser,
    browsers_of,
    forget_unused_browsers,
    known_browser,
    remember_browser,
)
from models.accounts.sign_in_attempts import LOCK, TRIES, AttemptKind, Outcome, SignInAttempt, open_attempt, unlock
from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession
from models.messages.messages import Message
from models.partnership.people import Person
from models.rules.accounts.locks import (
    OF_A_NETWORK,
    OF_A_PLACE,
    OF_STRANGERS,
    REMEMBERED,
    REMEMBERED_OF_A_NETWORK,
    Patience,
)
from tests.web import PASSWORD, Browser, member, words_of
from tests.work import do_requests

Open = Callable[..., Browser]
NOW = datetime.fromisoformat("2026-03-09T10:00:00+00:00")
MOMENT = timedelta(microseconds=1)
NEW = "seven quiet otters"
HERE, AWAY = "192.0.2.7", "198.51.100.9"


def fail(session: Session, email: str, times: int, *, at: datetime = NOW, address: str = HERE, **more: object) -> None:
    """So many wrong tries that were looked at, at the same moment."""
    for _ in range(times):
        attempt = open_attempt(session, email=email, address=address, now=at, **more)  # type: ignore[arg-type]
        attempt.outcome = Outcome.REFUSED
    session.flush()


def is_open(session: Session, email: str, *, at: datetime = NOW, address: str = HERE, **more: object) -> bool:
    """Whether a try would be looked at; it leaves nothing behind."""
    with session.begin_nested() as apart:
        attempt = open_attempt(session, email=email, address=address, now=at, **more)  # type: ignore[arg-type]
        apart.rollback()
    return attempt.outcome is Outcome.STARTED


def guess(browser: Browser, email: str, password: str = "wrong", address: str = AWAY) -> int:
    """The status of the answer to a password sent from an address."""
    data = {**browser.tokens("/sign-in/"), "email": email, "password": password}
    return browser.client.post("/sign-in/", data=data, environ_overrides={"REMOTE_ADDR": address}).status_code


# How they are counted


@pytest.mark.parametrize("patience", [OF_A_PLACE, OF_STRANGERS, OF_A_NETWORK])
def test_each_wrong_try_beyond_the_free_ones_waits_longer_but_never_for_good(patience: Patience) -> None:
    waits = [patience.wait_after(count) for count in range(patience.free + 10)]
    assert waits[patience.free - 1] == timedelta(0)
    assert waits[patience.free] == patience.first
    assert waits == sorted(waits)
    assert patience.wait_after(10**9) == waits[-1] == patience.longest


@pytest.mark.parametrize(
    ("patience", "first_count", "minutes"),
    [
        (OF_A_PLACE, 4, [0, 1, 2, 4, 8, 15, 15]),
        (OF_STRANGERS, 9, [0, 15, 30, 60, 60]),
        (OF_A_NETWORK, 19, [0, 1, 2, 4, 8, 15, 15]),
    ],
)
def test_waits_are_these_minute_by_minute(patience: Patience, first_count: int, minutes: list[int]) -> None:
    counts = range(first_count, first_count + len(minutes))
    assert [patience.wait_after(count) / timedelta(minutes=1) for count in counts] == minutes


def test_tries_count_a_day_against_an_account_and_an_hour_against_a_network() -> None:
    assert (timedelta(hours=24), timedelta(minutes=60)) == (REMEMBERED, REMEMBERED_OF_A_NETWORK)


@pytest.mark.assures(10)
def test_one_network_uses_up_its_own_tries_and_all_strangers_together_ten(session: Session) -> None:
    fail(session, "ann@example.org", OF_A_PLACE.free - 1)
    assert is_open(session, "ann@example.org")
    fail(session, "ann@example.org", 1)
    assert not is_open(session, "ann@example.org")
    assert not is_open(session, "ann@example.org", address="192.0.2.250"), "a neighbour in the same network"
    assert is_open(session, "ann@example.org", address=AWAY)
    assert is_open(session, "bob@example.org"), "somebody else's account"
    fail(session, "ann@example.org", TRIES - OF_A_PLACE.free - 1, address=AWAY)
    assert is_open(session, "ann@example.org", address="203.0.113.1")
    fail(session, "ann@example.org", 1, address="2001:db8::1")
    assert not is_open(session, "ann@example.org", address="203.0.113.1"), "ten strangers' tries, from anywhere"
    assert is_open(session, "ann@example.org", address="203.0.113.1", browser_id=7)


def test_try_is_looked_at_again_at_the_very_end_of_the_wait_and_the_next_wait_is_longer(session: Session) -> None:
    fail(session, "ann@example.org", OF_A_PLACE.free)
    minute = timedelta(minutes=1)
    assert not is_open(session, "ann@example.org", at=NOW + minute - MOMENT)
    assert is_open(session, "ann@example.org", at=NOW + minute)
    fail(session, "ann@example.org", 1, at=NOW + minute)
    assert not is_open(session, "ann@example.org", at=NOW + 3 * minute - MOMENT)
    assert is_open(session, "ann@example.org", at=NOW + 3 * minute)


def test_strangers_wait_a_quarter_of_an_hour_after_ten_and_are_forgotten_after_a_day(session: Session) -> None:
    for number in range(TRIES):
        fail(session, "ann@example.org", 1, address=f"10.0.{number}.1")
    assert not is_open(session, "ann@example.org", at=NOW + LOCK - MOMENT)
    assert is_open(session, "ann@example.org", at=NOW + LOCK)
    fail(session, "ann@example.org", 1, at=NOW + LOCK)
    assert not is_open(session, "ann@example.org", at=NOW + 3 * LOCK - MOMENT, address=AWAY)
    assert is_open(session, "ann@example.org", at=NOW + 3 * LOCK, address=AWAY)
    after = NOW + LOCK + REMEMBERED
    fail(session, "ann@example.org", TRIES - 1, at=after, address=AWAY, kind=AttemptKind.LINK)
    assert is_open(session, "ann@example.org", at=after)


def test_locked_tries_do_not_prolong_the_wait(session: Session) -> None:
    fail(session, "ann@example.org", OF_A_PLACE.free)
    for second in range(1, 60, 7):
        attempt = open_attempt(session, email="ann@example.org", address=HERE, now=NOW + timedelta(seconds=second))
        assert attempt.outcome is Outcome.LOCKED
    assert is_open(session, "ann@example.org", at=NOW + timedelta(minutes=1))


def test_try_that_was_begun_counts_until_it_is_settled(session: Session) -> None:
    for number in range(TRIES):
        open_attempt(session, email="ann@example.org", address=f"10.0.{number}.1", now=NOW)
    assert not is_open(session, "ann@example.org")


def test_good_sign_in_clears_its_own_place_only_and_an_unlocking_all(session: Session) -> None:
    person = member(session, Role.OFFICER)
    fail(session, person.email, OF_A_PLACE.free)
    fail(session, person.email, OF_A_PLACE.free, address=AWAY)
    fail(session, person.email, OF_A_PLACE.free, browser_id=7)
    for more in ({"browser_id": 7}, {"address": HERE}):
        good = open_attempt(session, **{"email": person.email, "address": HERE, "now": NOW, **more})  # type: ignore[arg-type]
        good.outcome, good.attempted_at = Outcome.SIGNED_IN, NOW + MOMENT
        session.flush()
    later = NOW + 2 * MOMENT
    assert is_open(session, person.email, at=later, browser_id=7)
    assert not is_open(session, person.email, at=later), "strangers have used up theirs whoever has come in since"
    unlock(session, person, later)
    assert is_open(session, person.email, at=later + MOMENT)
    assert is_open(session, person.email, at=later + MOMENT, address=AWAY)


@pytest.mark.assures(10)
def test_one_network_tries_one_password_over_few_accounts_only_and_known_browsers_there_go_on(
    session: Session,
) -> None:
    for number in range(OF_A_NETWORK.free):
        fail(session, f"p{number}@example.org", 1)
    assert not is_open(session, "ann@example.org", address="192.0.2.99")
    assert is_open(session, "ann@example.org", address=AWAY)
    assert is_open(session, "ann@example.org", browser_id=7)
    assert is_open(session, "ann@example.org", at=NOW + timedelta(minutes=1))
    assert session.scalar(select(func.count(Message.id))) == 0


def test_what_cannot_be_guessed_is_neither_counted_nor_refused(session: Session) -> None:
    fail(session, "ann@example.org", 2 * TRIES, kind=AttemptKind.PASSKEY)
    assert is_open(session, "ann@example.org")
    fail(session, "ann@example.org", OF_A_PLACE.free)
    for kind in (AttemptKind.PASSKEY, AttemptKind.WORK_ACCOUNT, AttemptKind.LINK):
        assert is_open(session, "ann@example.org", kind=kind)
    assert is_open(session, "ann@example.org", kind=AttemptKind.CODE), "codes come after another proof"
    assert not is_open(session, "ann@example.org", kind=AttemptKind.PASSWORD)


# Browsers that a person has used


def test_browser_is_known_for_its_person_by_its_token_until_long_unused(session: Session) -> None:
    ann, bob = member(session, Role.OFFICER), member(session, Role.SPONSOR)
    for person, since in ((ann, NOW - UNUSED), (bob, NOW), (ann, NOW)):
        remember_browser(session, person.id, "a token", browser="Firefox on Linux", now=since)
    remember_browser(session, ann.id, "another", browser="", now=NOW - UNUSED)
    known = known_browser(session, "a token", email=f" {ann.email.upper()}", now=NOW)
    assert [row.id for row in browsers_of(session, ann.id, now=NOW)] == [known]
    assert known_browser(session, "a token", email=bob.email, now=NOW) not in (None, known)
    for token, email in (("another", ann.email), ("", ann.email), ("a token", "nobody@example.org")):
        assert known_browser(session, token, email=email, now=NOW) is None, token
    assert timedelta(days=180) == UNUSED
    assert forget_unused_browsers(session, NOW) == 1
    assert b"a token" not in {row.token_hash for row in session.scalars(select(KnownBrowser))}


@pytest.mark.assures(10)
def test_no_attacker_keeps_a_person_out_of_a_browser_they_have_used(browser: Open, session: Session) -> None:
    person, attacker = member(session, Role.OFFICER), browser()
    own = browser().sign_in(person)
    own.client.post("/sign-out/", data=own.tokens("/account/"))
    limiter.enabled = False
    try:
        for number in range(3 * TRIES):
            guess(attacker, person.email, address=f"10.{number}.0.1")
            guess(attacker, person.email, address="127.0.0.1")
    finally:
        limiter.enabled = True
    assert guess(browser(), person.email, PASSWORD, "203.0.113.5") == 422, "any other browser is refused meanwhile"
    assert guess(own, person.email, "mistyped", "127.0.0.1") == 422
    assert guess(own, person.email, PASSWORD, "127.0.0.1") == 302


def test_flood_from_the_same_address_does_not_slow_a_known_browser_down(browser: Open, session: Session) -> None:
    person, attacker = member(session, Role.OFFICER), browser()
    own = browser().sign_in(person)
    own.client.post("/sign-out/", data=own.tokens("/account/"))
    statuses = {guess(attacker, f"p{number}@example.org", address="127.0.0.1") for number in range(32)}
    assert 429 in statuses
    assert guess(own, person.email, PASSWORD, "127.0.0.1") == 302


@pytest.mark.parametrize(
    ("address", "line"), [(HERE, HERE), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), (None, "nowhere")]
)
def test_requests_are_counted_by_the_line_where_the_browser_is_not_known_and_by_the_browser_where_it_is(
    browser: Open, session: Session, address: str | None, line: str
) -> None:
    own, other = browser().sign_in(member(session, Role.OFFICER)), browser().sign_in(member(session, Role.SPONSOR))
    portal = own.client.application
    environ = {"environ_base": {"REMOTE_ADDR": address}}
    with portal.test_request_context("/", **environ):
        assert asker() == line
    by_browser = []
    for visitor in (own, own, other):
        cookie = visitor.client.get_cookie("triangulate-known")
        assert cookie is not None
        with portal.test_request_context("/", headers={"Cookie": f"{cookie.key}={cookie.value}"}, **environ):
            by_browser.append(asker())
    assert all(name.startswith("browser ") for name in by_browser)
    assert by_browser[0] == by_browser[1] != by_browser[2]


def test_made_up_or_stolen_cookie_of_another_person_is_no_pass(browser: Open, session: Session) -> None:
    ann, bob = member(session, Role.OFFICER), member(session, Role.SPONSOR)
    bobs = browser().sign_in(bob)
    bobs.client.post("/sign-out/", data=bobs.tokens("/account/"))
    for number in range(TRIES):
        fail(session, ann.email, 1, at=now(), address=f"10.{number}.0.1")
    session.commit()
    assert guess(bobs, ann.email, PASSWORD) == 422, "bob's browser is not one of ann's"
    forged = browser()
    forged.client.set_cookie("triangulate-known", "x" * 43)
    assert guess(forged, ann.email, PASSWORD) == 422


def test_known_browsers_cookie_is_for_the_portal_alone_and_only_its_hash_is_kept(
    browser: Open, session: Session
) -> None:
    visitor = browser()
    person = member(session, Role.OFFICER)
    answer = visitor.send("/sign-in/", email=person.email, password=PASSWORD)
    [cookie] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("triangulate-known=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=34560000" in cookie
    kept = session.scalars(select(KnownBrowser)).one()
    assert len(kept.token_hash) == 32
    token = cookie.partition("=")[2].partition(".")[0]
    assert token.encode() not in kept.token_hash


def test_account_page_marks_the_browser_in_use_among_those_known_and_says_what_is_forgotten(
    browser: Open, session: Session
) -> None:
    person = member(session, Role.OFFICER)
    browser().sign_in(person)
    here = browser().sign_in(person)
    rows = here.get("/account/").select("section[aria-labelledby=known] tbody tr")
    assert ["(this one)" in row.get_text() for row in rows] == [True, False]
    forget = str(rows[1].select_one("form")["action"])  # type: ignore[index]
    for sentence in ("That browser is forgotten.", "That browser was forgotten already."):
        here.send(forget, page="/account/")
        assert sentence in here.get("/account/").get_text()
    assert len(session.scalars(select(KnownBrowser)).all()) == 1


@pytest.mark.parametrize(
    "change", ["password", "address", "leave", "forgotten by oneself", "ended by an administrator"]
)
def test_pass_ends_with_password_address_and_leave_and_when_it_is_forgotten(
    browser: Open, session: Session, change: str
) -> None:
    person = member(session, Role.OFFICER)
    own = browser().sign_in(person)
    known = session.scalars(select(KnownBrowser)).one()
    if change == "forgotten by oneself":
        other = browser(Role.SPONSOR)
        other.send(f"/account/browsers/{known.id}/forget/", page="/account/")
        assert session.scalar(select(func.count(KnownBrowser.id))) == 1, "nobody forgets another's"
        assert "Browsers you have used" in own.get("/account/").get_text()
        own.send(f"/account/browsers/{known.id}/forget/", page="/account/")
    elif change == "ended by an administrator":
        boss = browser(Role.ADMINISTRATOR)
        boss.send(f"/people/{person.id}/sign-ins/end/", page=f"/people/{person.id}/")
    else:
        values = {"password": "password_hash", "address": "email", "leave": "is_active"}
        setattr(person, values[change], {"leave": False}.get(change, "new@example.org"))
        session.commit()
    assert session.scalars(select(KnownBrowser.person_id)).all() == []


def test_changing_ones_password_keeps_this_browser_known_and_forgets_the_others(
    browser: Open, session: Session
) -> None:
    person = member(session, Role.OFFICER)
    here, elsewhere = browser().sign_in(person), browser().sign_in(person)
    here.send("/account/password/", page="/account/", old=PASSWORD, new=NEW, again=NEW)
    assert len(session.scalars(select(KnownBrowser)).all()) == 1
    for number in range(TRIES):
        fail(session, person.email, 1, at=now(), address=f"10.{number}.0.1")
    session.commit()
    for visitor, status in ((elsewhere, 422), (here, 302)):
        assert guess(visitor, person.email, NEW) == status


# The way in on a new browser


@pytest.mark.assures(10)
def test_mailed_link_lets_the_true_person_in_on_a_new_browser_while_guesses_go_on(
    browser: Open, session: Session
) -> None:
    person = member(session, Role.OFFICER)
    for number in range(TRIES):
        fail(session, person.email, 1, at=now(), address=f"10.{number}.0.1")
    session.commit()
    visitor = browser()
    assert guess(visitor, person.email, PASSWORD) == 422
    token = issue_link(session, person, LinkPurpose.NEW_PASSWORD, now=now())
    session.commit()
    visitor.client.get(f"/new-password/{token}/")
    visitor.send("/new-password/", new=NEW, again=NEW)
    for number in range(TRIES):  # between the new password and signing in with it
        fail(session, person.email, 1, at=now(), address=f"10.{number}.0.1")
    session.commit()
    assert guess(browser(), person.email, NEW) == 422
    assert guess(visitor, person.email, NEW) == 302


# The letter


def letters(session: Session, session_factory: sessionmaker[PortalSession]) -> list[str]:
    do_requests(session, session_factory)
    of_tries = select(Message.body).where(Message.subject == "Tries to sign in as you").order_by(Message.id)
    return list(session.scalars(of_tries))


@pytest.mark.assures(10)
def test_person_is_told_once_a_day_that_somebody_guesses_and_a_stranger_is_not(
    browser: Open, session: Session, session_factory: sessionmaker[PortalSession]
) -> None:
    person = member(session, Role.OFFICER, name="Ann")
    with time_machine.travel(NOW, tick=False) as clock:
        for hour in range(30):
            clock.move_to(NOW + timedelta(hours=hour))
            for email in (person.email, "nobody@example.org"):
                fail(session, email, OF_A_PLACE.free, at=now(), address=f"10.{hour}.0.1")
                open_attempt(session, email=email, address=f"10.{hour}.0.1", now=now())
            session.commit()
            written = letters(session, session_factory)
            assert len(written) == (1 if hour < 24 else 2), hour
    assert "again and again, with a wrong password: 6 tries since 9 March 2026 at 10:00" in written[0]
    assert "“Forgotten your password?”" in written[0]
    assert session.scalars(select(Message.recipient_id)).all() == [person.id] * 2


def test_person_is_told_that_somebody_guesses_behind_their_sign_in(
    browser: Open, session: Session, session_factory: sessionmaker[PortalSession]
) -> None:
    officer = browser(Role.OFFICER)
    for _ in range(OF_A_PLACE.free + 1):
        officer.send("/account/password/", page="/account/", old="wrong", new=NEW, again=NEW)
    [letter] = letters(session, session_factory)
    assert "Somebody who is signed in as you has given a wrong password" in letter


# Behind the sign-in

ASKING = {
    "password": ("/account/password/", "/account/", {"new": NEW, "again": NEW}, "old"),
    "two-factor on": ("/account/two-factor/begin/", "/account/two-factor/", {}, "password"),
    "two-factor off": ("/account/two-factor/off/", "/account/two-factor/", {}, "password"),
    "recovery codes": ("/account/two-factor/codes/", "/account/two-factor/", {}, "password"),
    "new passkey": ("/account/passkeys/options/", "/account/passkeys/", {}, "password"),
    "passkey away": ("/account/passkeys/1/remove/", "/account/passkeys/", {}, "password"),
}


@pytest.mark.assures(10)
@pytest.mark.parametrize("page", ASKING)
def test_wrong_passwords_behind_the_sign_in_count_and_are_refused_after_few(
    browser: Open, session: Session, page: str
) -> None:
    path, form, values, field = ASKING[page]
    person = member(session, Role.OFFICER)
    officer = browser().enter(person, session)
    session.connection().exec_driver_sql("UPDATE sign_ins SET started_at = started_at - interval '11 minutes'")
    session.commit()
    tokens = officer.tokens(form)
    answers = [
        officer.client.post(path, data={**tokens, **values, field: "wrong"}, headers={"Host": "localhost"})
        for _ in range(OF_A_PLACE.free + 3)
    ]
    assert {answer.status_code for answer in answers} == {422}
    outcomes = session.scalars(select(SignInAttempt.outcome).order_by(SignInAttempt.id)).all()
    assert outcomes == [Outcome.REFUSED] * OF_A_PLACE.free + [Outcome.LOCKED] * 3
    assert set(session.scalars(select(SignInAttempt.kind))) == {AttemptKind.CONFIRMATION}
    last = answers[-1]
    assert "Too many wrong passwords" in (last.get_json()["problem"] if last.is_json else words_of(last))
    right = officer.client.post(path, data={**tokens, **values, field: PASSWORD}, headers={"Host": "localhost"})
    assert right.status_code == 422, "the right one is not looked at either"
    assert guess(browser(), person.email, PASSWORD) == 302, "the sign-in itself counts apart"


def test_right_password_clears_the_tries_behind_the_sign_in(browser: Open, session: Session) -> None:
    officer = browser(Role.OFFICER)
    for password in (*["wrong"] * (OF_A_PLACE.free - 1), PASSWORD, *["wrong"] * (OF_A_PLACE.free - 1), PASSWORD):
        officer.send("/account/two-factor/begin/", page="/account/two-factor/", password=password)
    outcomes = session.scalars(select(SignInAttempt.outcome)).all()
    assert (outcomes.count(Outcome.CONFIRMED), outcomes.count(Outcome.LOCKED)) == (2, 0)
    assert session.scalars(select(Person.id)).one()
