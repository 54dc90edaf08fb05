"""Can the sponsor sign, the officer read where sources conflict, and anybody answer a survey, on a phone too?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import accessible

pytestmark = pytest.mark.xdist_group("browser")
expect.set_options(timeout=20_000)  # the portal may share its processor with much else


def test_officer_reads_where_the_sources_conflict_and_what_lies_behind_a_cell(open_as: Callable[[str], Page]) -> None:
    page = open_as("officer")
    page.goto("/thematic-reviews/?q=TR-2026-01")
    page.get_by_role("link", name="TR-2026-01").first.click()
    accessible(page)
    page.get_by_role("link", name="Open the triangulation").click()
    expect(page.get_by_text("Conflict", exact=True).first).to_be_visible()
    accessible(page)
    page.locator("table.matrix tr.evidence td a").first.click()
    expect(page.get_by_role("columnheader", name="What was said")).to_have_count(1)
    accessible(page)
    page.go_back()
    page.get_by_role("link", name=re.compile("^Amend")).first.click()
    page.get_by_label("What it means").fill("Agencies think better of this than families do.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Agencies think better of this than families do.")).to_be_visible()


def test_sponsor_cannot_miss_what_waits_and_returns_it_with_a_reason(open_as: Callable[[str], Page]) -> None:
    page = open_as("sponsor")
    page.goto("/agencies/")
    page.get_by_role("link", name=re.compile("for your signature or word as lead sponsor")).click()
    accessible(page)
    page.get_by_role("link", name=re.compile("^Sign: ")).first.click()
    accessible(page)
    page.get_by_role("link", name="Return for a change").click()
    page.get_by_role("button", name="Return for a change").click()
    expect(page.get_by_role("alert")).to_contain_text("Answer this: What should change?")
    accessible(page)


def test_sponsor_signs_on_one_page(open_as: Callable[[str], Page]) -> None:
    page = open_as("sponsor")
    page.goto("/sign-offs/waiting/")
    page.get_by_role("link", name=re.compile("^Sign: ")).first.click()
    page.get_by_role("link", name="Sign", exact=True).click()
    accessible(page)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("is signed. Its fingerprint is")


def test_anybody_answers_the_open_survey_without_a_cookie(open_as: Callable[[str], Page], chromium: Browser) -> None:
    officer = open_as("officer")
    officer.goto("/feedback/?q=Young people")
    officer.get_by_role("link", name="Young people on exploitation").click()
    accessible(officer)
    officer.get_by_role("link", name=re.compile("^Survey ")).click()
    accessible(officer)
    address = officer.locator("a[href*='/answer/']").get_attribute("href")
    assert address is not None
    with chromium.new_context(viewport={"width": 320, "height": 700}) as context:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(address)
        accessible(page)
        for group in page.locator("form fieldset:visible").all():
            group.locator("input").first.check()
        for words in page.locator("form textarea:visible").all():
            words.fill("One person who came back made the difference.")
        page.get_by_role("button", name="Send my answers").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        accessible(page)
        assert context.cookies() == []
        assert said == []
