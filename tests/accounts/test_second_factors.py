"""Does a stolen password alone open nothing, is no code good twice, and does nobody lock themselves out for good?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from pyotp import TOTP
from sqlalchemy import func, select, text
from sqlalchemy.orm import sessionmaker

from app.settings import Settings, SettingsError, load_settings
from models.accounts.password_changes import set_password
from models.accounts.recovery_codes import RecoveryCode, codes_left, renew_recovery_codes
from models.accounts.second_factors import (
    SecondFactor,
    begin_factor,
    confirm_factor,
    factor_key,
    has_factor,
    is_code,
    remove_factor,
    shown_key,
    waiting_factor,
)
from models.accounts.sign_ins import SignIn
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.core.clock import now
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.messages.messages import Message
from models.partnership.people import Person
from models.partnership.portals import PortalKind, decide_kind
from models.rules.accounts.locks import OF_A_PLACE
from tests import make
from tests.web import PASSWORD, SECRET, Browser, make_portal, member, words_of

Open = Callable[..., Browser]
KEY = factor_key(SECRET)
NOW = datetime.fromisoformat("2026-03-09T10:00:07+00:00")
OWN = "/account/two-factor/"


def code_of(shown: str, when: datetime) -> str:
    return TOTP("".join(shown.split())).at(when)


@pytest.fixture
def enrolled(session: PortalSession) -> tuple[Person, str, list[str]]:
    """An officer with a second factor, its key, and the recovery codes; the last code was used five minutes ago."""
    person = member(session, Role.OFFICER)
    shown = shown_key(begin_factor(session, person, key=KEY), key=KEY)
    before = now() - timedelta(minutes=5)
    codes = confirm_factor(session, person.id, code_of(shown, before), key=KEY, now=before)
    session.commit()
    return person, shown, codes


def give_password(browser: Browser, person: Person, password: str = PASSWORD, path: str = "/sign-in/") -> Any:
    return browser.send(path, email=person.email, password=password)


def give_code(browser: Browser, code: str) -> Any:
    return browser.send("/sign-in/code/", code=code)


def is_in(browser: Browser) -> bool:
    return browser.client.get("/account/").status_code == 200


# The rules


def test_each_code_is_good_once_and_none_before_one_that_was_used(session: PortalSession) -> None:
    person = make.person(session, Role.OFFICER)
    shown = shown_key(begin_factor(session, person, key=KEY), key=KEY)
    confirm_factor(session, person.id, code_of(shown, NOW), key=KEY, now=NOW)

    def good(code: str, when: datetime) -> bool:
        return is_code(session, person.id, code, key=KEY, now=when)

    later = NOW + timedelta(seconds=60)
    assert not good(code_of(shown, NOW), NOW), "the code that turned it on is used"
    assert good(code_of(shown, later), later)
    assert not good(code_of(shown, later), later + timedelta(seconds=20))
    assert not good(code_of(shown, later - timedelta(seconds=30)), later), "an earlier step after a later one"
    assert good(code_of(shown, later + timedelta(seconds=30)), later), "a clock that is half a minute ahead"


@pytest.mark.parametrize("seconds", [-120, -61, 61, 120])
def test_code_of_another_minute_is_not_good(session: PortalSession, seconds: int) -> None:
    person = make.person(session, Role.OFFICER)
    shown = shown_key(begin_factor(session, person, key=KEY), key=KEY)
    start = NOW.replace(second=0)
    with pytest.raises(RuleBroken, match="not right"):
        confirm_factor(session, person.id, code_of(shown, start + timedelta(seconds=seconds)), key=KEY, now=start)
    assert not has_factor(session, person.id)


@pytest.mark.parametrize("typed", ["", "0", "12345", "1234567", "abcdef", "１２３４５６", "٣٤٥٦٧٨", " "])
def test_what_is_no_code_is_refused_and_breaks_nothing(
    session: PortalSession, enrolled: tuple[Person, str, list[str]], typed: str
) -> None:
    assert not is_code(session, enrolled[0].id, typed, key=KEY, now=now())


def test_recovery_code_typed_from_paper_is_good_once_for_its_owner(
    session: PortalSession, enrolled: tuple[Person, str, list[str]]
) -> None:
    person, _shown, codes = enrolled
    other = make.person(session, Role.ADMINISTRATOR)
    assert len(set(codes)) == 10
    assert not is_code(session, other.id, codes[0], key=KEY, now=now())
    assert is_code(session, person.id, codes[0].upper().replace("-", " "), key=KEY, now=now())
    assert not is_code(session, person.id, codes[0], key=KEY, now=now())
    factor = session.scalars(select(SecondFactor)).one()
    renew_recovery_codes(session, factor.person_id)
    assert not is_code(session, person.id, codes[1], key=KEY, now=now())


def test_neither_key_nor_code_nor_the_portals_secret_lies_in_the_database(
    session: PortalSession, enrolled: tuple[Person, str, list[str]]
) -> None:
    _person, shown, codes = enrolled
    for table in ("second_factors", "recovery_codes", "change_log"):
        whole = session.execute(text(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')).scalar() or ""
        for secret in (shown, *codes, *(code.replace("-", "") for code in codes)):
            assert secret not in whole, table
            assert secret.encode().hex() not in whole, table
    factor = session.scalars(select(SecondFactor)).one()
    with pytest.raises(RuleBroken, match="secret has changed"):
        shown_key(factor, key=factor_key("another secret"))


def test_factor_is_begun_confirmed_and_removed_once_for_its_person_only(session: PortalSession) -> None:
    ours, theirs = make.person(session, Role.OFFICER), make.person(session, Role.SPONSOR)
    kept = begin_factor(session, theirs, key=KEY)
    first = begin_factor(session, ours, key=KEY).sealed_key
    factor = begin_factor(session, ours, key=KEY)
    assert factor.sealed_key != first, "whoever begins again is shown another key"
    assert waiting_factor(session, ours.id) is factor
    assert not has_factor(session, ours.id)
    assert not is_code(session, ours.id, code_of(shown_key(factor, key=KEY), NOW), key=KEY, now=NOW)
    confirm_factor(session, ours.id, code_of(shown_key(factor, key=KEY), NOW), key=KEY, now=NOW)
    assert (factor.confirmed_at, waiting_factor(session, ours.id)) == (NOW, None)
    assert [has_factor(session, person.id) for person in (ours, theirs)] == [True, False]
    with pytest.raises(RuleBroken, match="on already"):
        begin_factor(session, ours, key=KEY)
    with pytest.raises(RuleBroken, match="Begin again"):
        confirm_factor(session, ours.id, "000000", key=KEY, now=NOW)
    remove_factor(session, ours, by="Olive")
    with pytest.raises(RuleBroken, match="off already"):
        remove_factor(session, ours, by="Olive")
    assert session.scalars(select(SecondFactor)).all() == [kept]


def test_recovery_codes_are_counted_as_they_are_used(
    session: PortalSession, enrolled: tuple[Person, str, list[str]]
) -> None:
    person, _shown, codes = enrolled
    other = make.person(session, Role.SPONSOR)
    shown = shown_key(begin_factor(session, other, key=KEY), key=KEY)
    confirm_factor(session, other.id, code_of(shown, NOW), key=KEY, now=NOW)
    assert codes_left(session, person.id) == 10
    assert is_code(session, person.id, codes[3], key=KEY, now=NOW)
    assert [codes_left(session, each.id) for each in (person, other)] == [9, 10]
    factor = session.scalars(select(SecondFactor).where(SecondFactor.person_id == person.id)).one()
    renew_recovery_codes(session, factor.person_id)
    assert [codes_left(session, each.id) for each in (person, other)] == [10, 10]
    assert codes_left(session, 0) == 0
    assert all(re.fullmatch("[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", code) for code in codes)


# The screens


def test_person_turns_it_on_by_picture_or_key_and_is_shown_ten_codes_once(
    browser: Open, session: PortalSession
) -> None:
    officer = browser(Role.OFFICER)
    elsewhere = browser().sign_in(session.scalars(select(Person)).one())
    assert officer.send(f"{OWN}begin/", page=OWN, password="wrong password").status_code == 422
    assert session.scalar(select(func.count(SecondFactor.id))) == 0
    assert officer.send(f"{OWN}begin/", page=OWN, password=PASSWORD).status_code == 302
    page = officer.get(OWN)
    shown = page.select_one("code.key")
    assert shown is not None
    assert page.select_one(".picture svg path") is not None
    assert "style=" not in str(page.select_one(".picture"))
    wrong = officer.send(f"{OWN}confirm/", page=OWN, code="000000")
    assert wrong.status_code == 422
    right = officer.send(f"{OWN}confirm/", page=OWN, code=code_of(shown.get_text(), now()))
    codes = [tag.get_text() for tag in BeautifulSoup(right.text, "html.parser").select("ul.codes code")]
    assert len(codes) == 10
    assert all(re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", code) for code in codes)
    assert "10 of 10" in officer.get(OWN).get_text()
    assert not any(code in str(officer.get(OWN)) for code in codes)
    assert not is_in(elsewhere), "a person signed in elsewhere must sign in again, with a code"
    assert is_in(officer)


def test_turning_it_on_gives_the_sign_in_another_token_and_the_old_one_opens_nothing(
    browser: Open, session: PortalSession
) -> None:
    officer = browser(Role.OFFICER)
    (copy,) = officer.copies(1)
    officer.send(f"{OWN}begin/", page=OWN, password=PASSWORD)
    shown = officer.get(OWN).select_one("code.key")
    assert shown is not None
    assert officer.send(f"{OWN}confirm/", page=OWN, code="000000").status_code == 422
    assert is_in(copy), "nothing has changed yet"
    tokens, sign_in_id = officer.tokens("/account/"), session.scalars(select(SignIn.id)).one()
    assert officer.send(f"{OWN}confirm/", page=OWN, code=code_of(shown.get_text(), now())).status_code == 200
    assert (is_in(officer), is_in(copy)) == (True, False)
    assert session.scalars(select(SignIn.id)).one() == sign_in_id
    assert officer.client.post("/sign-out/", data=tokens).status_code == 302, "a form opened before is still good"


def test_password_alone_opens_nothing_and_the_code_leads_where_the_person_wanted(
    browser: Open, enrolled: tuple[Person, str, list[str]]
) -> None:
    person, shown, _codes = enrolled
    visitor = browser()
    answer = give_password(visitor, person, path="/sign-in/?next=/actions/%3Flate%3Dyes")
    assert answer.location == "/sign-in/code/?next=/actions/?late%3Dyes"
    assert not is_in(visitor)
    assert visitor.client.get("/actions/").status_code == 302
    answer = visitor.send(answer.location, code=code_of(shown, now()))
    assert answer.location == "/actions/?late=yes"
    assert is_in(visitor)


def test_a_code_seen_over_the_shoulder_does_not_open_a_second_browser(
    browser: Open, enrolled: tuple[Person, str, list[str]]
) -> None:
    person, shown, _codes = enrolled
    first, second = browser(), browser()
    code = code_of(shown, now())
    for visitor, status in ((first, 302), (second, 422)):
        give_password(visitor, person)
        assert give_code(visitor, code).status_code == status
    assert (is_in(first), is_in(second)) == (True, False)


def test_recovery_code_signs_in_once(browser: Open, enrolled: tuple[Person, str, list[str]]) -> None:
    person, _shown, codes = enrolled
    for expected in (True, False):
        visitor = browser()
        give_password(visitor, person)
        give_code(visitor, codes[3])
        assert is_in(visitor) is expected


def test_wrong_codes_lock_the_account_although_the_password_is_right_each_time(
    browser: Open, session: PortalSession, enrolled: tuple[Person, str, list[str]]
) -> None:
    person, shown, _codes = enrolled
    visitor = browser()
    for _try in range(OF_A_PLACE.free):
        give_password(visitor, person)
        assert give_code(visitor, "000000").status_code == 422
    answer = give_code(visitor, code_of(shown, now()))
    assert answer.status_code == 422
    assert "too many have been tried for a while" in words_of(answer)
    assert give_password(browser(), person).status_code == 422
    assert session.scalar(select(func.count(SignIn.id))) == 0


def test_the_second_page_opens_only_after_the_first_and_not_for_long(
    browser: Open, enrolled: tuple[Person, str, list[str]]
) -> None:
    person, shown, _codes = enrolled
    stranger = browser()
    assert stranger.client.get("/sign-in/code/").location == "/sign-in/"
    with time_machine.travel(now(), tick=False) as clock:
        visitor = browser()
        give_password(visitor, person)
        tokens = visitor.tokens("/sign-in/code/")
        clock.shift(301)
        answer = visitor.client.post("/sign-in/code/", data={**tokens, "code": code_of(shown, now())})
        assert answer.location == "/sign-in/"
        assert not is_in(visitor)


def test_a_password_changed_in_between_ends_the_half_way(
    browser: Open, session: PortalSession, enrolled: tuple[Person, str, list[str]]
) -> None:
    person, shown, _codes = enrolled
    visitor = browser()
    give_password(visitor, person)
    set_password(session, person, "four dry parasols")
    session.commit()
    assert give_code(visitor, code_of(shown, now())).status_code == 422
    assert not is_in(visitor)


@pytest.mark.parametrize("way", ["code", "recovery code"])
def test_person_switches_it_off_with_password_and_code_and_is_told_by_mail(
    browser: Open, session: PortalSession, enrolled: tuple[Person, str, list[str]], way: str
) -> None:
    person, shown, codes = enrolled
    with time_machine.travel(now(), tick=False) as clock:
        officer = browser()
        give_password(officer, person)
        give_code(officer, used := code_of(shown, now()))
        clock.shift(60)
        code = code_of(shown, now()) if way == "code" else codes[0]
        for password, given in (("wrong", code), (PASSWORD, ""), (PASSWORD, "000000"), (PASSWORD, used)):
            assert officer.send(f"{OWN}off/", page=OWN, password=password, code=given).status_code == 422
            assert has_factor(session, person.id), (password, given)
        assert officer.send(f"{OWN}off/", page=OWN, password=PASSWORD, code=code).status_code == 302
    assert session.scalar(select(func.count(RecoveryCode.id))) == 0
    letter = session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert letter is not None
    assert letter.recipient_id == person.id
    assert "Two-factor sign-in was switched off" in letter.body
    assert "by you, on your account page" in letter.body
    assert browser().sign_in(person)
    assert "Off: turn it on" in officer.get("/account/").get_text()


def test_person_takes_new_recovery_codes_with_password_and_code_and_is_told(
    browser: Open, session: PortalSession, enrolled: tuple[Person, str, list[str]]
) -> None:
    person, shown, codes = enrolled
    officer = browser()
    give_password(officer, person)
    give_code(officer, code_of(shown, now()))
    for password, code in (("wrong", codes[1]), (PASSWORD, ""), (PASSWORD, "000000")):
        assert officer.send(f"{OWN}codes/", page=OWN, password=password, code=code).status_code == 422
    answer = officer.send(f"{OWN}codes/", page=OWN, password=PASSWORD, code=codes[1])
    renewed = set(re.findall("[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", words_of(answer)))
    assert (len(renewed), renewed & set(codes)) == (10, set())
    assert not is_code(session, person.id, codes[0], key=KEY, now=now())
    assert is_code(session, person.id, renewed.pop(), key=KEY, now=now())
    assert "You made new recovery codes." in session.scalars(select(Message.body)).all()[-1]


def test_who_has_no_second_factor_has_no_recovery_codes_to_renew(browser: Open, session: PortalSession) -> None:
    answer = browser(Role.OFFICER).send(f"{OWN}codes/", page=OWN, password=PASSWORD)
    assert (answer.status_code, "Two-factor sign-in is off." in words_of(answer)) == (422, True)
    assert session.scalar(select(func.count(RecoveryCode.id))) == 0


def test_key_sealed_under_another_secret_is_not_shown_and_can_be_begun_anew(
    browser: Open, session: PortalSession
) -> None:
    officer = browser(Role.OFFICER)
    begin_factor(session, session.scalars(select(Person)).one(), key=factor_key("another secret"))
    session.commit()
    page = officer.get(OWN)
    assert "secret has changed" not in page.get_text()
    assert page.select_one("main svg") is None


def test_administrator_switches_it_off_for_somebody_who_lost_the_phone_and_it_is_on_record(
    browser: Open, session: PortalSession, enrolled: tuple[Person, str, list[str]]
) -> None:
    person, _shown, _codes = enrolled
    administrator, manager = browser(Role.ADMINISTRATOR), browser(Role.MANAGER)
    path = f"/people/{person.id}/remove-factor/"
    manager.get(path, status=403)
    own = session.scalars(select(Person).where(Person.role == Role.ADMINISTRATOR)).one()
    administrator.send(f"/people/{own.id}/remove-factor/", "/account/", confirmed="yes")
    assert "Switch your own off on your account page." in administrator.get(f"/people/{own.id}/").get_text()
    assert "Switch off two-factor sign-in" in administrator.get(f"/people/{person.id}/").get_text()
    assert administrator.send(path).status_code == 302
    assert not has_factor(session, person.id)
    assert is_in(browser().sign_in(person))
    entry = session.scalars(
        select(ChangeRecord).where(ChangeRecord.table_name == "second_factors", ChangeRecord.verb == "delete")
    ).one()
    assert entry.person_id == session.scalar(select(Person.id).where(Person.role == Role.ADMINISTRATOR))
    assert "Switch off two-factor sign-in" not in administrator.get(f"/people/{person.id}/").get_text()


def test_a_role_that_must_have_it_does_nothing_before_it_has(
    session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    portal = make_portal(session_factory, two_factor_roles="officer, administrator")
    officer = Browser(portal).sign_in(member(session, Role.OFFICER))
    manager = Browser(portal).sign_in(member(session, Role.MANAGER))
    for path in ("/", "/actions/", "/actions/export/csv/", "/documents/1/download/"):
        assert officer.client.get(path).location == OWN, path
    assert manager.client.get("/actions/").status_code == 200
    assert officer.client.post("/agencies/new/", data=officer.tokens(OWN)).location == OWN
    officer.send(f"{OWN}begin/", page=OWN, password=PASSWORD)
    shown = officer.get(OWN).select_one("code.key")
    assert shown is not None
    officer.send(f"{OWN}confirm/", page=OWN, code=code_of(shown.get_text(), now()))
    officer.get("/actions/")
    form = {**officer.tokens(OWN), "password": PASSWORD, "code": "000000"}
    refused = officer.client.post(f"{OWN}off/", data=form)
    assert "must sign in with a second factor" in words_of(refused)


@pytest.mark.parametrize(("kind", "must"), [(PortalKind.OWN, True), (PortalKind.DEMO, False)])
def test_roles_that_decide_most_must_have_it_in_a_portal_of_ones_own_and_not_in_the_demonstration(
    browser: Open, session: PortalSession, kind: PortalKind, must: bool
) -> None:
    decide_kind(session, kind)
    session.commit()
    for role in Role:
        agency = make.agency(session) if role in {Role.AGENCY_MEMBER, Role.MANAGER} else None
        visitor = browser().sign_in(member(session, role, agency=agency))
        is_sent = visitor.client.get("/").location == OWN
        assert is_sent is (must and role in {Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR}), role


def test_operator_names_only_roles_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (*PortalKind, None):
        assert Settings(two_factor_roles="Officer, sponsor").forced_roles(kind) == {Role.OFFICER, Role.SPONSOR}
        assert Settings(two_factor_roles="None").forced_roles(kind) == frozenset()
    assert Settings().forced_roles(PortalKind.OWN) == {Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR}
    assert Settings().forced_roles(PortalKind.DEMO) == Settings().forced_roles(None) == frozenset()
    monkeypatch.setenv("TWO_FACTOR_ROLES", "none, officer")
    with pytest.raises(SettingsError, match="TWO_FACTOR_ROLES: must name roles"):
        load_settings()
    monkeypatch.setenv("TWO_FACTOR_ROLES", "officer, pilot")
    with pytest.raises(SettingsError, match="TWO_FACTOR_ROLES: must name roles"):
        load_settings()
