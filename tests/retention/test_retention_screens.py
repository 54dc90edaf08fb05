"""Do people see what is due, hold a review's data with a reason, and keep the rules?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.retention.erasures import ERASABLE
from models.retention.look_erasures import LOOKS
from models.retention.retention_rules import RetentionRule, add_usual_retention, erase_due
from models.reviews.review_stages import move_to_stage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.tools.starting_words import give_starting_words
from tests import make
from tests.retention.random_data import RandomData
from tests.retention.test_retention_rules import frame_of, rule
from tests.web import Browser, words_of

Open = Callable[..., Browser]


@pytest.fixture
def review(session: Session) -> ThematicReview:
    give_starting_words(session)
    review = make.review(session)
    move_to_stage(session, review, Stage.CLOSED, on=date(2024, 6, 30))
    return review


def test_administrator_keeps_the_rules_within_what_the_portal_needs(browser: Open, session: Session) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    values = {"what": "drawn_cases", "counted_from": "review_closed", "basis": "Agreed by the Board."}
    short = administrator.send("/retention-rules/new/", **values, months="6")
    assert (short.status_code, "needed for 12 months" in words_of(short)) == (422, True)
    odd = administrator.send("/retention-rules/new/", **{**values, "what": "diaries"}, months="24")
    assert odd.status_code == 422
    response = administrator.send("/retention-rules/new/", **values, months="24", is_active="y")
    assert response.status_code == 302
    page = administrator.get(response.headers["Location"]).get_text()
    for words in ("References of drawn cases", "references become marks", "Agreed by the Board.", "Nothing"):
        assert words in page
    twice = administrator.send("/retention-rules/new/", **values, months="24")
    assert "There is a rule for that already." in words_of(twice)


def test_rule_asks_what_it_counts_from_only_where_there_is_a_choice(browser: Open, session: PortalSession) -> None:
    looks, frames = rule(session, LOOKS, 24), rule(session, "frame_rows", 24)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    asked = {each.what: administrator.filled(f"/retention-rules/{each.id}/edit/") for each in (looks, frames)}
    assert ("counted_from" in asked[LOOKS], "counted_from" in asked["frame_rows"]) == (False, True)
    page = f"/retention-rules/{looks.id}/"
    assert administrator.client.post(f"{page}edit/", data={**asked[LOOKS], "months": "36"}).status_code == 302
    shown = administrator.get(page).get_text(" ")
    assert ("36" in shown, "The day itself" in shown, "Review closed" in shown) == (True, True, False)
    listed = administrator.get("/retention-rules/").get_text(" ")
    assert ("The day itself" in listed, "Review closed" in listed) == (True, True)


def test_rule_shows_what_is_due_and_what_has_gone(
    browser: Open, session: PortalSession, review: ThematicReview
) -> None:
    frame = frame_of(session, review, "D")
    retention_rule = rule(session, "frame_rows", 6)
    session.commit()
    sponsor = browser(Role.SPONSOR)
    assert "1 from the next night's run" in sponsor.get(f"/retention-rules/{retention_rule.id}/").get_text()
    list(erase_due(session, today()))
    session.commit()
    page = sponsor.get(f"/retention-rules/{retention_rule.id}/")
    assert page.select(".panel tbody td")[0].get_text() == "12"
    assert "Rows erased" in sponsor.get(f"/case-frames/{frame.id}/").get_text()


def test_officer_holds_a_review_and_an_administrator_lifts_it(
    browser: Open, session: PortalSession, review: ThematicReview
) -> None:
    frame_of(session, review, "D")
    rule(session, "frame_rows", 6)
    make.hub(session).officer_id = make.person(session, Role.OFFICER).id
    session.commit()
    officer, path = browser(Role.OFFICER), f"/thematic-reviews/{review.id}/record/"
    assert "30 December 2024" in officer.get(path).get_text()
    empty = officer.send(f"/retention-rules/hold/{review.id}/", reason="")
    assert (empty.status_code, "Give the reason for the hold." in words_of(empty)) == (422, True)
    officer.send(f"/retention-rules/hold/{review.id}/", reason="A coroner asks for the records.")
    assert "On hold: A coroner asks for the records." in officer.get(path).get_text()
    assert list(erase_due(session, today())) == []
    session.commit()
    officer.get(f"/retention-rules/lift/{review.id}/", 403)
    administrator = browser(Role.ADMINISTRATOR)
    administrator.send(f"/retention-rules/lift/{review.id}/")
    assert "30 December 2024" in administrator.get(path).get_text()
    assert [run.erased_count for run in erase_due(session, today())] == [12]


def test_officer_of_another_hub_and_a_review_that_is_not_there_are_refused(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    session.commit()
    officer = browser(Role.OFFICER, name="Officer elsewhere")
    page = officer.get(f"/retention-rules/hold/{review.id}/", 409)
    assert "your own hubs only" in page.get_text()
    for key in (999_999, 2**40):
        officer.get(f"/retention-rules/hold/{key}/", 404)


def test_people_outside_the_hubs_read_no_rules(browser: Open, session: Session) -> None:
    add_usual_retention(session)
    assert session.query(RetentionRule).count() == len(ERASABLE)
    session.commit()
    for role in (Role.BOARD_VIEWER, Role.MANAGER):
        browser(role).get("/retention-rules/", 403)


def test_pages_of_rule_and_review_count_in_a_few_statements_and_load_no_rows(
    browser: Open, session: PortalSession, connection: Connection
) -> None:
    """However much is due: the page of one rule asked 9,243 statements at ten times the data of the demo."""
    RandomData(session, 55)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    statements: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
    asked = {}
    for rule_id, what in session.execute(select(RetentionRule.id, RetentionRule.what)).all():
        statements.clear()
        administrator.get(f"/retention-rules/{rule_id}/")
        asked[what] = sum(not line.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")) for line in statements)
    assert set(asked) == {what for what, erasable in ERASABLE.items() if erasable.is_of_reviews}
    assert max(asked.values()) <= 10, asked
