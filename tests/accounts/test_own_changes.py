"""Does the record of changes name the person who changes their own account, not the portal?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.access_links import LinkPurpose, issue_link
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.core.clock import now
from models.documents.job_requests import JobRequest
from models.partnership.people import Person
from tests import make
from tests.accounts.test_passkeys import Device, come_in, set_up
from tests.accounts.test_second_factors import code_of
from tests.web import PASSWORD, Browser, member

Open = Callable[..., Browser]
NEW = "seven quiet otters"
FACTOR = "/account/two-factor/"


def change_password(own: Browser, session: Session) -> None:
    own.send("/account/password/", page="/account/", old=PASSWORD, new=NEW, again=NEW)


def turn_factor_on(own: Browser, session: Session) -> str:
    own.send(f"{FACTOR}begin/", page=FACTOR, password=PASSWORD)
    shown = own.get(FACTOR).select_one("code.key")
    assert shown is not None
    answer = own.send(f"{FACTOR}confirm/", page=FACTOR, code=code_of(shown.get_text(), now()))
    assert answer.status_code == 200
    return answer.text.partition('class="codes"')[2].partition("<code>")[2].partition("</code>")[0]


def switch_factor_off(own: Browser, session: Session) -> None:
    code = turn_factor_on(own, session)
    assert own.send(f"{FACTOR}off/", page=FACTOR, password=PASSWORD, code=code).status_code == 302


def set_passkey_up(own: Browser, session: Session) -> None:
    assert set_up(own, Device()).status_code == 200


def remove_passkey(own: Browser, session: Session) -> None:
    set_passkey_up(own, session)
    own.send("/account/password/", page="/account/", old=PASSWORD, new=NEW, again=NEW)
    number = own.get("/account/passkeys/").select_one("form[action$='/remove/']")
    assert number is not None
    assert own.send(str(number["action"]), page="/account/passkeys/", password=NEW).status_code == 302


def start_calendar(own: Browser, session: Session) -> None:
    assert own.send("/account/calendar/", page="/account/").status_code == 200


CHANGES: dict[str, tuple[Callable[[Browser, Session], Any], set[str]]] = {
    "password": (change_password, {"people"}),
    "two-factor on": (turn_factor_on, {"second_factors"}),
    "two-factor off": (switch_factor_off, {"second_factors"}),
    "passkey": (set_passkey_up, {"passkeys"}),
    "passkey away": (remove_passkey, {"passkeys", "people"}),
    "calendar link": (start_calendar, {"calendar_feeds"}),
}


def records_since(session: Session, last: int) -> list[ChangeRecord]:
    return list(session.scalars(select(ChangeRecord).where(ChangeRecord.id > last)))


def last_record(session: Session) -> int:
    return max(session.scalars(select(ChangeRecord.id)), default=0)


@pytest.mark.assures(30)
@pytest.mark.parametrize("change", CHANGES)
def test_record_of_a_change_of_ones_own_account_names_the_person(browser: Open, session: Session, change: str) -> None:
    person = member(session, Role.OFFICER)
    own = browser().enter(person, session)
    act, tables = CHANGES[change]
    last = last_record(session)
    act(own, session)
    records = records_since(session, last)
    assert tables <= {record.table_name for record in records}
    assert {record.person_id for record in records} == {person.id}


@pytest.mark.assures(30)
def test_record_of_what_a_link_does_names_whom_it_was_made_for(browser: Open, session: Session) -> None:
    person = member(session, Role.OFFICER)
    newcomer = make.person(session, Role.SPONSOR, name="Newcomer")
    session.commit()
    for purpose, path, who in (
        (LinkPurpose.NEW_PASSWORD, "/new-password/", person),
        (LinkPurpose.INVITATION, "/invitation/", newcomer),
    ):
        token = issue_link(session, who, purpose, now=now())
        session.commit()
        last, visitor = last_record(session), browser()
        visitor.client.get(f"{path}{token}/")
        assert visitor.send(path, new=NEW, again=NEW).status_code in {200, 302}
        records = records_since(session, last)
        assert {"access_links", "people"} <= {record.table_name for record in records}
        assert {record.person_id for record in records} == {who.id}, purpose


@pytest.mark.assures(30)
def test_record_of_a_passkey_used_to_sign_in_names_its_person(browser: Open, session: Session) -> None:
    person, device = member(session, Role.OFFICER), Device()
    set_up(browser().enter(person, session), device)
    last = last_record(session)
    assert come_in(browser(), device).status_code == 302
    assert {record.person_id for record in records_since(session, last)} <= {person.id}


def test_forgotten_password_asked_while_signed_in_is_the_portals_own_work(browser: Open, session: Session) -> None:
    own = browser(Role.OFFICER)
    person = session.scalars(select(Person)).one()
    assert own.send("/forgotten-password/", email=person.email).status_code == 200
    asked = session.scalars(select(JobRequest).where(JobRequest.name == "answer_password_ask")).one()
    assert asked.requested_by_id is None, "done with the portal's rights, not refused for want of a role"
