"""What do the documents look like today? `make pictures` draws the most telling page of each into docs/pictures."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.papers import PAPERS, PaperRow, ask, document_url, open_twin, sign_in
from tests.browser.stage import PROJECT, launch, portal

PICTURES: Final = PROJECT / "docs" / "pictures"
DOTS: Final = 110
"""Dots an inch: small print can still be read."""
COLOURS: Final = 128


def picture_of(content: bytes, row: PaperRow, folder: Path) -> Path:
    """Draw the telling page of a PDF as a small PNG, in few colours; returns its path."""
    made, page = folder / f"{row.name}.pdf", str(row.telling)
    made.write_bytes(content)
    drawn = folder / row.name
    subprocess.run(
        ["pdftoppm", "-r", str(DOTS), "-f", page, "-l", page, "-singlefile", "-png", str(made), str(drawn)], check=True
    )
    path = PICTURES / f"{row.name}.png"
    with Image.open(drawn.with_suffix(".png")) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def main() -> None:
    """Start the portal with its demo, have every document made through its page, and draw it."""
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with portal(folder) as address:
            browser = launch(playwright)
            contexts = {
                login: sign_in(browser.new_context(base_url=address), login) for login in {row.by for row in PAPERS}
            }
            for row in PAPERS:
                page = contexts[row.by].new_page()
                open_twin(page, row)
                where = document_url(page.request, ask(page))
                path = picture_of(page.request.get(f"{where}download/").body(), row, folder)
                print(f"{path.relative_to(PROJECT)}  {path.stat().st_size / 1000:.0f} kB")
                page.close()
            browser.close()


if __name__ == "__main__":
    main()
