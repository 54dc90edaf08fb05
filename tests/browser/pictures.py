"""What do the portal and its documents look like today? `make pictures` draws them into docs/pictures.

Of each document the most telling page, of the portal the screens that the README shows.
"""

from __future__ import annotations

import subprocess
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
    "triangulation": ("/thematic-reviews/", "TR-2026-01", "Open the triangulation"),
    "sample": ("/audit-samples/", "AS-2026-01", ""),
    "review": ("/thematic-reviews/", "TR-2026-02", ""),
}
"""Name of the picture: the list an officer opens, the record, and what is pressed there."""


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
    """Keep the picture of a screen as it opens in an ordinary window, in few colours."""
    listed, record, button = SCREENS[name]
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(listed)
    page.get_by_role("link", name=record).first.click()
    if button:
        page.get_by_role("link", name=button).first.click()
    page.wait_for_load_state()
    with Image.open(BytesIO(page.screenshot())) as picture:
        keep(picture, name)


def main() -> None:
    """Start the portal with its demo, and draw every document in it."""
    keep_blocks()
    with TemporaryDirectory() as folder, sync_playwright() as playwright, portal(Path(folder)) as address:
        browser = launch(playwright)
        people: dict[str, BrowserContext] = {}
        for row in PAPERS:
            if row.by not in people:
                people[row.by] = sign_in(browser.new_context(base_url=address), row.by)
            keep_document(people[row.by].new_page(), row)
        for name in SCREENS:
            keep_screen(people["officer"].new_page(), name)
        browser.close()


if __name__ == "__main__":
    main()
