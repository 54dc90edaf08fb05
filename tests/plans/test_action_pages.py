"""Does the page of an action begin with how it stands and goes, and name what is empty instead of showing it?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.evidence.findings import Finding
from models.partnership.reference_items import ReferenceList
from models.plans.action_plans import ActionPlan
from models.plans.action_updates import ActionUpdate, move_due_date, post_progress
from models.plans.actions import Action
from models.plans.recommendation_findings import cite_findings
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser, member

Open = Callable[..., Browser]
OURS = "Northfield Police"


@pytest.fixture
def action(session: PortalSession) -> Action:
    """An action of three, due in twenty days, with an owner, a comment, and two words said about it."""
    give_starting_words(session)
    plan = make.plan(session)
    recommendation = make.recommendation(session, plan)
    finding = Finding(review_id=plan.review_id, text="Late", verdict="concern", source="case_audit")
    session.add(finding)
    session.flush()
    cite_findings(session, recommendation, [finding.id])
    agency = make.agency(session, OURS)
    for text in ("First", "Second"):
        make.action(session, plan, agency, text=text)
    action = make.action(session, plan, agency, text="Brief every nursery", due_on=today() + timedelta(days=10),
                         owner_name="Orla Pemberton", owner_role="Early years lead", target="All are briefed",
                         critical_friend_comment="Attendance is not understanding.", target_count=214,
                         recommendation_id=recommendation.id)  # fmt: skip
    author = make.person(session, Role.OFFICER)
    for code, reached in (("green", 40), ("amber", 151)):
        word = make.word(session, ReferenceList.BRAG, code)
        said = ActionUpdate(text=f"{reached} briefed.", brag_id=word.id, author_id=author.id, reached_count=reached)
        post_progress(session, action, said)
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    session.commit()
    return action


def strip(page: BeautifulSoup) -> dict[str, list[str]]:
    """The four facts on top: what each says, in its lines."""
    return {
        str(fact.dt.get_text()): [words.strip() for words in fact.dd.find_all(string=True) if words.strip()]  # type: ignore[union-attr]
        for fact in page.select("dl.status > div")
    }


def test_page_leads_with_four_facts_and_the_name_of_what_is_done(
    browser: Open, session: PortalSession, action: Action
) -> None:
    page = browser(Role.OFFICER).get(f"/actions/{action.id}/")
    assert page.select_one("h1").get_text() == "Brief every nursery"  # type: ignore[union-attr]
    assert "action 3 of 3" in page.select_one("main .caption").get_text()  # type: ignore[union-attr]
    facts = strip(page)
    assert list(facts) == ["Rating", "Due", "Owner", "Last heard"]
    assert facts["Rating"] == ["Amber", "At risk, recovery named"]
    assert facts["Due"][1] == "in 10 days, never moved"
    assert facts["Owner"] == ["Orla Pemberton", f"Early years lead, {OURS}"]
    assert facts["Last heard"][1] == "today"
    assert page.select("dl.status.amber") != []


def test_progress_comes_before_the_facts_latest_first_with_what_the_rating_became(
    browser: Open, session: PortalSession, action: Action
) -> None:
    page = browser(Role.OFFICER).get(f"/actions/{action.id}/")
    assert [heading.get_text() for heading in page.select("main h2")] == [
        "Progress", "Why it is done", "Critical friend", "History",
    ]  # fmt: skip
    assert [tag.get_text() for tag in page.select(".updates .tag")] == ["Green to Amber", "Green"]
    measure = page.select_one(".measure").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert measure.endswith("63 to go, in 10 days")
    bar: Any = page.select_one("progress")
    assert (bar["value"], bar["max"]) == ("151", "214")


def test_empty_facts_are_named_in_a_fold_and_the_others_shown(
    browser: Open, session: PortalSession, action: Action
) -> None:
    page = browser(Role.OFFICER).get(f"/actions/{action.id}/")
    shown = {term.get_text() for term in page.select("dl.facts dt")}
    assert {"Recommendation", "Rests on", "Target"} <= shown
    assert "–" not in {value.get_text() for value in page.select("dl.facts dd")}
    fold = page.select_one("main details.fold")
    assert fold is not None
    empty = [item.get_text() for item in fold.select("li")]
    assert {"Evidence of completion", "Baseline", "Board decision"} <= set(empty)
    assert fold.summary.get_text() == f"{len(empty)} facts not filled in yet"  # type: ignore[union-attr]
    assert not shown & set(empty)


def test_moved_date_and_completion_stand_in_the_strip(browser: Open, session: PortalSession, action: Action) -> None:
    before = action.due_on
    move_due_date(session, action, due_on=today() - timedelta(days=3), reason="Sooner.", author_id=None)
    session.commit()
    officer = browser(Role.OFFICER)
    late = strip(officer.get(f"/actions/{action.id}/"))["Due"]
    assert late[1].startswith("3 days late, first agreed ")
    assert str(before.day) in late[1]
    action.completion_evidence, action.completed_on = "Seen.", today()
    session.commit()
    assert "Done" in strip(officer.get(f"/actions/{action.id}/"))


def test_one_button_leads_and_the_rest_stand_in_one_menu(browser: Open, session: PortalSession, action: Action) -> None:
    page = browser(Role.OFFICER).get(f"/actions/{action.id}/")
    assert [button.get_text() for button in page.select(".page-head .button.main")] == ["Post progress"]
    menu = [entry.find(string=True) for entry in page.select(".page-head .drop li > a")]
    assert menu == ["Change the action", "Delete", "Move due date", "State as done"]


def test_agency_reads_its_action_without_the_findings_and_the_history(
    browser: Open, session: PortalSession, action: Action
) -> None:
    page = browser(Role.AGENCY_MEMBER, agency=make.agency(session, OURS)).get(f"/actions/{action.id}/")
    assert "Rests on" not in page.get_text()
    assert "History" not in {heading.get_text() for heading in page.select("h2")}
    assert page.select(".page-head .button, .page-head .drop") == []


def test_way_back_leads_to_the_plan(browser: Open, session: PortalSession, action: Action) -> None:
    link = browser(Role.BOARD_VIEWER).get(f"/actions/{action.id}/").select_one("nav.trail a")
    assert link is not None
    assert link["href"] == f"/action-plans/{session.get_one(ActionPlan, action.plan_id).id}/"
    assert link.get_text() == "Plan, recommendation 1"
