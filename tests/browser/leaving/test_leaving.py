"""Is whoever leaves typed words asked first, on a page that shows them, and are they back on coming back?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, expect

from tests.browser.pages import accessible
from tests.browser.test_kept_words import kept, signed_in, to_progress

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
QUESTION = "Leave what you typed?"
TYPED = "Both sessions were held; <b>38</b> more came."
Come = Callable[..., Page]


@pytest.fixture
def come(chromium: Browser, address: str) -> Iterator[Come]:
    """`come("manager", width=360)`: a page of somebody, whose browser may neither ask in a box nor say anything."""
    said: list[str] = []
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        said.append(message.text)

    def boxed(dialog: Dialog) -> None:
        said.append(f"a box: {dialog.type}")
        dialog.accept()

    def opened(login: str, width: int = 1280) -> Page:
        context = chromium.new_context(base_url=address, viewport={"width": width, "height": 900})
        contexts.append(context)
        page = signed_in(context.new_page(), login)
        page.on("console", heard)
        page.on("dialog", boxed)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


def typed(page: Page) -> str:
    """Type progress, and follow the link to Home. Returns the address of the form."""
    to_progress(page)
    form = page.url
    page.locator("textarea").first.fill(TYPED)
    page.get_by_role("link", name="Triangulate").click()
    return form


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("width", [1280, 360])
def test_link_away_from_typed_words_leads_to_a_page_that_shows_them(come: Come, width: int) -> None:
    page = come("manager", width)
    typed(page)
    expect(page.get_by_role("heading", name=QUESTION)).to_be_focused()
    expect(page.get_by_text(TYPED)).to_be_visible()
    expect(page.locator("main form")).to_be_hidden()
    assert page.title().startswith(f"{QUESTION} – Post progress on")
    accessible(page)


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_whoever_goes_back_finds_the_form_as_it_was(come: Come, way: str) -> None:
    page = come("manager")
    typed(page)
    if way == "button":
        button(page, "Go back to it")
    else:
        page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name=QUESTION)).to_have_count(0)
    expect(page.locator("textarea").first).to_have_value(TYPED)
    assert page.title().startswith("Post progress on")


def test_words_kept_for_later_are_back_on_the_same_form_only(come: Come) -> None:
    page = come("manager")
    form = typed(page)
    button(page, "Go on, and keep it for later")
    expect(page.get_by_role("heading", level=1, name="Leave")).to_have_count(0)
    page.wait_for_url("**/")
    page.goto("/actions/?status=in_progress")
    page.goto(form)
    expect(page.locator("textarea").first).to_have_value(TYPED)
    expect(page.get_by_text("What you had typed here is back")).to_be_visible()
    assert kept(page) == 1
    button(page, "Throw it away")
    expect(page.locator("textarea").first).to_have_value("")


def test_words_thrown_away_are_gone_and_the_link_is_followed(come: Come) -> None:
    page = come("manager")
    form = typed(page)
    button(page, "Throw it away and go on")
    page.wait_for_url("**/")
    assert kept(page) == 0
    page.goto(form)
    expect(page.locator("textarea").first).to_have_value("")


def test_search_and_another_forms_button_ask_as_well_and_then_do_what_was_pressed(come: Come) -> None:
    page = come("administrator")
    page.goto("/agencies/new/")
    page.get_by_label("Name").first.fill("An agency half typed")
    page.get_by_role("searchbox", name="Find anything").fill("neglect")
    page.keyboard.press("Enter")
    expect(page.get_by_text("An agency half typed")).to_be_visible()
    button(page, "Throw it away and go on")
    page.wait_for_url("**/search/?q=neglect")


def test_cancel_and_a_choice_and_a_tick_are_asked_about_too(come: Come) -> None:
    page = come("administrator")
    page.goto("/agencies/new/")
    page.locator("select[name=category_id]").select_option(index=1)
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator(".leave dt")).to_have_text(["Category"])
    button(page, "Throw it away and go on")
    page.wait_for_url("**/agencies/")


def test_form_as_it_was_and_a_saved_one_ask_nothing(come: Come) -> None:
    page = come("administrator")
    page.goto("/agencies/new/")
    page.get_by_label("Name").first.fill("Nothing")
    page.get_by_label("Name").first.fill("")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url("**/agencies/")
    page.goto("/agencies/new/")
    page.get_by_label("Name").first.fill("An agency to be left in peace")
    page.locator("[name=category_id]").select_option(index=1)
    page.locator("main form button.main").click()
    expect(page.get_by_text("The agency is saved.")).to_be_visible()
    page.get_by_role("link", name="Triangulate").click()
    page.wait_for_url("**/")


def test_passwords_are_never_shown_or_kept(come: Come) -> None:
    page = come("administrator")
    page.goto("/people/new/")
    fields = page.locator("input[type=password]")
    page.get_by_label("Name").first.fill("Somebody New")
    for number in range(fields.count()):
        fields.nth(number).fill("a secret of somebody")
    page.get_by_role("link", name="Triangulate").click()
    expect(page.get_by_role("heading", name=QUESTION)).to_be_focused()
    assert "a secret of somebody" not in page.locator(".leave").inner_text()
    assert "a secret of somebody" not in page.evaluate("JSON.stringify(sessionStorage)")
