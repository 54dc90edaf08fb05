"""Does the one search of the bar find what a person may see by its reference or name, and nothing else?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.core.access import Role
from tests import make
from tests.kit.test_screens import statements
from tests.web import Browser

Open = Callable[..., Browser]


def hits(browser: Browser, words: str) -> set[str]:
    """Where what is found leads."""
    page = browser.client.get("/search/", query_string={"q": words})
    assert page.status_code == 200
    return {str(link["href"]) for link in browser.get(f"/search/?q={words}").select("main .lines a")}


def test_reviews_people_and_agencies_are_found_by_their_names(browser: Open, session: Session) -> None:
    review, agency = make.review(session), make.agency(session, "Northfield Neighbours")
    person = make.person(session, Role.OFFICER, name="Nora Neglectful")
    session.commit()
    officer = browser(Role.OFFICER)
    assert {f"/thematic-reviews/{review.id}/", f"/people/{person.id}/"} <= hits(officer, "neglect")
    assert hits(officer, "Neighbours") == {f"/agencies/{agency.id}/"}
    assert hits(officer, "nothing like it") == set()


def test_typed_reference_leads_to_its_record_at_once(browser: Open, session: Session) -> None:
    review = make.review(session)
    session.commit()
    answer = browser(Role.OFFICER).client.get("/search/", query_string={"q": review.reference.lower()})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/thematic-reviews/{review.id}/")


@pytest.mark.parametrize("role", list(Role))
def test_every_hit_opens_for_whoever_finds_it(browser: Open, session: Session, role: Role) -> None:
    own, other = make.agency(session), make.agency(session, "Another agency")
    review = make.review(session)
    for number, agency in enumerate((own, other), 1):
        make.action(
            session, make.plan(session, review, title=f"Plan {number}"), agency, text=f"Audit for {agency.name}"
        )
    session.commit()
    is_bound = role in {Role.MANAGER, Role.AGENCY_MEMBER}
    somebody = browser(role, agency=own if is_bound else None)
    found_by_words = {words: hits(somebody, words) for words in ("a", "audit", "Another", "e")}
    for href in set().union(*found_by_words.values()):
        somebody.get(href)
    assert (f"/agencies/{other.id}/" in found_by_words["Another"]) is not is_bound


def test_search_is_one_statement_however_many_lists_there_are(browser: Open, session: Session, engine: Engine) -> None:
    make.review(session)
    session.commit()
    officer = browser(Role.OFFICER)
    officer.get("/search/?q=neglect")
    with statements(engine) as seen:
        officer.get("/search/?q=neglect")
    assert len([statement for statement in seen if "UNION ALL" in statement]) == 1
    assert len(seen) <= 5, seen


def test_odd_words_find_nothing_and_break_nothing(browser: Open) -> None:
    officer = browser(Role.OFFICER)
    for words in ("%", "_", "\\", "^", "^a", "x" * 500, "' OR 1=1 --", "<script>", "   ", "\u0000"):
        assert officer.client.get("/search/", query_string={"q": words}).status_code in {200, 400}, words
