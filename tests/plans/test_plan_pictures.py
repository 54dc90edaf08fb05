"""Do the pictures of a plan's page count its actions as its rows do, and lead to exactly what they count?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan
from models.rules.plans.plan_pictures import LeadAgency, Rated, agencies_picture, ratings_picture
from models.tools.starting_words import give_starting_words
from tests import make
from tests.documents.drawings import drawn_bars, numbers_drawn, table_of
from tests.kit.test_screens import statements
from tests.web import Browser, member

Open = Callable[..., Browser]
POLICE, TRUST = "Northfield Police", "Northfield Trust"


@pytest.fixture
def plan(session: Session) -> ActionPlan:
    """Three open actions of the police, two of them overdue, one open one and a complete one of the trust."""
    give_starting_words(session)
    plan = make.plan(session)
    amber = select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.BRAG, ReferenceItem.code == "amber")
    for agency, days in ((POLICE, -20), (POLICE, -1), (POLICE, 0), (TRUST, 9), (TRUST, -9)):
        due_on = today() + timedelta(days)
        action = make.action(session, plan, make.agency(session, agency), due_on=due_on, text=f"Due in {days} days")
        if days < 0:
            action.brag_id = session.scalar(amber)
        if (agency, days) == (TRUST, -9):
            action.completion_evidence, action.completed_on = "Seen.", today()
    session.commit()
    return plan


def rows_behind(browser: Browser, href: str) -> int:
    return len(browser.get(href).select("table.list tbody tr"))


def test_each_lead_agency_has_its_overdue_actions_among_its_open_ones(browser: Open, plan: ActionPlan) -> None:
    officer = browser(Role.OFFICER)
    part = officer.get(f"/action-plans/{plan.id}/").select_one("section[aria-labelledby=p-lead-agencies]")
    assert part is not None
    says = part.select_one("p.says")
    assert says is not None
    assert says.get_text() == f"Two of four open actions are overdue; {POLICE} leads both."
    assert drawn_bars(part) == {POLICE: ("2 of 3", [66.67, 33.33]), TRUST: ("0 of 1", [33.33])}
    assert table_of(part) == [[POLICE, "2", "1", "3"], [TRUST, "0", "1", "1"]]
    assert [rows_behind(officer, str(link["href"])) for link in part.select("ul.marks a")] == [3, 1]


def test_bar_of_ratings_leads_to_the_actions_of_each_rating(browser: Open, plan: ActionPlan) -> None:
    officer = browser(Role.OFFICER)
    part = officer.get(f"/action-plans/{plan.id}/").select_one("section[aria-labelledby=sum]")
    assert part is not None
    legend = part.select_one("ul.legend")
    assert legend is not None
    assert legend.get("aria-hidden") is None, "its links are read out"
    assert [link.get_text() for link in legend.select("a")] == ["3 Amber: at risk", "2 Not rated yet"]
    assert [rows_behind(officer, str(link["href"])) for link in legend.select("a")] == [3, 2]
    assert [text.get_text() for text in part.select("svg text")] == ["3", "2"]


def test_people_of_one_agency_are_not_compared_with_nobody(browser: Open, session: Session, plan: ActionPlan) -> None:
    police = member(session, Role.MANAGER, agency=make.agency(session, POLICE))
    session.commit()
    page = browser(Role.MANAGER, person=police).get(f"/action-plans/{plan.id}/")
    assert page.select_one("section[aria-labelledby=p-lead-agencies]") is None
    assert "3 actions" in str(page.select_one("#sum"))


def test_pictures_cost_no_statement(browser: Open, session: Session, plan: ActionPlan, engine: Engine) -> None:
    officer, counts = browser(Role.OFFICER), []
    for name in ("A third agency", "A fourth one"):
        officer.get(f"/action-plans/{plan.id}/")
        with statements(engine) as seen:
            officer.get(f"/action-plans/{plan.id}/")
        counts.append(len(seen))
        make.action(session, plan, make.agency(session, name), due_on=today(), text=name)
        session.commit()
    assert counts[0] == counts[1]


def test_pictures_draw_what_their_tables_say() -> None:
    ratings = ratings_picture([Rated("Red", "red", 3), Rated("Blue", "blue", 0), Rated("Green", "green", 9)])
    assert ratings.table == (("Red", "3"), ("Green", "9"))
    assert numbers_drawn(ratings) == [[0.25, 0.75]]
    assert ratings_picture([]).plot is None
    agencies = agencies_picture([LeadAgency("A", 4, 1), LeadAgency("B", 8, 2), LeadAgency("C", 0, 0)], 0)
    assert [[round(8 * share) for share in shares] for shares in numbers_drawn(agencies)] == [[2, 6], [1, 3]]
    assert agencies.table == (("B", "2", "6", "8"), ("A", "1", "3", "4"))


@pytest.mark.parametrize(("overdue", "says"), [
    ((0, 0), "None of the ten open actions is overdue."),
    ((1, 0), "One of ten open actions is overdue; A leads it."),
    ((3, 0), "Three of ten open actions are overdue; A leads all three."),
    ((3, 1), "Four of ten open actions are overdue; A leads three of them."),
    ((2, 2), "Four of ten open actions are overdue; A and B lead two each."),
])  # fmt: skip
def test_sentence_names_who_leads_the_most_overdue_actions(overdue: tuple[int, int], says: str) -> None:
    assert agencies_picture([LeadAgency("A", 5, overdue[0]), LeadAgency("B", 5, overdue[1])], 0).says == says


def test_sentence_names_nobody_where_many_share_the_most() -> None:
    three = [LeadAgency(name, 1, 1) for name in "ABC"]
    assert agencies_picture(three, 0).says == "Three of three open actions are overdue."
    assert agencies_picture([LeadAgency("A", 1, 0)], 0).says == "No open action is overdue."
