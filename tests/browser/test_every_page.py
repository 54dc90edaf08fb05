"""Does every page that a person can reach by its links please the accessibility checker and the content policy?"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.assurance.figures import note_figure, scaled
from tests.browser.conftest import HARMLESS
from tests.browser.papers import sign_in
from tests.web import new_pages, usual_portal

pytestmark = [pytest.mark.browser, pytest.mark.assures(13, 34)]
PEOPLE = ("administrator", "officer", "sponsor", "board", "manager", "member")
LOOKS = ((1280, "light"), (320, "dark"), (1280, "dark"), (320, "light"), (320, "forced"))
"""Widths, the smaller being what 1280 pixels leave at 400 %, and colours: the page's two, and the person's own."""
PROMISED = ("content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options", "cache-control")
LEAVING = ("sign_out", "export", "download", "static", "calendar", "template", "workbook", "xlsx")
"""Words of endpoints and addresses that are no pages, or end the walk."""


@dataclass
class Walk:
    """What was met: the kinds of pages, the findings of axe, complaints of the browser, answers without a promise."""

    seen: dict[str, int]
    findings: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    looks: int = 0


def no_pages() -> list[str]:
    """The endpoints that are files, or end the walk."""
    rules = usual_portal().url_map.iter_rules()
    return list({rule.endpoint for rule in rules if any(word in f"{rule.endpoint} {rule.rule}" for word in LEAVING)})


def walk(page: Page, most: int, looks: int) -> Walk:
    """Follow the links from home, each kind of page once, and look at each in so many of the looks."""
    met, routes = Walk(dict.fromkeys(no_pages(), 1)), usual_portal().url_map.bind("localhost")
    page.on("console", lambda message: met.complaints.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: met.complaints.append(f"{page.url}: {error}"))
    waiting, visited = ["/"], 0
    while waiting and visited < most:
        path = waiting.pop(0)
        answer = page.goto(path)
        assert answer is not None
        visited += 1
        met.bare += [f"{path}: {name}" for name in PROMISED if name not in answer.headers]
        for width, scheme in LOOKS[:looks]:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(
                color_scheme="dark" if scheme == "dark" else "light",
                forced_colors="active" if scheme == "forced" else "none",
                reduced_motion="reduce",
            )
            met.findings += [f"{path} at {width}, {scheme}: {words}" for words in wrong_with(page)]
            met.looks += 1
        hrefs = page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        waiting += new_pages(hrefs, routes, met.seen)
    return met


def wrong_with(page: Page) -> list[str]:
    """What axe finds, and whether anything is wider than the window."""
    result = Axe().run(page)
    found = [f"{finding['id']} {finding['nodes'][0]['html'][:120]}" for finding in result.response["violations"]]
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"{too_wide} pixels too wide"] if too_wide > 0 else [])


@pytest.mark.parametrize("login", PEOPLE)
def test_every_kind_of_page_in_reach_is_accessible_and_keeps_the_policy(
    chromium: Browser, address: str, login: str
) -> None:
    context = chromium.new_context(base_url=address)
    sign_in(context, login)
    page = context.new_page()
    met = walk(page, scaled(400, ci=3), scaled(len(LOOKS), ci=2))
    context.close()
    complaints = [words for words in met.complaints if not any(harmless in words for harmless in HARMLESS)]
    kinds = len(met.seen) - len(no_pages())
    tried = f"{login}: {kinds} kinds of pages, {met.looks} looks, light, dark and forced colours, 1280 and 320 pixels"
    note_figure(34, "findings of axe", reached=len(met.findings), wanted="0", tried=tried, holds=not met.findings)
    note_figure(13, "breaches of the policy", reached=len(complaints), wanted="0", tried=tried, holds=not complaints)
    note_figure(
        13, "pages without a promised header", reached=len(met.bare), wanted="0", tried=tried, holds=not met.bare
    )
    assert (met.findings, complaints, met.bare) == ([], [], [])
