"""Does a form that is sent after its sign-in has ended come back to its own person, and to nobody else?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.accounts.sign_ins import SignIn
from models.core.access import Role
from models.partnership.agencies import Agency
from models.partnership.people import Person
from tests import make
from tests.web import PASSWORD, Browser, member, sent_by, words_of

Open = Callable[..., Browser]
NEW = "/agencies/new/"


def end_all(session: Session) -> None:
    session.execute(delete(SignIn))
    session.commit()


def typed(person: Browser, session: Session) -> dict[str, Any]:
    """A new agency typed into its form; then the sign-in ends."""
    form = person.filled(NEW, name="Typed Agency", category_id=category(session))
    end_all(session)
    return form


def category(session: Session) -> str:
    """The category of some agency."""
    known = str(make.agency(session).category_id)
    session.commit()
    return known


def fields_of(answer: TestResponse) -> dict[str, Any]:
    return sent_by(BeautifulSoup(answer.text, "html.parser"))


def names(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Agency.name)))


def test_words_come_back_after_signing_in_and_are_saved_once_more_without_scripts(
    browser: Open, session: Session
) -> None:
    person = browser(Role.ADMINISTRATOR, name="Ann Author")
    form = typed(person, session)
    out = person.client.post(NEW, data=form)
    assert out.status_code == 401
    assert "You are signed out" in words_of(out)
    assert "Typed Agency" not in out.text
    ann = session.scalars(select(Person).where(Person.name == "Ann Author")).one()
    person.enter(ann, session)
    back = person.client.post(NEW, data=fields_of(out))
    assert back.status_code == 400
    assert "Typed Agency" in words_of(back)
    assert "Typed Agency" not in names(session)
    saved = person.client.post(NEW, data=fields_of(back))
    assert saved.status_code == 302
    assert "Typed Agency" in person.get(saved.location).get_text()


def test_words_are_never_shown_to_another_person(browser: Open, session: Session) -> None:
    person = browser(Role.ADMINISTRATOR)
    form = typed(person, session)
    out = person.client.post(NEW, data=form)
    person.enter(member(session, Role.ADMINISTRATOR, name="Eve Else"), session)
    for sent in (fields_of(out), form):
        answer = person.client.post(NEW, data=sent)
        assert answer.status_code == 400
        assert "Typed Agency" not in answer.text
        assert "no longer valid" in words_of(answer)


def test_form_opened_before_a_new_sign_in_comes_back_to_its_person(browser: Open, session: Session) -> None:
    person = browser(Role.ADMINISTRATOR, name="Ann Author")
    form = typed(person, session)
    person.enter(session.scalars(select(Person).where(Person.name == "Ann Author")).one(), session)
    back = person.client.post(NEW, data=form)
    assert (back.status_code, "Typed Agency" in words_of(back)) == (400, True)
    assert "Typed Agency" not in names(session)


def test_words_sealed_for_one_address_do_not_open_at_another(browser: Open, session: Session) -> None:
    person = browser(Role.ADMINISTRATOR, name="Ann Author")
    out = person.client.post(NEW, data=typed(person, session))
    person.enter(session.scalars(select(Person).where(Person.name == "Ann Author")).one(), session)
    assert "Typed Agency" not in person.client.post("/hubs/new/", data=fields_of(out)).text
    rubbish = person.client.post(NEW, data={"sealed": "rubbish", "name": "Typed Agency"})
    assert (rubbish.status_code, "no longer valid" in words_of(rubbish)) == (400, True)


def test_passwords_are_kept_neither_sealed_nor_open(browser: Open, session: Session) -> None:
    person = browser(Role.ADMINISTRATOR, name="Ann Author")
    form = person.filled("/people/new/", name="New Person", new_password="seven quiet otters")
    end_all(session)
    out = person.client.post("/people/new/", data=form)
    person.enter(session.scalars(select(Person).where(Person.name == "Ann Author")).one(), session)
    back = person.client.post("/people/new/", data=fields_of(out))
    assert "New Person" in back.text
    assert "otters" not in back.text
    end_all(session)
    assert "sealed" not in person.client.post("/account/password/", data={**form, "old": PASSWORD}).text


def test_very_long_text_of_somebody_signed_out_is_said_not_to_be_kept(browser: Open, session: Session) -> None:
    person = browser(Role.ADMINISTRATOR)
    out = person.client.post(NEW, data={**typed(person, session), "contact": "a" * 70_000})
    assert out.status_code == 401
    assert "very long texts cannot be kept" in words_of(out)


def test_browser_is_told_whose_sign_in_it_has_and_gets_a_token_that_works(browser: Open, session: Session) -> None:
    person = browser(Role.ADMINISTRATOR)
    standing = person.client.get("/session/").json
    page = person.get(NEW)
    assert page.body is not None
    assert standing["person"] == page.body["data-person"]
    form = person.filled(NEW, name="Typed Agency", category_id=category(session), csrf_token=standing["token"])
    assert person.client.post(NEW, data=form).status_code == 302
    end_all(session)
    assert person.client.get("/session/").json == {"person": ""}
    assert person.client.get("/signed-in/").location == "/sign-in/?next=/signed-in/"


def test_mark_of_a_person_says_nothing_of_them(browser: Open, session: Session) -> None:
    marks = {browser(role).client.get("/session/").json["person"] for role in (Role.OFFICER, Role.SPONSOR)}
    assert len(marks) == 2
    assert all(len(mark) == 24 for mark in marks)


def test_sign_in_page_that_was_open_too_long_is_shown_again(browser: Open, session: Session) -> None:
    person = member(session, Role.OFFICER)
    visitor = browser()
    late = visitor.client.post("/sign-in/", data={"email": person.email, "password": PASSWORD, "next": "/people/"})
    assert late.status_code == 400
    assert "open for too long" in words_of(late)
    again = {**fields_of(late), "password": PASSWORD}
    assert again["email"] == person.email
    assert visitor.client.post("/sign-in/", data=again).location == "/people/"


def test_account_page_names_this_browser_and_offers_to_end_the_others_only(browser: Open, session: Session) -> None:
    here = browser(Role.OFFICER)
    elsewhere = browser()
    elsewhere.enter(session.scalars(select(Person)).one(), session)
    rows = here.get("/account/").select("tbody tr")
    assert sorted((("(this one)" in row.get_text()), row.select_one("button") is not None) for row in rows) == [
        (False, True),
        (True, False),
    ]
