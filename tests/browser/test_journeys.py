"""Can the three people the portal is for do their work in a real browser, on a screen and on a phone?"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from models.rules.case_list_demo import as_csv, children_by_level

PROJECT = Path(__file__).resolve().parents[2]
DAY = date(2026, 3, 31)
PASSWORD = "browser-test-password"
HARMLESS = (
    "Failed to load resource: the server responded with a status of 422",  # a form that was refused, as intended
    "Autofocus processing was blocked",  # the reader's focus is in the form already
)
SIZES = {"screen": 1280, "phone": 320}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium; without one the journeys are skipped, in CI they fail."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole portal as `make run` starts it, with the demo partnership, on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("data")
    unset = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SMTP_URL")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"PORT": str(port), "DATA_DIR": str(folder), "DEMO_PASSWORD": PASSWORD}
    with (folder / "run.log").open("wb") as log:
        portal = subprocess.Popen(
            [sys.executable, "-m", "app.launch"], cwd=PROJECT, env=environment, stdout=log, stderr=log
        )
    try:
        _await_ready(f"http://127.0.0.1:{port}/readyz", folder / "run.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        portal.terminate()
        portal.wait(60)


def _await_ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the portal did not start: {log.read_text()[-2000:]}")


@pytest.fixture(params=SIZES)
def open_as(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Callable[[str], Page]]:
    """`open_as("officer")`: a page of somebody signed in; nothing may complain on its console by the end."""
    said: list[str] = []
    contexts = []

    def opened(login: str) -> Page:
        context = chromium.new_context(viewport={"width": SIZES[request.param], "height": 900}, base_url=address)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto("/")
        page.get_by_label("E-mail").fill(f"{login}@demo.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [words for words in said if not words.startswith(HARMLESS)] == []


def accessible(page: Page) -> Page:
    """No violation of the accessibility rules, and nothing wider than the window."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} is {width} pixels too wide"
    return page


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
    page.get_by_role("link", name="Back to where you were").click()
    while page.get_by_role("button", name="Accept and freeze").count() == 0:
        page.wait_for_timeout(500)
        page.reload()
    accessible(page)
    page.get_by_role("button", name="Accept and freeze").first.click()
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
    page.get_by_role("link", name="Back to where you were").click()
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
