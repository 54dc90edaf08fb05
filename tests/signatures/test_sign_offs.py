"""Does only what the review's own sponsor has read and signed, word for word, count as signed?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.gates.gate_waivers import ask_to_waive
from models.partnership.reference_items import ReferenceList
from models.reviews.thematic_reviews import ThematicReview
from models.signatures.sign_offs import (
    Signable,
    SignOffStatus,
    SignOffSubject,
    ask_for_signature,
    latest_sign_off,
    sign,
)
from models.signatures.signables import content_of, put_before_sponsor, refuse_unsigned, stands_signed
from models.tools.key_lines import KeyLine
from tests import make
from tests.kit.test_screens import statements
from tests.web import Browser, member

Open = Callable[..., Browser]
LINES = SignOffSubject.KEY_LINES


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A review with a sponsor, an officer of its hub and one key line."""
    sponsor, officer = member(session, Role.SPONSOR), member(session, Role.OFFICER)
    review = make.review(session, sponsor_id=sponsor.id)
    make.hub(session).officer_id = officer.id
    _line(session, review, 1, "Is neglect recognised early?")
    session.commit()
    return review


def _line(session: Session, review: ThematicReview, number: int, text: str) -> KeyLine:
    area = make.word(session, ReferenceList.KEY_AREA, "practice")
    line = KeyLine(review_id=review.id, key_area_id=area.id, number=number, text=text)
    session.add(line)
    session.flush()
    return line


def _asked(session: Session, review: ThematicReview) -> Any:
    sign_off = put_before_sponsor(session, review, LINES, person_id=None)
    session.commit()
    return sign_off


def test_sponsor_reads_what_waits_and_signs_it(browser: Open, session: Session, review: ThematicReview) -> None:
    asked, sponsor = _asked(session, review), browser(Role.SPONSOR)
    assert "1 thing waits for your signature" in sponsor.get("/agencies/").get_text()
    waiting, page = sponsor.get("/sign-offs/waiting/"), f"/sign-offs/{asked.id}/sign/"
    assert waiting.select_one(f'a[href="{page}"]') is not None
    assert "Is neglect recognised early?" in sponsor.get(page).get_text()
    assert sponsor.send(page, note="").status_code == 302
    session.expire_all()
    assert asked.status is SignOffStatus.SIGNED
    assert stands_signed(session, review, LINES)
    assert "thing waits" not in sponsor.get("/agencies/").get_text()


def test_what_waits_is_read_a_page_at_a_time_in_the_order_of_its_kinds(
    browser: Open, session: Session, engine: Engine, review: ThematicReview
) -> None:
    for number in range(51):
        paper = Signable(SignOffSubject.CASE_AUDIT_TOOL, f"Paper {number}", {"number": number}, number)
        ask_for_signature(session, review=review, signable=paper, person_id=None)
    ask_to_waive(session, review=review, gate="focus", missing="No focus.", reason="Soon.", person_id=None)
    session.commit()
    sponsor, whats = browser(Role.SPONSOR), "main tbody th"
    first = sponsor.get("/sign-offs/waiting/")
    assert [row.get_text() for row in first.select(whats)] == [f"Sign: Paper {number}" for number in range(50)]
    assert "Page 1 of 2, 52 things wait in all" in first.get_text()
    following = first.select_one('a[rel="next"]')
    assert following is not None
    second = sponsor.get(str(following["href"]))
    last, waiver = [row.get_text() for row in second.select(whats)]
    assert last == "Sign: Paper 50"
    assert waiver.startswith("Consent")
    with statements(engine) as seen:
        home = sponsor.get("/")
    assert sum("sign_offs.content" in statement for statement in seen) == 1
    assert "gate_waivers.reason" not in "".join(seen), "what is not shown is not read"
    assert "All 52 that wait" in home.get_text()


def test_change_after_the_signature_asks_again(session: Session, review: ThematicReview) -> None:
    asked = _asked(session, review)
    sign(session, asked, review=review, person_id=review.sponsor_id or 0)
    refuse_unsigned(session, review, LINES)
    _line(session, review, 2, "Are fathers seen?")
    with pytest.raises(RuleBroken, match="has not signed this as it stands now"):
        refuse_unsigned(session, review, LINES)
    again = put_before_sponsor(session, review, LINES, person_id=None)
    assert (asked.status, again.status) == (SignOffStatus.SUPERSEDED, SignOffStatus.ASKED)
    assert latest_sign_off(session, review.id, LINES) is again


def test_same_words_are_not_asked_for_twice(session: Session, review: ThematicReview) -> None:
    asked = _asked(session, review)
    with pytest.raises(RuleBroken, match="waits for the sponsor's signature already"):
        put_before_sponsor(session, review, LINES, person_id=None)
    sign(session, asked, review=review, person_id=review.sponsor_id or 0)
    with pytest.raises(RuleBroken, match="signed already, in these very words"):
        put_before_sponsor(session, review, LINES, person_id=None)


def test_nobody_signs_for_the_sponsor(browser: Open, session: Session, review: ThematicReview) -> None:
    asked = _asked(session, review)
    path = f"/sign-offs/{asked.id}/sign/"
    for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.BOARD_VIEWER, Role.MANAGER):
        browser(role).get(path, 403)
    other = browser(Role.SPONSOR, name="Another sponsor")
    assert other.get(path).select("main form") == []
    assert other.send(path, "/account/", note="").status_code == 422
    assert other.send(path.replace("sign/", "return/"), "/account/", note="Not mine.").status_code == 422
    assert "Read and sign" not in [link.get_text() for link in other.get(f"/sign-offs/{asked.id}/").select("a.button")]
    session.expire_all()
    assert asked.status is SignOffStatus.ASKED


def test_officer_of_another_hub_asks_the_sponsor_for_nothing(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    session.commit()
    elsewhere, page = browser(Role.OFFICER, name="Officer elsewhere"), f"/thematic-reviews/{review.id}/papers/"
    assert elsewhere.get(page).select("main form") == []
    assert elsewhere.send(page, "/account/", paper="key_lines").status_code == 403
    assert latest_sign_off(session, review.id, LINES) is None


def test_sponsor_returns_with_a_reason_only(browser: Open, session: Session, review: ThematicReview) -> None:
    asked, sponsor = _asked(session, review), browser(Role.SPONSOR)
    path = f"/sign-offs/{asked.id}/return/"
    assert sponsor.send(path, note=" ").status_code == 422
    assert sponsor.send(path, note="Ask about siblings, too.").status_code == 302
    session.expire_all()
    assert (asked.status, asked.note) == (SignOffStatus.RETURNED, "Ask about siblings, too.")


def test_team_without_a_core_member_needs_the_reason_why(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, path = browser(Role.OFFICER), f"/thematic-reviews/{review.id}/papers/"
    team = {"paper": "project_team"}
    assert officer.send(path, **team, reason="No health member until May.").status_code == 422  # nobody sits there yet
    session.add(make.membership(session, make.hub(session), member(session, Role.BOARD_VIEWER)))
    session.commit()
    refused = officer.send(path, **team, reason="")
    assert refused.status_code == 422
    marked = BeautifulSoup(refused.text, "html.parser").select_one(".problems a[href='#reason']")
    assert marked is not None
    assert "Give the reason why the team works without." in marked.get_text()
    assert officer.send(path, **team, reason="Police join in May.").status_code == 302
    asked = latest_sign_off(session, review.id, SignOffSubject.PROJECT_TEAM)
    assert asked is not None
    assert asked.reason == "Police join in May."


def test_review_without_a_sponsor_can_ask_nobody(session: Session, review: ThematicReview) -> None:
    review.sponsor_id = None
    with pytest.raises(RuleBroken, match="no lead sponsor yet"):
        ask_for_signature(
            session,
            signable=Signable(subject=LINES, title="Key lines", content=content_of(session, review, LINES)),
            review=review,
            person_id=None,
        )
