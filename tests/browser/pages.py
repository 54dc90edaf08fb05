"""What must every page of a journey be?"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def arrived(page: Page) -> Page:
    """The page that a form just sent leads to: a form first asks whether its person is still signed in."""
    page.locator("form[data-sending]").first.wait_for(state="detached")
    page.wait_for_load_state()
    return page


def accessible(page: Page) -> Page:
    """No violation of the accessibility rules, no id given twice, and nothing wider than the window."""
    arrived(page)
    ids = page.locator("[id]").evaluate_all("elements => elements.map(element => element.id)")
    assert sorted(ids) == sorted(set(ids)), [name for name in ids if ids.count(name) > 1]
    findings = Axe().run(page)
    assert findings.violations_count == 0, findings.generate_report()
    return fits(page)


def fits(page: Page) -> Page:
    """Nothing is wider than the window."""
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} is {width} pixels too wide"
    return page
