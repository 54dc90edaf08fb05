"""Does any page break a word or a reference in two, on a screen, a tablet or a phone?

A reference that is parted reads as somebody else's: 1144-90.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages import fits
from tests.browser.stage import PASSWORD
from tests.browser.words import broken_words

pytestmark = pytest.mark.browser

WIDTHS = (1280, 768, 320)
FURTHER = (
    "/", "/account/", "/escalations/late/", "/thematic-reviews/programme/?year=2026", "/action-plans/1/report/",
    "/thematic-reviews/1/triangulation/", "/action-plans/1/", "/audit-samples/1/", "/feedback/survey/2/",
    "/self-evaluations/1/read/",
)  # fmt: skip
"""Pages beside the lists and the first record of each."""

_LISTS = "links => links.map(link => link.getAttribute('href'))"


@pytest.fixture(scope="module")
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A page of the administrator, who sees the most."""
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("E-mail").fill("administrator@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()
    yield page
    context.close()


def _broken_at(page: Page, path: str) -> list[str]:
    broken = []
    page.goto(path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        broken += [f"{path} at {width}: {word}" for word in broken_words(fits(page))]
    return broken


def test_no_list_and_no_record_breaks_a_word_or_a_reference(page: Page) -> None:
    page.goto("/administration/")
    lists = page.eval_on_selector_all(".rooms a[href]", _LISTS)
    assert len(lists) > 30
    broken = []
    for path in dict.fromkeys(lists):
        broken += _broken_at(page, path)
        for record in page.eval_on_selector_all("table.list tbody th a", _LISTS)[:1]:
            broken += _broken_at(page, record)
    assert broken == []


def test_no_other_page_breaks_a_word_or_a_reference(page: Page) -> None:
    assert [words for path in FURTHER for words in _broken_at(page, path)] == []


def test_long_unbroken_reference_stays_on_the_page_and_shows_that_it_goes_on(page: Page) -> None:
    """200 letters fit no column: they are parted on a plate, and nothing is pushed off a phone."""
    reference = "LA" + "0123456789-" * 18
    page.goto("/agencies/new/")
    page.get_by_label("Name").first.fill(reference)
    page.get_by_label("Category").select_option("Health")
    page.get_by_role("button", name="Save").click()
    plate = page.locator("dd .reference.long, h1 .reference.long").first
    plate.wait_for()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        fits(page)
    assert plate.evaluate("element => getComputedStyle(element).borderRightWidth") == "1px"
    page.goto(f"/agencies/?q={reference[:20]}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        fits(page)
