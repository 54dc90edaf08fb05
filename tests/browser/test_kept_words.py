"""Does nothing that somebody types get lost, when their sign-in ends or a colleague types the same answer?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.pages import accessible
from tests.browser.stage import PASSWORD, own_menu, sign_out
from tests.browser.test_answering import to_the_form

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
SignIn = Callable[[str], Page]


@pytest.fixture
def sign_in(chromium: Browser, address: str) -> Iterator[SignIn]:
    """`sign_in("member")`: a page of somebody in a browser of their own; what its console says is not looked at."""
    contexts: list[BrowserContext] = []

    def opened(login: str) -> Page:
        contexts.append(chromium.new_context(base_url=address))
        return signed_in(contexts[-1].new_page(), login)

    yield opened
    for context in contexts:
        context.close()


def signed_in(page: Page, login: str, start: str = "/sign-in/") -> Page:
    if start:
        page.goto(start)
    page.get_by_label("E-mail").fill(f"{login}@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(own_menu(page)).to_be_visible()
    return page


def end_elsewhere(other: Page) -> None:
    """End every other sign-in of the person from their account page in another browser: its row is deleted."""
    other.goto("/account/")
    while other.get_by_role("button", name="End the sign-in").count():
        other.get_by_role("button", name="End the sign-in").first.click()
        expect(other.get_by_text("That sign-in")).to_be_visible()
        other.goto("/account/")


def sign_in_in_another_tab(page: Page, login: str) -> None:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in here in another tab").click()
    tab = signed_in(opened.value, login, start="")
    expect(tab.get_by_role("heading", name="You are signed in")).to_be_visible()
    tab.close()


def to_progress(page: Page) -> None:
    page.goto("/actions/?status=in_progress")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Post progress").first.click()


def kept(page: Page) -> int:
    return int(page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('words:')).length"))


def test_answer_typed_after_the_sign_in_ended_is_saved_by_itself_after_signing_in(sign_in: SignIn) -> None:
    page, other = sign_in("member"), sign_in("member")
    to_the_form(page, "Leadership")
    end_elsewhere(other)
    field = page.locator("textarea:not([name^=note])").first
    field.fill("Typed while nobody was signed in.")
    expect(page.get_by_role("alert").get_by_text("You are signed out")).to_be_visible()
    accessible(page)
    assert kept(page) == 1
    sign_in_in_another_tab(page, "member")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    page.reload()
    expect(page.locator("textarea:not([name^=note])").first).to_have_value("Typed while nobody was signed in.")
    assert kept(page) == 0


def test_answer_is_back_and_saved_after_a_reload_that_led_to_the_sign_in_page(sign_in: SignIn) -> None:
    page, other = sign_in("member"), sign_in("member")
    to_the_form(page, "Voice, outcomes")
    end_elsewhere(other)
    page.locator("textarea:not([name^=note])").first.fill("Typed before the reload.")
    expect(page.get_by_role("alert").get_by_text("You are signed out")).to_be_visible()
    page.reload()
    signed_in(page, "member", start="")
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    page.reload()
    expect(page.locator("textarea:not([name^=note])").first).to_have_value("Typed before the reload.")


def test_form_sent_after_the_sign_in_ended_is_saved_by_itself_after_signing_in(sign_in: SignIn) -> None:
    page, other = sign_in("manager"), sign_in("manager")
    to_progress(page)
    end_elsewhere(other)
    page.locator("textarea").first.fill("The second group was trained in May.")
    page.locator("main form button.main").click()
    expect(page.get_by_role("alert").get_by_text("You are signed out")).to_be_visible()
    expect(page.locator("textarea").first).to_have_value("The second group was trained in May.")
    sign_in_in_another_tab(page, "manager")
    expect(page.get_by_text("The second group was trained in May.").first).to_be_visible()
    expect(page.locator("main textarea")).to_have_count(0)
    assert kept(page) == 0


def test_form_is_back_after_reload_and_sign_in_and_can_be_thrown_away(sign_in: SignIn) -> None:
    page, other = sign_in("manager"), sign_in("manager")
    to_progress(page)
    end_elsewhere(other)
    page.locator("textarea").first.fill("Words before a reload.")
    page.wait_for_timeout(400)
    page.reload()
    signed_in(page, "manager", start="")
    expect(page.locator("textarea").first).to_have_value("Words before a reload.")
    expect(page.get_by_text("What you had typed here is back")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Throw it away").click()
    expect(page.locator("textarea").first).to_have_value("")
    assert kept(page) == 0


def test_another_person_in_the_same_tab_never_gets_the_words(sign_in: SignIn) -> None:
    page, other = sign_in("manager"), sign_in("manager")
    to_progress(page)
    form = page.url
    end_elsewhere(other)
    page.locator("textarea").first.fill("Not for anybody else.")
    page.wait_for_timeout(400)
    page.reload()
    signed_in(page, "officer", start="")
    assert kept(page) == 0
    signed_in(page, "manager", start=f"/sign-in/?next={form.partition('8')[2] and form}")
    page.goto(form)
    expect(page.locator("textarea").first).to_have_value("")


def test_closing_the_window_on_typed_words_asks_and_signing_out_erases_them(sign_in: SignIn) -> None:
    page = sign_in("manager")
    to_progress(page)
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.locator("textarea").first.press_sequentially("Half a sentence")
    page.wait_for_timeout(400)
    page.once("dialog", stay)
    page.evaluate("location.reload()")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("textarea").first).to_have_value("Half a sentence")
    assert kept(page) == 1
    sign_out(page)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert kept(page) == 0


def test_refused_form_still_keeps_its_words_and_a_saved_one_does_not(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    page.goto("/agencies/new/")
    page.locator("[name=contact_email]").fill("nobody@example.org")
    page.locator("main form button.main").click()
    expect(page.locator(".problems")).to_be_visible()
    assert kept(page) == 1
    page.locator("[name=name]").fill("An agency of kept words")
    page.locator("[name=category_id]").select_option(index=1)
    page.locator("main form button.main").click()
    expect(page.get_by_text("The agency is saved.")).to_be_visible()
    assert kept(page) == 0


@pytest.mark.parametrize(("choice", "stands"), [("Keep my answer", "Mine"), ("Keep their answer", "Theirs")])
def test_two_people_on_one_answer_in_two_browsers_lose_neither(sign_in: SignIn, choice: str, stands: str) -> None:
    page, other = sign_in("member"), sign_in("member")
    to_the_form(page, "Workforce knowledge")
    other.goto(page.url)
    theirs, mine = (tab.locator("textarea:not([name^=note])").first for tab in (other, page))
    theirs.fill(f"Theirs, before: {choice}.")
    expect(other.locator("[data-saved]")).to_contain_text("Saved ")
    mine.fill(f"Mine, after: {choice}.")
    both = page.locator("[data-both]:visible")
    expect(both).to_contain_text(f"Theirs, before: {choice}.")
    mine.press_sequentially(" And more.")
    page.wait_for_timeout(1500)
    other.reload()
    expect(theirs).to_have_value(f"Theirs, before: {choice}.")
    accessible(page)
    page.get_by_role("button", name=choice).click()
    expect(page.locator("[data-both]:visible")).to_have_count(0)
    other.reload()
    expect(theirs).to_have_value(
        f"Mine, after: {choice}. And more." if stands == "Mine" else f"Theirs, before: {choice}."
    )
    lost = other.locator(".earlier").first
    lost.locator("summary").click()
    gone = f"Theirs, before: {choice}." if stands == "Mine" else f"Mine, after: {choice}. And more."
    expect(lost).to_contain_text(gone)
    accessible(other)
