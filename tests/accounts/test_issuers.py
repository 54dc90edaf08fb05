"""Does an issuer that lies, is late, is away or talks nonsense sign nobody in, in one sentence and on record?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.accounts import issuers
from models.accounts.sign_in_attempts import Outcome
from models.accounts.sign_ins import SignIn
from models.accounts.work_accounts import WorkAccount
from models.accounts.work_issuers import WorkIssuer
from models.core.access import Role
from models.core.db import PortalSession
from models.partnership.people import Person
from tests.accounts.issuers import CLIENT, KEY, OTHER_KEY, LyingIssuer, by, lying_issuer, unsigned, with_public_key
from tests.accounts.work_ways import asked_for, begin, come_back, go_through, is_in, last_attempt, trust
from tests.web import Browser, make_portal, member, words_of

Open = Callable[..., Browser]
_WRONG = "Northfield Council gave an answer that the portal does not trust, so you are not signed in."
_AWAY = "Northfield Council does not answer just now."
_STALE = "That sign-in was not begun in this browser, took too long, or was used already."
_DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def ann(session: Session) -> Person:
    return member(session, Role.OFFICER, name="Ann Officer")


@pytest.fixture
def lying(portal: Flask, ann: Person) -> Iterator[LyingIssuer]:
    """An issuer that tells the truth about Ann until a test tells it otherwise."""
    portal.extensions["known_issuers"].clear()
    with lying_issuer() as issuer:
        issuer.claims = {"sub": "ann-7", "email": ann.email, "email_verified": True}
        yield issuer


@pytest.fixture
def issuer(session: Session, lying: LyingIssuer) -> WorkIssuer:
    return trust(session, lying.address)


def assert_nobody_is_in(browser: Browser, session: Session, why: str) -> None:
    attempt = last_attempt(session)
    assert (attempt.outcome, why in attempt.reason) == (Outcome.REFUSED, True), attempt.reason
    assert not is_in(browser)
    assert session.scalar(select(func.count(SignIn.id))) == 0
    assert session.scalar(select(func.count(WorkAccount.id))) == 0


def test_honest_issuer_signs_its_person_in(browser: Open, session: Session, lying: Any, issuer: WorkIssuer) -> None:
    visitor = browser()
    assert go_through(visitor, issuer, lying).status_code == 302
    assert is_in(visitor)
    assert last_attempt(session).outcome is Outcome.SIGNED_IN


LIES: dict[str, tuple[Callable[[LyingIssuer], Any], str]] = {
    "for another audience": (lambda lying: lying.claims.update(aud="another portal"), "a wrong aud"),
    "for several, given to another": (
        lambda lying: lying.claims.update(aud=[CLIENT, "other"], azp="other"), "a wrong azp",
    ),
    "for several, given to nobody": (lambda lying: lying.claims.update(aud=[CLIENT, "other"]), "a wrong azp"),
    "given to another": (lambda lying: lying.claims.update(azp="another portal"), "a wrong azp"),
    "expired": (lambda lying: lying.claims.update(exp=int(time.time()) - 120), "has expired"),
    "without an end": (lambda lying: lying.claims.update(exp=None), "a wrong exp"),
    "from tomorrow": (lambda lying: lying.claims.update(iat=int(time.time()) + 86_400), "a wrong iat"),
    "without a beginning": (lambda lying: lying.claims.update(iat=None), "a wrong iat"),
    "unsigned": (lambda lying: setattr(lying, "sign", unsigned), "UnsupportedAlgorithmError"),
    "signed with the public key": (
        lambda lying: setattr(lying, "sign", with_public_key), "UnsupportedAlgorithmError",
    ),
    "signed by somebody else": (
        lambda lying: setattr(lying, "sign", by(OTHER_KEY, kid="first")), "BadSignatureError",
    ),
    "signed with a key it does not publish": (
        lambda lying: setattr(lying, "sign", by(OTHER_KEY)), "InvalidKeyIdError",
    ),
    "with another nonce": (lambda lying: lying.claims.update(nonce="of another sign-in"), "a wrong nonce"),
    "without a nonce": (lambda lying: lying.claims.update(nonce=None), "a wrong nonce"),
    "of another issuer": (lambda lying: lying.claims.update(iss="https://elsewhere.example"), "a wrong iss"),
    "of nobody": (lambda lying: lying.claims.update(sub=None), "a wrong sub"),
    "of a subject without a name": (lambda lying: lying.claims.update(sub=""), "a wrong sub"),
    "of a number": (lambda lying: lying.claims.update(sub=7), "a wrong sub"),
    "of an endless subject": (lambda lying: lying.claims.update(sub="a" * 256), "no ID token with a subject"),
    "that is no token": (lambda lying: setattr(lying, "sign", lambda claims: "a.b.c"), "DecodeError"),
    "of another user in its page": (
        lambda lying: (lying.claims.update(email=None), lying.userinfo.update(sub="eve", email="ann@example.org")),
        "of another user",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_token_that_lies_signs_nobody_in(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer, lie: str
) -> None:
    tell, why = LIES[lie]
    tell(lying)
    visitor = browser()
    answer = go_through(visitor, issuer, lying)
    assert answer.status_code == 502
    assert _WRONG in words_of(answer)
    assert_nobody_is_in(visitor, session, why)


def test_state_is_good_in_its_own_browser_only_and_for_another_it_stays_unused(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    ann, eve = browser(), browser()
    location = begin(ann, issuer)
    code, state = lying.code_for(location), asked_for(location)["state"]
    stolen = come_back(eve, issuer, code=code, state=state)
    assert (stolen.status_code, _STALE in words_of(stolen)) == (400, True)
    assert_nobody_is_in(eve, session, "The state fits no sign-in begun in this browser")
    assert come_back(ann, issuer, code=code, state=state).status_code == 302
    assert is_in(ann)


@pytest.mark.parametrize("state", [{}, {"state": ""}, {"state": "made up"}])
def test_answer_without_a_state_of_ours_is_refused(
    browser: Open, session: Session, issuer: WorkIssuer, state: dict[str, str]
) -> None:
    visitor = browser()
    answer = come_back(visitor, issuer, code="a code", **state)
    assert (answer.status_code, _STALE in words_of(answer)) == (400, True)
    assert_nobody_is_in(visitor, session, "The state fits no sign-in")


def test_answer_is_good_once_even_for_a_browser_that_kept_its_old_cookie(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    visitor = browser()
    location = begin(visitor, issuer)
    kept = visitor.client.get_cookie("triangulate-visitor")
    said = {"code": lying.code_for(location), "state": asked_for(location)["state"]}
    assert come_back(visitor, issuer, **said).status_code == 302
    replaying = browser()
    replaying.client.set_cookie("triangulate-visitor", kept.value if kept else "")
    lying.codes[said["code"]] = asked_for(location)  # as if the issuer gave the token for the same code again
    answer = come_back(replaying, issuer, **said)
    assert (answer.status_code, _STALE in words_of(answer)) == (400, True)
    assert not is_in(replaying)


def test_code_that_was_used_is_refused_by_the_issuer_and_so_by_us(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    first, second = browser(), browser()
    location = begin(first, issuer)
    code = lying.code_for(location)
    assert come_back(first, issuer, code=code, state=asked_for(location)["state"]).status_code == 302
    answer = come_back(second, issuer, code=code, state=asked_for(begin(second, issuer))["state"])
    assert (answer.status_code, _WRONG in words_of(answer)) == (502, True)
    assert "did not take the code (invalid_grant)" in last_attempt(session).reason
    assert not is_in(second)


def test_token_of_an_earlier_sign_in_does_not_fit_a_later_one(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    tokens: list[str] = []
    honest = lying.sign
    lying.sign = lambda claims: tokens.append(honest(claims)) or tokens[0]  # type: ignore[func-returns-value]
    assert go_through(browser(), issuer, lying).status_code == 302
    replaying = browser()
    assert go_through(replaying, issuer, lying).status_code == 502
    assert not is_in(replaying)
    assert "a wrong nonce" in last_attempt(session).reason


def test_code_of_somebody_elses_browser_does_not_fit_the_verifier(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    stolen = lying.code_for(begin(browser(), issuer))
    visitor = browser()
    answer = come_back(visitor, issuer, code=stolen, state=asked_for(begin(visitor, issuer))["state"])
    assert answer.status_code == 502
    assert_nobody_is_in(visitor, session, "did not take the code")


def test_state_of_one_issuer_is_worth_nothing_at_anothers_address(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    with lying_issuer() as other_one:
        other = trust(session, other_one.address, name="Other Trust")
        visitor = browser()
        location = begin(visitor, issuer)
        answer = come_back(visitor, other, code=lying.code_for(location), state=asked_for(location)["state"])
    assert answer.status_code == 400
    assert_nobody_is_in(visitor, session, "The state fits no sign-in")


def test_answer_that_names_another_issuer_is_refused(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    visitor = browser()
    location = begin(visitor, issuer)
    said = {"code": lying.code_for(location), "state": asked_for(location)["state"], "iss": "https://elsewhere.example"}
    assert come_back(visitor, issuer, **said).status_code == 502
    assert_nobody_is_in(visitor, session, "came from another issuer")


def test_issuer_that_promises_to_name_itself_must_do_so(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    lying.description["authorization_response_iss_parameter_supported"] = True
    assert go_through(browser(), issuer, lying).status_code == 502
    visitor = browser()
    location = begin(visitor, issuer)
    said = {"code": lying.code_for(location), "state": asked_for(location)["state"], "iss": lying.address}
    assert come_back(visitor, issuer, **said).status_code == 302


def test_person_who_turns_round_at_the_issuer_reads_a_sentence(
    browser: Open, session: Session, issuer: WorkIssuer
) -> None:
    visitor = browser()
    answer = come_back(visitor, issuer, error="access_denied", state=asked_for(begin(visitor, issuer))["state"])
    assert answer.status_code == 422
    assert "You did not finish signing in with Northfield Council." in words_of(answer)
    assert_nobody_is_in(visitor, session, "without a code")


def test_rotated_key_is_fetched_once_and_then_known(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    assert go_through(browser(), issuer, lying).status_code == 302
    visitor = browser()
    location = begin(visitor, issuer)
    lying.keys, lying.sign = [KEY, OTHER_KEY], by(OTHER_KEY)
    lying.asked.clear()
    answer = come_back(visitor, issuer, code=lying.code_for(location), state=asked_for(location)["state"])
    assert (answer.status_code, lying.asked.count("/keys")) == (302, 1)
    assert go_through(browser(), issuer, lying).status_code == 302
    assert lying.asked.count("/keys") == 1


def test_key_that_was_taken_back_is_trusted_for_minutes_only(
    browser: Open, lying: LyingIssuer, issuer: WorkIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert go_through(browser(), issuer, lying).status_code == 302
    lying.keys = [OTHER_KEY]
    monkeypatch.setattr(issuers, "KEPT", 0.0)
    assert go_through(browser(), issuer, lying).status_code == 502


def test_unknown_key_is_looked_for_once_more_and_no_oftener(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    lying.sign = by(OTHER_KEY)
    assert go_through(browser(), issuer, lying).status_code == 502
    assert lying.asked.count("/keys") == 2


AWAY: dict[str, Callable[[LyingIssuer], Any]] = {
    "broken": lambda lying: lying.answers.update({_DISCOVERY: (500, b"{}")}),
    "overloaded": lambda lying: lying.answers.update({_DISCOVERY: (503, b"busy")}),
    "elsewhere": lambda lying: lying.answers.update({_DISCOVERY: (302, b"")}),
    "endless": lambda lying: lying.answers.update({_DISCOVERY: (200, b" " * (issuers.LARGEST + 1))}),
}


@pytest.mark.parametrize("state", AWAY)
def test_issuer_that_is_away_gives_one_sentence_and_others_keep_working(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer, state: str
) -> None:
    AWAY[state](lying)
    visitor = browser()
    answer = visitor.client.get(f"/sign-in/work-account/{issuer.id}/")
    assert (answer.status_code, _AWAY in words_of(answer)) == (503, True)
    assert_nobody_is_in(visitor, session, "The issuer is away")
    lying.answers.clear()
    assert go_through(visitor, issuer, lying).status_code == 302


def test_issuer_that_is_down_gives_one_sentence_while_another_signs_in(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    with lying_issuer() as gone:
        down = trust(session, gone.address, name="Downed Trust")
    visitor = browser()
    answer = visitor.client.get(f"/sign-in/work-account/{down.id}/")
    assert answer.status_code == 503
    assert "Downed Trust does not answer just now." in words_of(answer)
    assert go_through(visitor, issuer, lying).status_code == 302


def test_issuer_that_is_slow_is_not_waited_for(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuers, "DEADLINE", 0.2)
    lying.delay = 0.6
    visitor, began = browser(), time.monotonic()
    answer = visitor.client.get(f"/sign-in/work-account/{issuer.id}/")
    assert time.monotonic() - began < 0.55
    assert (answer.status_code, _AWAY in words_of(answer)) == (503, True)
    assert_nobody_is_in(visitor, session, "ReadTimeout")


@pytest.mark.parametrize("page", ["/token", "/keys"])
def test_issuer_that_breaks_in_the_middle_signs_nobody_in(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer, page: str
) -> None:
    visitor = browser()
    location = begin(visitor, issuer)
    lying.answers[page] = (500, b"<h1>Sorry</h1>")
    answer = come_back(visitor, issuer, code=lying.code_for(location), state=asked_for(location)["state"])
    assert (answer.status_code, _AWAY in words_of(answer)) == (503, True)
    assert_nobody_is_in(visitor, session, "The issuer is away")


NONSENSE = [b"", b"<html>", b"[1]", b"null", b"7", b"{}", b"\xff\xfe", b"[" * 100_000]


@pytest.mark.parametrize("page", [_DISCOVERY, "/token", "/keys", "/userinfo"])
@pytest.mark.parametrize("nonsense", NONSENSE, ids=[str(index) for index in range(len(NONSENSE))])
def test_nonsense_is_a_sentence_and_no_fault(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer, page: str, nonsense: bytes
) -> None:
    lying.claims["email"] = None
    lying.answers[page] = (200, nonsense)
    visitor = browser()
    answer = visitor.client.get(f"/sign-in/work-account/{issuer.id}/")
    if page != _DISCOVERY:
        said = {"code": lying.code_for(answer.location), "state": asked_for(answer.location)["state"]}
        answer = come_back(visitor, issuer, **said)
    assert (answer.status_code, _WRONG in words_of(answer)) == (502, True)
    assert_nobody_is_in(visitor, session, "The issuer is not believed")


DESCRIPTIONS = {
    "of another issuer": ({"issuer": "https://elsewhere.example"}, "that of another issuer"),
    "without a place to sign in": ({"authorization_endpoint": None}, "no authorization_endpoint"),
    "with keys sent in the clear": ({"jwks_uri": "http://keys.example/keys"}, "no jwks_uri"),
    "with a token from a file": ({"token_endpoint": "file:///etc/hosts"}, "no token_endpoint"),
}


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_description_that_does_not_fit_is_not_followed(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer, kind: str
) -> None:
    words, why = DESCRIPTIONS[kind]
    lying.description = words
    visitor = browser()
    answer = visitor.client.get(f"/sign-in/work-account/{issuer.id}/")
    assert (answer.status_code, _WRONG in words_of(answer)) == (502, True)
    assert_nobody_is_in(visitor, session, why)


def test_description_cannot_configure_the_client_that_asks(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    lying.description = {"verify": False, "client_id": "eve", "scope": "all", "trust_env": 1, "token_updater": 1}
    visitor = browser()
    assert asked_for(begin(visitor, issuer))["scope"] == "openid email profile"
    assert go_through(visitor, issuer, lying).status_code == 302


def test_portal_with_a_public_address_asks_no_issuer_in_the_clear(
    session_factory: sessionmaker[PortalSession], session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    portal = make_portal(session_factory, public_url="https://portal.example.org")
    answer = portal.test_client().get(f"/sign-in/work-account/{issuer.id}/", base_url="https://portal.example.org")
    assert answer.status_code == 502
    assert "its address is not https" in last_attempt(session).reason
    assert lying.asked == []


def test_nothing_is_asked_of_an_issuer_before_its_button_is_pressed(
    browser: Open, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    page = browser().get("/sign-in/")
    assert "Sign in with Northfield Council" in page.get_text()
    assert lying.asked == []
