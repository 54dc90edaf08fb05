"""Are a review's key lines copied from the bank, amended, put in order, and signed again after a change?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.partnership.hubs import HubKind
from models.partnership.reference_items import ReferenceItem, ReferenceList, Service
from models.reviews.thematic_reviews import ThematicReview
from models.signatures.sign_offs import SignOffSubject
from models.tools.key_lines import KeyLine, copy_standard_lines, key_lines_of, move_key_line
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words
from tests import make, make_tools
from tests.web import Browser, words_of

Open = Callable[..., Browser]


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A review of the test's officer, with a sponsor, in a portal with its bank."""
    give_starting_words(session)
    give_starting_tools(session)
    review = make.review(session, sponsor_id=make.person(session, Role.SPONSOR).id)
    make.hub(session).officer_id = make.person(session, Role.OFFICER).id
    session.commit()
    return review


def area_id(session: Session) -> int:
    areas = select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.KEY_AREA)
    return session.scalars(areas.order_by(ReferenceItem.rank)).all()[1]


def texts(session: Session, review: ThematicReview) -> list[str]:
    return [key_line.text for key_line in key_lines_of(session, review.id)]


def test_officer_copies_the_standard_lines_from_the_reviews_page(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer = browser(Role.OFFICER)
    page = f"/key-lines/copy-standard/{review.id}/"
    assert officer.get(f"/thematic-reviews/{review.id}/scope/").select_one(f'a[href="{page}"]') is not None
    assert officer.send(page).headers["Location"] == f"/key-lines/arrange/{review.id}/"
    lines = key_lines_of(session, review.id)
    assert [line.number for line in lines] == list(range(1, 13))
    assert not any(line.is_additional for line in lines)
    assert "The review has all the standard key lines for its service already." in words_of(officer.send(page))


def test_only_lines_that_fit_the_reviews_service_are_copied(session: Session, review: ThematicReview) -> None:
    lines = key_lines_of(session, None)
    lines[0].applies_to, lines[1].applies_to = Service.ADULTS, Service.CHILDREN
    session.flush()
    copied = {key_line.copied_from_id for key_line in copy_standard_lines(session, review)}
    assert copied == {key_line.id for key_line in lines[1:]}
    combined = make.review(session, kind=HubKind.COMBINED, title="The whole family")
    assert len(copy_standard_lines(session, combined)) == 12


def test_line_added_to_a_review_is_marked_as_additional(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    copy_standard_lines(session, review)
    session.commit()
    officer, page = browser(Role.OFFICER), f"/key-lines/new/?review_id={review.id}"
    sent = officer.filled(page, text="Are babies seen?", key_area_id=area_id(session))
    assert officer.client.post(page, data=sent).status_code == 302
    line = key_lines_of(session, review.id)[-1]
    assert (line.text, line.number, line.is_additional) == ("Are babies seen?", 13, True)
    assert "Additional" in officer.get(f"/key-lines/arrange/{review.id}/").get_text()


def test_line_of_the_bank_says_for_whom_it_is(browser: Open, session: Session, review: ThematicReview) -> None:
    officer = browser(Role.OFFICER)
    sent = officer.filled("/key-lines/new/", text="Seen alone?", key_area_id=area_id(session), applies_to="children")
    assert "is_additional" not in sent
    assert officer.client.post("/key-lines/new/", data=sent).status_code == 302
    line = key_lines_of(session, None)[-1]
    assert (line.applies_to, line.number, line.review_id) == (Service.CHILDREN, 13, None)
    assert "Practice and process · Children" in officer.get("/key-lines/arrange/0/").get_text()


def test_lines_move_up_and_down_where_they_stand(browser: Open, session: Session, review: ThematicReview) -> None:
    lines = copy_standard_lines(session, review)
    first, second = lines[0], lines[1]
    session.commit()
    officer, page = browser(Role.OFFICER), f"/key-lines/arrange/{review.id}/"
    assert officer.send(f"/key-lines/{second.id}/place/up/", page).headers["Location"] == f"{page}#k-{second.id}"
    session.expire_all()
    assert texts(session, review)[:2] == [second.text, first.text]
    assert [key_line.number for key_line in key_lines_of(session, review.id)] == list(range(1, 13))
    officer.send(f"/key-lines/{second.id}/move-up/", page)
    assert "This key line is the first already." in officer.get(page).get_text()
    officer.send(f"/key-lines/{second.id}/move-down/", page)
    session.expire_all()
    assert texts(session, review)[:2] == [first.text, second.text]
    assert officer.send(f"/key-lines/{second.id}/place/away/", page).status_code == 404


def test_last_line_cannot_go_further_down(session: Session, review: ThematicReview) -> None:
    with pytest.raises(RuleBroken, match="This key line is the last already"):
        move_key_line(session, copy_standard_lines(session, review)[-1], 1)


def test_change_after_signature_says_that_the_sponsor_must_sign_anew(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    line = copy_standard_lines(session, review)[0]
    make_tools.signed(session, review, SignOffSubject.KEY_LINES)
    session.commit()
    officer, all_lines = browser(Role.OFFICER), f"/key-lines/arrange/{review.id}/"
    assert "Lead sponsor's signature: Signed" in officer.get(all_lines).get_text()
    page = f"/key-lines/{line.id}/edit/"
    officer.client.post(page, data=officer.filled(page, text="Do leaders act?"))
    assert "The lead sponsor signed other words than these." in officer.get(f"/key-lines/{line.id}/").get_text()
    shown = officer.get(all_lines)
    assert "Changed since" in shown.get_text()
    ask = f"/thematic-reviews/{review.id}/papers/"
    assert shown.select_one(f'a[href="{ask}"]') is not None
    assert officer.send(ask, paper="key_lines").status_code == 302
    assert "Waits for the sponsor" in officer.get(all_lines).get_text()
    officer.send(f"/key-lines/{line.id}/delete/")
    assert "has other words than these before them" in officer.get(all_lines).get_text()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"text": ""}, "Give the key line of enquiry."), ({"key_area_id": ""}, "Choose the key area.")],
)
def test_line_without_words_or_area_is_refused(
    browser: Open, session: Session, review: ThematicReview, changes: dict[str, str], sentence: str
) -> None:
    officer, page = browser(Role.OFFICER), f"/key-lines/new/?review_id={review.id}"
    sent = officer.filled(page, **{"text": "Seen?", "key_area_id": area_id(session), **changes})
    assert sentence in words_of(officer.client.post(page, data=sent))
    assert texts(session, review) == []


def test_area_of_a_line_is_a_key_area(session: Session, review: ThematicReview) -> None:
    grade = session.scalars(select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.GRADE)).first()
    assert grade is not None
    with pytest.raises(RuleBroken, match="Choose one of the key areas"):
        KeyLine(number=1, text="Seen?", key_area_id=grade).check(session)


def test_officer_of_another_hub_reads_the_lines_and_changes_none(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    line = copy_standard_lines(session, review)[0]
    session.commit()
    other = browser(Role.OFFICER, name="Other Officer")
    assert other.get(f"/key-lines/arrange/{review.id}/").select("main ol button") == []
    for page in ("edit", "delete"):
        other.get(f"/key-lines/{line.id}/{page}/", 403)
    other.get(f"/key-lines/copy-standard/{review.id}/", 403)
    other.send(f"/key-lines/{line.id}/move-down/", "/account/")
    assert "of your own hubs' reviews in order only" in other.get(f"/key-lines/{line.id}/").get_text()
    page = f"/key-lines/new/?review_id={review.id}"
    sent = other.filled(page, text="Mine?", key_area_id=area_id(session))
    assert "You write the key lines of your own hubs' reviews only." in words_of(other.client.post(page, data=sent))


def test_list_tells_the_bank_from_the_reviews_and_leaves_agencies_out(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    make_tools.key_line(session, review)
    session.commit()
    sponsor = browser(Role.SPONSOR)
    assert len(sponsor.get("/key-lines/?where=bank").select("tbody tr")) == 12
    assert len(sponsor.get("/key-lines/?where=reviews").select("tbody tr")) == 1
    assert len(sponsor.get(f"/key-lines/?review_id={review.id}").select("tbody tr")) == 1
    sponsor.get("/key-lines/arrange/99999999999/", 404)
    browser(Role.AGENCY_MEMBER, agency=make.agency(session)).get("/key-lines/", 403)
