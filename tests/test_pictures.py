"""Do the docs show every document, each picture small, and none that nothing shows?"""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from tests.browser.papers import PAPERS
from tests.browser.stage import PROJECT

PICTURES = PROJECT / "docs" / "pictures"
MOST_BYTES = 120_000


def shown_in(page: Path) -> set[Path]:
    """The pictures that a page of the docs shows."""
    links = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", page.read_text(encoding="utf-8"))
    return {(page.parent / link).resolve() for link in links}


def test_docs_show_the_picture_of_every_document() -> None:
    assert {PICTURES / f"{row.name}.png" for row in PAPERS} <= shown_in(PROJECT / "docs" / "paper.md")


def test_every_picture_is_a_small_png_that_some_page_shows() -> None:
    pages = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]
    assert {path for page in pages for path in shown_in(page)} == set(PICTURES.iterdir())
    for path in PICTURES.iterdir():
        assert path.stat().st_size <= MOST_BYTES, path.name
        with Image.open(path) as picture:
            assert picture.format == "PNG"


def test_readme_links_the_page_that_shows_the_documents() -> None:
    assert "docs/paper.md#what-they-look-like" in (PROJECT / "README.md").read_text(encoding="utf-8")
