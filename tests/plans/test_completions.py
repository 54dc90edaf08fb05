"""Is an action complete only with evidence, and only when a second person says so too?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.partnership.reference_items import ReferenceItem
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action
from models.plans.completions import complete_action, confirm_completion, reopen_action, return_completion
from models.plans.impact_analyses import Impact, check_impact, open_impact_analysis
from models.reviews.thematic_reviews import ThematicReview
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]
OURS = "Northfield Police"


@pytest.fixture
def action(session: PortalSession) -> Action:
    """The only action of an agreed plan, five days overdue."""
    give_starting_words(session)
    plan = make.plan(session, status=PlanStatus.AGREED, agreed_on=date(2026, 1, 5))
    action = make.action(session, plan, make.agency(session, OURS), due_on=today() - timedelta(days=5))
    make.hub(session).officer_id = make.person(session, Role.OFFICER).id
    session.commit()
    return action


def state_done(browser: Browser, action: Action, evidence: str = "Report of 3 May.", on: date | None = None) -> int:
    page = f"/actions/{action.id}/done/"
    return browser.send(page, done_on=(on or today()).isoformat(), evidence=evidence).status_code


def buttons(browser: Browser, action: Action) -> set[str]:
    """What the page of an action offers to press."""
    page = browser.get(f"/actions/{action.id}/")
    head = page.select("main .page-head a, main .page-head button")
    return {(link.find(string=True) or "").strip() for link in head}


def shown(browser: Browser, action: Action) -> str:
    return " ".join(browser.get(f"/actions/{action.id}/").get_text(" ").split())


def brag_code(session: PortalSession, action: Action) -> str | None:
    session.refresh(action)
    return session.scalar(select(ReferenceItem.code).where(ReferenceItem.id == action.brag_id))


def test_manager_states_an_action_done_and_an_officer_confirms_it(
    browser: Open, session: PortalSession, action: Action
) -> None:
    manager, officer = browser(Role.MANAGER, agency=make.agency(session, OURS)), browser(Role.OFFICER)
    assert state_done(manager, action) == 302
    session.commit()  # the next transaction is the portal's own again
    session.refresh(action)
    assert (action.completion_claimed_on, action.completed_on) == (today(), None)
    assert "Not yet: a second person must confirm it" in shown(officer, action)
    assert "Confirm completion" not in buttons(manager, action)
    assert "action waits to be confirmed as complete" in officer.get("/").get_text(" ")
    assert officer.send(f"/actions/{action.id}/confirm/").status_code == 302
    assert brag_code(session, action) == "blue"
    assert action.completed_on == today()
    assert action.completion_confirmed_by_id != action.completion_claimed_by_id
    assert "waits to be confirmed" not in officer.get("/").get_text(" ")
    assert buttons(officer, action).isdisjoint({"State as done", "Move due date", "Confirm completion"})


def test_a_stated_completion_is_not_complete_for_lists_plans_and_reminders(
    browser: Open, session: PortalSession, action: Action
) -> None:
    officer = browser(Role.OFFICER)
    assert state_done(officer, action) == 302
    assert len(officer.get("/actions/?late=yes").select("table.list tbody tr")) == 1
    assert len(officer.get("/actions/?completion=stated").select("table.list tbody tr")) == 1
    assert officer.get("/actions/?completion=complete").select("table.list tbody tr") == []
    answer = officer.send(f"/action-plans/{action.plan_id}/close/")
    assert answer.status_code == 302
    assert "1 action of this plan is still open" in officer.get(f"/action-plans/{action.plan_id}/").get_text()
    assert session.get_one(ActionPlan, action.plan_id).status is PlanStatus.AGREED


def test_plan_closes_once_the_completion_is_confirmed_and_takes_no_new_action(
    browser: Open, session: PortalSession, action: Action
) -> None:
    officer, other = browser(Role.OFFICER), browser(Role.ADMINISTRATOR)
    state_done(officer, action)
    other.send(f"/actions/{action.id}/confirm/")
    assert officer.send(f"/action-plans/{action.plan_id}/close/").status_code == 302
    plan = session.get_one(ActionPlan, action.plan_id)
    session.refresh(plan)
    assert plan.status is PlanStatus.CLOSED
    with pytest.raises(RuleBroken, match="takes no new actions"):
        make.action(session, plan, make.agency(session, OURS))


def test_nobody_confirms_what_they_stated_themselves(browser: Open, session: PortalSession, action: Action) -> None:
    officer = browser(Role.OFFICER)
    state_done(officer, action)
    assert "Confirm completion" not in buttons(officer, action)
    officer.send(f"/actions/{action.id}/confirm/", page=f"/actions/{action.id}/progress/", confirmed="1")
    session.refresh(action)
    assert action.completed_on is None
    claimed_by = action.completion_claimed_by_id
    assert claimed_by is not None
    with pytest.raises(RuleBroken, match="A second person confirms"):
        confirm_completion(session, action, person_id=claimed_by)


def test_the_database_itself_refuses_one_person_as_both(session: PortalSession, action: Action) -> None:
    person = make.person(session, Role.OFFICER)
    action.completion_claimed_by_id = action.completion_confirmed_by_id = person.id
    with pytest.raises(IntegrityError, match="completion_confirmed_by_another"), session.begin_nested():
        session.flush()


@pytest.mark.parametrize(
    ("evidence", "days", "words"),
    [
        (" ", 0, "Give the evidence of completion"),
        ("Report.", 1, "cannot have been done on a day that is still to come"),
    ],
)
def test_an_action_is_not_done_without_evidence_or_tomorrow(
    browser: Open, session: PortalSession, action: Action, evidence: str, days: int, words: str
) -> None:
    page = f"/actions/{action.id}/done/"
    on = (today() + timedelta(days=days)).isoformat()
    answer = browser(Role.OFFICER).send(page, done_on=on, evidence=evidence)
    assert answer.status_code == 422
    assert words.lower() in words_of(answer).lower()
    session.refresh(action)
    assert action.completion_claimed_on is None


def test_officer_returns_a_completion_with_what_is_missing(
    browser: Open, session: PortalSession, action: Action
) -> None:
    manager, officer = browser(Role.MANAGER, agency=make.agency(session, OURS)), browser(Role.OFFICER)
    state_done(manager, action)
    manager.get(f"/actions/{action.id}/not-done/", status=403)
    page = f"/actions/{action.id}/not-done/"
    assert officer.send(page, reason=" ").status_code == 422
    assert officer.send(page, reason="Two files are missing.").status_code == 302
    session.commit()
    session.refresh(action)
    assert (action.completion_claimed_on, action.completion_claimed_by_id) == (None, None)
    assert session.scalars(select(ActionUpdate.text)).all() == ["Not complete yet: Two files are missing."]
    assert "State as done" in buttons(manager, action)
    assert state_done(manager, action, "All ten files.") == 302


def test_nothing_is_confirmed_or_returned_that_nobody_has_stated(
    browser: Open, session: PortalSession, action: Action
) -> None:
    officer = browser(Role.OFFICER)
    officer.send(f"/actions/{action.id}/confirm/", page=f"/actions/{action.id}/progress/", confirmed="1")
    answer = officer.send(f"/actions/{action.id}/not-done/", reason="Not done.")
    assert answer.status_code == 422
    assert "Nobody has stated yet" in words_of(answer)
    session.refresh(action)
    assert action.completed_on is None


def test_a_complete_action_is_not_stated_confirmed_or_returned_again(session: PortalSession, action: Action) -> None:
    officer, administrator = make.person(session, Role.OFFICER), make.person(session, Role.ADMINISTRATOR)
    complete_action(session, action, evidence="Report.", on=today(), person_id=officer.id)
    confirm_completion(session, action, person_id=administrator.id)
    for again in (
        lambda: complete_action(session, action, evidence="More.", on=today(), person_id=officer.id),
        lambda: confirm_completion(session, action, person_id=administrator.id),
        lambda: return_completion(session, action, reason="No.", person_id=administrator.id),
    ):
        with pytest.raises(RuleBroken, match="is complete already"):
            again()


def test_people_of_an_agency_read_who_confirmed_without_learning_names_of_others(
    browser: Open, session: PortalSession, action: Action
) -> None:
    manager, officer = browser(Role.MANAGER, agency=make.agency(session, OURS)), browser(Role.OFFICER)
    state_done(manager, action)
    officer.send(f"/actions/{action.id}/confirm/")
    said = shown(manager, action)
    assert "by somebody outside your agency" in said
    assert Role.OFFICER.label not in said


@pytest.mark.parametrize("role", [Role.BOARD_VIEWER, Role.SPONSOR, Role.AGENCY_MEMBER])
def test_who_only_reads_states_and_confirms_nothing(
    browser: Open, session: PortalSession, action: Action, role: Role
) -> None:
    agency = make.agency(session, OURS) if role is Role.AGENCY_MEMBER else None
    reader = browser(role, agency=agency)
    for path in ("done/", "not-done/", "confirm/"):
        reader.get(f"/actions/{action.id}/{path}", status=403)


def test_another_agencys_manager_cannot_even_see_the_action(
    browser: Open, session: PortalSession, action: Action
) -> None:
    stranger = browser(Role.MANAGER, agency=make.agency(session, "Southfield Health"))
    own = make.action(session, session.get_one(ActionPlan, action.plan_id), make.agency(session, "Southfield Health"))
    session.commit()
    stranger.get(f"/actions/{action.id}/done/", status=404)
    tokens = stranger.tokens(f"/actions/{own.id}/done/")
    sent = {**tokens, "done_on": today().isoformat(), "evidence": "Not ours."}
    assert stranger.client.post(f"/actions/{action.id}/done/", data=sent).status_code == 404
    session.commit()
    session.refresh(action)
    assert action.completion_claimed_on is None


def test_a_complete_action_stays_blue_until_an_officer_opens_it_again(
    browser: Open, session: PortalSession, action: Action
) -> None:
    manager, officer = browser(Role.MANAGER, agency=make.agency(session, OURS)), browser(Role.OFFICER)
    state_done(manager, action)
    officer.send(f"/actions/{action.id}/confirm/")
    session.commit()
    red = session.scalars(select(ReferenceItem.id).where(ReferenceItem.code == "red")).one()
    stays = f"{action.reference} is complete and keeps the word for it"
    for who in (manager, officer):
        answer = who.send(f"/actions/{action.id}/progress/", text="It has slipped.", brag_id=red)
        assert (answer.status_code, stays in words_of(answer)) == (422, True)
    several = officer.send(f"/actions/rate/?ids={action.id}", text="It has slipped.", brag_id=red)
    edited = f"/actions/{action.id}/edit/?part=3"
    for word in (red, ""):
        answer = officer.client.post(edited, data=officer.filled(edited, brag_id=word))
        assert (answer.status_code, stays in words_of(answer)) == (422, True)
    assert (several.status_code, brag_code(session, action)) == (422, "blue")
    assert session.scalars(select(ActionUpdate)).all() == []
    assert officer.client.post(edited, data=officer.filled(edited, target="Ten files")).status_code == 302
    manager.get(f"/actions/{action.id}/open-again/", 403)
    page = f"/actions/{action.id}/open-again/"
    assert "Open again" in buttons(officer, action)
    assert officer.send(page, reason=" ").status_code == 422
    assert officer.send(page, reason="The files were those of another team.").status_code == 302
    session.commit()
    assert (brag_code(session, action), action.completed_on, action.completion_claimed_on) == (None, None, None)
    assert "Opened again: The files were those of another team." in shown(manager, action)
    assert manager.send(f"/actions/{action.id}/progress/", text="Begun anew.", brag_id=red).status_code == 302
    assert brag_code(session, action) == "red"


def test_what_is_closed_or_embedded_is_not_opened_again(session: PortalSession, action: Action) -> None:
    officer = make.person(session, Role.OFFICER)
    with pytest.raises(RuleBroken, match="is not complete, so there is nothing to open again"):
        reopen_action(session, action, reason="A slip.", person_id=officer.id)
    complete_action(session, action, evidence="Report.", on=today(), person_id=make.person(session, Role.SPONSOR).id)
    confirm_completion(session, action, person_id=officer.id)
    plan = session.get_one(ActionPlan, action.plan_id)
    review = session.get_one(ThematicReview, plan.review_id)
    analysis = open_impact_analysis(session, review, completed_on=today())
    check_impact(session, analysis, action, impact=Impact.EMBEDDED, evidence="Read.", person_id=officer.id)
    with pytest.raises(RuleBroken, match="on record as embedded; check its impact again first"):
        reopen_action(session, action, reason="A slip.", person_id=officer.id)
    plan.status = PlanStatus.CLOSED
    with pytest.raises(RuleBroken, match="is closed, so its actions are not opened again"):
        reopen_action(session, action, reason="A slip.", person_id=officer.id)
