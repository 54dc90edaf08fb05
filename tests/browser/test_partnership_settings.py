"""Does the partnership's own colour dress every page by day and by night, readable everywhere, and go again?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.browser.pages import accessible, arrived

pytestmark = pytest.mark.browser
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def head_of(page: Page) -> str:
    colour: str = page.locator("header.top").evaluate("head => getComputedStyle(head).backgroundColor")
    return colour


def save(page: Page, accent: str) -> None:
    page.goto("/partnership-settings/")
    page.get_by_label("Accent colour", exact=False).first.fill(accent)
    page.get_by_role("button", name="Save", exact=True).click()
    arrived(page)


def test_administrator_dresses_the_portal_in_its_own_colour_and_takes_it_off_again(
    open_as: Callable[[str], Page],
) -> None:
    page = open_as("administrator")
    page.goto("/partnership-settings/")
    usual = head_of(accessible(page))
    save(page, "#ffbf47")
    refusal = page.locator(".problems").inner_text()
    assert "a contrast of 1.6 to 1 against white" in refusal
    assert head_of(accessible(page)) == usual
    try:
        save(page, "#7a1f5c")
        assert page.locator("#accent_picker").input_value() == "#7a1f5c"
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for path in ("/partnership-settings/", "/", "/agencies/", "/privacy/"):
                page.goto(path)
                assert head_of(accessible(page)) != usual
    finally:
        page.emulate_media(color_scheme="light")
        save(page, "")
    assert head_of(page) == usual
