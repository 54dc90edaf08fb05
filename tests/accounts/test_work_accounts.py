"""Does a work account sign in whom it belongs to, invited and of the right agency, and nobody else?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models.accounts.invitations import InvitationState, Inviting, invitation_state_of, invite, withdraw
from models.accounts.second_factors import begin_factor, confirm_factor, factor_key, shown_key
from models.accounts.sign_in_attempts import TRIES, Outcome, SignInAttempt
from models.accounts.sign_ins import SignIn, SignInWay
from models.accounts.work_accounts import WorkAccount
from models.accounts.work_issuers import WorkIssuer
from models.accounts.work_sign_ins import WAITS, WorkSignIn, forget_work_sign_ins
from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession
from tests import make
from tests.accounts.issuers import SECRET, LyingIssuer, lying_issuer
from tests.accounts.test_second_factors import code_of
from tests.accounts.work_ways import asked_for, begin, come_back, go_through, is_in, last_attempt, newcomer, trust
from tests.web import SECRET as PORTALS_SECRET
from tests.web import Browser, make_portal, member, words_of

Open = Callable[..., Browser]
_STRANGER = "Your Northfield Council account does not open this portal."


@pytest.fixture
def lying(portal: Flask) -> Iterator[LyingIssuer]:
    portal.extensions["known_issuers"].clear()
    with lying_issuer() as issuer:
        issuer.claims = {"sub": "ann-7", "email": "ann@council.example", "email_verified": True}
        yield issuer


@pytest.fixture
def issuer(session: Session, lying: LyingIssuer) -> WorkIssuer:
    return trust(session, lying.address)


def assert_stranger(browser: Browser, answer: Any, session: Session, why: str) -> None:
    assert (answer.status_code, _STRANGER in words_of(answer)) == (422, True)
    assert (last_attempt(session).outcome, last_attempt(session).reason) == (Outcome.REFUSED, why)
    assert not is_in(browser)
    assert session.scalar(select(func.count(WorkAccount.id))) == 0


# The way there and back


def test_portal_asks_with_state_nonce_and_the_hash_of_a_verifier(
    browser: Open, lying: LyingIssuer, issuer: WorkIssuer, session: Session
) -> None:
    first, second = (asked_for(begin(browser(), issuer)) for _ in range(2))
    assert first["redirect_uri"] == f"http://localhost:8000/sign-in/work-account/{issuer.id}/back/"
    assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
    assert first["scope"] == "openid email profile"
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))
    assert min(len(first[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    assert first["state"].encode() not in session.scalars(select(WorkSignIn.state_hash)).first()  # type: ignore[operator]


def test_browser_that_came_by_another_name_of_this_machine_is_led_to_the_portals_own_first(
    browser: Open, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    path = f"/sign-in/work-account/{issuer.id}/?next=/people/"
    answer = browser().client.get(path, base_url="http://127.0.0.1:8000")
    assert (answer.status_code, answer.location) == (302, f"http://localhost:8000{path}")
    assert lying.asked == []


def test_first_sign_in_accepts_the_invitation_and_goes_where_the_person_wanted(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    person, visitor = newcomer(session), browser()
    answer = go_through(visitor, issuer, lying, onward="/people/?q=ann")
    assert (answer.status_code, answer.location) == (302, "/people/?q=ann")
    assert is_in(visitor)
    assert invitation_state_of(session, person.id, now()) is InvitationState.ACCEPTED
    account = session.scalars(select(WorkAccount)).one()
    assert (account.person_id, account.subject, account.used_at is not None) == (person.id, "ann-7", True)
    kept = session.scalars(select(SignIn)).one()
    assert (kept.way, kept.is_two_factor) == (SignInWay.WORK_ACCOUNT, False)
    attempt = last_attempt(session)
    assert (attempt.email, attempt.outcome, attempt.person_id) == (person.email, Outcome.SIGNED_IN, person.id)


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_out_of_the_portal_after_signing_in(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer, onward: str
) -> None:
    newcomer(session)
    assert go_through(browser(), issuer, lying, onward=onward).location == "/"


def test_session_is_a_new_one_after_signing_in(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    earlier, visitor = member(session, Role.SPONSOR, name="Earlier"), browser()
    newcomer(session)
    visitor.sign_in(earlier)
    before = visitor.client.get_cookie("triangulate")
    assert go_through(visitor, issuer, lying).status_code == 302
    after = visitor.client.get_cookie("triangulate")
    assert before
    assert after
    assert before.value != after.value
    assert session.scalars(select(SignIn.way)).all() == [SignInWay.WORK_ACCOUNT]
    assert "Ann" in visitor.get("/account/").get_text()


def test_secret_of_the_environment_is_shown_to_the_issuer_and_to_nobody_else(
    session_factory: sessionmaker[PortalSession], session: Session
) -> None:
    with lying_issuer() as lying:
        secrets = f'{{"{lying.address}": "{SECRET}"}}'
        portal, issuer = make_portal(session_factory, work_account_secrets=secrets), trust(session, lying.address)
        person, visitor = newcomer(session), Browser(portal)
        lying.claims = {"sub": "ann-7", "email": person.email, "email_verified": True}
        assert go_through(visitor, issuer, lying).status_code == 302
        administrator = Browser(portal).enter(member(session, Role.ADMINISTRATOR), session)
        page = administrator.get(f"/work-issuers/{issuer.id}/")
        wrong = Browser(make_portal(session_factory, work_account_secrets=secrets.replace("secret", "word")))
        assert go_through(wrong, issuer, lying).status_code == 502
    assert "Set in the environment" in page.get_text()
    assert SECRET not in str(page)


# Whom it signs in


@pytest.mark.parametrize("verified", [None, False, "no", 0])
def test_address_that_the_issuer_does_not_vouch_for_opens_nothing(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer, verified: object
) -> None:
    newcomer(session)
    lying.claims["email_verified"] = verified
    visitor = browser()
    answer = go_through(visitor, issuer, lying)
    assert_stranger(visitor, answer, session, "The issuer does not vouch for the e-mail address")


def test_domain_whose_addresses_the_issuer_gives_out_needs_no_word_of_it(
    browser: Open, session: Session, lying: LyingIssuer
) -> None:
    issuer = trust(session, lying.address, checked_domains=["council.example"])
    newcomer(session)
    lying.claims["email_verified"] = False
    assert go_through(browser(), issuer, lying).status_code == 422
    del lying.claims["email_verified"]
    assert go_through(browser(), issuer, lying).status_code == 302


def test_address_of_another_domain_is_not_believed_on_that_setting(
    browser: Open, session: Session, lying: LyingIssuer
) -> None:
    issuer = trust(session, lying.address, checked_domains=["example"])
    newcomer(session)
    del lying.claims["email_verified"]
    visitor = browser()
    answer = go_through(visitor, issuer, lying)
    assert_stranger(visitor, answer, session, "The issuer does not vouch for the e-mail address")


def test_address_may_stand_on_the_issuers_own_page_of_its_user(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    newcomer(session)
    lying.userinfo = {"sub": "ann-7", "email": "Ann@Council.Example", "email_verified": True}
    lying.claims = {"sub": "ann-7"}
    assert go_through(browser(), issuer, lying).status_code == 302


def uninvited(session: Session) -> None:
    make.person(session, Role.OFFICER, name="Ann", email="ann@council.example")
    session.commit()


def expired(session: Session) -> None:
    person = make.person(session, Role.OFFICER, name="Ann", email="ann@council.example")
    invite(session, person, Inviting(), now=now() - timedelta(days=30))
    session.commit()


def withdrawn(session: Session) -> None:
    withdraw(session, newcomer(session), now=now())
    session.commit()


def deactivated(session: Session) -> None:
    member(session, Role.OFFICER, name="Ann", email="ann@council.example").is_active = False
    session.commit()


NOT_LET_IN = {
    "unknown": (lambda session: None, "Nobody is invited under that address"),
    "not invited": (uninvited, "Nobody is invited under that address"),
    "invited too long ago": (expired, "Nobody is invited under that address"),
    "no longer invited": (withdrawn, "Nobody is invited under that address"),
    "deactivated": (deactivated, "The person may no longer sign in"),
}


@pytest.mark.parametrize("who", NOT_LET_IN)
def test_nobody_but_the_invited_gets_in_and_the_sentence_does_not_say_why(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer, who: str
) -> None:
    prepare, why = NOT_LET_IN[who]
    prepare(session)
    visitor = browser()
    assert_stranger(visitor, go_through(visitor, issuer, lying), session, why)


def test_people_of_the_issuers_agencies_only_get_in(browser: Open, session: Session, lying: LyingIssuer) -> None:
    police, council = make.agency(session), make.agency(session, "Northfield Council", category="council")
    issuer = trust(session, lying.address, agencies=[council])
    person = newcomer(session, Role.AGENCY_MEMBER, agency=police)
    visitor = browser()
    answer = go_through(visitor, issuer, lying)
    assert_stranger(visitor, answer, session, "The issuer is not for the person's agency")
    person.agency_id = council.id
    session.commit()
    assert go_through(visitor, issuer, lying).status_code == 302


def test_people_without_an_agency_get_in_where_the_issuer_is_for_them_too(
    browser: Open, session: Session, lying: LyingIssuer
) -> None:
    issuer = trust(session, lying.address, agencies=[make.agency(session)])
    newcomer(session)
    assert go_through(browser(), issuer, lying).status_code == 422
    issuer.is_for_staff = True
    session.commit()
    assert go_through(browser(), issuer, lying).status_code == 302


def test_person_who_moves_to_another_agency_is_no_longer_signed_in_by_the_old_ones_issuer(
    browser: Open, session: Session, lying: LyingIssuer
) -> None:
    police, council = make.agency(session), make.agency(session, "Northfield Council", category="council")
    issuer = trust(session, lying.address, agencies=[police])
    person = newcomer(session, Role.AGENCY_MEMBER, agency=police)
    assert go_through(browser(), issuer, lying).status_code == 302
    session.refresh(person)
    person.agency_id = council.id
    session.commit()
    visitor = browser()
    assert go_through(visitor, issuer, lying).status_code == 422
    assert not is_in(visitor)


def test_account_stays_its_persons_when_its_address_becomes_somebody_elses(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    newcomer(session)
    assert go_through(browser(), issuer, lying).status_code == 302
    other = member(session, Role.ADMINISTRATOR, name="Other")
    lying.claims |= {"email": other.email, "email_verified": False}
    visitor = browser()
    assert go_through(visitor, issuer, lying).status_code == 302
    assert "Ann" in visitor.get("/account/").get_text()
    assert other.id not in session.scalars(select(WorkAccount.person_id)).all()


def test_address_given_to_a_newcomer_at_work_does_not_give_them_the_leavers_place(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    newcomer(session)
    assert go_through(browser(), issuer, lying).status_code == 302
    lying.claims["sub"] = "another-8"
    visitor = browser()
    answer = go_through(visitor, issuer, lying)
    assert (answer.status_code, _STRANGER in words_of(answer)) == (422, True)
    assert last_attempt(session).reason == "The person signs in with another account of this issuer"
    assert not is_in(visitor)


def test_same_subject_at_two_issuers_is_two_accounts(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    newcomer(session)
    assert go_through(browser(), issuer, lying).status_code == 302
    with lying_issuer() as other_one:
        other = trust(session, other_one.address, name="Other Trust")
        other_one.claims = {"sub": "ann-7", "email": "eve@elsewhere.example", "email_verified": True}
        visitor = browser()
        assert go_through(visitor, other, other_one).status_code == 422
    assert not is_in(visitor)


def test_issuer_out_of_use_has_no_button_and_signs_nobody_in(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    newcomer(session)
    visitor = browser()
    location = begin(visitor, issuer)
    issuer.is_in_use = False
    session.commit()
    assert "Northfield Council" not in visitor.get("/sign-in/").get_text()
    visitor.get(f"/sign-in/work-account/{issuer.id}/", 404)
    said = {"code": lying.code_for(location), "state": asked_for(location)["state"]}
    assert come_back(visitor, issuer, **said).status_code == 404
    assert not is_in(visitor)


def test_sign_in_that_was_begun_too_long_ago_is_over_and_forgotten(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    newcomer(session)
    visitor = browser()
    location = begin(visitor, issuer)
    session.scalars(select(WorkSignIn)).one().begun_at = now() - WAITS - timedelta(seconds=1)
    session.commit()
    said = {"code": lying.code_for(location), "state": asked_for(location)["state"]}
    assert come_back(visitor, issuer, **said).status_code == 400
    begin(visitor, issuer)
    assert forget_work_sign_ins(session, now()) == 1
    assert session.scalar(select(func.count(WorkSignIn.id))) == 1


def test_tries_with_a_work_account_never_lock_the_password_of_an_address(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    person = member(session, Role.OFFICER, name="Ann", email="ann@council.example")
    lying.claims["email_verified"] = False
    for _ in range(TRIES):
        assert go_through(browser(), issuer, lying).status_code == 422
    tried = select(func.count(SignInAttempt.id)).where(SignInAttempt.email == person.email)
    assert session.scalar(tried) == TRIES
    assert is_in(browser().sign_in(person))


# The second factor


@pytest.mark.parametrize(
    ("says", "counts"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": ["pwd", "fido"]}, True),
        ({"amr": ["pwd"]}, False),
        ({"amr": "mfa"}, None),
        ({"acr": "urn:example:strong"}, True),
        ({"acrs": ["c1"]}, False),
        ({}, False),
    ],
)
def test_second_factor_is_taken_from_the_issuer_where_it_names_one_that_counts(
    browser: Open, session: Session, lying: LyingIssuer, says: dict[str, Any], counts: bool | None
) -> None:
    issuer = trust(session, lying.address, factor_classes=["urn:example:strong"])
    newcomer(session)
    lying.claims |= says
    visitor = browser()
    assert asked_for(begin(visitor, issuer))["acr_values"] == "urn:example:strong"
    answer = go_through(visitor, issuer, lying)
    assert answer.status_code == (502 if counts is None else 302)  # a word where the standard has a list
    assert session.scalars(select(SignIn.is_two_factor)).all() == ([] if counts is None else [counts])


def test_role_that_needs_a_second_factor_is_in_when_the_issuer_asked_for_one(
    session_factory: sessionmaker[PortalSession], session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    portal, _ = make_portal(session_factory, two_factor_roles="officer"), newcomer(session)
    without, with_one = Browser(portal), Browser(portal)
    assert go_through(without, issuer, lying).status_code == 302
    assert without.client.get("/").location == "/account/two-factor/"
    lying.claims["amr"] = ["pwd", "mfa"]
    assert go_through(with_one, issuer, lying).status_code == 302
    assert with_one.client.get("/").status_code == 200


def test_own_second_factor_is_asked_for_where_the_issuer_named_none(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    person, key = newcomer(session), factor_key(PORTALS_SECRET)
    shown, before = shown_key(begin_factor(session, person, key=key), key=key), now() - timedelta(minutes=5)
    confirm_factor(session, person.id, code_of(shown, before), key=key, now=before)
    session.commit()
    visitor = browser()
    answer = go_through(visitor, issuer, lying, onward="/people/")
    assert answer.location == "/sign-in/code/?next=/people/"
    assert not is_in(visitor)
    tokens = visitor.tokens("/sign-in/code/?next=/people/")
    answer = visitor.client.post("/sign-in/code/", data={**tokens, "code": code_of(shown, now())})
    assert answer.location == "/people/"
    kept = session.scalars(select(SignIn)).one()
    assert (kept.way, kept.is_two_factor) == (SignInWay.WORK_ACCOUNT, True)
    lying.claims["amr"] = ["mfa"]
    other = browser()
    assert go_through(other, issuer, lying).location == "/"
    assert is_in(other)
