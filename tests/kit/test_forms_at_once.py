"""What becomes of forms that many people, or one impatient person, send at the same instant?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.sign_in_attempts import Outcome, SignInAttempt
from models.core.access import Role
from models.partnership.agencies import Agency
from models.rules.accounts.locks import OF_A_PLACE
from tests import make
from tests.web import Browser, member

AT_ONCE = 20


def at_once(do: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, range(AT_ONCE)))


def test_one_form_sent_twenty_times_at_once_makes_one_record(shared: tuple[Flask, Session]) -> None:
    app, session = shared
    kind = make.agency(session, "Another").category_id
    person = Browser(app).sign_in(member(session, Role.ADMINISTRATOR))
    browsers = person.copies(AT_ONCE)
    sent = person.filled("/agencies/new/", name="Once", category_id=kind)
    answers = at_once(lambda number: browsers[number].client.post("/agencies/new/", data=sent))
    agency = session.scalars(select(Agency).where(Agency.name == "Once")).one()
    assert {answer.location for answer in answers} == {f"/agencies/{agency.id}/"}


def test_of_twenty_edits_at_once_one_is_saved_and_all_others_are_told(shared: tuple[Flask, Session]) -> None:
    app, session = shared
    agency = make.agency(session, "First")
    person = Browser(app).sign_in(member(session, Role.ADMINISTRATOR))
    path = f"/agencies/{agency.id}/edit/"
    browsers = person.copies(AT_ONCE)
    forms = [person.filled(path, name=f"Edit {number}") for number in range(AT_ONCE)]
    answers = at_once(lambda number: browsers[number].client.post(path, data=forms[number]))
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [302] + [409] * (AT_ONCE - 1)
    session.commit()
    session.refresh(agency)
    assert agency.name == f"Edit {statuses.index(302)}"
    assert agency.row_version == 2
    for number, answer in enumerate(answers):
        assert answer.status_code == 302 or f'value="Edit {number}"' in answer.text


def test_twenty_guesses_at_once_from_one_place_reach_the_password_five_times(shared: tuple[Flask, Session]) -> None:
    app, session = shared
    person = member(session, Role.OFFICER)
    browsers = [Browser(app) for _ in range(AT_ONCE)]
    tokens = [browser.tokens("/sign-in/") for browser in browsers]
    at_once(
        lambda number: browsers[number].client.post(
            "/sign-in/", data={**tokens[number], "email": person.email, "password": "wrong"}
        )
    )
    outcomes = session.scalars(select(SignInAttempt.outcome)).all()
    assert outcomes.count(Outcome.REFUSED) == OF_A_PLACE.free
    assert outcomes.count(Outcome.LOCKED) == AT_ONCE - OF_A_PLACE.free
