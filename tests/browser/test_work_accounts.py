"""Does a person get in with their work account, through the issuer's own page and back, and out of both again?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accounts.issuers import real_issuer
from tests.browser.stage import sign_out

pytestmark = pytest.mark.browser
NAME = "Northfield Council"
Open = Callable[[str], Page]


def test_person_comes_in_by_their_issuers_page_and_leaves_it_again(
    open_as: Open, chromium: Browser, address: str, issuer_port: int
) -> None:
    officer = {"email": "officer@demo.example", "email_verified": True, "amr": ["pwd", "mfa"]}
    with real_issuer(issuer_port, officer=officer) as issuer:
        administrator = open_as("administrator")
        if not set_up(administrator, issuer):
            administrator.goto("/work-issuers/")
            administrator.get_by_role("link", name=NAME).click()
        expect(administrator.get_by_text("Set in the environment")).to_be_visible()
        administrator.get_by_role("button", name="Ask the issuer now").click()
        expect(administrator.get_by_text("answers, and has 1 key")).to_be_visible()
        here = address.replace("127.0.0.1", "localhost")  # the portal's own name, to which the issuer sends back
        visitor = chromium.new_context(viewport=administrator.viewport_size, base_url=here)
        page = visitor.new_page()
        page.goto("/people/")
        page.get_by_role("link", name=f"Sign in with {NAME}").click()
        page.get_by_placeholder("sub").fill("officer")
        page.get_by_role("button", name="Authorize").click()
        expect(page).to_have_url(f"{here}/people/")
        page.goto("/account/")
        expect(page.get_by_role("heading", name="Your work accounts")).to_be_visible()
        sign_out(page)
        expect(page.get_by_role("heading", name="You are signed out of the portal")).to_be_visible()
        page.get_by_role("link", name=f"Sign out of {NAME}").click()
        expect(page).to_have_url(re.compile(re.escape(f"{issuer}/oauth2/end_session?client_id=portal&")))
        visitor.close()


def set_up(page: Page, issuer: str) -> bool:
    """Let the administrator trust the issuer; whether that was still to be done."""
    page.goto("/work-issuers/")
    if page.get_by_role("link", name=NAME).count():
        return False
    page.goto("/work-issuers/new/")
    page.get_by_label("Name on the button").fill(NAME)
    page.get_by_label("Issuer address").fill(issuer)
    page.get_by_label("Client id").fill("portal")
    page.get_by_role("button", name="Save").click()
    return True
