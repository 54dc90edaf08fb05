"""Does a passkey let its own person in, with two factors at once, and nobody else, nowhere else, never twice?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import sessionmaker
from werkzeug.test import TestResponse

from models.accounts.passkeys import Passkey, has_passkey, passkeys_of
from models.accounts.recovery_codes import RecoveryCode, codes_left
from models.accounts.sign_in_attempts import TRIES, Outcome, SignInAttempt
from models.accounts.sign_ins import SignIn, SignInWay
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.core.clock import now
from models.core.db import PortalSession
from models.partnership.people import Person
from tests.accounts import authenticator
from tests.web import PASSWORD, Browser, make_portal, member, words_of

Open = Callable[..., Browser]
Device = authenticator.Passkey
OWN, SIGN_IN = "/account/passkeys/", "/sign-in/passkey/"
REFUSED = "That passkey is not known here."
AGENT = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"


def options_for(browser: Browser, path: str, page: str, **values: Any) -> Any:
    answer = browser.client.post(f"{path}options/", data={**browser.tokens(page), **values})
    assert answer.status_code == 200, answer.text
    return answer.json


def set_up(browser: Browser, device: Device, name: str = "", **changes: Any) -> TestResponse:
    made = device.make(options_for(browser, OWN, OWN), **changes)
    return browser.send(OWN, credential=made, name=name)


def come_in(browser: Browser, device: Device, **changes: Any) -> TestResponse:
    answer = device.answer(options_for(browser, SIGN_IN, "/sign-in/"), **changes)
    return send_answer(browser, answer)


def send_answer(browser: Browser, answer: str) -> TestResponse:
    return browser.send(SIGN_IN, page="/sign-in/", credential=answer)


def is_in(browser: Browser) -> bool:
    return browser.client.get("/account/").status_code == 200


def outcomes(session: PortalSession) -> list[Outcome]:
    return list(session.scalars(select(SignInAttempt.outcome).order_by(SignInAttempt.id)))


def change(session: PortalSession, person: Person, **values: Any) -> None:
    session.execute(update(Person).where(Person.id == person.id).values(**values))
    session.commit()


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def officer(browser: Open, session: PortalSession, device: Device) -> Person:
    """An officer with a password and one passkey, on `device`, called "Phone"."""
    person = member(session, Role.OFFICER, name="Ann Officer")
    visitor = browser().enter(person, session)
    assert set_up(visitor, device, "Phone").status_code == 200
    return person


# Signing in


def test_person_signs_in_with_a_passkey_alone_and_it_counts_as_two_factors(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    visitor = browser()
    assert come_in(visitor, device).location == "/"
    assert "Ann Officer" in visitor.get("/account/").get_text()
    way = session.execute(select(SignIn.way, SignIn.is_two_factor).order_by(SignIn.id.desc())).first()
    assert way == (SignInWay.PASSKEY, True)
    assert outcomes(session) == [Outcome.SIGNED_IN]
    assert passkeys_of(session, officer.id)[0].last_used_at is not None


def test_who_wanted_a_page_gets_there_by_passkey_and_nowhere_else(
    browser: Open, officer: Person, device: Device
) -> None:
    visitor, elsewhere = browser(), browser()
    answer = device.answer(options_for(visitor, SIGN_IN, "/sign-in/"))
    assert visitor.send(SIGN_IN, page="/sign-in/", credential=answer, next="/hubs/").location == "/hubs/"
    answer = device.answer(options_for(elsewhere, SIGN_IN, "/sign-in/"))
    assert elsewhere.send(SIGN_IN, page="/sign-in/", credential=answer, next="//evil.example").location == "/"


def test_passkey_of_another_address_or_an_unlocked_device_lets_nobody_in(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    foreign_key = Device().key
    false = {
        "another origin": device.copy(origin="https://localhost"),
        "another host": device.copy(host="evil.example"),
        "owner not verified": device.copy(is_verified=False),
        "nobody present": device.copy(is_present=False),
        "another key": device.copy(key=foreign_key),
        "another person's handle": device.copy(handle=b"somebody else"),
        "unknown passkey": Device(handle=device.handle),
    }
    for what, copy in false.items():
        visitor = browser()
        answer = come_in(visitor, copy)
        assert (answer.status_code, REFUSED in words_of(answer)) == (422, True), what
        assert not is_in(visitor), what
    assert outcomes(session) == [Outcome.REFUSED] * len(false)
    assert session.scalars(select(SignInAttempt.email).order_by(SignInAttempt.id.desc())).first() == ""
    assert not session.scalars(select(Passkey.copied_at)).one(), "a forged answer makes nobody's passkey a copy"


def test_answer_to_a_challenge_that_was_not_given_here_and_now_is_refused(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    visitor, other = browser(), browser()
    of_another_browser = device.answer(options_for(other, SIGN_IN, "/sign-in/"))
    assert send_answer(visitor, of_another_browser).status_code == 422
    invented = device.answer({"challenge": authenticator.encoded(b"x" * 40)})
    assert send_answer(visitor, invented).status_code == 422
    for_setting_up = options_for(browser().enter(officer, session), OWN, OWN)
    assert send_answer(visitor, device.answer(for_setting_up)).status_code == 422
    assert come_in(visitor, device, type="webauthn.create").status_code == 422
    with time_machine.travel(now(), tick=False) as clock:
        late = device.answer(options_for(visitor, SIGN_IN, "/sign-in/"))
        clock.shift(301)
        assert send_answer(visitor, late).status_code == 422
    assert not is_in(visitor)
    assert come_in(visitor, device).status_code == 302


@pytest.mark.parametrize("counts", [True, False], ids=["counting", "not counting"])
def test_answer_is_good_once_also_of_passkeys_that_do_not_count(
    browser: Open, session: PortalSession, counts: bool
) -> None:
    device, person = Device(counts=counts), member(session, Role.OFFICER)
    set_up(browser().enter(person, session), device)
    visitor = browser()
    tokens = visitor.tokens("/sign-in/")
    with time_machine.travel(now()):
        options = visitor.client.post(f"{SIGN_IN}options/", data=tokens).json
        cookie = visitor.client.get_cookie("triangulate-visitor")
        form = {**tokens, "credential": device.answer(options)}
        assert visitor.client.post(SIGN_IN, data=form).status_code == 302
        assert cookie is not None
        thief = browser()
        thief.client.set_cookie("triangulate-visitor", cookie.value)
        assert thief.client.post(SIGN_IN, data=form).status_code == 422
        assert not is_in(thief)
    assert not session.scalars(select(Passkey.copied_at)).one(), "what was heard twice is no copy"


def test_counter_that_goes_backwards_shuts_the_passkey_and_is_on_record(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    copy = device.copy()
    assert come_in(browser(), device).status_code == 302
    assert come_in(browser(), device).status_code == 302
    thief = browser()
    answer = come_in(thief, copy)
    assert (answer.status_code, "may have been copied" in words_of(answer)) == (422, True)
    assert not is_in(thief)
    again = come_in(browser(), device)
    assert "may have been copied" in words_of(again), "nobody knows which of the two is the person's"
    assert outcomes(session)[-2:] == [Outcome.REFUSED] * 2
    changes = select(ChangeRecord).where(ChangeRecord.table_name == "passkeys").order_by(ChangeRecord.id)
    logged = session.scalars(changes).all()
    assert [list(entry.new_values or {}) for entry in logged][1:] == [[], [], ["copied_at"]], "of uses no word is kept"
    assert "it may have been copied" in browser().sign_in(officer).get(OWN).get_text()
    assert not has_passkey(session, officer.id)


def test_removed_passkey_opens_nothing_and_is_refused_like_one_never_known(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    owner = browser().enter(officer, session)
    passkey = passkeys_of(session, officer.id)[0]
    answer = owner.send(f"{OWN}{passkey.id}/remove/", page=OWN)
    assert answer.location == OWN
    assert "The passkey Phone is removed" in owner.get(OWN).get_text()
    refused = come_in(browser(), device)
    assert (refused.status_code, REFUSED in words_of(refused)) == (422, True)


def test_deactivated_person_is_refused_and_no_wrong_answer_or_password_keeps_a_passkey_out(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    change(session, officer, is_active=False)
    assert REFUSED in words_of(come_in(browser(), device))
    change(session, officer, is_active=True)
    for _ in range(TRIES):
        assert come_in(browser(), device.copy(is_verified=False)).status_code == 422
        browser().send("/sign-in/", email=officer.email, password="wrong")
    assert browser().send("/sign-in/", email=officer.email, password=PASSWORD).status_code == 422
    assert outcomes(session)[-1] is Outcome.LOCKED
    assert come_in(browser(), device).status_code == 302


@pytest.mark.parametrize(
    "sent",
    ["", "{", "null", "[]", '{"id": 5}', "[" * 9000, '{"response": {"clientDataJSON": 7}}', '{"response": []}'],
    ids=["nothing", "half", "null", "list", "number", "deep", "wrong kind", "wrong shape"],
)
def test_what_no_passkey_has_made_is_refused_in_a_sentence(browser: Open, sent: str) -> None:
    answer = send_answer(browser(), sent)
    assert (answer.status_code, REFUSED in words_of(answer)) == (422, True)


def test_form_without_its_token_is_shown_again_and_lets_nobody_in(
    browser: Open, officer: Person, device: Device
) -> None:
    visitor = browser()
    answer = device.answer(options_for(visitor, SIGN_IN, "/sign-in/"))
    refused = visitor.client.post(SIGN_IN, data={"credential": answer})
    assert (refused.status_code, is_in(visitor)) == (400, False)


# Setting up


def test_person_sets_up_several_passkeys_and_gets_recovery_codes_with_the_first(
    browser: Open, session: PortalSession
) -> None:
    person = member(session, Role.OFFICER)
    visitor, first, second = browser().enter(person, session), Device(), Device(counts=False)
    answer = set_up(visitor, first, "Work  laptop")
    assert len(set(re.findall("[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", words_of(answer)))) == 10
    options = options_for(visitor, OWN, OWN)
    assert [named["id"] for named in options["excludeCredentials"]] == [authenticator.encoded(first.credential_id)]
    assert authenticator.decoded(options["user"]["id"]) == first.handle, "one person, one handle on every device"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    visitor.client.environ_base["HTTP_USER_AGENT"] = AGENT
    assert set_up(visitor, second).location == OWN
    kept = passkeys_of(session, person.id)
    assert [passkey.name for passkey in kept] == ["Work laptop", "Chrome on Windows"]
    assert [passkey.is_backed_up for passkey in kept] == [False, True]
    assert kept[0].transports == ["internal", "hybrid"]
    page = visitor.get(OWN).get_text()
    assert "On your devices that share it" in page
    assert "2 passkeys" in visitor.get("/account/").get_text()
    assert come_in(browser(), second).status_code == 302


def test_setting_one_up_gives_the_sign_in_another_token_and_ends_none_elsewhere(
    browser: Open, session: PortalSession
) -> None:
    person = member(session, Role.OFFICER)
    visitor, elsewhere = browser().enter(person, session), browser().enter(person, session)
    (copy,) = visitor.copies(1)
    assert set_up(visitor, Device()).status_code == 200
    assert (is_in(visitor), is_in(copy), is_in(elsewhere)) == (True, False, True)
    assert sorted(session.scalars(select(SignIn.is_two_factor))) == [False, True]


def test_passkey_made_for_another_address_or_challenge_or_without_its_owner_is_not_kept(
    browser: Open, session: PortalSession
) -> None:
    person = member(session, Role.OFFICER)
    visitor, other = browser().enter(person, session), browser().enter(person, session)
    for device in (
        Device(origin="https://evil.example"),
        Device(host="evil.example"),
        Device(is_verified=False),
        Device(is_present=False),
    ):
        answer = set_up(visitor, device)
        assert (answer.status_code, "was not set up" in words_of(answer)) == (422, True)
    assert set_up(visitor, Device(), type="webauthn.get").status_code == 422
    assert set_up(visitor, Device(), challenge=authenticator.encoded(b"x" * 40)).status_code == 422
    of_another = Device().make(options_for(other, OWN, OWN))
    assert visitor.send(OWN, credential=of_another).status_code == 422
    assert visitor.send(OWN, credential="").status_code == 422, "without scripts nothing is made"
    assert session.scalar(select(func.count(Passkey.id))) == 0


def test_passkey_that_is_here_already_is_not_kept_twice_for_anybody(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    visitor = browser().enter(officer, session)
    made = device.make(options_for(visitor, OWN, OWN))
    assert "set up here already" in words_of(visitor.send(OWN, credential=made))
    stranger = browser(Role.MANAGER)
    claimed = device.copy().make(options_for(stranger, OWN, OWN))
    assert "set up here already" in words_of(stranger.send(OWN, credential=claimed))


def test_sign_in_that_is_not_fresh_needs_the_password_before_anything_changes(
    browser: Open, session: PortalSession, officer: Person
) -> None:
    visitor = browser().enter(officer, session)
    session.execute(update(SignIn).values(started_at=now() - timedelta(minutes=11)))
    session.commit()
    path = f"{OWN}{passkeys_of(session, officer.id)[0].id}/remove/"
    assert visitor.send(path, page=OWN).status_code == 422
    refused = visitor.client.post(f"{OWN}options/", data={**visitor.tokens(OWN), "password": "wrong"})
    assert (refused.status_code, refused.json) == (422, {"problem": "The password is not right."})
    assert options_for(visitor, OWN, OWN, password=PASSWORD)
    assert visitor.send(path, page=OWN, password="wrong").status_code == 422
    assert visitor.send(path, page=OWN, password=PASSWORD).location == OWN


def test_the_last_way_in_is_not_removed_and_without_a_password_a_fresh_sign_in_is_needed(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    change(session, officer, password_hash=None)
    visitor = browser()
    come_in(visitor, device)
    path = f"{OWN}{passkeys_of(session, officer.id)[0].id}/remove/"
    assert "the only way you can sign in" in words_of(visitor.send(path, page=OWN))
    set_up(visitor, Device())
    session.execute(update(SignIn).values(started_at=now() - timedelta(minutes=11)))
    session.commit()
    assert "Sign out and in again first" in words_of(visitor.send(path, page=OWN))
    fresh = browser()
    come_in(fresh, device)
    assert fresh.send(path, page=OWN).location == OWN
    assert len(passkeys_of(session, officer.id)) == 1


def test_person_renames_own_passkeys_only_and_gives_no_name_twice(
    browser: Open, session: PortalSession, officer: Person
) -> None:
    visitor, stranger = browser().enter(officer, session), browser(Role.ADMINISTRATOR)
    set_up(visitor, Device(), "Laptop")
    phone, laptop = passkeys_of(session, officer.id)
    assert visitor.send(f"{OWN}{phone.id}/rename/", page=OWN, name="My phone").location == OWN
    assert "name already" in words_of(visitor.send(f"{OWN}{laptop.id}/rename/", page=OWN, name="My phone"))
    assert visitor.send(f"{OWN}{laptop.id}/rename/", page=OWN, name=" ").status_code == 422
    for act in ("rename", "remove"):
        answer = stranger.send(f"{OWN}{phone.id}/{act}/", page=OWN, name="Mine")
        assert "not here any more" in words_of(answer)
    session.expire_all()
    assert [passkey.name for passkey in passkeys_of(session, officer.id)] == ["My phone", "Laptop"]


def test_recovery_codes_go_with_the_last_second_factor(browser: Open, session: PortalSession, officer: Person) -> None:
    visitor = browser().enter(officer, session)
    assert codes_left(session, officer.id) == 10
    visitor.send(f"{OWN}{passkeys_of(session, officer.id)[0].id}/remove/", page=OWN)
    assert session.scalar(select(func.count(RecoveryCode.id))) == 0


# Roles that must have a second factor, and who helps when a device is lost


@pytest.fixture
def forced(session: PortalSession, session_factory: sessionmaker[PortalSession]) -> Open:
    portal = make_portal(session_factory, two_factor_roles="officer")
    return lambda: Browser(portal)


def test_role_that_needs_a_second_factor_takes_a_passkey_for_one(
    forced: Open, session: PortalSession, device: Device
) -> None:
    person = member(session, Role.OFFICER)
    visitor = forced().sign_in(person)
    assert visitor.client.get("/actions/").location == "/account/two-factor/"
    assert "a passkey instead" in visitor.get("/account/two-factor/").get_text()
    codes = re.findall("[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", words_of(set_up(visitor, device)))
    visitor.get("/actions/")
    refused = visitor.send(f"{OWN}{passkeys_of(session, person.id)[0].id}/remove/", page=OWN)
    assert "must sign in with a second factor" in words_of(refused)
    half = forced()
    assert half.send("/sign-in/", email=person.email, password=PASSWORD).location == "/sign-in/code/"
    page = half.get("/sign-in/code/")
    assert "Use your passkey" in page.get_text()
    assert not is_in(half)
    assert half.send("/sign-in/code/", code="123456").status_code == 422
    assert half.send("/sign-in/code/", code=codes[0]).location == "/"
    half.get("/actions/")
    by_passkey = forced()
    come_in(by_passkey, device)
    by_passkey.get("/actions/")


def test_person_with_an_authenticator_is_not_asked_for_its_code_after_a_passkey(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    visitor = browser().enter(officer, session)
    visitor.send("/account/two-factor/codes/", page="/account/two-factor/", password=PASSWORD)
    assert codes_left(session, officer.id) == 10, "whoever has a passkey takes new codes too"
    entered = browser()
    assert come_in(entered, device).location == "/"
    assert is_in(entered)


def test_administrator_takes_the_passkeys_of_a_lost_device_away(
    browser: Open, session: PortalSession, officer: Person, device: Device
) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    assert "Remove passkeys" in administrator.get(f"/people/{officer.id}/").get_text()
    browser(Role.MANAGER).get(f"/people/{officer.id}/remove-passkeys/", 403)
    own = session.scalars(select(Person).where(Person.role == Role.ADMINISTRATOR)).one()
    administrator.send(f"/people/{own.id}/remove-passkeys/", "/account/", confirmed="yes")
    assert "Remove your own on your account page." in administrator.get(f"/people/{own.id}/").get_text()
    assert administrator.send(f"/people/{officer.id}/remove-passkeys/").status_code == 302
    assert come_in(browser(), device).status_code == 422
    gone = select(ChangeRecord).where(ChangeRecord.table_name == "passkeys", ChangeRecord.verb == "delete")
    assert session.scalars(gone).one().person_id is not None
    assert "Remove passkeys" not in administrator.get(f"/people/{officer.id}/").get_text()


# Addresses


def test_address_of_numbers_says_where_passkeys_work_and_shows_no_button(browser: Open, officer: Person) -> None:
    page = browser().get("/sign-in/", base_url="http://127.0.0.1")
    assert page.select_one("form[data-passkey]") is None
    assert "http://localhost:8000/" in page.get_text()
    refused = browser().client.post(f"{SIGN_IN}options/", base_url="http://127.0.0.1")
    assert refused.status_code in (400, 422)


def test_public_address_is_the_only_one_whose_passkeys_count(
    session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    portal = make_portal(session_factory, public_url="https://qa.example.org", cookie_secure=False)
    page = Browser(portal).get("/sign-in/")
    assert "https://qa.example.org/" in page.get_text()
    assert page.select_one("form[data-passkey]") is None
    portal.config["SERVER_NAME"] = "qa.example.org"  # from here on the tests' browsers open that address
    visitor = Browser(portal).sign_in(member(session, Role.OFFICER))
    local, public = Device(), Device(host="qa.example.org", origin="https://qa.example.org")
    assert set_up(visitor, local).status_code == 422
    assert set_up(visitor, public).status_code == 200
    assert come_in(Browser(portal), public.copy(origin="http://qa.example.org")).status_code == 422
    assert come_in(Browser(portal), public).status_code == 302


@pytest.mark.parametrize("address", ["http://qa.example.org", "https://192.0.2.7"])
def test_address_that_browsers_allow_no_passkeys_says_so_once(
    session: PortalSession, session_factory: sessionmaker[PortalSession], address: str
) -> None:
    portal = make_portal(session_factory, public_url=address, cookie_secure=False)
    visitor = Browser(portal).enter(member(session, Role.OFFICER), session)
    assert "Passkeys need an address that begins with https" in visitor.get(OWN).get_text()
    refused = visitor.client.post(f"{OWN}options/", data=visitor.tokens("/account/"))
    assert (refused.status_code, refused.json) == (422, {"problem": "Passkeys do not work at this address."})
