"""Are agencies invited part by part, by the officer, as the sponsor agrees?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.partnership.hubs import HubKind
from models.partnership.reference_items import Service
from models.reviews.invitations import ReviewPart, fitting_agencies, invited_agencies, set_invited
from models.signatures.sign_offs import SignOffSubject
from models.signatures.signables import stands_signed
from tests import make, make_tools
from tests.web import Browser, words_of

Open = Callable[..., Browser]
PART = ReviewPart.SELF_EVALUATION


def test_only_agencies_that_fit_the_review_are_offered_first(session: Session) -> None:
    children = make.agency(session, "School", covers=Service.CHILDREN)
    adults = make.agency(session, "Care home", covers=Service.ADULTS)
    both = make.agency(session, "Police", is_statutory=True)
    make.agency(session, "Closed", is_active=False)
    assert fitting_agencies(session, make.review(session)) == [both, children]
    assert fitting_agencies(session, make.review(session, kind=HubKind.COMBINED)) == [both, adults, children]


def test_ticks_invite_and_take_back_only_what_was_offered(session: Session) -> None:
    review, first, second, third = make.review(session), *(make.agency(session, name) for name in ("A", "B", "C"))
    assert (
        set_invited(session, review, PART, agency_ids={first.id, third.id}, offered={first.id, second.id, third.id})
        == 2
    )
    assert set_invited(session, review, PART, agency_ids={second.id}, offered={first.id, second.id}) == 2
    assert invited_agencies(session, review.id, PART) == [second, third]
    assert invited_agencies(session, review.id, ReviewPart.CASE_AUDIT) == []


def test_agency_that_is_not_offered_cannot_be_invited(session: Session) -> None:
    review, closed = make.review(session), make.agency(session, "Closed", is_active=False)
    with pytest.raises(RuleBroken, match="that are offered here"):
        set_invited(session, review, PART, agency_ids={closed.id}, offered={closed.id})
    with pytest.raises(RuleBroken, match="that are offered here"):
        set_invited(session, review, PART, agency_ids={make.agency(session).id}, offered=set())


def test_officer_ticks_agencies_and_a_change_asks_the_sponsor_again(browser: Open, session: Session) -> None:
    review, police, school = make.review(session), make.agency(session, "Police"), make.agency(session, "School")
    session.commit()
    officer = browser(Role.ADMINISTRATOR)
    path = f"/invitations/review/{review.id}/self_evaluation/"
    assert officer.client.get(f"/invitations/review/{review.id}/").headers["Location"] == path
    offered = [str(police.id), str(school.id)]
    tokens = officer.tokens(path)
    assert officer.client.post(path, data={**tokens, "offered": offered, "agency": offered}).status_code == 302
    assert "2 agencies are invited" in officer.get(path).get_text()
    make_tools.signed(session, review, SignOffSubject.INVITATIONS)
    session.commit()
    assert "has signed the lists as they stand now" in officer.get(path).get_text()
    officer.client.post(path, data={**officer.tokens(path), "offered": offered, "agency": offered[:1]})
    assert "changed since they were signed" in officer.get(path).get_text()
    assert not stands_signed(session, review, SignOffSubject.INVITATIONS)
    page = officer.get(f"/thematic-reviews/{review.id}/").get_text()
    assert "Agencies invited" in page
    refused = officer.client.post(path, data={**officer.tokens(path), "offered": offered, "agency": "999999"})
    assert refused.status_code == 422
    assert "that are offered here" in words_of(refused)


def test_sponsor_reads_the_lists_and_changes_none(browser: Open, session: Session) -> None:
    review, police = make.review(session), make.agency(session, "Police", is_statutory=True)
    make.agency(session, "Youth club")
    session.commit()
    sponsor = browser(Role.SPONSOR)
    path = f"/invitations/review/{review.id}/case_audit/"
    names = [tag.get_text() for tag in sponsor.get(f"{path}?kind=statutory").select("fieldset label")]
    assert len(names) == 1
    assert names[0].startswith("Police")
    values = {**sponsor.tokens(path), "offered": police.id, "agency": police.id}
    assert sponsor.client.post(path, data=values).status_code == 403
    sponsor.get(f"/invitations/review/{review.id}/nothing/", status=404)
