"""What do the portal and its documents look like today? `make pictures` draws them into docs/pictures.

Of each document the most telling page, of the portal the screens that the README shows.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright

from jobs.pdf.paper.drawing import draw
from tests.browser.papers import PAPERS, PaperRow, ask, document_url, open_twin, sign_in
from tests.browser.stage import PROJECT, launch, portal
from tests.pdf.paper.test_pdf_blocks import specimen

PICTURES: Final = PROJECT / "docs" / "pictures"
DOTS: Final = 110
"""Dots an inch: small print can still be read."""
COLOURS: Final = 128
EDGE: Final = "#c9d1da"
SCREENS: Final = {
    "today-officer": ("officer", "/", ""),
    "today-sponsor": ("sponsor", "/", ""),
    "today-manager": ("manager", "/", ""),
    "today-member": ("member", "/", ""),
    "today-board": ("board", "/", ""),
    "overview": ("officer", "/thematic-reviews/1/", ""),
    "papers": ("officer", "/thematic-reviews/3/papers/", ""),
    "agencies": ("officer", "/invitations/review/1/", ""),
    "timetable": ("officer", "/review-stages/review/1/", ""),
    "evidence": ("officer", "/thematic-reviews/1/evidence/", ""),
    "cases": ("officer", "/case-audits/review/1/", ""),
    "moderation": ("officer", "/case-audits/review/1/", "Moderate"),
    "triangulation": ("officer", "/thematic-reviews/1/triangulation/", ""),
    "plan": ("officer", "/action-plans/review/1/", ""),
    "action": ("officer", "/actions/3/", ""),
    "progress": ("officer", "/actions/3/", "Post progress"),
    "late-actions": ("officer", "/actions/?late=yes", ""),
    "tool": ("officer", "/assurance-tools/?review_id=1", "Baseline self-evaluation"),
    "pack": ("board", "/thematic-reviews/board/pack/", ""),
    "programme": ("officer", "/thematic-reviews/programme/", ""),
    "results": ("officer", "/feedback/survey/3/", ""),
    "frame": ("officer", "/case-frames/1/", ""),
    "sample": ("officer", "/audit-samples/6/", ""),
    "section-11": ("officer", "/section-11-cycles/1/", ""),
    "search": ("officer", "/search/?q=children", ""),
    "administration": ("administrator", "/administration/", ""),
}
"""Name of the picture: who looks, the page, and the link that is followed there."""
ITS_PICTURES: Final = frozenset({"results", "frame", "sample", "section-11"})
"""Pages that are drawn for the pictures on them, which stand further down."""
WIDTHS: Final = {"": (1280, 900), "-phone": (360, 740)}


def keep(picture: Image.Image, name: str) -> None:
    """Keep a picture of a document in few colours, with a thin edge, for paper is as white as the page around it."""
    framed = Image.new("RGB", (picture.width + 2, picture.height + 2), EDGE)
    framed.paste(picture.convert("RGB"), (1, 1))
    path = PICTURES / f"{name}.png"
    framed.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(PROJECT)}  {path.stat().st_size / 1000:.0f} kB")


@contextmanager
def drawn(content: bytes, dots: int = DOTS) -> Iterator[list[Image.Image]]:
    """The pages of a PDF as pictures."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "made.pdf").write_bytes(content)
        subprocess.run(["pdftoppm", "-r", str(dots), "-png", "made.pdf", "page"], cwd=folder, check=True)
        yield [Image.open(path) for path in sorted(folder.glob("page*.png"))]


def keep_blocks() -> None:
    """Every building block, its pages side by side."""
    with drawn(draw(specimen()), 60) as pages:
        sheet = Image.new("RGB", (sum(page.width for page in pages), max(page.height for page in pages)), EDGE)
        left = 0
        for page in pages:
            sheet.paste(page, (left, 0))
            left += page.width
        keep(sheet, "blocks")


def keep_document(page: Page, row: PaperRow) -> None:
    """Have a document made through its page, and keep the picture of its most telling one."""
    open_twin(page, row)
    where = document_url(page.request, ask(page))
    with drawn(page.request.get(f"{where}download/").body()) as pages:
        keep(pages[row.telling - 1], row.name)


def keep_screen(page: Page, name: str) -> None:
    """Keep the pictures of a page as it opens in an ordinary window and on a phone, in few colours."""
    _, path, link = SCREENS[name]
    for ending, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(path)
        if answer is None or not answer.ok:
            raise ValueError(f"{path} does not open for {SCREENS[name][0]}")
        if link:
            page.locator("main").get_by_role("link", name=re.compile(f"^{link}(?!d)")).first.click()
        page.wait_for_load_state()
        if name in ITS_PICTURES:
            page.locator(".picture-card").first.evaluate("card => card.scrollIntoView()")
        with Image.open(BytesIO(page.screenshot())) as picture:
            keep(picture, f"page-{name}{ending}")


def main(wanted: str = "") -> None:
    """Start the portal with its demo, and draw every document and page in it; "papers" or "pages" draws those only."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright, portal(Path(folder)) as address:
        browser = launch(playwright)
        people: dict[str, BrowserContext] = {}

        def entered(login: str) -> BrowserContext:
            if login not in people:
                people[login] = sign_in(browser.new_context(base_url=address), login)
            return people[login]

        if wanted != "pages":
            keep_blocks()
            for row in PAPERS:
                keep_document(entered(row.by).new_page(), row)
        for name, (login, _, _) in SCREENS.items() if wanted != "papers" else ():
            keep_screen(entered(login).new_page(), name)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:2])
