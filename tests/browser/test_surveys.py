"""Does a survey count once for somebody who goes back in a real browser and sends it again?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages import accessible

pytestmark = pytest.mark.browser


def _open_survey(page: Page) -> tuple[str, str]:
    """The officer's page of the demo's open survey, and the link that is given out."""
    page.goto("/feedback/survey/3/")
    link = page.locator("dd a").first.get_attribute("href")
    assert link is not None
    return page.url, link


def _fill_in(page: Page) -> None:
    for group in page.locator("fieldset").all():
        group.get_by_role("radio").first.check() if group.get_by_role("radio").count() else None
    for text in page.locator("textarea:visible").all():
        text.fill("As before.")


@pytest.mark.parametrize("has_script", [True, False], ids=["with scripts", "without scripts"])
def test_survey_sent_again_with_back_is_told_to_be_sent_already(
    chromium: Browser, open_as: Callable[[str], Page], has_script: bool
) -> None:
    _, link = _open_survey(open_as("officer"))
    page = chromium.new_context(java_script_enabled=has_script).new_page()
    page.goto(link)
    _fill_in(page)
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    page.go_back()
    _fill_in(page)
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("heading", name="These answers are sent already").wait_for()
    if has_script:
        accessible(page)
    page.context.close()


def test_summary_of_a_survey_names_each_question_and_leads_to_it(
    chromium: Browser, open_as: Callable[[str], Page]
) -> None:
    _, link = _open_survey(open_as("officer"))
    page = chromium.new_context().new_page()
    page.goto(link)
    page.get_by_role("button", name="Send my answers").click()
    links = page.locator(".problems a")
    words = links.all_inner_texts()
    assert words
    assert len(set(words)) == len(words)
    assert all(sentence.startswith("Question ") for sentence in words)
    accessible(page)
    page.context.close()
