"""Does the page of a plan show its actions by recommendation, and save changed ratings and dates, all or none?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, event, select
from werkzeug.test import TestResponse

from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.core.clock import today
from models.core.db import PortalSession
from models.partnership.hubs import HubKind
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan
from models.plans.action_updates import ActionUpdate, post_update
from models.plans.actions import Action
from models.plans.recommendations import Recommendation
from models.reviews.thematic_reviews import ThematicReview
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser, member, sent_by, words_of

Open = Callable[..., Browser]
OURS = "Northfield Police"


@pytest.fixture
def plan(session: PortalSession) -> ActionPlan:
    """Under one recommendation a late action, one due soon and a complete one, under a second one that is far off."""
    give_starting_words(session)
    plan = make.plan(session)
    first, second = (make.recommendation(session, plan, number) for number in (1, 2))
    amber = brag(session, "amber")
    for days, recommendation in ((20, first), (-5, first), (-40, first), (90, second)):
        make.action(session, plan, make.agency(session, OURS), text=f"Due in {days} days",
                    due_on=today() + timedelta(days=days), recommendation_id=recommendation.id,
                    brag_id=amber)  # fmt: skip
    done = action_of(session, -40)
    done.completion_evidence, done.completed_on, done.brag_id = "Seen.", today(), brag(session, "blue")
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    session.commit()
    return plan


def brag(session: PortalSession, code: str) -> int:
    words = select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.BRAG, ReferenceItem.code == code)
    return session.scalars(words).one()


def action_of(session: PortalSession, days: int) -> Action:
    return session.scalars(select(Action).where(Action.text == f"Due in {days} days")).one()


def table_of(page: BeautifulSoup) -> dict[str, Any]:
    """What the plan's table would send as it is."""
    return sent_by(BeautifulSoup(f"<main>{page.select_one('form.work')}</main>", "html.parser"))


def saved(browser: Browser, plan: ActionPlan, show: str = "open", **changes: str) -> TestResponse:
    sent = table_of(browser.get(f"/action-plans/{plan.id}/?show={show}"))
    return browser.client.post(f"/action-plans/{plan.id}/table/?show={show}", data={**sent, **changes})


def shown(page: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in page.select("table.plan tbody th a")]


def written(session: PortalSession) -> list[tuple[str, str]]:
    """Table and key of everything on the change log that is about actions."""
    tables = ("actions", "action_updates")
    statement = select(ChangeRecord.table_name, ChangeRecord.row_key).where(ChangeRecord.table_name.in_(tables))
    return [tuple(row) for row in session.execute(statement.order_by(ChangeRecord.id))]  # type: ignore[misc]


def test_actions_stand_under_their_recommendation_late_first_and_what_is_done_is_folded(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    page = browser(Role.OFFICER).get(f"/action-plans/{plan.id}/")
    assert shown(page) == ["Due in -5 days", "Due in 20 days", "Due in 90 days"]
    assert [part.get_text()[:2] for part in page.select("form.work h2")] == ["1.", "2."]
    assert "1 done" in page.select_one("details.fold summary").get_text()  # type: ignore[union-attr]
    assert "5 days late" in page.select_one("table.plan").get_text()  # type: ignore[union-attr]
    assert "Amber: at risk" in page.select_one("table.plan option[selected]").get_text()  # type: ignore[union-attr]
    offered = {option.get_text() for option in page.select("table.plan option")}
    assert not any(words.startswith("Blue") for words in offered)


@pytest.mark.parametrize(("show", "days"), [
    ("late", [-5]), ("soon", [20]), ("all", [-5, 20, 90]), ("mine", [90]), ("nonsense", [-5, 20, 90]),
])  # fmt: skip
def test_each_chip_counts_what_it_shows(
    browser: Open, session: PortalSession, plan: ActionPlan, show: str, days: list[int]
) -> None:
    officer = browser(Role.OFFICER)
    action_of(session, 90).owner_id = make.person(session, Role.OFFICER).id
    session.commit()
    page = officer.get(f"/action-plans/{plan.id}/?show={show}")
    assert shown(page) == [f"Due in {each} days" for each in days]
    chips = {chip.get_text(" ", strip=True) for chip in page.select(".chips a")}
    assert chips == {"Open 3", "Late 1", "Due in 28 days 1", "Mine 1", "All 4"}


def test_one_save_writes_the_changed_rows_and_no_other(browser: Open, session: PortalSession, plan: ActionPlan) -> None:
    officer, late, soon = browser(Role.OFFICER), action_of(session, -5), action_of(session, 20)
    before, moved = written(session), today() + timedelta(days=30)
    changes = {f"r{late.id}-brag_id": str(brag(session, "red")), f"r{soon.id}-due_on": moved.isoformat()}
    answer = saved(officer, plan, **changes, reason="The provider changed.")
    assert answer.status_code == 302, words_of(answer)
    session.expire_all()
    assert (late.brag_id, soon.due_on) == (brag(session, "red"), moved)
    new = written(session)[len(before) :]
    assert {key for table, key in new if table == "actions"} == {str(late.id), str(soon.id)}
    texts = {update.action_id: update.text for update in session.scalars(select(ActionUpdate))}
    assert texts[late.id] == "The provider changed."
    assert texts[soon.id].endswith("The provider changed.")
    assert texts[soon.id].startswith("Due date moved from")
    notice = officer.get(f"/action-plans/{plan.id}/").select_one(".notice.success")
    assert notice is not None
    assert "2 actions are changed" in notice.get_text()


def test_table_saved_as_it_is_writes_nothing(browser: Open, session: PortalSession, plan: ActionPlan) -> None:
    officer, before = browser(Role.OFFICER), written(session)
    assert saved(officer, plan).status_code == 302
    assert written(session) == before
    assert "Nothing was changed" in officer.get(f"/action-plans/{plan.id}/").get_text(" ")


def test_moved_date_without_a_reason_saves_none_of_the_rows_and_keeps_what_was_typed(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    officer, late, soon = browser(Role.OFFICER), action_of(session, -5), action_of(session, 20)
    red, moved = str(brag(session, "red")), (today() + timedelta(days=30)).isoformat()
    before = written(session)
    answer = saved(officer, plan, **{f"r{late.id}-brag_id": red, f"r{soon.id}-due_on": moved})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert [link["href"] for link in page.select(".problems a")] == ["#reason"]
    kept = table_of(page)
    assert (kept[f"r{late.id}-brag_id"], kept[f"r{soon.id}-due_on"]) == (red, moved)
    assert written(session) == before
    again = officer.client.post(f"/action-plans/{plan.id}/table/", data={**kept, "reason": "New provider."})
    assert again.status_code == 302


@pytest.mark.parametrize(("field", "typed", "words"), [
    ("due_on", "soon", "must be a day"), ("due_on", "", "Give the due"), ("brag_id", "999999", "one of the BRAG words"),
    ("brag_id", "x", "one of the BRAG words"), ("brag_id", "", "one of the BRAG words"),
    ("brag_id", "blue", "Blue means complete and evidenced"),
])  # fmt: skip
def test_what_does_not_fit_is_marked_in_its_row_and_named_by_its_reference(
    browser: Open, session: PortalSession, plan: ActionPlan, field: str, typed: str, words: str
) -> None:
    late = action_of(session, -5)
    value = str(brag(session, "blue")) if typed == "blue" else typed
    answer = saved(browser(Role.OFFICER), plan, **{f"r{late.id}-{field}": value, "reason": "Why."})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    (link,) = page.select(".problems a")
    assert link["href"] == f"#r{late.id}-{field}"
    assert late.reference in link.get_text()
    assert words.lower() in link.get_text().lower()
    assert page.select_one(f"#r{late.id}-{field}[aria-invalid=true][aria-describedby]") is not None


def test_second_of_two_people_is_told_of_the_row_and_the_next_save_is_a_decision(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    officer, late, soon = browser(Role.OFFICER), action_of(session, -5), action_of(session, 20)
    red, green = str(brag(session, "red")), str(brag(session, "green"))
    sent = table_of(officer.get(f"/action-plans/{plan.id}/"))
    assert saved(officer, plan, **{f"r{late.id}-brag_id": red}).status_code == 302
    changes = {f"r{late.id}-brag_id": green, f"r{soon.id}-brag_id": green}
    answer = officer.client.post(f"/action-plans/{plan.id}/table/", data={**sent, **changes})
    assert answer.status_code == 409
    assert f"{late.reference} is Red: overdue or off track" in words_of(answer)
    session.expire_all()
    assert (late.brag_id, soon.brag_id) == (int(red), brag(session, "amber"))
    kept = table_of(BeautifulSoup(answer.text, "html.parser"))
    assert officer.client.post(f"/action-plans/{plan.id}/table/", data={**kept, "once": "y" * 30}).status_code == 302
    session.expire_all()
    assert (late.brag_id, soon.brag_id) == (int(green), int(green))


def test_row_that_a_colleague_changed_and_nobody_touched_here_is_left_alone(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    officer, late, soon = browser(Role.OFFICER), action_of(session, -5), action_of(session, 20)
    red, green = str(brag(session, "red")), str(brag(session, "green"))
    sent = table_of(officer.get(f"/action-plans/{plan.id}/"))
    assert saved(officer, plan, **{f"r{late.id}-brag_id": red}).status_code == 302
    sent |= {f"r{soon.id}-brag_id": green}
    assert officer.client.post(f"/action-plans/{plan.id}/table/", data=sent).status_code == 302
    session.expire_all()
    assert (late.brag_id, soon.brag_id) == (int(red), int(green))


def test_change_of_a_row_that_fits_the_chip_no_more_is_told_and_not_dropped(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    officer, late = browser(Role.OFFICER), action_of(session, -5)
    sent = table_of(officer.get(f"/action-plans/{plan.id}/?show=late"))
    late.due_on = today() + timedelta(days=5)
    session.commit()
    sent |= {f"r{late.id}-brag_id": str(brag(session, "red"))}
    answer = officer.client.post(f"/action-plans/{plan.id}/table/?show=late", data=sent)
    assert answer.status_code == 409
    assert shown(BeautifulSoup(answer.text, "html.parser")) == ["Due in -5 days"]


def test_one_table_sent_twice_is_saved_once(browser: Open, session: PortalSession, plan: ActionPlan) -> None:
    officer, late = browser(Role.OFFICER), action_of(session, -5)
    sent = table_of(officer.get(f"/action-plans/{plan.id}/"))
    sent |= {f"r{late.id}-brag_id": str(brag(session, "red")), "reason": "Worse."}
    path = f"/action-plans/{plan.id}/table/"
    assert [officer.client.post(path, data=sent).status_code for _ in range(2)] == [302, 302]
    assert session.scalars(select(ActionUpdate.text)).all() == ["Worse."]


def test_agency_manager_rates_own_open_actions_and_moves_no_date(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    theirs = make.action(session, plan, make.agency(session, "Theirs"), text="Of theirs", due_on=date(2027, 1, 1))
    session.commit()
    manager, late = browser(Role.MANAGER, agency=make.agency(session, OURS)), action_of(session, -5)
    page = manager.get(f"/action-plans/{plan.id}/")
    assert "Your agency's part of the plan" in page.get_text(" ")
    assert page.select("table.plan input[type=date]") == []
    assert "where a date moves" not in page.get_text(" ")
    red = str(brag(session, "red"))
    forged = {f"r{late.id}-due_on": "2030-01-01", f"r{theirs.id}-was": "1::2027-01-01", f"r{theirs.id}-brag_id": red}
    assert saved(manager, plan, **{f"r{late.id}-brag_id": red, **forged}).status_code == 302
    session.commit()  # the next transaction is the portal's own again
    session.expire_all()
    assert (late.brag_id, late.due_on) == (int(red), today() - timedelta(days=5))
    assert theirs.brag_id is None


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.BOARD_VIEWER, Role.AGENCY_MEMBER, Role.MANAGER])
def test_who_only_reads_gets_no_fields(browser: Open, session: PortalSession, plan: ActionPlan, role: Role) -> None:
    agency = make.agency(session, OURS) if role is Role.AGENCY_MEMBER else None
    page = browser(role, agency=agency).get(f"/action-plans/{plan.id}/")
    assert shown(page) == ["Due in -5 days", "Due in 20 days", "Due in 90 days"]
    assert page.select("table.plan select, table.plan input, .dock") == []
    assert "Amber: at risk" in page.select_one("table.plan").get_text()  # type: ignore[union-attr]


def test_officer_of_another_hub_reads_the_plan_and_changes_nothing(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    colleague = member(session, Role.OFFICER, name="Elsewhere")
    make.hub(session, HubKind.ADULTS).officer_id = colleague.id
    session.commit()
    stranger, late = browser(Role.OFFICER, name="Elsewhere"), action_of(session, -5)
    page = stranger.get(f"/action-plans/{plan.id}/")
    assert page.select("table.plan select, .dock") == []
    sent = {**table_of(page), f"r{late.id}-was": f"1:{late.brag_id}:{late.due_on}", f"r{late.id}-brag_id": "1"}
    assert stranger.client.post(f"/action-plans/{plan.id}/table/", data=sent).status_code == 403
    session.expire_all()
    assert late.brag_id == brag(session, "amber")


def test_page_of_a_reviews_plan_leads_to_the_only_one_or_to_the_list(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    officer = browser(Role.OFFICER)
    address = f"/action-plans/review/{plan.review_id}/"
    assert officer.client.get(address).location == f"/action-plans/{plan.id}/"
    make.plan(session, session.get_one(ThematicReview, plan.review_id))
    session.commit()
    assert officer.client.get(address).location == f"/action-plans/?review_id={plan.review_id}"
    officer.get("/action-plans/review/999999/", status=404)


def test_plan_of_many_actions_costs_no_statement_for_each(
    browser: Open, session: PortalSession, plan: ActionPlan, engine: Engine
) -> None:
    officer, counts = browser(Role.OFFICER), []
    officer.get(f"/action-plans/{plan.id}/")
    for size in (0, 40):
        for number in range(size):
            made = make.action(
                session, plan, make.agency(session, OURS), text=f"More {number}", due_on=date(2027, 5, 1)
            )
            post_update(session, made, text="Said.", brag_id=None, author_id=None)
        session.commit()
        counts.append(statements_of(engine, lambda: officer.get(f"/action-plans/{plan.id}/")))
    assert counts[0] == counts[1]


def statements_of(engine: Engine, act: Callable[[], Any]) -> int:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def test_empty_plan_says_what_it_begins_with(browser: Open, session: PortalSession) -> None:
    give_starting_words(session)
    plan = make.plan(session)
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    session.commit()
    page = browser(Role.OFFICER).get(f"/action-plans/{plan.id}/")
    first = page.select_one("form.work a.button.main")
    assert first is not None
    assert first["href"] == f"/action-plans/{plan.id}/?add=recommendation#add"
    assert session.scalars(select(Recommendation)).all() == []
