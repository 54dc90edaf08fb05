"""Does a person set passkeys up, sign in with one and remove it, in a real browser with a device that it believes?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import HARMLESS, SIZES
from tests.browser.pages import accessible, arrived
from tests.browser.stage import PASSWORD, own_menu, sign_out

pytestmark = pytest.mark.browser
_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """A page at the host by whose name browsers allow passkeys; nothing may complain on its console by the end."""
    port = urlsplit(address).port
    size = {"width": SIZES[request.param], "height": 900}
    context = chromium.new_context(viewport=size, base_url=f"http://localhost:{port}")
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    assert [words for words in said if not words.startswith(HARMLESS)] == []


class Devices:
    """The devices of a browser, of which one is at hand at a time."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        self.at_hand = ""

    def take(self) -> str:
        """Put away what is at hand, and take a new device."""
        if self.at_hand:
            self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.at_hand})
        options = {"options": _DEVICE}
        self.at_hand = self.session.send("WebAuthn.addVirtualAuthenticator", options)["authenticatorId"]
        return self.at_hand

    def touch(self, enabled: bool) -> None:
        """Whether somebody's finger is on the device, so that it answers whatever it is asked."""
        state = {"authenticatorId": self.at_hand, "enabled": enabled}
        self.session.send("WebAuthn.setAutomaticPresenceSimulation", state)


def _sign_in(page: Page, login: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(f"{login}@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    own_menu(page).wait_for()


def _sign_out(page: Page) -> None:
    """Sign out and wait for the offer beside the address, which a device that nobody touches leaves unanswered.

    A device answers what it is asked while it is touched, not what waits already: so the button can be pressed then.
    """
    with page.expect_response("**/sign-in/passkey/options/"):
        sign_out(page)
    page.get_by_text("You are signed out.").wait_for()
    page.wait_for_timeout(500)


def _set_up(page: Page, name: str) -> None:
    page.goto("/account/passkeys/")
    page.get_by_label("What is it called?").fill(name)
    page.get_by_role("button", name="Set up a passkey").click()
    page.get_by_text("Your passkey is set up.").wait_for()


def _remove(page: Page, name: str) -> None:
    page.goto("/account/passkeys/")
    panel = page.locator("section", has=page.get_by_role("heading", name=name, exact=True))
    panel.locator("summary").click()
    panel.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_text(f"The passkey {name} is removed").wait_for()


def test_person_sets_two_passkeys_up_signs_in_with_one_and_removes_the_other(page: Page) -> None:
    accessible(_at(page, "/sign-in/"))
    devices = Devices(page)
    _sign_in(page, "officer")
    accessible(_at(page, "/account/passkeys/"))
    devices.take()
    _set_up(page, "Phone")
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    accessible(page)
    devices.take()
    _set_up(page, "Laptop")
    page.get_by_role("heading", name="Phone", exact=True).wait_for()
    page.locator("summary", has_text="Laptop").click()
    accessible(page)
    accessible(_at(page, "/account/"))
    assert page.get_by_role("link", name="2 passkeys").is_visible()
    devices.touch(False)  # the offer beside the address would be answered before anybody presses the button
    _sign_out(page)
    devices.touch(True)
    page.get_by_role("button", name="Sign in with a passkey").click(no_wait_after=True)
    own_menu(page).wait_for()
    _remove(page, "Phone")
    sign_out(page)  # the device answers the offer: no button, no address
    page.wait_for_url("**/sign-in/")
    own_menu(page).wait_for()
    _remove(page, "Laptop")
    devices.touch(False)
    _sign_out(page)
    devices.touch(True)
    page.get_by_role("button", name="Sign in with a passkey").click(no_wait_after=True)
    page.get_by_text("That passkey is not known here").wait_for()
    accessible(page)
    assert own_menu(page).count() == 0


def _at(page: Page, path: str) -> Page:
    page.goto(path)
    return arrived(page)


def test_page_without_scripts_says_in_a_sentence_that_the_password_works(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=address.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    page.goto("/sign-in/")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    _sign_in(page, "officer")
    page.goto("/account/passkeys/")
    page.get_by_text("Passkeys need scripts and a browser that knows them; your password works without.").wait_for()
    assert not page.get_by_role("button", name="Set up a passkey").is_visible()
    context.close()
