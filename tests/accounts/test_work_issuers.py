"""Can an administrator set an issuer up on a screen, see whether it works and why it does not, and never its secret?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.settings import Settings, SettingsError, load_settings
from models.accounts.work_accounts import WorkAccount
from models.accounts.work_issuers import WorkIssuer
from models.core.access import Role
from tests import make
from tests.accounts.issuers import KEY, LyingIssuer, lying_issuer
from tests.accounts.work_ways import go_through, is_in, trust
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]
NEW = "/work-issuers/new/"
ADDRESS = "https://login.council.example/tenant/v2.0"


@pytest.fixture
def lying(portal: Flask) -> Iterator[LyingIssuer]:
    portal.extensions["known_issuers"].clear()
    with lying_issuer() as issuer:
        yield issuer


def test_administrator_sets_an_issuer_up_and_reads_what_its_administrator_needs(
    browser: Open, session: Session
) -> None:
    council, administrator = make.agency(session, "Northfield Council", category="council"), browser(Role.ADMINISTRATOR)
    session.commit()
    sent = administrator.filled(NEW, name="Northfield Council", address=f" {ADDRESS} ", client_id="portal")
    sent |= {"agencies": [str(council.id)], "checked_domains": "@Council.Example\r\n\r\nnorthfield.example"}
    answer = administrator.client.post(NEW, data=sent)
    assert answer.status_code == 302, words_of(answer)
    issuer = session.scalars(select(WorkIssuer)).one()
    assert (issuer.address, [agency.name for agency in issuer.agencies]) == (ADDRESS, ["Northfield Council"])
    assert issuer.checked_domains == ["council.example", "northfield.example"]
    assert issuer.factor_methods == ["mfa", "otp", "hwk", "fido", "sc"]
    page = administrator.get(answer.location).get_text(" ")
    assert f"http://localhost:8000/sign-in/work-account/{issuer.id}/back/" in page
    assert "Missing" in page
    assert "Nobody has tried yet." in page


def test_form_of_an_issuer_sent_back_unchanged_changes_nothing(browser: Open, session: Session) -> None:
    issuer = trust(session, ADDRESS, agencies=[make.agency(session)], factor_classes=["urn:example:strong"])
    path, administrator = f"/work-issuers/{issuer.id}/edit/", browser(Role.ADMINISTRATOR)
    before = administrator.filled(path)
    assert administrator.client.post(path, data=before).status_code == 302
    unsaid = ("csrf_token", "once")
    after = administrator.filled(path)
    assert {name: after[name] for name in after if name not in unsaid} == {
        name: before[name] for name in before if name not in unsaid
    }


WRONG = {
    "no address": ({"address": ""}, "Issuer address"),
    "in the clear": ({"address": "http://login.council.example"}, "Give the address as the issuer itself writes it"),
    "a question": ({"address": f"{ADDRESS}?tenant=7"}, "Give the address as the issuer itself writes it"),
    "a login": ({"address": "https://ann:word@login.example"}, "Give the address as the issuer itself writes it"),
    "no domain": ({"checked_domains": "council"}, "“council” is no domain"),
    "for nobody": ({"is_only_way": "y"}, "Name the agencies whose people sign in only this way."),
    "no client id": ({"client_id": ""}, "Client id"),
}


@pytest.mark.parametrize("what", WRONG)
def test_setting_that_cannot_work_is_refused_in_a_sentence(browser: Open, session: Session, what: str) -> None:
    changes, sentence = WRONG[what]
    administrator = browser(Role.ADMINISTRATOR)
    sent = administrator.filled(NEW, name="Council", address=ADDRESS, client_id="portal") | changes
    answer = administrator.client.post(NEW, data=sent)
    assert (answer.status_code, sentence in words_of(answer)) == (422, True), words_of(answer)
    assert session.scalars(select(WorkIssuer)).all() == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_administrators_reads_or_keeps_issuers(browser: Open, session: Session, role: Role) -> None:
    issuer = trust(session, ADDRESS)
    visitor = browser(role, agency=make.agency(session) if role is Role.AGENCY_MEMBER else None)
    for path in ("/work-issuers/", f"/work-issuers/{issuer.id}/", NEW, "/work-accounts/"):
        visitor.get(path, 403)


def test_administrator_asks_an_issuer_whether_it_works(browser: Open, session: Session, lying: LyingIssuer) -> None:
    issuer, administrator = trust(session, lying.address), browser(Role.ADMINISTRATOR)
    path = f"/work-issuers/{issuer.id}/"
    [button] = [form for form in administrator.get(path).select("form") if "Ask the issuer now" in form.get_text()]

    def pressed() -> str:
        answer = administrator.client.post(str(button["action"]), data=administrator.tokens(path))
        return administrator.get(answer.location or path).get_text(" ") if answer.location else words_of(answer)

    assert "Northfield Council answers, and has 1 key to sign with." in pressed()
    lying.keys = [KEY, KEY]
    assert "has 2 keys" in pressed()
    lying.keys = []
    assert "cannot sign anybody in: it has no keys" in pressed()
    lying.description = {"issuer": "https://elsewhere.example"}
    assert "cannot sign anybody in: its description is that of another issuer" in pressed()


def test_issuers_page_says_who_came_who_did_not_and_why(browser: Open, session: Session, lying: LyingIssuer) -> None:
    issuer, ann = trust(session, lying.address), member(session, Role.OFFICER, name="Ann")
    lying.claims = {"sub": "ann-7", "email": ann.email, "email_verified": True}
    assert go_through(browser(), issuer, lying).status_code == 302
    lying.claims = {"sub": "eve-8", "email": "eve@elsewhere.example", "email_verified": True}
    assert go_through(browser(), issuer, lying).status_code == 422
    page = browser(Role.ADMINISTRATOR).get(f"/work-issuers/{issuer.id}/").get_text(" ")
    assert "eve@elsewhere.example" in page
    assert "Nobody is invited under that address" in page
    assert "Ann" in page


def test_administrator_takes_a_work_account_away_and_it_signs_in_no_more(
    browser: Open, session: Session, lying: LyingIssuer
) -> None:
    issuer, ann = trust(session, lying.address), member(session, Role.OFFICER, name="Ann")
    lying.claims = {"sub": "ann-7", "email": ann.email, "email_verified": True}
    go_through(browser(), issuer, lying)
    account, administrator = session.scalars(select(WorkAccount)).one(), browser(Role.ADMINISTRATOR)
    path = f"/work-accounts/{account.id}/delete/"
    assert administrator.client.post(path, data=administrator.tokens(path)).status_code == 302
    lying.claims["email_verified"] = False
    visitor = browser()
    assert go_through(visitor, issuer, lying).status_code == 422
    assert not is_in(visitor)


def test_issuer_that_signs_people_in_is_taken_out_of_use_and_not_deleted(
    browser: Open, session: Session, lying: LyingIssuer
) -> None:
    issuer, ann = trust(session, lying.address), member(session, Role.OFFICER, name="Ann")
    lying.claims = {"sub": "ann-7", "email": ann.email, "email_verified": True}
    go_through(browser(), issuer, lying)
    administrator, path = browser(Role.ADMINISTRATOR), f"/work-issuers/{issuer.id}/delete/"
    answer = administrator.send(path, "/work-issuers/new/")
    assert "This cannot be removed or changed becaus" in administrator.get(answer.location).get_text(" ")
    assert session.scalars(select(WorkIssuer)).all() == [issuer]


def test_secrets_are_read_from_the_environment_one_for_each_issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORK_ACCOUNT_SECRETS", f'{{"{ADDRESS}": "a = secret, ~"}}')
    settings = Settings()
    assert (settings.secret_at(ADDRESS), settings.secret_at("https://elsewhere.example")) == ("a = secret, ~", "")
    assert "a = secret" not in repr(settings)


@pytest.mark.parametrize("words", ["council=secret", "[1]", '{"https://a.example": 7}', '{"https://a.example": ""}'])
def test_secrets_written_another_way_stop_the_start_without_repeating_them(
    monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("WORK_ACCOUNT_SECRETS", words)
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert str(refusal.value).startswith("WORK_ACCOUNT_SECRETS: must be")
    assert words not in str(refusal.value)
