"""Does a review pass its gates only when all is done, or when its sponsor has consented in the open?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.gates.gate_waivers import (
    GateWaiver,
    ask_to_waive,
    consent_to_waiver,
    consents_of,
    refuse_waiver,
    waivers_of,
)
from models.gates.review_gates import find_gate, gates_of, missing_of, pass_gates
from models.partnership.people import Person
from models.plans.impact_analyses import analysis_of
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
    another, page = browser(Role.SPONSOR, name="Another"), f"/gate-waivers/{waiver.id}/"
    assert another.get(page).select(f'main a[href^="{page}"]') == []
    another.send(f"{page}consent/", "/account/", confirmed="yes")
    another.send(f"{page}refuse/", reason="I do not.")
    session.expire_all()
    assert waiver.is_open
    own = session.get_one(Person, review.sponsor_id)
    assert len(browser().enter(own, session).get(page).select(f'main a[href^="{page}"]')) == 2


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


def test_change_log_puts_what_is_missing_behind_a_colon(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    ask_to_waive(session, review=review, gate="focus", missing="No focus.", reason="Soon.", person_id=None)
    session.commit()
    assert "Exception: No focus." in browser(Role.ADMINISTRATOR).get("/change-log/").get_text(" ", strip=True)


def test_request_needs_a_reason_and_a_sponsor_and_says_what_it_is(session: Session, review: ThematicReview) -> None:
    officer = make.person(session, Role.OFFICER)
    asked = {"review": review, "gate": "focus", "missing": "No focus.", "person_id": officer.id}
    with pytest.raises(RuleBroken, match="Give the reason"):
        ask_to_waive(session, reason=" ", **asked)
    waiver = ask_to_waive(session, reason=" Soon. ", **asked)
    assert waiver.id, "the request can be linked to at once"
    assert (waiver.reason, waiver.missing, waiver.stage) == ("Soon.", "No focus.", Stage.PROPOSED)
    assert (waiver.asked_by_id, str(waiver)) == (officer.id, "No focus.")
    review.sponsor_id = None
    with pytest.raises(RuleBroken, match="no lead sponsor yet"):
        ask_to_waive(session, reason="Soon.", **{**asked, "gate": "sponsor"})


def test_only_the_sponsor_consents_or_refuses_and_says_why(session: Session, review: ThematicReview) -> None:
    sponsor_id = review.sponsor_id or 0
    waiver = ask_to_waive(session, review=review, gate="focus", missing="No.", reason="Soon.", person_id=None)
    for person_id, reason, sentence in ((sponsor_id + 1, "No.", "Only the review's"), (sponsor_id, " ", "Say why")):
        with pytest.raises(RuleBroken, match=sentence):
            refuse_waiver(session, waiver, review=review, person_id=person_id, reason=reason)
    with pytest.raises(RuleBroken, match="Only the review's lead sponsor"):
        consent_to_waiver(session, waiver, review=review, person_id=sponsor_id + 1)
    assert waiver.is_open
    consent_to_waiver(session, waiver, review=review, person_id=sponsor_id)
    session.refresh(waiver)
    assert (waiver.is_open, waiver.consented_by_id, waiver.consented_at is None) == (False, sponsor_id, False)
    with pytest.raises(RuleBroken, match="decided already"):
        refuse_waiver(session, waiver, review=review, person_id=sponsor_id, reason="No.")


def test_requests_wait_for_their_own_sponsor_the_longest_wait_first(session: Session, review: ThematicReview) -> None:
    sponsor_id = review.sponsor_id or 0
    another = make.review(session, title="Another", sponsor_id=make.person(session, Role.SPONSOR, name="Other").id)
    gates = ("focus", "period", "plan", "impact")
    waivers = [
        ask_to_waive(session, review=review, gate=gate, missing=gate, reason="Soon.", person_id=None) for gate in gates
    ]
    theirs = ask_to_waive(session, review=another, gate="focus", missing="Theirs", reason="Soon.", person_id=None)
    waivers[1].asked_at = waivers[0].asked_at - timedelta(hours=1)
    consent_to_waiver(session, waivers[2], review=review, person_id=sponsor_id)
    refuse_waiver(session, waivers[3], review=review, person_id=sponsor_id, reason="No.")
    session.expire_all()
    assert session.scalars(consents_of(sponsor_id)).all() == [waivers[1], waivers[0]]
    assert waivers[3].refusal == "No."
    assert waivers_of(session, review.id) == dict(zip(gates, waivers, strict=True))
    assert waivers_of(session, another.id) == {"focus": theirs}


def test_refusal_counts_what_else_is_missing(session: Session, review: ThematicReview) -> None:
    for values, ending in (
        ({}, r"yet\.$"),
        ({"sponsor_id": None}, r"yet\. The Board has not set the focus yet\. \(1 more\)$"),
    ):
        for name, value in values.items():
            setattr(review, name, value)
        with pytest.raises(RuleBroken, match=ending):
            pass_gates(session, review, on=today())


def test_closed_review_goes_nowhere_and_no_gate_is_found_at_another_stage(
    session: Session, review: ThematicReview
) -> None:
    assert find_gate(session, review, "focus").missing == "The Board has not set the focus yet."
    with pytest.raises(RuleBroken, match="not at the review's present stage"):
        find_gate(session, review, "impact")
    codes = [standing.gate.code for standing in gates_of(session, review, Stage.IMPACT_ANALYSIS)]
    assert codes == ["impact"]
    review.stage = Stage.CLOSED
    with pytest.raises(RuleBroken, match="The review is closed"):
        pass_gates(session, review, on=today())


def test_impact_is_looked_at_once_a_review_is_completed_and_not_before(
    session: Session, review: ThematicReview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.gates.review_gates.GATES", ())
    review.stage = Stage.PRESENTATION
    assert pass_gates(session, review, on=today()) is Stage.DISSEMINATION
    assert analysis_of(session, review.id) is None
    assert pass_gates(session, review, on=today()) is Stage.COMPLETED
    assert analysis_of(session, review.id) is not None
