"""Does the portal let in exactly who belongs there, and forget them when it should?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from models.accounts.sign_in_attempts import TRIES, Outcome, SignInAttempt
from models.accounts.sign_ins import KEPT, SignIn
from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession
from models.core.form_receipts import FormReceipt
from models.documents.job_requests import request_job
from models.partnership.people import Person
from models.rules.accounts.locks import OF_A_PLACE
from tests.web import PASSWORD, Browser, member, words_of
from tests.work import do_requests, done

Open = Callable[..., Browser]


def token_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie("triangulate")
    return cookie.value if cookie else ""


def test_anonymous_person_is_sent_to_sign_in_and_back(browser: Open, session: Session) -> None:
    visitor = browser()
    answer = visitor.client.get("/people/?q=ann")
    assert answer.status_code == 302
    assert answer.location == "/sign-in/?next=/people/?q%3Dann"
    person = member(session, Role.OFFICER)
    back = visitor.send(answer.location, email=person.email, password=PASSWORD)
    assert back.location == "/people/?q=ann"


def test_anonymous_visit_leaves_no_row(browser: Open, session: Session) -> None:
    browser().get("/sign-in/")
    assert session.scalar(select(func.count(SignIn.id))) == 0


def test_database_keeps_only_the_hash_of_a_token(browser: Open, session: Session) -> None:
    signed_in = browser(Role.OFFICER)
    kept = session.scalars(select(SignIn)).one()
    assert len(kept.token_hash) == 32
    assert token_of(signed_in).encode() not in kept.token_hash
    assert len(token_of(signed_in)) >= 43  # 256 bits


def test_cookie_is_worth_nothing_after_sign_out(browser: Open) -> None:
    signed_in = browser(Role.OFFICER)
    token = token_of(signed_in)
    assert signed_in.client.post("/sign-out/", data=signed_in.tokens("/account/")).status_code == 302
    replay = browser()
    replay.client.set_cookie("triangulate", token)
    assert replay.client.get("/").status_code == 302


def test_sign_in_gives_a_new_session_id(browser: Open, session: Session) -> None:
    signed_in = browser(Role.OFFICER)
    first = token_of(signed_in)
    signed_in.sign_in(session.scalars(select(Person)).one())
    assert token_of(signed_in) not in {"", first}
    replay = browser()
    replay.client.set_cookie("triangulate", first)
    assert replay.client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("column", "idle_for", "status"), [("seen_at", 59, 200), ("seen_at", 61, 302), ("ends_at", 0, 302)]
)
def test_session_ends_when_idle_or_old(
    browser: Open, session: Session, column: str, idle_for: int, status: int
) -> None:
    signed_in = browser(Role.OFFICER)
    session.execute(update(SignIn).values({column: now() - timedelta(minutes=idle_for)}))
    session.commit()
    assert signed_in.client.get("/").status_code == status


def test_seen_at_is_not_written_on_every_request(browser: Open, session: Session) -> None:
    signed_in = browser(Role.OFFICER)
    first = session.scalars(select(SignIn.seen_at)).one()
    signed_in.get("/")
    session.commit()
    assert session.scalars(select(SignIn.seen_at)).one() == first
    session.execute(update(SignIn).values(seen_at=now() - timedelta(minutes=2)))
    session.commit()
    signed_in.get("/")
    session.commit()
    assert session.scalars(select(SignIn.seen_at)).one() > first


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"role": Role.BOARD_VIEWER}, {"password_hash": "another"}, {"email": "new@example.org"}],
)
def test_changed_standing_ends_every_session_at_the_next_request(
    browser: Open, session: Session, change: dict[str, object]
) -> None:
    signed_in = browser(Role.OFFICER)
    session.execute(update(Person).values(change))
    session.commit()
    assert signed_in.client.get("/").status_code == 302


def test_every_refusal_reads_the_same(browser: Open, session: Session) -> None:
    person = member(session, Role.OFFICER)
    member(session, Role.SPONSOR, name="Disabled", is_active=False)
    visitor = browser()
    tries = {
        "unknown": ("nobody@example.org", PASSWORD),
        "wrong": (person.email, "wrong"),
        "disabled": ("disabled@example.org", PASSWORD),
        "empty": ("", ""),
    }
    answers = {name: visitor.send("/sign-in/", email=email, password=word) for name, (email, word) in tries.items()}
    assert {answer.status_code for answer in answers.values()} == {422}
    assert len({words_of(answer) for answer in answers.values()}) == 1


def test_five_wrong_tries_lock_the_account_there_for_a_while(browser: Open, session: Session) -> None:
    person = member(session, Role.OFFICER)
    visitor = browser()
    for _ in range(TRIES):
        visitor.send("/sign-in/", email=person.email, password="wrong")
    assert visitor.send("/sign-in/", email=person.email, password=PASSWORD).status_code == 422
    outcomes = session.scalars(select(SignInAttempt.outcome).order_by(SignInAttempt.id)).all()
    assert outcomes == [Outcome.REFUSED] * OF_A_PLACE.free + [Outcome.LOCKED] * (TRIES + 1 - OF_A_PLACE.free)
    session.execute(update(SignInAttempt).values(attempted_at=now() - OF_A_PLACE.wait_after(OF_A_PLACE.free)))
    session.commit()
    assert visitor.send("/sign-in/", email=person.email, password=PASSWORD).status_code == 302


def test_administrator_unlocks_somebody_who_mistyped(browser: Open, session: Session) -> None:
    person = member(session, Role.OFFICER)
    administrator = browser(Role.ADMINISTRATOR)
    page = f"/people/{person.id}/"
    assert "Unlock" not in administrator.get(page).get_text(), "nobody was made to wait"
    visitor = browser()
    for _ in range(TRIES):
        visitor.send("/sign-in/", email=person.email, password="wrong")
    assert "Unlock" in administrator.get(page).get_text()
    answer = administrator.send(f"/people/{person.id}/unlock/", page=page)
    assert answer.status_code == 302
    assert visitor.send("/sign-in/", email=person.email, password=PASSWORD).status_code == 302


def test_address_is_slowed_down_after_many_tries(portal: Flask) -> None:
    visitor = Browser(portal)
    statuses = [visitor.send("/sign-in/", email=f"p{n}@example.org", password="x").status_code for n in range(31)]
    assert statuses[0] == 422
    assert statuses[-1] == 429


def test_person_changes_their_password_and_is_signed_out_elsewhere(browser: Open, session: Session) -> None:
    here = browser(Role.OFFICER)
    person = session.scalars(select(Person)).one()
    session.commit()
    elsewhere = browser().sign_in(person)
    first = token_of(here)
    new = "seven quiet otters"
    answer = here.send("/account/password/", page="/account/", old=PASSWORD, new=new, again=new)
    assert answer.location == "/account/"
    assert "signed out everywhere else" in here.get("/account/").get_text()
    assert token_of(here) != first
    assert elsewhere.client.get("/").status_code == 302
    assert browser().send("/sign-in/", email=person.email, password=PASSWORD).status_code == 422
    browser().sign_in(person, new)


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("wrong", "seven quiet otters", "seven quiet otters", "The current password is not right."),
        (PASSWORD, "short", "short", "Choose a password of 12"),
        (PASSWORD, "password12345", "password12345", "too easily guessed"),
        (PASSWORD, "seven quiet otters", "seven loud otters", "not the same"),
        (PASSWORD, PASSWORD, PASSWORD, "differs from the current one"),
    ],
)
def test_bad_new_password_is_refused_in_plain_words(
    browser: Open, old: str, new: str, again: str, sentence: str
) -> None:
    answer = browser(Role.OFFICER).send("/account/password/", page="/account/", old=old, new=new, again=again)
    assert answer.status_code == 422
    assert sentence in words_of(answer)


def test_person_ends_a_sign_in_elsewhere_but_nobody_elses(browser: Open, session: Session) -> None:
    here = browser(Role.OFFICER)
    sponsor = browser(Role.SPONSOR)
    officer = session.scalars(select(Person).where(Person.role == Role.OFFICER)).one()
    session.commit()
    elsewhere = browser().sign_in(officer)
    ids = {sign_in.person_id: sign_in.id for sign_in in session.scalars(select(SignIn).order_by(SignIn.id))}
    theirs = next(sign_in_id for person, sign_in_id in ids.items() if person != officer.id)
    session.commit()
    here.send(f"/account/sign-ins/{theirs}/end/", page="/account/")
    assert sponsor.client.get("/").status_code == 200
    here.send(f"/account/sign-ins/{ids[officer.id]}/end/", page="/account/")
    assert elsewhere.client.get("/").status_code == 302
    assert here.client.get("/").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\\\\evil",
        "//[",
        "/\\[::1",
    ],
)
def test_sign_in_never_leads_off_the_portal(browser: Open, session: Session, target: str) -> None:
    person = member(session, Role.OFFICER)
    answer = browser().send("/sign-in/", email=person.email, password=PASSWORD, next=target)
    assert answer.location == "/"
    assert browser().client.get("/sign-in/", query_string={"next": target}).status_code == 200


def test_old_sign_ins_are_forgotten_once_however_often_the_job_runs(
    browser: Open, session: Session, session_factory: sessionmaker[PortalSession]
) -> None:
    ended, living = browser().sign_in(member(session, Role.SPONSOR)), browser(Role.OFFICER)
    officer = session.scalars(select(Person.id).where(Person.role == Role.OFFICER)).one()
    session.execute(update(SignIn).where(SignIn.person_id != officer).values(ends_at=now() - timedelta(seconds=1)))
    session.execute(update(SignInAttempt).where(SignInAttempt.person_id != officer).values(attempted_at=now() - KEPT))
    session.add(FormReceipt(token="x" * 30, person_id=officer, sent_at=now() - timedelta(days=3)))
    for time in ("first", "second"):
        request_job(session, "forget_old_sign_ins", unique_key=time)
        (request, *_) = done(do_requests(session, session_factory))
        assert request == f"{3 if time == 'first' else 0} old sign-ins and form receipts forgotten."
    assert session.scalars(select(SignIn.person_id)).all() == [officer]
    session.commit()
    assert (ended.client.get("/").status_code, living.client.get("/").status_code) == (302, 200)


def test_tries_at_the_same_time_all_count(session: Session, browser: Open) -> None:
    person = member(session, Role.OFFICER)
    visitor = browser()
    moment = now()
    session.add_all(
        SignInAttempt(email=person.email, attempted_at=moment, outcome=Outcome.STARTED) for _ in range(TRIES)
    )
    session.commit()
    assert visitor.send("/sign-in/", email=person.email, password=PASSWORD).status_code == 422
