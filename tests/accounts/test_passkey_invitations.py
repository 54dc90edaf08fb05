"""Does an invitation take a passkey in place of a password, and does a person hear by mail when passkeys change?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from models.accounts.access_links import AccessLink
from models.accounts.invitations import InvitationState, invitation_state_of, invite, withdraw
from models.accounts.passkeys import Passkey, passkeys_of, remove_passkey
from models.accounts.sign_in_attempts import Outcome, SignInAttempt
from models.accounts.sign_ins import SignIn, SignInWay
from models.accounts.work_accounts import WorkAccount, remove_account
from models.accounts.work_issuers import WorkIssuer, WorkIssuerAgency
from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.messages.messages import Message
from models.partnership.people import Person
from tests import make
from tests.accounts import authenticator
from tests.accounts.test_passkeys import OWN, change, come_in, options_for, set_up
from tests.web import PASSWORD, Browser, member, words_of

Open = Callable[..., Browser]
Device = authenticator.Passkey
ACCEPT, PAGE = "/invitation/passkey/", "/invitation/"


@pytest.fixture
def invited(session: PortalSession) -> tuple[Person, str]:
    """A manager who is invited, and the token of the link."""
    person = make.person(session, Role.MANAGER, name="Mo Manager")
    token = invite(session, person, now=now())
    session.commit()
    assert token is not None
    return person, token


def letters(session: PortalSession) -> list[str]:
    return list(session.scalars(select(Message.body).order_by(Message.id)))


def test_invited_person_comes_in_with_a_passkey_and_never_has_a_password(
    browser: Open, session: PortalSession, invited: tuple[Person, str]
) -> None:
    person, token = invited
    visitor, device = browser(), Device()
    visitor.client.get(f"/invitation/{token}/")
    assert "Set up a passkey instead of a password" in visitor.get(PAGE).get_text()
    made = device.make(options_for(visitor, ACCEPT, PAGE))
    answer = visitor.send(ACCEPT, page=PAGE, credential=made)
    assert "Your recovery codes" in words_of(answer)
    assert "Mo Manager" in visitor.get("/account/").get_text()
    assert session.execute(select(SignIn.way, SignIn.is_two_factor)).one() == (SignInWay.PASSKEY, True)
    assert invitation_state_of(session, person.id, now()) is InvitationState.ACCEPTED
    assert session.scalar(select(Person.password_hash).where(Person.id == person.id)) is None
    assert letters(session) == [], "nobody is told of what they have just begun"
    again = browser()
    assert again.client.get(f"/invitation/{token}/", follow_redirects=True).status_code == 410
    assert come_in(again, device).status_code == 302


def test_answer_that_does_not_hold_uses_no_invitation_up(
    browser: Open, session: PortalSession, invited: tuple[Person, str]
) -> None:
    visitor = browser()
    visitor.client.get(f"/invitation/{invited[1]}/")
    for device in (Device(is_verified=False), Device(origin="https://evil.example")):
        refused = visitor.send(ACCEPT, page=PAGE, credential=device.make(options_for(visitor, ACCEPT, PAGE)))
        assert (refused.status_code, "was not set up" in words_of(refused)) == (422, True)
    assert session.scalars(select(AccessLink.used_at)).one() is None
    assert visitor.send(PAGE, new=PASSWORD, again=PASSWORD).status_code == 302, "a password still does"
    assert not passkeys_of(session, invited[0].id)


def test_passkey_made_for_one_invitation_does_not_accept_another(
    browser: Open, session: PortalSession, invited: tuple[Person, str]
) -> None:
    other = make.person(session, Role.ADMINISTRATOR, name="Ada Administrator")
    second = invite(session, other, now=now())
    session.commit()
    visitor = browser()
    visitor.client.get(f"/invitation/{invited[1]}/")
    made = Device().make(options_for(visitor, ACCEPT, PAGE))
    visitor.client.get(f"/invitation/{second}/")
    assert visitor.send(ACCEPT, page=PAGE, credential=made).status_code == 422
    assert session.scalars(select(Passkey)).all() == []


def test_withdrawn_invitation_and_no_invitation_make_no_passkey(
    browser: Open, session: PortalSession, invited: tuple[Person, str]
) -> None:
    visitor, stranger = browser(), browser()
    visitor.client.get(f"/invitation/{invited[1]}/")
    tokens = visitor.tokens(PAGE)
    options = options_for(visitor, ACCEPT, PAGE)
    withdraw(session, invited[0], now=now())
    session.commit()
    late = visitor.client.post(ACCEPT, data={**tokens, "credential": Device().make(options)})
    assert (late.status_code, "withdrawn" in words_of(late)) == (410, True)
    asked = visitor.client.post(f"{ACCEPT}options/", data=tokens)
    assert (asked.status_code, "withdrawn" in asked.json["problem"]) == (422, True)
    asked = stranger.client.post(f"{ACCEPT}options/", data=stranger.tokens("/sign-in/"))
    assert "Open the link in your mail" in asked.json["problem"]


def test_agency_that_signs_in_by_work_accounts_only_takes_no_passkey(browser: Open, session: PortalSession) -> None:
    agency = make.agency(session)
    person = member(session, Role.MANAGER, agency=agency)
    visitor, device = browser().enter(person, session), Device()
    set_up(visitor, device)
    issuer = WorkIssuer(name="Council", address="https://login.example.org", client_id="portal", is_only_way=True)
    session.add(issuer)
    session.flush()
    session.add(WorkIssuerAgency(issuer_id=issuer.id, agency_id=agency.id))
    session.commit()
    refused = come_in(browser(), device)
    assert (refused.status_code, "sign in with Council" in words_of(refused)) == (422, True)
    assert session.scalars(select(SignInAttempt.outcome)).all()[-1] is Outcome.REFUSED


def test_work_account_is_a_way_in_beside_the_last_passkey_and_the_other_way_round(
    browser: Open, session: PortalSession
) -> None:
    person = member(session, Role.MANAGER)
    visitor = browser().enter(person, session)
    set_up(visitor, Device())
    change(session, person, password_hash=None)
    issuer = WorkIssuer(name="Council", address="https://login.example.org", client_id="portal")
    session.add(issuer)
    session.flush()
    account = WorkAccount(person_id=person.id, issuer_id=issuer.id, subject="7")
    session.add(account)
    session.flush()
    passkey = passkeys_of(session, person.id)[0]
    remove_account(session, person.id, account.id)
    with pytest.raises(RuleBroken, match="only way"):
        remove_passkey(session, person.id, passkey.id, by="them")
    session.add(WorkAccount(person_id=person.id, issuer_id=issuer.id, subject="8"))
    remove_passkey(session, person.id, passkey.id, by="them")
    last = session.scalars(select(WorkAccount)).one()
    with pytest.raises(RuleBroken, match="only way"):
        remove_account(session, person.id, last.id)


def test_person_hears_by_mail_of_every_passkey_that_comes_goes_or_is_refused(
    browser: Open, session: PortalSession
) -> None:
    person = member(session, Role.OFFICER, accepted_at=now())
    visitor, device = browser().enter(person, session), Device()
    set_up(visitor, device, "Phone")
    copy = device.copy()
    come_in(browser(), device)
    come_in(browser(), copy)
    visitor.send(f"{OWN}{passkeys_of(session, person.id)[0].id}/remove/", page=OWN)
    set_up(visitor, Device(), "Laptop")
    browser(Role.ADMINISTRATOR, name="Ada").send(f"/people/{person.id}/remove-passkeys/")
    told = letters(session)
    expected = (
        "added to your account: “Phone”",
        "it may have been copied",
        "“Phone” was removed",
        "“Laptop”",
        "by Ada",
    )
    assert [words in letter for words, letter in zip(expected, told, strict=True)] == [True] * 5
    assert not any("signed out everywhere" in letter for letter in told)
