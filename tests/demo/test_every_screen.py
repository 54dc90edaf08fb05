"""Do all screens keep what the base promises, with the whole demo partnership behind them?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import time_machine
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from admin_views.kit.registry import load_screens
from models.core.access import Role
from models.core.clock import now
from models.partnership.people import Person
from tests.kit.test_screens import statements
from tests.web import Browser, first_of

RUBBISH = [
    "",
    " ",
    "x" * 300,
    "-1",
    "99999999999999999999",
    "2026-02-30",
    "0x1F",
    "<script>",
    "' OR 1=1 --",
    "💥",
    "NaN",
]
Open = Callable[..., Browser]


@pytest.fixture
def demo(portal: Flask, session: Session) -> Callable[[Role], Browser]:
    """`demo(Role.OFFICER)` is a browser of the demo's first person of that role."""

    return lambda role: first_of(portal, session, role)


def lists(role: Role) -> list[str]:
    shown = [
        screen for screen in load_screens() if role in screen.roles_of("index_view") and screen.url != "/frame-rows"
    ]
    return [f"{screen.url}/" for screen in shown]


def linked(browser: Browser, path: str, pattern: str) -> set[str]:
    """The addresses on a page that fit a pattern."""
    links = {str(link["href"]) for link in browser.get(path).select("main a[href]")}
    return {link for link in links if re.fullmatch(pattern, link)}


def forms_of(browser: Browser, path: str) -> list[tuple[dict[str, str], set[str]]]:
    """Each form of a page that sends to the page itself: its hidden fields, and the names people fill in.

    A download has none.
    """
    with browser.client.get(path) as answer:
        page = answer.text if answer.mimetype == "text/html" else ""
    forms = []
    for form in BeautifulSoup(page, "html.parser").select("main form[method=post]:not([action])"):
        hidden = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[type=hidden]")}
        names = {
            str(field["name"]) for field in form.select("input[name], select[name], textarea[name]")
        } - hidden.keys()
        forms += [(hidden, names)] if names else []
    return forms


def form_pages(browser: Browser, path: str) -> list[str]:
    """The pages that the first records of a list lead to: each kind of page once, from the first record that has it."""
    pages: dict[str, str] = {}
    for record in sorted(linked(browser, path, rf"{path}\d+/"), key=lambda link: int(link.split("/")[-2]))[:4]:
        for page in sorted(linked(browser, record, rf"{path}\d+/[a-z-]+/")):
            pages.setdefault(page.removeprefix(record), page)
    return list(pages.values())


LARGEST = 40 * 1024
"""Bytes of a list of fifty rows: its keys and tokens are not of the same length in each database."""


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER])
def test_every_list_is_small_and_takes_few_statements(
    demo: Callable[[Role], Browser], engine: Engine, role: Role
) -> None:
    """The clock stands still, as the moment at which somebody was last seen is written once a second."""
    browser = demo(role)
    for path in lists(role):
        with time_machine.travel(now(), tick=False):
            browser.get(path)
            with statements(engine) as seen:
                answer = browser.client.get(path)
        assert len(seen) <= 5, f"{path}: {seen}"
        assert len(answer.data) < LARGEST, path


def test_every_list_stands_every_rubbish(demo: Callable[[Role], Browser]) -> None:
    browser = demo(Role.ADMINISTRATOR)
    for path in lists(Role.ADMINISTRATOR):
        page = browser.get(path)
        names = [str(field["name"]) for field in page.select("form.search [name]")] + ["sort", "after", "before"]
        for value in RUBBISH:
            answer = browser.client.get(path, query_string=dict.fromkeys(names, value))
            assert answer.status_code < 500, f"{path} {value!r}"


def test_every_form_stands_every_rubbish(demo: Callable[[Role], Browser]) -> None:
    browser = demo(Role.ADMINISTRATOR)
    paths = [path + "new/" for path in lists(Role.ADMINISTRATOR)]
    for path in lists(Role.ADMINISTRATOR):
        paths += form_pages(browser, path)
    for path in paths:
        for hidden, names in forms_of(browser, path):
            for value in RUBBISH:
                answer = browser.client.post(path, data={**hidden, **dict.fromkeys(names, value)})
                assert answer.status_code < 500, f"{path} {value!r}"
                assert answer.status_code == 302 or 'role="alert"' in answer.text or "<h1>" in answer.text, path


def test_details_link_to_the_records_they_name(demo: Callable[[Role], Browser]) -> None:
    browser = demo(Role.OFFICER)
    (path, *_) = sorted(linked(browser, "/actions/", r"/actions/\d+/"))
    assert linked(browser, path, r"/action-plans/\d+/")
    assert linked(browser, path, r"/agencies/\d+/")


def test_manager_sees_no_button_that_would_be_refused(demo: Callable[[Role], Browser]) -> None:
    browser = demo(Role.MANAGER)
    for path in lists(Role.MANAGER):
        for record in sorted(linked(browser, path, rf"{path}\d+/"))[:3]:
            for link in browser.get(record).select("main .buttons a[href]"):
                with browser.client.get(str(link["href"])) as answer:
                    assert answer.status_code != 403, f"{record}: {link['href']}"


def test_history_speaks_the_words_of_the_screens(demo: Callable[[Role], Browser], session: Session) -> None:
    browser = demo(Role.ADMINISTRATOR)
    (path, *_) = sorted(linked(browser, "/hubs/", r"/hubs/\d+/"))
    officers = session.scalars(select(Person).where(Person.role == Role.OFFICER)).all()
    session.commit()
    for officer in officers:
        sent = browser.filled(f"{path}edit/", officer_id=officer.id, kind="combined")
        assert browser.client.post(f"{path}edit/", data=sent).status_code == 302
    first, second = (officer.name for officer in officers[:2])
    assert f"{first} → {second}" in browser.get(path).get_text()
