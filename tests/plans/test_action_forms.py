"""Is a new action written in three parts that lose nothing, kept as a draft at any time, and changed part by part?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.plans.action_drafts import ActionDraft
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.recommendations import Recommendation
from models.rules.core.due_dates import months_after
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser, member, sent_by, words_of

Open = Callable[..., Browser]
TEXT = "Agree one threshold word list."


@pytest.fixture
def recommendation(session: PortalSession) -> Recommendation:
    """A recommendation of a plan whose review the officer of the cast runs."""
    give_starting_words(session)
    recommendation = make.recommendation(session, make.plan(session))
    make.agency(session)
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    session.commit()
    return recommendation


def first_part(recommendation: Recommendation) -> str:
    return f"/actions/new/?plan_id={recommendation.plan_id}&recommendation_id={recommendation.id}"


def sent(browser: Browser, address: str, **values: str) -> TestResponse:
    """What comes of the form on a page, sent with these values to where the form says."""
    page = browser.get(address)
    return browser.client.post(target(page), data={**sent_by(page), **values})


def target(page: BeautifulSoup) -> str:
    form = page.select_one("main form.fields")
    assert form is not None
    return str(form["action"])


def labels(page: BeautifulSoup) -> list[str]:
    """The fields of the part that stand open."""
    names = [str(field["name"]) for field in page.select("form.fields [name]") if not field.find_parent("details")]
    hidden = {"csrf_token", "once", "row_version", "plan_id", "go"}
    return list(dict.fromkeys(name for name in names if name not in hidden))


def count(session: PortalSession, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_officer_makes_an_action_in_three_parts_and_no_draft_is_left(
    browser: Open, session: PortalSession, recommendation: Recommendation
) -> None:
    officer, agency = browser(Role.OFFICER), make.agency(session)
    page = officer.get(first_part(recommendation))
    assert labels(page) == ["recommendation_id", "text"]
    second = sent(officer, first_part(recommendation), text=TEXT, go="2").location
    page = officer.get(second)
    assert labels(page) == ["lead_agency_id", "owner_id", "due_in", "due_on"]
    assert TEXT in page.select_one("section.card").get_text()  # type: ignore[union-attr]
    in_three_months = months_after(today(), 3)
    third = sent(officer, second, lead_agency_id=str(agency.id), due_in=in_three_months.isoformat(), go="3").location
    page = officer.get(third)
    assert labels(page) == ["success_measure", "target", "target_count", "baseline"]
    assert "Make the action" in page.select_one("button.main").get_text()  # type: ignore[union-attr]
    assert count(session, ActionDraft) == 1
    answer = sent(officer, third, success_measure="One list is used.", target_count="4")
    (action,) = session.scalars(select(Action))
    assert answer.location == f"/actions/{action.id}/"
    assert (action.text, action.recommendation_id, action.due_on) == (TEXT, recommendation.id, in_three_months)
    assert (action.success_measure, action.target_count, action.number) == ("One list is used.", 4, 1)
    assert count(session, ActionDraft) == 0


def test_back_keeps_what_was_typed_also_what_does_not_fit(
    browser: Open, session: PortalSession, recommendation: Recommendation
) -> None:
    officer = browser(Role.OFFICER)
    second = sent(officer, first_part(recommendation), text=TEXT, go="2").location
    back = sent(officer, second, due_in="other", due_on="next spring", other_agencies="Housing", go="1").location
    assert sent_by(officer.get(back))["text"] == TEXT
    again = sent(officer, back, text="Agree two lists.", go="2").location
    kept = sent_by(officer.get(again))
    assert (kept["due_on"], kept["other_agencies"]) == ("next spring", "Housing")
    assert count(session, ActionDraft) == 1


def test_part_that_does_not_hold_is_shown_again_with_its_own_problems_only(
    browser: Open, session: PortalSession, recommendation: Recommendation
) -> None:
    officer = browser(Role.OFFICER)
    answer = sent(officer, first_part(recommendation), text=" ", go="2")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert [link["href"] for link in page.select(".problems a")] == ["#text"]
    assert count(session, ActionDraft) == 0
    second = sent(officer, first_part(recommendation), text=TEXT, go="2").location
    answer = sent(officer, second, due_in="other", due_on="31/13/2027", go="3")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert {link["href"] for link in page.select(".problems a")} == {"#lead_agency_id", "#due_on"}
    assert sent_by(page)["due_on"] == "31/13/2027"


def test_refusal_at_the_end_shows_the_part_it_is_about_and_keeps_the_others(
    browser: Open, session: PortalSession, recommendation: Recommendation
) -> None:
    officer, agency = browser(Role.OFFICER), make.agency(session)
    second = sent(officer, first_part(recommendation), text=TEXT, go="2").location
    third = sent(officer, second, lead_agency_id=str(agency.id), due_in="other", due_on="2027-01-01",
                 starts_on="2027-02-01", go="3").location  # fmt: skip
    answer = sent(officer, third, success_measure="One list is used.")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert [link["href"] for link in page.select(".problems a")] == ["#due_on"]
    assert "cannot be due before it starts" in words_of(answer)
    mended = {**sent_by(page), "due_in": "other", "due_on": "2027-03-01", "go": "3"}
    last = officer.client.post(target(page), data=mended).location
    assert sent_by(officer.get(last))["success_measure"] == "One list is used."
    assert sent(officer, last).status_code == 302
    (action,) = session.scalars(select(Action))
    assert (action.starts_on, action.due_on) == (date(2027, 2, 1), date(2027, 3, 1))


def test_draft_is_kept_unfinished_stands_on_its_writers_plan_page_and_is_thrown_away(
    browser: Open, session: PortalSession, recommendation: Recommendation
) -> None:
    officer, administrator = browser(Role.OFFICER), browser(Role.ADMINISTRATOR)
    plan_page = f"/action-plans/{recommendation.plan_id}/"
    answer = sent(officer, first_part(recommendation), text="Half a tho", go="draft")
    assert answer.location == plan_page
    (draft,) = session.scalars(select(ActionDraft))
    link = f"/actions/new/?plan_id={recommendation.plan_id}&draft={draft.id}"
    assert officer.get(plan_page).select_one(f'a[href="{link}"]') is not None
    assert sent_by(officer.get(link))["text"] == "Half a tho"
    assert "Half a tho" not in administrator.get(plan_page).get_text()
    administrator.get(link, status=404)
    drop = f"/actions/drafts/{draft.id}/drop/"
    assert administrator.client.post(drop, data=administrator.tokens(plan_page)).status_code == 404
    assert officer.client.post(drop, data=officer.tokens(plan_page)).status_code == 302
    assert count(session, ActionDraft) == 0
    officer.get(link, status=404)


def test_same_step_sent_twice_keeps_one_draft_and_the_same_end_makes_one_action(
    browser: Open, session: PortalSession, recommendation: Recommendation
) -> None:
    officer, agency = browser(Role.OFFICER), make.agency(session)
    page = officer.get(first_part(recommendation))
    step = {**sent_by(page), "text": TEXT, "go": "2"}
    answers = [officer.client.post(target(page), data=step) for _ in range(2)]
    assert len({answer.location for answer in answers}) == 1
    assert count(session, ActionDraft) == 1
    end = {"lead_agency_id": str(agency.id), "due_on": "2027-01-01"}
    page = officer.get(answers[0].location)
    last = {name: value for name, value in {**sent_by(page), **end}.items() if name != "go"}
    answers = [officer.client.post(target(page), data=last) for _ in range(2)]
    assert answers[0].location.startswith("/actions/")
    assert count(session, Action) == 1


def test_action_is_changed_one_part_at_a_time_and_the_others_stay(
    browser: Open, session: PortalSession, recommendation: Recommendation
) -> None:
    plan = session.get_one(ActionPlan, recommendation.plan_id)
    action = make.action(session, plan, make.agency(session), text=TEXT, baseline="None", owner_name="Ann")
    session.commit()
    officer, edit = browser(Role.OFFICER), f"/actions/{action.id}/edit/"
    assert labels(officer.get(edit)) == ["recommendation_id", "text"]
    page = officer.get(f"{edit}?part=3")
    assert labels(page) == ["success_measure", "target", "target_count", "baseline"]
    assert sent(officer, f"{edit}?part=3", success_measure="Used.").location == f"/actions/{action.id}/"
    on = sent(officer, f"{edit}?part=1", text="Agree two.", go="2")
    assert on.location == f"{edit}?part=2"
    session.refresh(action)
    assert (action.text, action.success_measure) == ("Agree two.", "Used.")
    assert (action.baseline, action.owner_name) == ("None", "Ann")


def test_agency_fills_in_its_three_fields_on_one_page(
    browser: Open, session: PortalSession, recommendation: Recommendation
) -> None:
    plan, agency = session.get_one(ActionPlan, recommendation.plan_id), make.agency(session)
    action = make.action(session, plan, agency)
    session.commit()
    page = browser(Role.MANAGER, agency=agency).get(f"/actions/{action.id}/edit/?part=2")
    assert labels(page) == ["brag_id", "completion_evidence", "impact_evidence"]
    assert page.select("ol.parts") == []
