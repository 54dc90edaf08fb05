"""Do the findings go to the Board first, and does its decision reach the plan?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.gates.review_gates import pass_gates
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.challenges import Challenge, answer_challenge, close_challenge
from models.plans.presentations import (
    Decision,
    Presentation,
    PresentationStatus,
    confirm_changes,
    hold_presentation,
    missing_presentations,
)
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.plans.presentations import Body
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]
HELD = date(2026, 5, 4)


@pytest.fixture
def review(session: Session) -> ThematicReview:
    return make.review(session)


@pytest.fixture
def plan(session: Session, review: ThematicReview) -> ActionPlan:
    return make.plan(session, review)


def meeting(session: Session, review: ThematicReview, body: Body = Body.BOARD) -> Presentation:
    presentation = Presentation(review_id=review.id, body=body, meets_on=HELD, agenda_line="Item 5")
    session.add(presentation)
    session.flush()
    return presentation


def held(session: Session, review: ThematicReview, body: Body = Body.BOARD, **values: Any) -> Presentation:
    presentation = meeting(session, review, body)
    hold_presentation(session, presentation, **{"on": HELD, "decided": "Noted.", **values})
    return presentation


def test_plan_the_board_agrees_is_agreed_from_that_day(
    session: Session, review: ThematicReview, plan: ActionPlan
) -> None:
    presentation = held(session, review, decision=Decision.AGREED, plan=plan)
    assert (plan.status, plan.agreed_on) == (PlanStatus.AGREED, HELD)
    assert (presentation.status, presentation.plan_id) == (PresentationStatus.HELD, plan.id)


def test_plan_agreed_with_changes_waits_until_they_are_made(
    session: Session, review: ThematicReview, plan: ActionPlan
) -> None:
    presentation = held(session, review, decision=Decision.AGREED_WITH_CHANGES, plan=plan)
    assert plan.status is PlanStatus.DRAFT
    confirm_changes(session, presentation, on=HELD + timedelta(days=7))
    assert (plan.status, plan.agreed_on) == (PlanStatus.AGREED, HELD + timedelta(days=7))
    with pytest.raises(RuleBroken, match="asked for no changes that are still to be made"):
        confirm_changes(session, presentation, on=HELD)


def test_plan_stays_a_draft_when_the_board_or_only_a_group_decides_otherwise(
    session: Session, review: ThematicReview, plan: ActionPlan
) -> None:
    held(session, review, decision=Decision.NOT_AGREED, plan=plan)
    held(session, review, Body.ADULTS_GROUP, decision=Decision.AGREED, plan=plan)
    assert (plan.status, plan.agreed_on) == (PlanStatus.DRAFT, None)


def test_groups_hear_the_findings_after_the_board(session: Session, review: ThematicReview) -> None:
    with pytest.raises(RuleBroken, match="go to the Executive Board first"):
        held(session, review, Body.CHILDRENS_GROUP)
    held(session, review)
    assert missing_presentations(session, review.id) == [Body.CHILDRENS_GROUP, Body.ADULTS_GROUP]
    held(session, review, Body.JOINT_GROUPS)
    assert missing_presentations(session, review.id) == []


def test_review_stays_at_presentation_until_the_board_and_both_groups_have_heard_it(
    session: Session, review: ThematicReview, plan: ActionPlan
) -> None:
    review.stage = Stage.PRESENTATION
    held(session, review, decision=Decision.AGREED, plan=plan)
    with pytest.raises(RuleBroken, match="still to be presented to the Children's Group and the Adults Group"):
        pass_gates(session, review, on=HELD)
    held(session, review, Body.JOINT_GROUPS)
    assert pass_gates(session, review, on=HELD) is Stage.DISSEMINATION


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"on": today() + timedelta(days=9)}, "recorded when it has been held"),
        ({"decided": " "}, "Write what was decided"),
        ({"decision": Decision.AGREED}, "Name the plan that was decided on"),
    ],
)
def test_meeting_without_its_outcome_is_not_recorded(
    session: Session, review: ThematicReview, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        held(session, review, **values)


def test_meeting_is_recorded_once_and_only_on_its_own_plan(session: Session, review: ThematicReview) -> None:
    other = make.plan(session, make.review(session, year=2027))
    with pytest.raises(RuleBroken, match="is the plan of another review"):
        held(session, review, decision=Decision.AGREED, plan=other)
    presentation = held(session, review)
    with pytest.raises(RuleBroken, match="on record as held already"):
        hold_presentation(session, presentation, on=HELD, decided="Again.")


def test_officer_plans_a_meeting_and_records_the_boards_decision(
    browser: Open, session: Session, review: ThematicReview, plan: ActionPlan
) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    page = f"/thematic-reviews/{review.id}/plan/"
    assert administrator.get(page).get_text().count("Not planned yet") == 3
    response = administrator.send(
        "/presentations/new/", review_id=review.id, body="board", meets_on=HELD.isoformat(), agenda_line="Item 5"
    )
    path = response.headers["Location"]
    empty = administrator.send(f"{path}held/", held_on=HELD.isoformat(), decided="", decision="")
    assert (empty.status_code, "Give what was decided." in words_of(empty)) == (422, True)
    sent = administrator.send(
        f"{path}held/", held_on=HELD.isoformat(), decided="Agreed as it stands.", decision="agreed", plan_id=plan.id
    )
    assert sent.headers["Location"] == path
    assert f"{plan.reference} is agreed" in administrator.get(path).get_text()
    session.refresh(plan)
    assert plan.status is PlanStatus.AGREED
    administrator.get(f"{path}edit/", 403)
    administrator.get(f"{path}delete/", 403)
    assert administrator.get(page).get_text().count("Not planned yet") == 2


def test_only_a_meeting_on_record_agrees_a_plan_and_its_page_says_where(
    browser: Open, session: Session, review: ThematicReview, plan: ActionPlan
) -> None:
    session.commit()
    administrator, page = browser(Role.ADMINISTRATOR), f"/action-plans/{plan.id}/"
    said = administrator.get(page).get_text(" ", strip=True)
    assert f"No meeting on record has decided on {plan.reference} yet" in said
    assert administrator.send(f"{page}agree/", page=page).status_code == 404
    assert administrator.get(page).find("a", string="Plan a Board meeting")
    presentation = meeting(session, review)
    session.commit()
    where = administrator.get(page).find("a", string="Record what the Board decided")
    assert where is not None
    assert where["href"] == f"/presentations/{presentation.id}/held/"
    administrator.send(str(where["href"]), held_on=HELD.isoformat(), decided="As it stands.", decision="agreed",
                       plan_id=plan.id)  # fmt: skip
    panel = administrator.get(page).find("h2", string="Decisions on the plan").find_parent("section")
    said = panel.get_text(" ", strip=True)
    assert all(words in said for words in ("Executive Board", "Agreed", "As it stands."))
    session.refresh(plan)
    assert (plan.status, plan.agreed_on) == (PlanStatus.AGREED, HELD)
    make.board_agrees(session, plan)
    plan.status = PlanStatus.CLOSED
    with pytest.raises(RuleBroken, match="cannot be agreed again"):
        make.board_agrees(session, plan)


def test_changes_are_confirmed_by_a_press(
    browser: Open, session: Session, review: ThematicReview, plan: ActionPlan
) -> None:
    presentation = held(session, review, decision=Decision.AGREED_WITH_CHANGES, plan=plan)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    administrator.send(f"/presentations/{presentation.id}/changed/")
    assert "The plan is agreed, with the changes" in administrator.get(f"/presentations/{presentation.id}/").get_text()
    session.refresh(plan)
    assert plan.agreed_on == today()


def test_officer_of_another_hub_records_nothing(browser: Open, session: Session, review: ThematicReview) -> None:
    presentation = meeting(session, review)
    session.commit()
    officer = browser(Role.OFFICER, name="Officer elsewhere")
    for page in ("held", "edit", "delete"):
        officer.get(f"/presentations/{presentation.id}/{page}/", 403)
    officer.send(f"/presentations/{presentation.id}/changed/", "/account/", confirmed="yes")
    assert "of your own hubs only" in officer.get(f"/presentations/{presentation.id}/").get_text()


def challenge(session: Session, **values: Any) -> Challenge:
    challenge = Challenge(**{"challenged_on": HELD, "challenger": "Chair", "question": "Who saw the child?", **values})
    challenge.check(session)
    session.add(challenge)
    session.flush()
    return challenge


def test_challenge_closes_with_its_answer_and_its_outcome(session: Session, review: ThematicReview) -> None:
    line = challenge(session, review_id=review.id, agency_id=make.agency(session).id)
    with pytest.raises(RuleBroken, match="There is no answer yet"):
        close_challenge(session, line, outcome="Done.", on=HELD)
    for answer, on, sentence in ((" ", HELD, "Write the answer"), ("Yes", date(2026, 5, 3), "cannot come before")):
        with pytest.raises(RuleBroken, match=sentence):
            answer_challenge(session, line, answer=answer, on=on)
    answer_challenge(session, line, answer="The health visitor.", on=HELD)
    with pytest.raises(RuleBroken, match="Write what came of the challenge"):
        close_challenge(session, line, outcome=" ", on=HELD)
    close_challenge(session, line, outcome="A field for it.", on=HELD)
    with pytest.raises(RuleBroken, match="is closed"):
        answer_challenge(session, line, answer="Another.", on=HELD)
    with pytest.raises(RuleBroken, match="is closed already"):
        close_challenge(session, line, outcome="Again.", on=HELD)


def test_challenge_belongs_to_a_review_or_to_the_review_of_its_meeting(
    session: Session, review: ThematicReview
) -> None:
    police, presentation = make.agency(session), meeting(session, review)
    assert challenge(session, presentation_id=presentation.id, agency_id=police.id).review_id == review.id
    with pytest.raises(RuleBroken, match="Name the review or the meeting"):
        challenge(session, agency_id=police.id)
    other = make.review(session, year=2027)
    with pytest.raises(RuleBroken, match="That meeting was about another review"):
        challenge(session, presentation_id=presentation.id, review_id=other.id, agency_id=police.id)


def test_manager_answers_the_own_agencys_challenge_and_reads_no_other(
    browser: Open, session: PortalSession, review: ThematicReview
) -> None:
    own, theirs = make.agency(session, "Own"), make.agency(session, "Theirs")
    board = meeting(session, review)
    mine = challenge(session, presentation_id=board.id, agency_id=own.id)
    foreign = challenge(session, review_id=review.id, agency_id=theirs.id, question="Not for you to read?")
    manager = browser(Role.MANAGER, agency=own)
    assert "challenge waits for an answer" in manager.get("/").get_text()
    assert "Not for you to read?" not in manager.get("/challenges/").get_text()
    for page in ("", "answer/"):
        manager.get(f"/challenges/{foreign.id}/{page}", 404)
    path = f"/challenges/{mine.id}/"
    assert "Executive Board, 4 May 2026" in manager.get(path).get_text()
    sent = manager.send(f"{path}answer/", answered_on=today().isoformat(), answer="The health visitor.")
    assert sent.headers["Location"] == path
    session.refresh(mine)
    assert (mine.answer, mine.answered_on) == ("The health visitor.", today())
    manager.get(f"{path}close/", 403)


def test_officer_closes_an_answered_challenge(browser: Open, session: Session, review: ThematicReview) -> None:
    line = challenge(session, review_id=review.id, agency_id=make.agency(session).id)
    session.commit()
    officer = browser(Role.OFFICER)
    path = f"/challenges/{line.id}/"
    early = officer.send(f"{path}close/", closed_on=today().isoformat(), outcome="Done.")
    assert (early.status_code, "There is no answer yet" in words_of(early)) == (422, True)
    officer.send(f"{path}answer/", answered_on=today().isoformat(), answer="The health visitor.")
    officer.send(f"{path}close/", closed_on=today().isoformat(), outcome="A field for it.")
    assert "Closed" in officer.get(path).get_text()
    lists = {word: officer.get(f"/challenges/?stands={word}").select("tbody tr") for word in ("Open", "Closed")}
    assert {word: len(rows) for word, rows in lists.items()} == {"Open": 0, "Closed": 1}


def test_member_of_an_agency_reads_but_does_not_answer(browser: Open, session: Session, review: ThematicReview) -> None:
    own = make.agency(session)
    line = challenge(session, review_id=review.id, agency_id=own.id)
    member = browser(Role.AGENCY_MEMBER, agency=own)
    member.get(f"/challenges/{line.id}/")
    member.get(f"/challenges/{line.id}/answer/", 403)


def test_manager_of_no_agency_answers_no_challenge(browser: Open, session: Session, review: ThematicReview) -> None:
    line = challenge(session, review_id=review.id, agency_id=make.agency(session).id)
    manager, path = browser(Role.MANAGER), f"/challenges/{line.id}/"
    manager.get(f"{path}answer/", 403)
    assert manager.send(f"{path}answer/", "/account/", answer="Ours.", answered_on=f"{HELD}").status_code == 403
    session.refresh(line)
    assert line.answered_on is None


def test_challenge_that_is_answered_is_neither_changed_nor_deleted(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    line = challenge(session, review_id=review.id, agency_id=make.agency(session).id)
    officer, path = browser(Role.OFFICER), f"/challenges/{line.id}/"
    for page in ("edit", "delete"):
        officer.get(f"{path}{page}/")
    answer_challenge(session, line, answer="The health visitor.", on=HELD)
    session.commit()
    for page in ("edit", "delete"):
        officer.get(f"{path}{page}/", 403)
        assert officer.send(f"{path}{page}/", "/account/", question="Another?").status_code == 403
    session.refresh(line)
    assert line.question == "Who saw the child?"
