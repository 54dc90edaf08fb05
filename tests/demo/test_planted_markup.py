"""Is whatever people type shown as they typed it, on every page that anybody can reach by links?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from models.core.access import Role
from tests.assurance.figures import note_figure, scaled
from tests.demo.planting import plant
from tests.fuzz.hostile import MARK, MARKUP
from tests.web import Browser, first_of, new_pages

pytestmark = pytest.mark.assures(14)
DANGEROUS = (
    f"[{MARK}], [onerror], [onload], [onmouseover], [onfocus], [ontoggle], script:not([src]), a[href^='javascript:' i]"
)


@pytest.fixture
def visitor(portal: Flask, session: Session) -> Callable[[Role], Browser]:
    """A browser of the demo's first person of a role, in a portal whose every text is hostile."""
    assert plant(session, MARKUP) > 100
    session.commit()

    return lambda role: first_of(portal, session, role)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER, Role.MANAGER])
def test_no_page_takes_what_was_typed_for_markup(visitor: Callable[[Role], Browser], portal: Flask, role: Role) -> None:
    browser, routes = visitor(role), portal.url_map.bind("localhost")
    waiting, kinds, alive, shown, pages = ["/"], {}, [], 0, 0  # type: ignore[var-annotated]
    most, each = scaled(2_000, ci=60), scaled(4, ci=1)
    while waiting and pages < most:
        path = waiting.pop(0)
        with browser.client.get(path) as answer:
            if answer.mimetype != "text/html" or answer.status_code >= 400:
                continue
            page, text = BeautifulSoup(answer.text, "html.parser"), answer.text
        pages, shown = pages + 1, shown + (MARK in text)
        alive += [f"{path}: {str(element)[:200]}" for element in page.select(DANGEROUS)]
        waiting += new_pages((str(link["href"]) for link in page.select("a[href]")), routes, kinds, each=each)
    tried = f"{role.label.lower()}: {pages} pages, {shown} of them with some of {len(MARKUP)} hostile strings"
    note_figure(14, "pieces of markup that came alive", reached=len(alive), wanted="0", tried=tried, holds=not alive)
    assert alive == []
    assert shown > 8, tried
