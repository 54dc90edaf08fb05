"""How does somebody leave a work account again, keep another way in, and does it all hold with a real issuer?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models.accounts.sign_in_attempts import Outcome
from models.accounts.work_accounts import WorkAccount
from models.accounts.work_issuers import WorkIssuer
from models.core.access import Role
from models.core.db import PortalSession
from tests import make
from tests.accounts.issuers import LyingIssuer, free_port, lying_issuer, real_issuer
from tests.accounts.work_ways import asked_for, begin, come_back, go_through, is_in, last_attempt, newcomer, trust
from tests.web import PASSWORD, Browser, make_portal, member, words_of

Open = Callable[..., Browser]


@pytest.fixture
def lying(portal: Flask) -> Iterator[LyingIssuer]:
    portal.extensions["known_issuers"].clear()
    with lying_issuer() as issuer:
        issuer.claims = {"sub": "ann-7", "email": "ann@council.example", "email_verified": True}
        yield issuer


@pytest.fixture
def issuer(session: Session, lying: LyingIssuer) -> WorkIssuer:
    return trust(session, lying.address)


# Out again, and other ways in


def test_after_signing_out_the_person_may_end_the_work_account_too(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    newcomer(session)
    visitor = browser()
    go_through(visitor, issuer, lying)
    answer = visitor.client.post("/sign-out/", data=visitor.tokens("/account/"))
    assert answer.location == "/signed-out/"
    link = visitor.get("/signed-out/").select_one("main a.main")
    assert link
    assert link.get_text() == "Sign out of Northfield Council"
    assert str(link["href"]).startswith(f"{lying.address}/leave?")
    back = {"client_id": "portal", "post_logout_redirect_uri": "http://127.0.0.1:8000/sign-in/"}
    assert asked_for(str(link["href"])) == back
    assert not is_in(visitor)


def test_person_who_signed_in_with_a_password_is_just_signed_out(browser: Open) -> None:
    visitor = browser(Role.OFFICER)
    assert visitor.client.post("/sign-out/", data=visitor.tokens("/account/")).location == "/sign-in/"
    assert visitor.client.get("/signed-out/").location == "/sign-in/"


def test_account_page_lists_work_accounts_and_removes_all_but_the_last_way_in(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    person, visitor = newcomer(session), browser()
    go_through(visitor, issuer, lying)
    account = session.scalars(select(WorkAccount)).one()
    path = f"/account/work-accounts/{account.id}/remove/"
    assert "Northfield Council" in visitor.get("/account/").get_text()
    visitor.client.post(path, data=visitor.tokens("/account/"))
    assert "This is your only way to sign in" in visitor.get("/account/").get_text()
    session.refresh(person)
    person.password_hash = "set"
    session.commit()
    go_through(visitor, issuer, lying)  # another password is another standing: the sign-in before is over
    visitor.client.post(path, data=visitor.tokens("/account/"))
    assert "no longer signs you in" in visitor.get("/account/").get_text()
    assert session.scalar(select(func.count(WorkAccount.id))) == 0


def test_nobody_removes_the_work_account_of_somebody_else(
    browser: Open, session: Session, lying: LyingIssuer, issuer: WorkIssuer
) -> None:
    newcomer(session)
    go_through(browser(), issuer, lying)
    account, other = session.scalars(select(WorkAccount)).one(), browser(Role.OFFICER)
    other.client.post(f"/account/work-accounts/{account.id}/remove/", data=other.tokens("/account/"))
    assert "gone already" in other.get("/account/").get_text()
    assert session.scalar(select(func.count(WorkAccount.id))) == 1


def test_agency_that_signs_in_only_this_way_has_no_passwords_and_administrators_keep_theirs(
    browser: Open, session: Session, lying: LyingIssuer
) -> None:
    council = make.agency(session, "Northfield Council", category="council")
    trust(session, lying.address, agencies=[council], is_only_way=True)
    bound, free = member(session, Role.MANAGER, agency=council), member(session, Role.ADMINISTRATOR, agency=council)
    visitor = browser()
    answer = visitor.send("/sign-in/", email=bound.email, password=PASSWORD)
    assert answer.status_code == 422
    assert "People of your agency sign in with Northfield Council." in words_of(answer)
    assert (last_attempt(session).outcome, is_in(visitor)) == (Outcome.REFUSED, False)
    wrong = visitor.send("/sign-in/", email=bound.email, password="not the password")
    assert "People of your agency" not in words_of(wrong)
    assert is_in(browser().sign_in(free))


# A real issuer


def allow(location: str, subject: str) -> dict[str, str]:
    """Press "Authorize" on the real issuer's page; gives what it sends back with the browser."""
    answer = requests.post(location, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return asked_for(answer.headers["Location"])


def test_real_issuer_signs_in_and_its_new_keys_are_found_after_a_restart(
    session_factory: sessionmaker[PortalSession], session: Session
) -> None:
    person, port = newcomer(session), free_port()
    users = {"ann": {"email": person.email, "email_verified": True}}
    portal = make_portal(session_factory, work_account_secrets=f'{{"http://127.0.0.1:{port}": "any word"}}')
    first, stranger, second = Browser(portal), Browser(portal), Browser(portal)
    with real_issuer(port, **users) as address:
        issuer = trust(session, address)
        assert come_back(first, issuer, **allow(begin(first, issuer), "ann")).status_code == 302
        assert is_in(first)
        answer = come_back(stranger, issuer, **allow(begin(stranger, issuer), "eve"))
        assert (answer.status_code, is_in(stranger)) == (422, False)
    with real_issuer(port, **users):
        assert come_back(second, issuer, **allow(begin(second, issuer), "ann")).status_code == 302
        assert is_in(second)
    assert session.scalars(select(WorkAccount.subject)).all() == ["ann"]


def test_log_has_neither_code_nor_state_nor_token(
    session_factory: sessionmaker[PortalSession], session: Session, lying: LyingIssuer, issuer: WorkIssuer, capfd: Any
) -> None:
    newcomer(session)
    visitor = Browser(make_portal(session_factory, log_level="DEBUG"))
    capfd.readouterr()
    said = {"code": lying.code_for(location := begin(visitor, issuer)), "state": asked_for(location)["state"]}
    assert come_back(visitor, issuer, **said).status_code == 302
    assert come_back(Browser(visitor.client.application), issuer, **said).status_code == 400
    logged = "".join(capfd.readouterr())
    assert logged.count("work_sign_in.come_back") == 2
    assert "work account refused" in logged
    secrets = (*said.values(), asked_for(location)["nonce"], "ann-7", "ann@council.example", "eyJ")
    assert [secret for secret in secrets if secret in logged] == []
