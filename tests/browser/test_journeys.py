"""Can the three people the portal is for do their work in a real browser, on a screen and on a phone?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from models.rules.case_lists.demo import as_csv, children_by_level
from tests.browser.pages import accessible

DAY = date(2026, 3, 31)

pytestmark = pytest.mark.browser
ON = re.compile("^(Go on|Back to where you were)$")  # as long as it takes, and afterwards


def test_officer_imports_a_list_and_draws_a_sample(open_as: Callable[[str], Page], tmp_path: Path) -> None:
    listed = tmp_path / "children.csv"
    listed.write_bytes(as_csv(children_by_level("browser test", DAY)))
    page = open_as("officer")
    page.goto("/case-lists/upload/")
    accessible(page)
    page.get_by_label("Case list").set_input_files(listed)
    page.get_by_label("Title").fill("Children of the browser test")
    page.get_by_role("button", name="Upload").click()
    accessible(page)
    page.get_by_label("A column of the list").check()
    page.locator("#level").select_option("Case status")
    page.get_by_role("button", name="Check the list").click()
    page.get_by_role("link", name=ON).click()
    while page.get_by_role("link", name="Accept and freeze").count() == 0:
        page.wait_for_timeout(500)
        page.reload()
    accessible(page)
    page.get_by_role("link", name="Accept and freeze").first.click()
    page.get_by_text("become a frame that can never change").wait_for()
    accessible(page)
    page.get_by_role("button", name="Accept and freeze").click()
    page.get_by_text("is frozen").first.wait_for(timeout=30_000)
    page.goto("/case-frames/")
    page.get_by_role("link", name="CF-2026", exact=False).first.click()
    frame_id = page.url.rstrip("/").rsplit("/", 1)[-1]
    accessible(page)
    page.goto(f"/audit-samples/plan/?frame_id={frame_id}")
    accessible(page)
    page.get_by_label("Number of cases").fill("2")
    page.get_by_role("button", name="Preview").click()
    accessible(page)
    page.get_by_role("button", name="Lock the plan").click()
    accessible(page)
    page.get_by_label("Public part").fill(f"6 1 5 {frame_id}")
    page.get_by_label("Witness").fill("A member of the Board")
    page.get_by_role("button", name="Reveal and draw").click()
    page.get_by_text("cases drawn").first.wait_for(timeout=30_000)
    page.get_by_role("link", name=ON).click()
    accessible(page)
    assert page.get_by_text("Selected", exact=True).count() >= 6


def test_administrator_makes_changes_and_deletes_an_agency(open_as: Callable[[str], Page]) -> None:
    page = open_as("administrator")
    page.goto("/agencies/new/")
    accessible(page)
    page.get_by_role("button", name="Save").click()
    accessible(page)
    page.get_by_label("Name").first.fill("Agency of the browser test")
    page.get_by_label("Category").select_option("Health")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Agency of the browser test").wait_for()
    accessible(page)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Code").fill("ODS X1")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("ODS X1").first.wait_for()
    page.locator("main summary", has_text="More").click()
    page.get_by_role("link", name="Delete").click()
    accessible(page)
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("is deleted").wait_for()


def test_manager_downloads_the_action_plan(open_as: Callable[[str], Page], tmp_path: Path) -> None:
    page = open_as("manager5")
    accessible(page)
    page.goto("/action-plans/")
    page.get_by_role("link", name="AP-2026-01").first.click()
    accessible(page)
    page.get_by_text("Take out", exact=True).click()
    page.get_by_role("button", name="Download as PDF").click()
    page.get_by_role("link", name="Open the document").click(timeout=30_000)
    accessible(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download", exact=True).click()
    file = tmp_path / "plan.pdf"
    waiting.value.save_as(file)
    assert file.read_bytes().startswith(b"%PDF-")
    page.goto("/action-plans/1/report/")
    accessible(page)
