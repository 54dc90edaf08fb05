"""Do a tool's pages say whose it is, whether it is signed, and that a change needs the sponsor's signature again?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.reviews.thematic_reviews import ThematicReview
from models.signatures.sign_offs import SignOffSubject, latest_sign_off, return_for_change
from models.signatures.signables import overtaken_words, put_before_sponsor
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.tool_questions import questions_of
from models.tools.tool_versions import freeze_tool
from tests import make, make_tools
from tests.web import Browser, words_of

Open = Callable[..., Browser]
SELF = SignOffSubject.SELF_EVALUATION_TOOL


@pytest.fixture
def tool(session: Session) -> AssuranceTool:
    """A review's tool; the test's officer runs the review, which has a sponsor."""
    review = make.review(session, sponsor_id=make.person(session, Role.SPONSOR).id)
    make.hub(session).officer_id = make.person(session, Role.OFFICER).id
    tool = make_tools.tool(session, review)
    session.commit()
    return tool


def review_of(session: Session, tool: AssuranceTool) -> ThematicReview:
    return session.get_one(ThematicReview, tool.review_id)


def path(tool: AssuranceTool, rest: str = "") -> str:
    return f"/assurance-tools/{tool.id}/{rest}"


def state(page: object) -> str:
    rows = page.select("dl.facts > div")  # type: ignore[attr-defined]
    return next(row.dd.get_text() for row in rows if row.dt.get_text() == "Lead sponsor's signature")


def test_signature_is_asked_for_on_the_tools_page_and_its_state_shown(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    officer = browser(Role.OFFICER)
    page = officer.get(path(tool))
    assert state(page) == "Not asked"
    asks = next(link for link in page.select(".buttons a") if link.get_text() == "Ask for the signature")
    assert officer.send(str(asks["href"]), paper=f"{SELF.value}-{tool.id}").status_code == 302
    page = officer.get(path(tool))
    assert state(page) == "Waits for the sponsor"
    assert "Ask for the signature" not in page.get_text()
    assert "Version 1" in page.get_text()


def test_signed_tool_that_is_changed_says_that_the_sponsor_must_sign_anew(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    make_tools.signed(session, review_of(session, tool), SELF, tool)
    session.commit()
    officer = browser(Role.OFFICER)
    assert state(officer.get(path(tool))) == "Signed"
    question = questions_of(session, tool.id)[4]
    session.commit()
    page = path(tool, f"questions/{question.id}/edit/")
    officer.client.post(page, data=officer.filled(page, text="How many cases today?"))
    shown = officer.get(path(tool))
    assert state(shown) == "Changed since"
    words = "The lead sponsor signed other words than these. Put it before them again before it goes out."
    assert shown.get_text().count(words) == 2, "after the change, and for as long as it is so"
    assert "Ask for the signature" in shown.get_text()
    assert shown.select_one(f'a[href="{path(tool, "changes/")}"]') is not None


def test_heading_of_a_signed_tool_that_is_edited_says_so_too(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    make_tools.signed(session, review_of(session, tool), SELF, tool)
    session.commit()
    officer, page = browser(Role.OFFICER), path(tool, "edit/")
    assert officer.client.post(page, data=officer.filled(page, title="Another title")).status_code == 302
    assert "signed other words than these" in officer.get(path(tool)).get_text()


def test_words_that_wait_returned_or_were_never_asked_are_told_apart(session: Session, tool: AssuranceTool) -> None:
    review = review_of(session, tool)
    assert overtaken_words(session, review, SELF, tool) == ""
    asked = put_before_sponsor(session, review, SELF, person_id=None, tool=tool)
    assert overtaken_words(session, review, SELF, tool) == ""
    tool.introduction = "More."
    session.flush()
    assert "has other words than these before them" in overtaken_words(session, review, SELF, tool)
    assert review.sponsor_id is not None
    return_for_change(session, asked, review=review, person_id=review.sponsor_id, note="Shorter, please.")
    assert overtaken_words(session, review, SELF, tool) == "", "a change is what the sponsor asked for"
    assert overtaken_words(session, None, SELF, tool) == ""


def test_reviews_page_lists_its_tools_and_leads_to_the_bank(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    officer, page = browser(Role.OFFICER), f"/thematic-reviews/{tool.review_id}/scope/"
    shown = officer.get(page)
    assert shown.select_one(f'a[href="{path(tool)}"]') is not None
    assert shown.select_one(f'a[href="/assurance-tools/from-bank/{tool.review_id}/"]') is not None
    other = browser(Role.OFFICER, name="Other Officer").get(page)
    assert other.select_one(f'a[href="/assurance-tools/from-bank/{tool.review_id}/"]') is None


def test_officer_makes_a_tool_for_the_review_the_address_names(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    officer, page = browser(Role.OFFICER), f"/assurance-tools/new/?review_id={tool.review_id}"
    response = officer.client.post(page, data=officer.filled(page, title="Ours", kind="case_audit", covers="both"))
    assert response.status_code == 302
    ours = session.scalars(select(AssuranceTool).where(AssuranceTool.title == "Ours")).one()
    assert (ours.review_id, ours.kind) == (tool.review_id, ToolKind.CASE_AUDIT)
    assert "The tool has no sections yet." in officer.get(path(ours)).get_text()


def test_section_11_tool_belongs_to_no_review(browser: Open, session: Session, tool: AssuranceTool) -> None:
    officer, page = browser(Role.OFFICER), f"/assurance-tools/new/?review_id={tool.review_id}"
    answer = officer.client.post(page, data=officer.filled(page, title="S11", kind="section_11", covers="both"))
    assert "A Section 11 audit stands apart from the reviews." in words_of(answer)


def test_tool_with_versions_is_kept_and_one_without_is_deleted(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    other = make_tools.tool(session, title="Never sent")
    freeze_tool(session, tool, person_id=None)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    administrator.send(path(tool, "delete/"))
    assert "has frozen versions, so it stays. Take it out of use instead." in administrator.get(path(tool)).get_text()
    administrator.send(path(other, "delete/"))
    assert session.scalar(select(AssuranceTool.id).where(AssuranceTool.title == "Never sent")) is None


def test_list_tells_the_bank_from_the_reviews(browser: Open, session: Session, tool: AssuranceTool) -> None:
    make_tools.tool(session, title="In the bank")
    session.commit()
    officer = browser(Role.OFFICER)
    names = {
        answer: [cell.get_text() for cell in officer.get(f"/assurance-tools/?where={answer}").select("tbody th")]
        for answer in ("bank", "reviews")
    }
    assert names == {"bank": ["In the bank"], "reviews": ["Baseline tool"]}


def test_returned_tool_may_be_put_before_the_sponsor_again_in_the_same_words(
    session: Session, tool: AssuranceTool
) -> None:
    review = review_of(session, tool)
    asked = put_before_sponsor(session, review, SELF, person_id=None, tool=tool)
    assert review.sponsor_id is not None
    return_for_change(session, asked, review=review, person_id=review.sponsor_id, note="Why so long?")
    again = put_before_sponsor(session, review, SELF, person_id=None, tool=tool)
    assert latest_sign_off(session, review.id, SELF, tool.id) is again
