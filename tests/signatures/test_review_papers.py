"""Are all signatures of a review asked for at once, and its papers signed one after another, each as it was asked?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.messages.messages import Message
from models.partnership.memberships import Seat
from models.partnership.reference_items import ReferenceList
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.tools.questionnaires import fingerprint_of
from models.signatures.review_papers import (
    PaperState,
    ask_for_signatures,
    next_to_sign,
    papers_of,
    signing_order,
)
from models.signatures.sign_offs import SignOff, SignOffStatus, return_for_change, sign
from models.signatures.signables import TOOL_SUBJECTS, put_before_sponsor, stands_signed
from models.tools.key_lines import KeyLine
from tests import make, make_tools
from tests.kit.test_screens import statements
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A review with a sponsor, its officer, and seven papers that are all written."""
    sponsor, officer = member(session, Role.SPONSOR, name="Cressida Holloway"), member(session, Role.OFFICER)
    review = make.review(session, sponsor_id=sponsor.id)
    make.hub(session).officer_id = officer.id
    for seat in (Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH):
        person = make.person(session, Role.BOARD_VIEWER, name=f"{seat.label} of the team")
        make.membership(session, make.hub(session), person, seat)
    make_tools.invited(session, review, make.agency(session))
    for kind in TOOL_SUBJECTS:
        make_tools.tool(session, review, kind, title=f"{kind.label} of the review")
    session.commit()
    return review


def page_of(review: ThematicReview) -> str:
    return f"/thematic-reviews/{review.id}/papers/"


def all_asked(session: Session, review: ThematicReview) -> list[SignOff]:
    ask_for_signatures(session, review, papers_of(session, review), person_id=None)
    session.commit()
    return signing_order(session, review.id)


def ticked(browser: Browser, review: ThematicReview) -> list[str]:
    return [str(box["value"]) for box in browser.get(page_of(review)).select("input[name=paper][checked]")]


def test_officer_asks_for_all_seven_signatures_with_one_button_and_one_letter(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer = browser(Role.OFFICER)
    page = officer.get(page_of(review))
    assert page.select_one(".dock button.main").get_text() == "Ask for 7 signatures"  # type: ignore[union-attr]
    assert len(ticked(officer, review)) == 7
    answer = officer.client.post(page_of(review), data=officer.filled(page_of(review)))
    assert answer.headers["Location"] == page_of(review)
    assert [asked.status for asked in signing_order(session, review.id)] == [SignOffStatus.ASKED] * 7
    letter = session.scalars(select(Message)).one()
    assert (letter.recipient_name, letter.subject) == ("Cressida Holloway", f"{review.reference}: 7 papers to sign")
    assert all(f"- {asked.title}\n" in letter.body for asked in signing_order(session, review.id))
    assert f"/sign-offs/{signing_order(session, review.id)[0].id}/sign/" in letter.body
    again = officer.get(page_of(review))
    assert again.select("main form") == [], "nothing is left to ask for"
    assert "is asked for 7 signatures and gets one letter about it." in again.get_text()


def test_same_form_sent_twice_asks_once(browser: Open, session: Session, review: ThematicReview) -> None:
    officer = browser(Role.OFFICER)
    form = officer.filled(page_of(review))
    answers = [officer.client.post(page_of(review), data=form).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert len(session.scalars(select(SignOff)).all()) == 7
    assert len(session.scalars(select(Message)).all()) == 1


def test_only_what_is_ticked_is_asked_for_and_something_must_be(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer = browser(Role.OFFICER)
    nothing = officer.send(page_of(review))
    assert nothing.status_code == 422
    assert "Tick what the sponsor is asked to sign." in words_of(nothing)
    officer.send(page_of(review), paper=["key_lines", "invitations"])
    assert [asked.subject.value for asked in signing_order(session, review.id)] == ["key_lines", "invitations"]
    assert len(ticked(officer, review)) == 5


def test_all_are_asked_for_or_none(session: Session, review: ThematicReview) -> None:
    papers = papers_of(session, review)
    put_before_sponsor(session, review, papers[-1].subject, person_id=None, tool=papers[-1].tool)
    session.commit()
    with pytest.raises(RuleBroken, match="waits for the sponsor's signature already"):
        ask_for_signatures(session, review, papers, person_id=None)
    session.rollback()
    assert len(session.scalars(select(SignOff)).all()) == 1
    assert session.scalars(select(Message)).all() == []


def test_what_came_back_unchanged_is_not_ticked_until_it_is_mended(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    asked = all_asked(session, review)
    return_for_change(session, asked[0], review=review, person_id=review.sponsor_id or 0, note="Ask about siblings.")
    session.commit()
    officer = browser(Role.OFFICER)
    assert "Returned: “Ask about siblings.” Not changed since." in officer.get(page_of(review)).get_text()
    assert ticked(officer, review) == []
    area = make.word(session, ReferenceList.KEY_AREA, "practice")
    session.add(KeyLine(review_id=review.id, key_area_id=area.id, number=2, text="Are siblings seen?"))
    session.commit()
    assert ticked(officer, review) == ["key_lines"]


def test_papers_that_nobody_has_written_are_not_offered(browser: Open, session: Session) -> None:
    bare = make.review(session, sponsor_id=member(session, Role.SPONSOR).id)
    session.commit()
    assert {paper.state for paper in papers_of(session, bare)} == {PaperState.NOT_STARTED}
    page = browser(Role.ADMINISTRATOR).get(page_of(bare))
    assert page.select("input[name=paper]") == []
    assert page.get_text().count("The review has none yet") == len(TOOL_SUBJECTS)


def test_sponsor_signs_seven_papers_in_seven_presses_and_is_told_at_the_end(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    asked = all_asked(session, review)
    sponsor = browser(Role.SPONSOR, name="Cressida Holloway")
    where = f"/sign-offs/{asked[0].id}/sign/"
    for place, paper in enumerate(asked, 1):
        assert where == f"/sign-offs/{paper.id}/sign/"
        shown = sponsor.get(where)
        assert shown.h1 is not None
        assert shown.h1.get_text() == paper.title
        assert f"Paper {place} of 7 to sign" in shown.get_text()
        where = sponsor.send(where, note="").headers["Location"]
    assert where == page_of(review)
    assert "All 7 papers of this review are signed." in sponsor.get(where).get_text()
    session.expire_all()
    assert {paper.status for paper in asked} == {SignOffStatus.SIGNED}


def test_paper_stands_once_on_its_page_with_those_before_and_after_it(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    asked = all_asked(session, review)
    sponsor = browser(Role.SPONSOR, name="Cressida Holloway")
    page = sponsor.get(f"/sign-offs/{asked[1].id}/sign/")
    turns = [str(link["href"]) for link in page.select(".turn a")]
    assert turns == [f"/sign-offs/{asked[0].id}/sign/", f"/sign-offs/{asked[2].id}/sign/"]
    assert page.get_text().count("Core: police of the team") == 1
    returning = page.select_one('form[action$="/return/"] details')
    assert returning is not None
    assert not returning.has_attr("open"), "returning is folded until somebody wants it"


def test_signing_twice_is_one_signature_and_leads_on_both_times(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    first, second, *_ = all_asked(session, review)
    sponsor = browser(Role.SPONSOR, name="Cressida Holloway")
    page, onward = f"/sign-offs/{first.id}/sign/", f"/sign-offs/{second.id}/sign/"
    form = sponsor.tokens(page)
    answers = [sponsor.client.post(page, data=form).headers["Location"] for _ in range(2)]
    assert answers == [onward, onward]
    session.expire_all()
    signed_at = first.signed_at
    assert sponsor.send(page, onward, note="again").status_code == 422, "another form cannot sign it again"
    session.expire_all()
    assert (first.status, first.signed_at, first.note) == (SignOffStatus.SIGNED, signed_at, "")
    assert second.status is SignOffStatus.ASKED


def test_sponsor_signs_the_frozen_words_and_nothing_newer(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    asked = all_asked(session, review)[0]
    frozen = asked.sha256
    line = session.scalars(select(KeyLine).where(KeyLine.review_id == review.id)).one()
    line.text = "Is anything else asked?"
    session.commit()
    sponsor = browser(Role.SPONSOR, name="Cressida Holloway")
    page = f"/sign-offs/{asked.id}/sign/"
    shown = sponsor.get(page).get_text()
    assert "Is neglect recognised early?" in shown
    assert "Is anything else asked?" not in shown
    sponsor.send(page, note="")
    session.expire_all()
    assert asked.sha256 == frozen == fingerprint_of(asked.content)
    assert asked.status is SignOffStatus.SIGNED
    assert not stands_signed(session, review, asked.subject), "the words of now are not what was signed"


def test_paper_that_was_overtaken_can_no_longer_be_signed(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    old = all_asked(session, review)[0]
    session.scalars(select(KeyLine).where(KeyLine.review_id == review.id)).one().text = "Newer words?"
    ask_for_signatures(session, review, papers_of(session, review)[:1], person_id=None)
    session.commit()
    sponsor = browser(Role.SPONSOR, name="Cressida Holloway")
    page = f"/sign-offs/{old.id}/sign/"
    assert sponsor.get(page).select("main form") == []
    assert sponsor.send(page, "/account/", note="").status_code == 422
    assert "Overtaken by a newer paper" in sponsor.get(page).get_text()


def test_returned_paper_shows_its_words_again_when_the_reason_is_missing(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    first, second, *_ = all_asked(session, review)
    sponsor = browser(Role.SPONSOR, name="Cressida Holloway")
    page = f"/sign-offs/{first.id}/return/"
    refused = sponsor.send(page, note=" ")
    assert refused.status_code == 422
    assert "Is neglect recognised early?" in words_of(refused)
    assert 'href="#why"' in refused.text
    onward = sponsor.send(page, note="Ask about siblings, too.")
    assert onward.headers["Location"] == f"/sign-offs/{second.id}/sign/"


def test_signing_goes_round_to_what_was_passed_over(session: Session, review: ThematicReview) -> None:
    asked = all_asked(session, review)
    for paper in asked[2:]:
        sign(session, paper, review=review, person_id=review.sponsor_id or 0)
    assert next_to_sign(asked, asked[1]) is asked[0]
    sign(session, asked[0], review=review, person_id=review.sponsor_id or 0)
    assert next_to_sign(asked, asked[1]) is None


def test_gate_that_lacks_only_signatures_leads_to_the_page_of_all_papers(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    review.stage = Stage.SCOPING
    review.period_starts_on, review.period_ends_on = date(2026, 1, 1), date(2026, 6, 30)
    session.commit()
    page = browser(Role.OFFICER).get(f"/thematic-reviews/{review.id}/")
    button = page.select_one(".overview-head .button.main")
    assert button is not None
    assert (button.get_text(), button["href"]) == ("Ask for signatures", page_of(review))
    assert len(page.select(f'.tasks a[href="{page_of(review)}"]')) == 7


def test_home_names_a_review_whose_signatures_nobody_has_asked_for(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    review.stage = Stage.SCOPING
    session.commit()
    officer, elsewhere = browser(Role.OFFICER), browser(Role.OFFICER, name="Officer elsewhere")
    task = officer.get("/").select_one(f'.tasks a[href="{page_of(review)}"]')
    assert task is not None
    assert task.get_text() == f"Ask: Ask for the signatures of {review.title}"
    assert page_of(review) not in str(elsewhere.get("/"))
    all_asked(session, review)
    assert page_of(review) not in str(officer.get("/"))


@pytest.mark.parametrize("more", [0, 6])
def test_page_of_all_papers_takes_as_many_statements_for_many_tools(
    browser: Open, session: Session, engine: Engine, review: ThematicReview, more: int
) -> None:
    for number in range(more):
        make_tools.tool(session, review, title=f"One more tool {number}")
    session.commit()
    officer = browser(Role.OFFICER)
    officer.get(page_of(review))
    with statements(engine) as seen:
        officer.get(page_of(review))
    assert len(seen) <= 24, seen
