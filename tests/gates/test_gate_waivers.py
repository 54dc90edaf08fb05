"""Does a review pass its gates only when all is done, or when its sponsor has consented in the open?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.gates.gate_waivers import GateWaiver, ask_to_waive, consent_to_waiver, refuse_waiver
from models.gates.review_gates import gates_of, missing_of, pass_gates
from models.reviews.thematic_reviews import Stage, ThematicReview
from tests import make
from tests.web import Browser, member

Open = Callable[..., Browser]


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A proposed review whose focus is not set; an officer of its hub and its sponsor may sign in."""
    sponsor, officer = member(session, Role.SPONSOR), member(session, Role.OFFICER)
    make.hub(session).officer_id = officer.id
    review = make.review(session, sponsor_id=sponsor.id)
    session.commit()
    return review


def test_review_without_a_focus_stays_proposed(browser: Open, session: Session, review: ThematicReview) -> None:
    officer, path = browser(Role.OFFICER), f"/thematic-reviews/{review.id}/"
    assert "The Board has not set the focus yet." in officer.get(path).get_text()
    officer.send(f"{path}advance/", confirmed="yes")
    assert "cannot go on to scoping yet. The Board has not set the focus yet." in officer.get(path).get_text()
    session.expire_all()
    assert review.stage is Stage.PROPOSED
    review.focus = "Whether neglect is seen early."
    session.commit()
    officer.send(f"{path}advance/", confirmed="yes")
    session.expire_all()
    assert review.stage is Stage.SCOPING


def test_review_goes_on_without_when_the_sponsor_consents_and_it_stays_visible(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, sponsor = browser(Role.OFFICER), browser(Role.SPONSOR)
    waive = f"/thematic-reviews/{review.id}/gates/focus/waive/"
    assert officer.send(waive, reason=" ").status_code == 422
    assert officer.send(waive, reason="The Board meets next week.").status_code == 302
    waiver = session.scalars(select(GateWaiver)).one()
    with pytest.raises(RuleBroken, match="cannot go on"):
        pass_gates(session, review, on=today())
    assert f"/gate-waivers/{waiver.id}/" in str(sponsor.get("/sign-offs/waiting/"))
    assert sponsor.send(f"/gate-waivers/{waiver.id}/consent/", confirmed="yes").status_code == 302
    session.expire_all()
    assert pass_gates(session, review, on=today()) is Stage.SCOPING
    assert "Sponsor consented" in officer.get(f"/thematic-reviews/{review.id}/gates/").get_text()


def test_only_the_reviews_own_sponsor_consents(browser: Open, session: Session, review: ThematicReview) -> None:
    waiver = ask_to_waive(session, review=review, gate="focus", missing="No focus.", reason="Soon.", person_id=None)
    session.commit()
    for role in (Role.OFFICER, Role.ADMINISTRATOR, Role.BOARD_VIEWER):
        browser(role).get(f"/gate-waivers/{waiver.id}/consent/", 403)
    browser(Role.SPONSOR, name="Another").send(f"/gate-waivers/{waiver.id}/consent/", confirmed="yes")
    session.expire_all()
    assert waiver.is_open


def test_refused_request_keeps_the_gate_shut_and_may_be_made_anew(session: Session, review: ThematicReview) -> None:
    sponsor_id = review.sponsor_id or 0
    asked = {"review": review, "gate": "focus", "missing": "No focus.", "person_id": None}
    waiver = ask_to_waive(session, reason="Soon.", **asked)
    with pytest.raises(RuleBroken, match="put before the sponsor already"):
        ask_to_waive(session, reason="Soon.", **asked)
    with pytest.raises(RuleBroken, match="Say why"):
        refuse_waiver(session, waiver, review=review, person_id=sponsor_id, reason="")
    refuse_waiver(session, waiver, review=review, person_id=sponsor_id, reason="Wait for the Board.")
    assert missing_of(session, review) == ["The Board has not set the focus yet."]
    again = ask_to_waive(session, reason="The Board met.", **asked)
    consent_to_waiver(session, again, review=review, person_id=sponsor_id)
    with pytest.raises(RuleBroken, match="decided already"):
        consent_to_waiver(session, again, review=review, person_id=sponsor_id)
    assert missing_of(session, review) == []


def test_what_is_not_missing_cannot_be_waived(browser: Open, session: Session, review: ThematicReview) -> None:
    answer = browser(Role.OFFICER).send(f"/thematic-reviews/{review.id}/gates/sponsor/waive/", reason="Why not?")
    assert answer.status_code == 422
    assert "Nothing is missing here" in answer.text


def test_scoping_ends_only_with_every_signature(session: Session, review: ThematicReview) -> None:
    review.stage = Stage.SCOPING
    codes = {standing.gate.code for standing in gates_of(session, review) if standing.missing}
    assert codes == {
        "period", "key_lines", "project_team", "invitations", "self_evaluation_signed", "case_audit_signed",
        "practitioner_questions_signed", "service_user_questions_signed", "activities",
    }  # fmt: skip


def test_officer_of_another_hub_moves_and_waives_nothing(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    stranger = browser(Role.OFFICER, name="Officer of another hub")
    answer = stranger.client.get(f"/thematic-reviews/{review.id}/gates/focus/waive/")
    assert 400 <= answer.status_code < 500
    stranger.send(f"/thematic-reviews/{review.id}/advance/", "/account/", confirmed="yes")
    session.expire_all()
    assert review.stage is Stage.PROPOSED
