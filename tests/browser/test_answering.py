"""Can somebody of an agency fill in a self-evaluation in a real browser, on a phone too, and lose nothing?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import accessible

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # the portal may share its processor with much else


def to_the_form(page: Page, section: str) -> None:
    page.goto("/self-evaluations/?status=asked")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Fill in").click()
    page.get_by_role("navigation", name="Sections").get_by_role("link", name=section).click()


def test_member_types_answers_that_are_saved_at_once(open_as: Callable[[str], Page]) -> None:
    page = open_as("member")
    to_the_form(page, "Practice and process")
    accessible(page)
    words = "Twenty files were read in May; fifteen were as they should be."
    page.get_by_label("What shows it?").first.fill(words)
    expect(page.get_by_role("status")).to_contain_text("Saved ")
    page.get_by_label("Partially met").first.check()
    expect(page.get_by_role("status")).to_contain_text("Saved ")
    expect(page.locator("[data-answered]")).to_contain_text("of 3")
    page.reload()
    expect(page.get_by_label("What shows it?").first).to_have_value(words)
    expect(page.get_by_label("Partially met").first).to_be_checked()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=2, name="Workforce knowledge and support")).to_be_visible()


def test_member_adds_a_file_and_takes_it_off(open_as: Callable[[str], Page]) -> None:
    page = open_as("member")
    to_the_form(page, "Workforce knowledge")
    file = {"name": "Training.csv", "mimeType": "text/csv", "buffer": b"Team,Trained\nNorth,9\n"}
    page.locator("input[type=file]").first.set_input_files([file])
    expect(page.get_by_role("link", name="Training.csv")).to_be_visible()
    page.get_by_role("button", name="Take off Training.csv").first.click()
    expect(page.get_by_role("link", name="Training.csv")).to_have_count(0)


def test_refused_file_is_said_beside_the_question_until_another_is_chosen(open_as: Callable[[str], Page]) -> None:
    page = open_as("member")
    to_the_form(page, "Workforce knowledge")
    question = page.locator(".question", has=page.locator("input[type=file]")).first
    said = question.locator("[data-problem]")
    photo = {"name": "photo.exe", "mimeType": "application/octet-stream", "buffer": b"x"}
    question.locator("input[type=file]").set_input_files([photo])
    expect(said).to_contain_text("photo.exe")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".problems")).to_contain_text("photo.exe")
    expect(said).to_contain_text("photo.exe")
    expect(question.get_by_role("link", name="photo.exe")).to_have_count(0)


def test_answer_of_a_colleague_is_shown_before_it_is_overwritten(open_as: Callable[[str], Page]) -> None:
    page = open_as("member")
    to_the_form(page, "Voice, outcomes")
    colleague = page.context.new_page()
    colleague.goto(page.url)
    theirs, mine = (tab.locator("textarea:not([name^=note])").first for tab in (colleague, page))
    theirs.fill("Written by a colleague.")
    expect(colleague.get_by_role("status")).to_contain_text("Saved ")
    mine.fill("Written by me.")
    expect(page.locator("[data-problem]:visible")).to_contain_text("A colleague has answered this question")
    both = page.locator("[data-both]:visible")
    expect(both).to_contain_text("Written by a colleague.")
    accessible(page)
    mine.fill("Written by both.")
    page.get_by_role("button", name="Keep my answer").click()
    expect(both).to_have_count(0)
    colleague.reload()
    expect(theirs).to_have_value("Written by both.")
    theirs.fill("")
    expect(colleague.get_by_role("status")).to_contain_text("Saved ")
