"""How many pages, presses and fields does a journey cost, and how many may it cost at most?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Locator, Page

from tests.browser.pages import arrived
from tests.browser.stage import PROJECT

FIGURES: Final = PROJECT / "docs" / "figures.md"
_HEADING: Final = "## Journeys, counted"
_KINDS: Final = ("pages", "presses", "fields")


@dataclass
class Count:
    """What a journey has cost so far.

    Pages are documents that a browser has loaded, in whichever tab; presses are clicks and ticks; fields are those
    typed into or chosen from.
    """

    pages: int = 0
    presses: int = 0
    fields: int = 0


class Hand:
    """The hand of somebody signed in, on one page: what it does is counted, what a test only looks at is not."""

    def __init__(self, page: Page, count: Count) -> None:
        self.page, self.count = page, count
        page.on("domcontentloaded", lambda _: self._turn_page())

    def _turn_page(self) -> None:
        self.count.pages += 1

    @property
    def main(self) -> Locator:
        """The page without its head and menu."""
        return self.page.locator("main")

    def link(self, name: str) -> Locator:
        """The first link of the page with these words."""
        return self.main.get_by_role("link", name=name, exact=True).first

    def press(self, place: Locator) -> None:
        """Press what changes the page only: a tick, a tab, a panel that unfolds."""
        place.click()
        self.count.presses += 1

    def go(self, place: Locator) -> None:
        """Press what leads to another page, and wait for that."""
        with self.page.expect_event("domcontentloaded"):
            self.press(place)
        arrived(self.page)

    def follow(self, name: str) -> None:
        """Follow the first link with these words."""
        self.go(self.link(name))

    def send(self, name: str) -> None:
        """Press a form's button."""
        self.go(self.main.get_by_role("button", name=name, exact=True).first)

    def fill(self, label: str, words: str) -> None:
        """Type into a field."""
        self._field(label).fill(words)
        self.count.fields += 1

    def choose(self, label: str, words: str = "") -> None:
        """Choose from a list of choices: these words, or the first choice there is; where there are many, type them."""
        field = self._field(label)
        if field.get_attribute("list") is not None:
            field.fill(words)
        elif words:
            field.select_option(words)
        else:
            field.select_option(index=1)
        self.count.fields += 1

    def _field(self, label: str) -> Locator:
        return self.main.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s*\((optional|required)\))?\s*$"))

    @contextmanager
    def tab(self, link: Locator) -> Iterator[Hand]:
        """Open a link in a tab of its own, so that the page it stands on stays open and is not loaded again."""
        with self.page.context.expect_page() as opening:
            link.click(modifiers=["Control"])
        self.count.presses += 1
        with opening.value as page:
            page.wait_for_load_state()
            self._turn_page()  # it was loaded before anybody could listen to it
            yield Hand(page, self.count)

    def look(self, address: str) -> Page:
        """A page that the test reads and the person does not, so that it is not counted."""
        page = self.page.context.new_page()
        page.goto(address)
        return page


def figures_of(journey: str) -> tuple[Count, Count | None]:
    """What docs/figures.md says a journey cost before the workspace, and costs since; None until that is built."""
    section = FIGURES.read_text().partition(_HEADING)[2].partition("\n## ")[0]
    rows = ([cell.strip() for cell in line[1:-1].split("|")] for line in section.splitlines() if line.startswith("|"))
    cells = next(row for row in rows if row[0] == journey)
    return _count(cells[1:4]), _count(cells[4:7]) if all(cells[4:7]) else None


def _count(cells: list[str]) -> Count:
    return Count(**dict(zip(_KINDS, map(int, cells), strict=True)))


def hold(journey: str, count: Count) -> None:
    """Print what a journey has cost, and refuse more than its row says: that of today, or the one from before."""
    before, after = figures_of(journey)
    budget = after or before
    print(f"\n{journey}: {count.pages} pages, {count.presses} presses, {count.fields} fields")
    dearer = [kind for kind in _KINDS if getattr(count, kind) > getattr(budget, kind)]
    assert not dearer, f"{journey} costs more {' and '.join(dearer)} than docs/figures.md says: {count}, not {budget}"
