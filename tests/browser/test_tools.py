"""Can an officer build, try out and put a tool before the sponsor in a real browser, with and without scripts?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.pages import accessible

pytestmark = pytest.mark.browser


def add(page: Page, kind: str, text: str) -> None:
    """Add a question to the section that is shown: write it, choose how it is answered, keep it."""
    fold = page.locator("#add")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    fold.get_by_label("Question").fill(text)
    fold.get_by_label(kind, exact=True).check()
    accessible(page)
    fold.get_by_role("button", name="Add the question").click()
    page.get_by_text("The question is saved.").wait_for()


def test_officer_builds_a_tool_and_tries_it_out(open_as: Callable[[str], Page]) -> None:
    page = open_as("administrator")
    page.goto("/assurance-tools/new/")
    page.get_by_label("Title").fill("Tool of the browser test")
    page.get_by_label("Kind").select_option("Self-evaluation")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a section").click()
    page.get_by_label("Title").fill("Practice")
    page.get_by_role("button", name="Add").click()
    add(page, "Yes, partly or no", "Is every child seen alone?")
    add(page, "Text", "Why not?")
    asked = page.locator(".ask-list > li").filter(has_text="Why not?")
    asked.locator("summary").click()
    accessible(page)
    assert not asked.get_by_label("Answers to choose from").is_visible()
    asked.get_by_label("One choice", exact=True).check()
    assert asked.get_by_label("Answers to choose from").is_visible()
    asked.get_by_label("Text", exact=True).check()  # as it was, so that nothing is left by going on
    asked.get_by_role("link", name="When is it asked?").click()
    accessible(page)
    page.get_by_role("link", name="Is every child seen alone?").click()
    page.get_by_label("No", exact=True).check()
    accessible(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Asked only if ‘Is every child seen alone?’ is No").wait_for()
    accessible(page)
    page.get_by_role("link", name="Preview", exact=True).click()
    accessible(page)
    assert not page.get_by_label("Why not?").is_visible()
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Why not?").fill("There was no time.")
    page.get_by_role("button", name="Check the answers").click()
    page.get_by_text("It could be handed in like this: 2 answers.").wait_for()
    accessible(page)
    page.get_by_role("link", name="Back to the tool").click()
    asked.get_by_role("button", name="Up").click()
    page.get_by_text("which must be asked before it").wait_for()
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Freeze a version").click()
    page.get_by_role("link", name="Version 1").click()
    accessible(page)


def test_sponsor_and_officer_read_what_changed_between_versions(open_as: Callable[[str], Page]) -> None:
    page = open_as("officer")
    page.goto("/assurance-tools/?where=reviews&q=self-evaluation")
    accessible(page)
    page.get_by_role("link", name="Baseline self-evaluation: Neglect of children under five").click()
    accessible(page)
    page.get_by_role("link", name="Versions", exact=True).click()
    accessible(page)
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Added", exact=True).wait_for()
    accessible(page)
    page.goto("/key-lines/arrange/1/")
    accessible(page)
