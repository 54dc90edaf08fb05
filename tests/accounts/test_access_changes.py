"""Does every change of somebody's access end their sign-ins at once, and is the person told by mail?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models.accounts.password_changes import change_password, set_password
from models.accounts.sign_ins import SignIn, find_sign_in, start_sign_in
from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import act_as
from models.documents.job_requests import JobRequest
from models.messages.messages import Message
from models.partnership.people import Person
from tests import make
from tests.web import PASSWORD, Browser, member

Open = Callable[..., Browser]
NEW = "seven quiet otters"


@pytest.fixture
def ann(session: Session) -> Person:
    person = member(session, Role.OFFICER, name="Ann")
    person.accepted_at = now()
    session.commit()
    return person


def told(session: Session) -> list[tuple[str, str]]:
    """Whom the portal has written to, and what about."""
    return [(message.address, message.body) for message in session.scalars(select(Message).order_by(Message.id))]


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "role": ({"role": Role.SPONSOR}, "Your role is now Lead sponsor; it was Quality Learning and Improvement Officer."),
    "address": ({"email": "new@example.org"}, "Your e-mail address here is now new@example.org; it was"),
    "leaving": ({"is_active": False}, "You may no longer sign in."),
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_of_access_ends_every_sign_in_and_tells_the_person(session: Session, ann: Person, change: str) -> None:
    values, sentence = CHANGES[change]
    boss = member(session, Role.ADMINISTRATOR, name="Olive Boss")
    old_address = ann.email
    token = start_sign_in(session, ann, browser="", now=now(), hours=8)
    theirs = start_sign_in(session, boss, browser="", now=now(), hours=8)
    act_as(session, boss.actor())
    for name, value in values.items():
        setattr(ann, name, value)
    session.flush()
    act_as(session, Actor.system())
    assert session.scalars(select(SignIn.person_id)).all() == [boss.id]
    assert find_sign_in(session, token, now=now(), idle=timedelta(hours=1)) is None
    assert find_sign_in(session, theirs, now=now(), idle=timedelta(hours=1)) is not None
    act_as(session, Actor.system())
    [(address, body), *others] = told(session)
    assert sentence in body
    assert "by Olive Boss (administrator)" in body
    assert "If this was not meant to be, tell your administrator" in body
    assert [address, *(also for also, _ in others)] == list(dict.fromkeys([ann.email, old_address]))


def test_change_of_agency_names_both_and_saving_the_same_tells_nobody(session: Session, ann: Person) -> None:
    ann.agency_id = make.agency(session, "Northfield Police").id
    session.flush()
    assert "Your agency is now Northfield Police; it was none." in told(session)[0][1]
    session.expire_all()
    ann.agency_id, ann.role, ann.email, ann.is_active = ann.agency_id, Role.OFFICER, ann.email, True
    ann.job_title = "Reader"
    session.flush()
    assert len(told(session)) == 1


def test_value_that_was_not_read_before_is_still_compared_with_what_stood_there(session: Session, ann: Person) -> None:
    session.expire_all()
    ann.role = Role.OFFICER
    session.flush()
    assert told(session) == []
    session.expire_all()
    ann.role = Role.SPONSOR
    session.flush()
    assert "it was Quality Learning and Improvement Officer" in told(session)[0][1]


@pytest.mark.parametrize(
    "column", ["password_hash = 'x'", "role = 'sponsor'", "email = 'x@example.org'", "is_active = false"]
)
def test_database_ends_the_sign_ins_whoever_changes_the_row(session: Session, ann: Person, column: str) -> None:
    start_sign_in(session, ann, browser="", now=now(), hours=8)
    session.execute(text("UPDATE people SET job_title = 'Reader'"))
    assert len(session.scalars(select(SignIn.id)).all()) == 1, "a title is no access"
    session.execute(text(f"UPDATE people SET {column} WHERE id = {ann.id}"))
    assert session.scalars(select(SignIn.id)).all() == []


def test_many_changed_at_once_end_each_persons_sign_ins(session: Session, ann: Person) -> None:
    ben = member(session, Role.OFFICER, name="Ben")
    for person in (ann, ben):
        start_sign_in(session, person, browser="", now=now(), hours=8)
    session.execute(update(Person).values(is_active=False))
    assert session.scalars(select(SignIn.id)).all() == []


def test_changed_password_is_told_with_by_whom_and_a_first_one_is_not(session: Session, ann: Person) -> None:
    change_password(session, ann.id, old=PASSWORD, new=NEW)
    [(_, body)] = told(session)
    assert "Your password was changed." in body
    assert "by you, on your account page" in body
    set_password(session, make.person(session, Role.MANAGER, name="Newcomer"), PASSWORD)
    assert len(told(session)) == 1


def test_letter_leaves_also_when_an_administrator_gives_up_their_own_place(session: Session, ann: Person) -> None:
    ann.role = Role.ADMINISTRATOR
    member(session, Role.ADMINISTRATOR, name="Olive Boss")
    act_as(session, ann.actor())
    ann.is_active = False
    session.flush()
    assert set(session.scalars(select(JobRequest.requested_by_id))) == {None}


def test_who_has_never_come_in_is_not_told(session: Session) -> None:
    person = make.person(session, Role.MANAGER, name="Newcomer")
    person.role = Role.SPONSOR
    session.flush()
    assert told(session) == []


def test_saving_a_person_on_the_screen_ends_their_sign_ins_and_mails_them(
    browser: Open, session: Session, ann: Person
) -> None:
    boss = browser(Role.ADMINISTRATOR, name="Olive Boss")
    theirs = browser().sign_in(ann)
    form = boss.filled(f"/people/{ann.id}/edit/", role="sponsor")
    assert boss.client.post(f"/people/{ann.id}/edit/", data=form).status_code == 302
    assert theirs.client.get("/").status_code == 302
    assert [address for address, _ in told(session)] == [ann.email]


# Sign-ins on a person's page


def test_administrator_sees_and_ends_the_sign_ins_of_a_person(browser: Open, session: Session, ann: Person) -> None:
    boss = browser(Role.ADMINISTRATOR)
    first, second = browser().sign_in(ann), browser().sign_in(ann)
    path = f"/people/{ann.id}/"
    panel = boss.get(path).select("section.panel form[action*=sign-ins]")
    assert len(panel) == 3, "each, and all"
    one_of_them = next(str(form["action"]) for form in panel if form["action"] != f"{path}sign-ins/end/")
    assert boss.send(one_of_them, page=path).status_code == 302
    assert sorted(visitor.client.get("/").status_code for visitor in (first, second)) == [200, 302]
    assert "1 sign-in of Ann ended." in boss.get(path).get_text()
    assert boss.send(f"{path}sign-ins/end/", page=path).status_code == 302
    assert [visitor.client.get("/").status_code for visitor in (first, second)] == [302, 302]
    assert "Nowhere just now." in boss.get(path).get_text()


def test_sign_in_of_one_person_is_not_ended_through_anothers_page(browser: Open, session: Session, ann: Person) -> None:
    boss, theirs = browser(Role.ADMINISTRATOR), browser().sign_in(ann)
    sign_in_id = session.scalar(select(SignIn.id).where(SignIn.person_id == ann.id))
    other = member(session, Role.SPONSOR)
    assert boss.send(f"/people/{other.id}/sign-ins/{sign_in_id}/end/", page=f"/people/{ann.id}/").status_code == 302
    assert theirs.client.get("/").status_code == 200


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SPONSOR, Role.BOARD_VIEWER])
def test_where_somebody_is_signed_in_is_for_administrators_only(browser: Open, ann: Person, role: Role) -> None:
    browser().sign_in(ann)
    reader = browser(role, name="Reader")
    assert "Signed in with" not in reader.get(f"/people/{ann.id}/").get_text()
    page = "/account/"
    assert reader.send(f"/people/{ann.id}/sign-ins/end/", page=page).status_code == 403
