"""On what do the journeys stand? One real Chromium, and the whole portal with the demo partnership."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[2]
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


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
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
    deadline = time.monotonic() + 300  # the machine may be busy with other tests
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
