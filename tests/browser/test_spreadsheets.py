"""Can an administrator bring a partnership in from one workbook in a real browser, on pages that everybody can use?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

import pytest
from playwright.sync_api import Page

from tests.browser.pages import accessible
from tests.spreadsheets.bringing import workbook_of

pytestmark = pytest.mark.browser


def partnership(of: str) -> bytes:
    """A workbook of agencies and people whose names hold a word of their own: all windows use one portal."""
    agencies = [("Name", "Category"), (f"{of} Police", "Police"), (f"{of} Wardens", "Polise"), (f"{of} Nameless", "")]
    people = [("Name", "E-mail", "Role", "Agency"), (f"Wren {of}", f"{of}@wexmoor.example", "Manager", f"{of} Police")]
    return workbook_of(Agencies=agencies, People=people)


def until(page: Page, words: str, address: str) -> None:
    """Look again until the page at an address says the words, as somebody who waits for a job does."""
    page.wait_for_url("**/wait/**")
    page.get_by_text("refused.", exact=False).first.wait_for(timeout=60_000)
    page.goto(address)
    page.get_by_text(words).first.wait_for()
    accessible(page)


def test_administrator_brings_a_partnership_in_from_one_workbook(
    open_as: Callable[[str], Page], tmp_path: Path
) -> None:
    file = tmp_path / "partnership.xlsx"
    of = f"Wexmoor{token_hex(3)}"
    file.write_bytes(partnership(of))
    page = open_as("administrator")
    page.goto("/agencies/")
    page.get_by_role("link", name="Import", exact=True).click()
    accessible(page)
    page.goto("/table-imports/upload/")
    accessible(page)
    page.get_by_label("Spreadsheet").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/columns/**")
    accessible(page)
    check = page.url.replace("/columns/", "/check/")
    page.get_by_role("button", name="Check the rows").click()
    until(page, "Nothing is written yet.", check)
    page.get_by_label("Agencies, Category: “Polise”").select_option("Police")
    page.get_by_role("button", name="Check again").click()
    until(page, "“Category” must be given.", check)
    page.set_viewport_size({"width": 375, "height": 800})
    accessible(page)
    page.get_by_role("link", name="Accept").click()
    accessible(page)
    page.get_by_role("button", name="Bring in").click()
    until(page, "Imported", check.replace("check/", ""))
    page.get_by_role("link", name=f"{of} Wardens").click()
    page.get_by_role("heading", name=f"{of} Wardens").wait_for()
