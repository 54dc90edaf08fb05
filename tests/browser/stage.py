"""How does the whole portal with its demo partnership come up for a browser, and a browser for it?"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Locator, Page, Playwright

PROJECT: Final = Path(__file__).resolve().parents[2]
PASSWORD: Final = "browser-test-password"
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNSET: Final = (
    "DATABASE_URL",
    "DATABASE_SIGN_IN_URL",
    "DATABASE_JOBS_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "SMTP_URL",
)


def launch(playwright: Playwright) -> Browser:
    """Start a real Chromium; only where `CHROMIUM` names one."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@contextmanager
def portal(folder: Path, **settings: str) -> Iterator[str]:
    """Run the portal as `make run` starts it, on a port of its own, its data and its log in `folder`.

    `settings` are more of the environment's, by their names there. Gives its address.
    Raises RuntimeError with the end of the log when it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in UNSET}
    environment |= {"PORT": str(port), "DATA_DIR": str(folder), "DEMO_PASSWORD": PASSWORD}
    environment |= {"PARTNERSHIP_LOGO": str(draw_logo(folder / "logo.png"))} | settings
    with (folder / "run.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "app.launch"], cwd=PROJECT, env=environment, stdout=log, stderr=log
        )
    try:
        _await_ready(f"http://127.0.0.1:{port}/readyz", folder / "run.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(60)


def _await_ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + 300  # the machine may be busy with other tests
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"the portal did not start: {log.read_text()[-2000:]}")


def draw_logo(path: Path) -> Path:
    """The logo of an invented partnership, drawn into a PNG file; returns its path."""
    picture = Image.new("RGBA", (760, 240), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((0, 10, 220, 230), fill="#1d6f42")
    pen.ellipse((55, 65, 165, 175), fill="#ffffff")
    pen.polygon([(110, 80), (150, 158), (70, 158)], fill="#14304f")
    letters = ImageFont.truetype(str(PROJECT / "jobs/pdf/fonts/Inter-SemiBold.ttf"), 78)
    pen.multiline_text((250, 30), "Demo\nPartnership", fill="#14304f", font=letters, spacing=14)
    picture.save(path)
    return path


def own_menu(page: Page) -> Locator:
    """The bar of places, which only those see who are in; behind it, on a phone folded, is the way out."""
    return page.locator("nav.places")


def sign_out(page: Page) -> None:
    """Open one's own menu, on a phone behind the bar's, and sign out."""
    if page.locator(".places > details > summary").is_visible():
        page.locator(".places > details > summary").click()
    page.locator(".places .drop > summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
