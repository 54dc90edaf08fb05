"""Is a form taken only with its person's own token, and does looking at pages change nothing?"""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from models.core.access import Role
from tests.assurance.figures import note_figure, scaled
from tests.fingerprints import OF_THE_VISIT, changed, fingerprint
from tests.test_security import WITHOUT_A_TOKEN, pages
from tests.web import Browser, first_of, new_pages

pytestmark = pytest.mark.assures(12)
ON_RECORD = OF_THE_VISIT | {"export_records", "document_fetches"}
"""What a look at a page may leave: that somebody is there, what they saw, and what they took away."""


def test_forms_without_their_persons_own_living_token_change_nothing(portal: Flask, session: Session) -> None:
    administrator, officer = (first_of(portal, session, role) for role in (Role.ADMINISTRATOR, Role.OFFICER))
    old = first_of(portal, session, Role.ADMINISTRATOR).tokens("/account/")["csrf_token"]
    forged = {
        "none": "", "made up": "rubbish", "an old sign-in's": old,
        "another's": officer.tokens("/account/")["csrf_token"],
        "a stranger's": Browser(portal).tokens("/sign-in/")["csrf_token"],
    }  # fmt: skip
    before, taken, tried = fingerprint(session, without=OF_THE_VISIT), [], 0
    for endpoint, method, path in pages(portal):
        if method == "GET" or endpoint in WITHOUT_A_TOKEN:
            continue
        for whose, token in forged.items():
            answer = administrator.client.open(path, method=method, data={"csrf_token": token})
            tried += 1
            taken += [f"{method} {path} with {whose}: {answer.status_code}"] if answer.status_code != 400 else []
    difference = changed(before, fingerprint(session, without=OF_THE_VISIT))
    said = f"{tried:,} forms with no token, a made-up one, an old one, another person's, a stranger's"
    note_figure(12, "forged forms taken", reached=len(taken), wanted="0", tried=said, holds=not taken)
    note_figure(12, "tables changed by them", reached=len(difference), wanted="0", tried=said, holds=not difference)
    assert (taken, difference) == ([], set())


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER])
def test_no_page_changes_anything_by_being_looked_at(portal: Flask, session: Session, role: Role) -> None:
    browser, routes = first_of(portal, session, role), portal.url_map.bind("localhost")
    before, waiting, kinds, looked_at = fingerprint(session, without=ON_RECORD), ["/"], dict[str, int](), 0
    while waiting and looked_at < scaled(600, ci=60):
        with browser.client.get(waiting.pop(0)) as answer:
            page = BeautifulSoup(answer.text if answer.mimetype == "text/html" else "", "html.parser")
        looked_at += 1
        waiting += new_pages((str(link["href"]) for link in page.select("a[href]")), routes, kinds, each=2)
    difference = changed(before, fingerprint(session, without=ON_RECORD))
    said = f"{role.label.lower()}: {looked_at} pages and files"
    note_figure(12, "tables changed by looking", reached=len(difference), wanted="0", tried=said, holds=not difference)
    assert difference == set()
