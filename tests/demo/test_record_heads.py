"""Does the head of every record show one thing to do next, two more at most, and the rest in one menu?"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from models.core.access import Role
from tests.demo.test_every_screen import linked, lists
from tests.web import first_of

STANDING = 3  # the primary one, and two beside it


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AGENCY_MEMBER])
def test_head_of_a_record_has_three_buttons_at_most_and_one_in_colour(
    portal: Flask, session: Session, role: Role
) -> None:
    browser, menus = first_of(portal, session, role), 0
    for path in lists(role):
        records = sorted(linked(browser, path, rf"{re.escape(path)}\d+/"))
        for record in [*records[:2], *records[-1:]]:
            head = browser.get(record).select_one(".head .buttons, .page-head .buttons")
            if head is None:
                continue
            deeds = [deed for deed in head.select("a, button") if deed.find_parent("details") is None]
            words = [deed.get_text(strip=True) for deed in deeds]
            assert len(words) <= STANDING, (record, words)
            assert sum("main" in (deed.get("class") or []) for deed in deeds) <= 1, (record, words)
            menu = [entry.get_text(strip=True) for entry in head.select("details.drop li")]
            assert not set(menu) & set(words), (record, words, menu)
            menus += bool(menu)
    assert menus > 3
