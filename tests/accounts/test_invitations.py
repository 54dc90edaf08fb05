"""Can administrators, and only they, invite people one by one and in bulk, by mail or by a link shown once?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from models.accounts.access_links import AccessLink, LinkPurpose
from models.accounts.invitations import InvitationState, invitation_state_of, invite
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.core.clock import now
from models.core.db import PortalSession
from models.messages.messages import Message
from models.partnership.mail_settings import mail_settings
from models.partnership.people import Person
from tests import make
from tests.accounts.test_link_pages import NEW, opened, places_with
from tests.kit.test_screens import statements
from tests.web import Browser, make_portal, member, words_of

Open = Callable[..., Browser]
Sessions = sessionmaker[PortalSession]
INVITED = {"name": "Ann Newcomer", "email": "ann@example.org", "role": "officer", "is_active": "y", "invite": "y"}
BUTTONS = ("invite", "invite-again", "withdraw-invitation", "new-password-link")


@pytest.fixture
def ann(session: Session) -> Person:
    person = make.person(session, Role.OFFICER, name="Ann Newcomer")
    session.commit()
    return person


@pytest.fixture
def posting(session: Session, session_factory: Sessions) -> Browser:
    """An administrator of a portal whose mails leave."""
    portal = make_portal(session_factory, smtp_url="smtp://127.0.0.1:1", mail_from="portal@example.org")
    return Browser(portal).enter(member(session, Role.ADMINISTRATOR), session)


def links_on(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, words_of(answer)
    page = BeautifulSoup(answer.text, "html.parser")
    assert "Shown this once" in page.get_text()
    return [urlsplit(str(field["value"])).path for field in page.select(".handed input")]


def state(session: Session, person: Person) -> InvitationState:
    session.expire_all()
    return invitation_state_of(session, person.id, now())


def pressed(browser: Browser, person: Person, button: str, **values: Any) -> TestResponse:
    return browser.send(f"/people/{person.id}/{button}/", page="/account/", **values)


def test_new_person_is_invited_by_mail_unless_the_tick_is_taken_out(session: Session, posting: Browser) -> None:
    tick = posting.get("/people/new/").select_one("#invite")
    assert tick is not None
    assert tick.has_attr("checked")
    assert posting.send("/people/new/", **INVITED).status_code == 302
    person = session.scalars(select(Person).where(Person.email == "ann@example.org")).one()
    assert state(session, person) is InvitationState.INVITED
    assert session.scalars(select(Message.address)).all() == ["ann@example.org"]
    session.commit()
    without = {name: value for name, value in INVITED.items() if name != "invite"} | {"email": "ben@example.org"}
    posting.send("/people/new/", **without)
    other = session.scalars(select(Person).where(Person.email == "ben@example.org")).one()
    assert state(session, other) is InvitationState.NOT_INVITED
    session.commit()
    assert posting.get(f"/people/{other.id}/edit/").select("#invite") == []


def test_mail_server_set_on_screen_sends_invitations_as_well(browser: Open, session: Session, ann: Person) -> None:
    settings = mail_settings(session)
    settings.host, settings.sender_address = "mail.example.org", "portal@example.org"
    session.commit()
    assert pressed(browser(Role.ADMINISTRATOR), ann, "invite").status_code == 302
    assert session.scalars(select(Message.address)).all() == [ann.email]


def test_without_mail_the_link_is_shown_once_and_kept_nowhere(browser: Open, session: Session) -> None:
    boss = browser(Role.ADMINISTRATOR, name="Olive Boss")
    assert boss.send("/people/new/", **INVITED).status_code == 302
    person = session.scalars(select(Person).where(Person.email == "ann@example.org")).one()
    assert state(session, person) is InvitationState.NOT_INVITED
    session.commit()
    page = boss.get(f"/people/{person.id}/")
    assert "press “Invite” for a link" in page.get_text()
    form = {**boss.tokens(f"/people/{person.id}/")}
    answer = boss.client.post(f"/people/{person.id}/invite/", data=form)
    [link] = links_on(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert places_with(session, link.split("/")[2]) == []
    again = boss.client.post(f"/people/{person.id}/invite/", data=form)
    assert (again.status_code, "handed" in again.text) == (302, False), "the same form, sent twice"
    assert opened(browser(), link).send("/invitation/", new=NEW, again=NEW).status_code == 302
    assert state(session, person) is InvitationState.ACCEPTED


def test_invitation_is_sent_again_and_withdrawn_from_the_persons_page(
    browser: Open, session: Session, ann: Person
) -> None:
    boss = browser(Role.ADMINISTRATOR)
    [first] = links_on(pressed(boss, ann, "invite"))
    [second] = links_on(pressed(boss, ann, "invite-again"))
    assert browser().client.get(first, follow_redirects=True).status_code == 410
    assert browser().client.get(second, follow_redirects=True).status_code == 200
    assert "Withdraw this invitation?" in boss.get(f"/people/{ann.id}/withdraw-invitation/").get_text()
    assert pressed(boss, ann, "withdraw-invitation", confirmed="yes").status_code == 302
    assert browser().client.get(second, follow_redirects=True).status_code == 410
    assert state(session, ann) is InvitationState.WITHDRAWN
    session.commit()
    pressed(boss, ann, "withdraw-invitation", confirmed="yes")
    assert "has no open invitation" in boss.get(f"/people/{ann.id}/").get_text()


def test_accepted_person_is_not_invited_again_but_may_get_a_link_for_a_new_password(
    browser: Open, session: Session
) -> None:
    boss, ben = browser(Role.ADMINISTRATOR), member(session, Role.SPONSOR, name="Ben")
    assert pressed(boss, ben, "invite").status_code == 302
    assert "has accepted already" in boss.get(f"/people/{ben.id}/").get_text()
    [link] = links_on(pressed(boss, ben, "new-password-link", confirmed="yes"))
    assert opened(browser(), link).send("/new-password/", new=NEW, again=NEW).status_code == 302
    browser().sign_in(ben, NEW)


def test_people_are_invited_and_their_invitations_withdrawn_in_bulk(
    browser: Open, session: Session, ann: Person, posting: Browser
) -> None:
    ben, cara = make.person(session, Role.OFFICER, name="Ben"), member(session, Role.SPONSOR, name="Cara")
    session.commit()

    def ticked(name: str) -> TestResponse:
        rows = (("rowid", str(person.id)) for person in (ann, ben, cara))
        sent = MultiDict([*posting.tokens("/people/new/").items(), ("confirmed", "yes"), *rows])
        return posting.client.post(f"/people/bulk/{name}/", data=sent)

    assert ticked("invite").status_code == 302
    assert "2 invitations are on the way. 1 other had accepted" in posting.get("/people/").get_text()
    assert set(session.scalars(select(AccessLink.person_id))) == {ann.id, ben.id}
    assert len(session.scalars(select(Message.id)).all()) == 2
    session.commit()
    assert ticked("withdraw").status_code == 302
    assert "2 invitations are withdrawn." in posting.get("/people/").get_text()
    assert {state(session, person) for person in (ann, ben)} == {InvitationState.WITHDRAWN}


def test_links_made_in_bulk_without_mail_are_shown_with_their_names(
    browser: Open, session: Session, ann: Person
) -> None:
    boss, ben = browser(Role.ADMINISTRATOR), make.person(session, Role.OFFICER, name="Ben")
    session.commit()
    rows = (("rowid", str(person.id)) for person in (ann, ben))
    sent = MultiDict([*boss.tokens("/people/new/").items(), ("confirmed", "yes"), *rows])
    answer = boss.client.post("/people/bulk/invite/", data=sent)
    assert len(set(links_on(answer))) == 2
    assert "Ann Newcomer (ann.newcomer@example.org)" in words_of(answer)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_invites_withdraws_or_gives_links(
    browser: Open, session: Session, ann: Person, role: Role
) -> None:
    invite(session, ann, now=now())
    other = browser(role, name="Somebody", agency=make.agency(session))
    tokens = other.tokens("/account/")
    for button in BUTTONS:
        sent = {**tokens, "confirmed": "yes"}
        assert other.client.post(f"/people/{ann.id}/{button}/", data=sent).status_code == 403, button
    for name in ("invite", "withdraw"):
        sent = {**tokens, "confirmed": "yes", "rowid": str(ann.id)}
        assert other.client.post(f"/people/bulk/{name}/", data=sent).status_code == 403, name
    assert state(session, ann) is InvitationState.INVITED


def test_list_shows_and_asks_where_each_invitation_stands_and_who_was_last_here(
    browser: Open, session: Session, ann: Person, engine: Engine
) -> None:
    names = {"Invited": 1, "Expired": 1, "Withdrawn": 1, "Never": 1}
    for number, name in enumerate(names):
        person = make.person(session, Role.OFFICER, name=f"{name} {number}")
        if name != "Never":
            invite(session, person, now=now())
    links = {link.person_id: link for link in session.scalars(select(AccessLink))}
    people = {person.name.split()[0]: person for person in session.scalars(select(Person))}
    session.execute(
        update(AccessLink).where(AccessLink.id == links[people["Withdrawn"].id].id).values(withdrawn_at=now())
    )
    expired = update(AccessLink).where(AccessLink.id == links[people["Expired"].id].id)
    session.execute(expired.values(issued_at=now().replace(year=2020), expires_at=now().replace(year=2021)))
    session.commit()
    boss = browser(Role.ADMINISTRATOR, name="Olive")
    browser().sign_in(member(session, Role.ADMINISTRATOR, name="Olive"))
    rows = {row.select_one("th").get_text(): row.get_text(" ") for row in boss.get("/people/").select("tbody tr")}  # type: ignore[union-attr]
    assert "Invitation expired" in rows["Expired 1"]
    assert "Invitation withdrawn" in rows["Withdrawn 2"]
    assert "Accepted" in rows["Olive"]
    assert f"{now():%Y}" in rows["Olive"], "last signed in"
    for wanted, name in (("invited", "Invited 0"), ("expired", "Expired 1"), ("not_invited", "Never 3")):
        shown = boss.get(f"/people/?invitation={wanted}").select("tbody th")
        assert name in [cell.get_text() for cell in shown]
        assert "Olive" not in [cell.get_text() for cell in shown]
    with statements(engine) as seen:
        boss.get("/people/?sort=-last_signed_in")
    assert len(seen) <= 5, seen


def test_list_of_fifty_people_stays_small(browser: Open, session: Session) -> None:
    for number in range(60):
        make.person(session, Role.OFFICER, name=f"Somebody with a long name {number}", job_title="Designated Nurse")
    session.commit()
    assert len(browser(Role.ADMINISTRATOR).client.get("/people/").data) < 40_000


def test_who_invited_whom_is_on_record_without_the_hash(browser: Open, session: Session, ann: Person) -> None:
    pressed(browser(Role.ADMINISTRATOR, name="Olive Boss"), ann, "invite")
    boss = session.scalar(select(Person.id).where(Person.name == "Olive Boss"))
    of_links = select(ChangeRecord).where(ChangeRecord.table_name == "access_links").order_by(ChangeRecord.id)
    change = session.scalars(of_links).first()
    assert change is not None
    assert change.person_id == boss
    assert change.new_values is not None
    assert (change.new_values["purpose"], "token_hash" in change.new_values) == (LinkPurpose.INVITATION, False)
