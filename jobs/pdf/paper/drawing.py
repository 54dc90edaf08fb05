"""How does a document become a tagged PDF: letterhead, title, then block after block?"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from jobs.pdf.paper.blocks import draw_blocks, draw_last
from jobs.pdf.paper.letterhead import PLAIN, Logo, Running, Stationery
from jobs.pdf.paper.page import LANDSCAPE, PORTRAIT, TOP, Pages
from jobs.pdf.paper.styles import EYEBROW, SUBJECT, SUBTITLE, TITLE
from jobs.pdf.paper.tags import About
from jobs.pdf.paper.texts import short
from models.core.errors import RuleBroken
from models.rules.documents.papers import QUIET, Paper, Paragraph

HEADLINE: Final = replace(TITLE, size=21, leading=26)
"""The title on upright paper."""
OPENING_GAP: Final = 9.0
"""Between the address, the date and the salutation of a letter, beside what follows every paragraph."""


def draw(paper: Paper, stationery: Stationery = PLAIN) -> bytes:
    """The paper as a tagged PDF on A4; equal papers give equal bytes.

    Reads no clock, no database, no network. Raises RuleBroken when the texts are too long for one document.
    """
    return _pages_of(paper, stationery).to_bytes()


def draw_one_page(versions: Iterable[Paper], stationery: Stationery = PLAIN) -> bytes:
    """The first version, fullest first, that takes exactly one page. Raises RuleBroken when none does."""
    for paper in versions:
        pages = _pages_of(paper, stationery)
        if len(pages.pages) == 1:
            return pages.to_bytes()
    raise RuleBroken("These texts are too long for one page; shorten them first.")


def about_of(paper: Paper) -> About:
    """What the file says about itself: title, author, kind with version and fingerprint, day."""
    title = short(f"{paper.reference} {paper.title}", 200)
    version = f", version {paper.version}" if paper.version else ""
    subject = short(f"{paper.kind}{version}, fingerprint {paper.fingerprint}", 200)
    return About(title, short(paper.partnership, 200), subject, paper.made_on)


def running_of(paper: Paper, stationery: Stationery) -> Running:
    """What stands at the head and foot of every page."""
    marking = stationery.marking(paper.classification)
    return Running(paper.partnership, marking, paper.edition, paper.fingerprint, stationery.footer)


def _pages_of(paper: Paper, stationery: Stationery) -> Pages:
    size = LANDSCAPE if paper.is_landscape else PORTRAIT
    pages = Pages(about_of(paper), running_of(paper, stationery), size, stationery)
    _draw_head(pages, paper, stationery.logo)
    last = paper.blocks[-1] if paper.blocks else None
    if isinstance(last, Paragraph) and last.look == QUIET:
        draw_blocks(pages, paper.blocks[:-1])
        draw_last(pages, last)
    else:
        draw_blocks(pages, paper.blocks)
    return pages


def _draw_head(pages: Pages, paper: Paper, logo: Logo | None) -> None:
    """Logo in the corner; the partnership, the kind of document and its reference; title and subtitle.

    Of a letter the partnership alone, then its opening, and the title as its subject.
    """
    pages.bookmark(f"{paper.reference} {paper.title}")
    width = pages.width
    if logo is not None:
        width -= _draw_logo(pages, logo) + 16
    parts = (short(paper.partnership), f"{short(paper.kind, 120)} {short(paper.reference, 60)}".strip())
    pages.paragraph("P", " · ".join(parts[:1] if paper.opening else parts), EYEBROW, width)
    pages.y -= 2
    if not paper.opening:
        pages.paragraph("H1", short(paper.title), TITLE if paper.is_landscape else HEADLINE, width)
        pages.paragraph("P", short(paper.subtitle), SUBTITLE, width)
    if logo is not None and len(pages.pages) == 1:
        pages.y = min(pages.y, pages.page_height - TOP - logo.size[1])
    pages.y -= 10
    if paper.opening:
        _draw_opening(pages, paper)


def _draw_opening(pages: Pages, paper: Paper) -> None:
    for block in paper.opening:
        pages.y -= OPENING_GAP
        draw_blocks(pages, (block,))
    pages.paragraph("H1", short(paper.title), SUBJECT)
    pages.y -= 8


def _draw_logo(pages: Pages, logo: Logo) -> float:
    """The logo is decoration: the partnership's name stands beside it in words. Returns its width."""
    width, height = logo.size
    x, y = pages.left + pages.width - width, pages.y - height
    pages.open_artifact()
    pages.ops.append(f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm /Logo Do Q")
    pages.close()
    return width
