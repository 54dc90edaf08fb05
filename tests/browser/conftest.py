"""On what do the journeys stand? One real Chromium, and the whole portal with the demo partnership."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.accounts.issuers import free_port
from tests.browser.stage import CHROMIUM, PASSWORD, launch, portal

HARMLESS = (
    "Failed to load resource: the server responded with a status of 422",  # a form that was refused, as intended
    "Autofocus processing was blocked",  # the reader's focus is in the form already
)
SIZES = {"screen": 1280, "phone": 320}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium; without one the journeys are skipped, in CI they fail."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def issuer_port() -> int:
    """Where an issuer of work accounts may be started, whose secret the portal has been told."""
    return free_port()


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the portal of the journeys keeps its database."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def address(data_folder: Path, issuer_port: int) -> Iterator[str]:
    """The whole portal as `make run` starts it, with the demo partnership, on a port of its own."""
    secrets = json.dumps({f"http://127.0.0.1:{issuer_port}": "a secret for tests"})
    with portal(data_folder, WORK_ACCOUNT_SECRETS=secrets) as where:
        yield where


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
        page.get_by_role("button", name="Sign in", exact=True).click()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [words for words in said if not words.startswith(HARMLESS)] == []
