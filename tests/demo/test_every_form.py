"""Does every form of every screen save what it shows, and refuse to save nothing at all?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from admin_views.kit.registry import load_screens
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.partnership.hubs import Hub
from models.partnership.people import Person
from models.reminders.usual_reminders import add_usual_rules
from models.retention.retention_rules import add_usual_retention
from tests.fingerprints import OF_THE_VISIT, changed, fingerprint
from tests.web import Browser, first_of, sent_by, words_of

MOST = 4  # records of each list whose forms are sent back
WITHOUT_A_RECORD: dict[str, str] = {
    "/work-issuers": "the demo trusts no issuer; tests/accounts/test_work_issuers.py sends its form back",
}
"""Addresses of screens whose edit forms the demo has no record for, each with the reason why it has none."""

Open = Callable[[Role], Browser]


@pytest.fixture
def demo(portal: Flask, session: Session) -> Open:
    """`demo(Role.OFFICER)` is a browser of the demo's first person of that role; that officer runs every hub.

    The usual rules are there too.
    """
    first = select(func.min(Person.id)).where(Person.role == Role.OFFICER).scalar_subquery()
    session.execute(update(Hub).values(officer_id=first))
    add_usual_rules(session)
    add_usual_retention(session)

    return lambda role: first_of(portal, session, role)


def screens_of(view: str, role: Role) -> list[Any]:
    return [known for known in load_screens() if role in known.roles_of(view)]


def roles_with(view: str) -> list[Role]:
    return [role for role in Role if screens_of(view, role)]


def open_forms(browser: Browser, session: Session, known: Any) -> Iterator[tuple[str, BeautifulSoup]]:
    """The edit forms, as they are shown, of the first records of a screen that the person may edit."""
    keys = session.scalars(select(known.model.id).order_by(known.model.id)).all()
    session.commit()
    count = 0
    for key in keys:
        path = f"{known.url}/{key}/edit/"
        answer = browser.client.get(path)
        assert answer.status_code in (200, 403, 404), path
        if answer.status_code == 200:
            yield path, BeautifulSoup(answer.text, "html.parser")
            count += 1
        if count == MOST:
            return


def newest_change(session: Session) -> int | None:
    """The last record of the change log, as the portal itself sees it."""
    newest = session.scalar(select(func.max(ChangeRecord.id)))
    session.commit()
    return newest


@pytest.mark.parametrize("role", roles_with("edit_view"))
def test_every_edit_form_sent_back_unchanged_saves_and_changes_nothing(
    demo: Open, session: Session, role: Role
) -> None:
    browser = demo(role)
    before = fingerprint(session, without=OF_THE_VISIT)
    for known in screens_of("edit_view", role):
        paths = []
        for path, page in open_forms(browser, session, known):
            last = newest_change(session)
            answer = browser.client.post(path, data=sent_by(page))
            assert answer.status_code == 302, f"{path} refuses its own values: {words_of(answer)}"
            assert newest_change(session) == last, f"{path} wrote although nothing was changed"
            paths.append(path)
        is_tried, is_excused = bool(paths), known.url in WITHOUT_A_RECORD
        assert is_tried != is_excused, f"{known.url}: give the demo a record that {role.label} may edit, or a reason"
    assert changed(before, fingerprint(session, without=OF_THE_VISIT)) == set()


@pytest.mark.parametrize("role", roles_with("create_view"))
def test_every_new_form_sent_empty_is_refused_in_sentences_and_writes_nothing(
    demo: Open, session: Session, role: Role
) -> None:
    browser = demo(role)
    before = fingerprint(session, without=OF_THE_VISIT)
    for known in screens_of("create_view", role):
        path = f"{known.url}/new/"
        page = browser.get(path)
        shown = {str(field["name"]) for field in page.select("main form[method=post] :is(input, textarea, select)")}
        hidden = {str(field["name"]) for field in page.select("main form[method=post] input[type=hidden]")}
        answer = browser.client.post(path, data={**sent_by(page), **dict.fromkeys(shown - hidden, "")})
        assert answer.status_code == 422, f"{path}: {answer.status_code}"
        problems = BeautifulSoup(answer.text, "html.parser").select("main [role=alert] li")
        assert [problem for problem in problems if problem.get_text(strip=True).endswith((".", "?"))], path
    assert changed(before, fingerprint(session, without=OF_THE_VISIT)) == set()
