"""Can people on a phone answer a survey, can a sponsor sign, and can an officer read where the sources differ?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.conftest import HARMLESS
from tests.browser.pages import accessible

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[Page]:
    """A stranger's phone, 320 pixels wide; nothing may complain on its console, and it keeps no cookie."""
    said: list[str] = []
    context = chromium.new_context(viewport={"width": 320, "height": 640}, base_url=address)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert context.cookies() == []
    context.close()
    assert [words for words in said if not words.startswith(HARMLESS)] == []


def open_survey(page: Page) -> str:
    """The address that an officer gives out for the survey that is open."""
    page.goto("/feedback/")
    page.get_by_role("link", name="Survey of practitioners on exploitation").first.click()
    accessible(page)
    page.get_by_role("link", name=re.compile(r"^Survey \d+$")).click()
    accessible(page)
    assert page.locator(".code svg").count() == 1
    link = page.get_by_role("link", name="/answer/").get_attribute("href")
    assert link is not None
    return link


def test_stranger_answers_the_anonymous_survey_on_a_phone(open_as: Callable[[str], Page], phone: Page) -> None:
    phone.goto(open_survey(open_as("officer")))
    accessible(phone)
    assert phone.get_by_text("Key line of enquiry").count() == 0
    phone.get_by_role("button", name="Send my answers").click()
    accessible(phone)
    phone.get_by_label("I work with people directly").check()
    for choice in phone.get_by_label("Agree", exact=True).all():
        choice.check()
    phone.get_by_label("What works well?").fill("Somebody answers when I ring.")
    accessible(phone)
    phone.get_by_role("button", name="Send my answers").click()
    phone.wait_for_url("**/answer/thank-you/")
    accessible(phone)


def test_sponsor_reads_and_signs_what_waits(open_as: Callable[[str], Page]) -> None:
    page = open_as("sponsor")
    page.goto("/sign-offs/waiting/")
    accessible(page)
    waiting = page.get_by_role("link", name=re.compile("^Sign: "))
    count = waiting.count()
    waiting.first.click()
    accessible(page)
    page.get_by_text("Return it instead").click()
    accessible(page)
    page.get_by_role("button", name=re.compile("^Sign( and go to the next)?$")).click()
    page.get_by_text(re.compile("is signed")).first.wait_for()
    accessible(page)
    page.goto("/sign-offs/waiting/")
    assert waiting.count() == count - 1


def test_officer_reads_what_lies_behind_a_cell_of_the_triangulation(open_as: Callable[[str], Page]) -> None:
    page = open_as("officer")
    page.goto("/thematic-reviews/")
    page.get_by_role("link", name="TR-2026-01").first.click()
    accessible(page)
    unfolded_side(page).get_by_role("link", name="Triangulation").click()
    accessible(page)
    rows = page.locator("tr.evidence")
    marks = [rows.nth(place).locator("td").last.locator(".tag").inner_text() for place in range(rows.count())]
    assert {"Agree", "Conflict"} <= {words.strip() for words in marks}
    rows.first.get_by_role("link").first.click()
    page.get_by_role("columnheader", name="Strength").or_(page.get_by_text("Strength")).first.wait_for()
    accessible(page)
    page.go_back()
    page.get_by_role("link", name="Amend what key line 1 means").click()
    accessible(page)


def test_officer_finds_what_is_missing_first_and_the_facts_folded(open_as: Callable[[str], Page]) -> None:
    page = open_as("officer")
    page.goto("/thematic-reviews/1/")
    accessible(page)
    tasks = page.get_by_role("heading", name="Before “Completed”")
    focus = page.get_by_role("heading", name="Focus")
    assert tasks.bounding_box()["y"] < focus.bounding_box()["y"]  # type: ignore[index]
    assert page.get_by_text("Acts next").is_visible()
    assert not page.locator("dl.facts").is_visible()
    page.get_by_text("Facts of the review").focus()
    page.keyboard.press("Enter")
    assert page.locator("dl.facts").is_visible()
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    accessible(page)


def unfolded_side(page: Page) -> Locator:
    """The side menu of a review, unfolded where a phone keeps it to one line."""
    side = page.get_by_role("navigation", name="This review", exact=True)
    if side.locator("summary").is_visible():
        side.locator("summary").click()
    return side


def test_side_menu_leads_through_the_parts_and_back_by_keyboard(open_as: Callable[[str], Page]) -> None:
    page = open_as("officer")
    page.goto("/thematic-reviews/1/")
    unfolded_side(page).get_by_role("link", name="Record").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/thematic-reviews/1/record/")
    accessible(page)
    unfolded_side(page).get_by_role("link", name="Cases").click()
    accessible(page)
    page.get_by_role("navigation", name="Cases").get_by_role("link", name="Drawn cases").click()
    page.wait_for_url("**/sample-cases/?review_id=1")
    accessible(page)
    page.locator("table.list tbody th a").first.click()
    page.locator(".trail a").click()
    page.wait_for_url("**/sample-cases/?*review_id=1*")


def test_slash_leads_to_the_one_search_and_a_reference_to_its_record(open_as: Callable[[str], Page]) -> None:
    page = open_as("officer")
    page.goto("/actions/")
    if page.get_by_text("Menu", exact=True).is_visible():
        page.get_by_text("Menu", exact=True).click()
    page.keyboard.press("/")
    page.keyboard.type("TR-2026-01")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thematic-reviews/1/")
    page.goto("/search/?q=neglect")
    page.get_by_role("heading", name="Found for “neglect”").wait_for()
    accessible(page)
