"""Do the Board's pictures of actions count what their lists show, for whom they may be seen, in few statements?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.gates.pictures.actions import actions_over_time, embedded_actions, overdue_actions
from models.gates.pictures.scopes import BoardScope
from models.partnership.hubs import HubKind
from models.plans.action_counts import count_actions
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.impact_analyses import Impact, ImpactCheck, open_impact_analysis
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import month_ends_before, months_after
from models.rules.documents.pictures import Columns, Line, Picture, Rows
from tests import make
from tests.kit.test_screens import statements
from tests.web import Browser

Open = Callable[..., Browser]
PICTURES = (actions_over_time, overdue_actions, embedded_actions)
LEADS = {HubKind.CHILDREN: "Police", HubKind.ADULTS: "Health", HubKind.COMBINED: "Police"}
"""Which agency leads the actions of each kind of review."""


@pytest.fixture
def plans(session: PortalSession) -> dict[HubKind, ActionPlan]:
    """Agreed plans of a review of each kind, and a draft: each with one overdue action of each age and one in time.

    One action more of each agreed plan is complete; the one for children is embedded.
    """
    on, plans = today(), {}
    for kind, lead in LEADS.items():
        review = make.review(session, kind=kind, title=f"Review for {kind.value}", year=on.year)
        plans[kind] = make.plan(session, review)
        _add(session, plans[kind], lead, on)
        make.board_agrees(session, plans[kind], on - timedelta(days=200))
    _add(session, make.plan(session, title="A draft"), "Police", on)
    for kind, impact in ((HubKind.CHILDREN, Impact.EMBEDDED), (HubKind.ADULTS, Impact.NOT_EMBEDDED)):
        _check(session, plans[kind], impact)
    session.commit()
    return plans


def _add(session: Session, plan: ActionPlan, lead: str, on: date) -> None:
    agency = make.agency(session, lead)
    for days in (-120, -91, -90, -31, -30, -15, -14, -1, 0, 60):
        make.action(session, plan, agency, due_on=on + timedelta(days=days))
    done = make.action(session, plan, agency, due_on=on)
    done.completion_evidence, done.completed_on = "Seen.", on - timedelta(days=40)
    session.flush()


def _check(session: Session, plan: ActionPlan, impact: Impact) -> None:
    review = session.get_one(ThematicReview, plan.review_id)
    analysis = open_impact_analysis(session, review, completed_on=months_after(today(), -12))
    analysis.due_on = today()
    action = session.query(Action).filter(Action.plan_id == plan.id, Action.completed_on.is_not(None)).one()
    session.add(
        ImpactCheck(
            analysis_id=analysis.id, action_id=action.id, impact=impact, evidence="E",
            checked_on=today() - timedelta(days=1),
        )
    )  # fmt: skip
    session.flush()


def scope(kind: HubKind | None = None, agency_id: int | None = None, *, back: int = 0) -> BoardScope:
    return BoardScope(today().year - back, kind, agency_id)


def lines(picture: Picture) -> list[Line]:
    assert isinstance(picture.plot, Rows)
    return [line for line in picture.plot.lines if not line.is_group]


def listed(browser: Browser, address: str) -> int:
    """How many records a list says that it shows."""
    words = browser.get(address).select_one("main .sum p[role=status]").get_text(" ", strip=True)  # type: ignore[union-attr]
    return int(words.partition(" found")[0].rpartition(" of ")[2].split()[0])


@pytest.mark.parametrize(("kind", "reviews"), [(None, 3), (HubKind.CHILDREN, 2), (HubKind.ADULTS, 2)])
def test_last_column_counts_the_list_behind_it_with_the_combined_reviews_in_both_kinds(
    browser: Open, session: PortalSession, plans: dict[HubKind, ActionPlan], kind: HubKind | None, reviews: int
) -> None:
    picture = actions_over_time(session, scope(kind), today())
    assert picture.table[-1][1:3] == (f"{8 * reviews}", f"{2 * reviews}")
    assert picture.table[-1][-1] == f"{11 * reviews}"
    assert listed(browser(Role.BOARD_VIEWER), picture.href) == 11 * reviews
    assert f"{reviews} of {11 * reviews} actions are complete" in picture.says


def test_columns_are_the_eleven_months_before_as_they_were_counted_and_today_as_it_is(
    session: PortalSession, plans: dict[HubKind, ActionPlan]
) -> None:
    ends = month_ends_before(today(), 12)
    for on in ends[-3:]:
        assert count_actions(session, on) == len(LEADS)
    late = session.query(Action).filter(Action.due_on == today() - timedelta(days=120)).first()
    assert late is not None
    late.completion_evidence, late.completed_on = "Seen.", ends[-1]  # what was counted stays as it was counted
    session.flush()
    picture = actions_over_time(session, scope(), today())
    assert isinstance(picture.plot, Columns)
    assert len(picture.plot.piles) == len(picture.table) == 12
    assert [row[-1] for row in picture.table] == ["Not counted"] * 8 + ["33"] * 4
    complete, embedded = picture.table[-1][3:5]
    assert (complete, embedded) == ("3", "1")
    police = actions_over_time(session, scope(agency_id=make.agency(session, "Police").id), today())
    assert [row[-1] for row in police.table[8:]] == ["22"] * 4
    nobody = actions_over_time(session, scope(agency_id=make.agency(session, "Nobody").id), today())
    assert nobody.plot is None, "months that were counted and have none of an agency's are nothing to draw"


def test_year_that_is_over_shows_its_own_twelve_months_and_no_list_of_today(
    session: PortalSession, plans: dict[HubKind, ActionPlan]
) -> None:
    year = today().year - 1
    for plan in plans.values():
        plan.agreed_on = None
    count_actions(session, date(year, 6, 30))
    picture = actions_over_time(session, scope(back=1), today())
    assert [row[0] for row in picture.table][::11] == [f"31 January {year}", f"31 December {year}"]
    assert picture.href == ""
    assert picture.says.startswith(f"At the end of June {year}, 0 of 33 actions were complete.")
    assert actions_over_time(session, scope(back=5), today()).plot is None


@pytest.mark.parametrize("kind", [None, HubKind.CHILDREN])
def test_every_number_of_the_overdue_opens_exactly_what_it_counts(
    browser: Open, session: PortalSession, plans: dict[HubKind, ActionPlan], kind: HubKind | None
) -> None:
    picture = overdue_actions(session, scope(kind), today())
    reviews = 3 if kind is None else 2
    ages, agencies = lines(picture)[:4], lines(picture)[4:]
    assert [line.value for line in ages] == [f"{2 * reviews} of {8 * reviews}"] * 4
    viewer = browser(Role.BOARD_VIEWER)
    assert [listed(viewer, line.href) for line in ages] == [2 * reviews] * 4
    assert [listed(viewer, line.href) for line in agencies] == [int(line.value.split(" of ")[1]) for line in agencies]
    assert listed(viewer, picture.href) == 8 * reviews
    assert {line.label for line in agencies} == ({"Police", "Health"} if kind is None else {"Police"})


def test_overdue_of_one_agency_are_its_own_only(
    browser: Open, session: PortalSession, plans: dict[HubKind, ActionPlan]
) -> None:
    health = make.agency(session, "Health")
    picture = overdue_actions(session, scope(agency_id=health.id), today())
    assert picture.says == "8 of 10 open actions are overdue, 6 of them by more than 14 days."
    assert listed(browser(Role.SPONSOR), picture.href) == 8
    for action in session.query(Action).filter(Action.due_on < today(), Action.lead_agency_id == health.id):
        action.due_on = today()
    session.flush()
    picture = overdue_actions(session, scope(agency_id=health.id), today())
    assert picture.says == "0 of 10 open actions are overdue."
    assert "8 dates were moved" in picture.base
    assert listed(browser(Role.SPONSOR), picture.href) == 10


def test_impact_checks_are_told_review_by_review_and_lead_to_their_analyses(
    browser: Open, session: PortalSession, plans: dict[HubKind, ActionPlan]
) -> None:
    picture = embedded_actions(session, scope(), today())
    assert {row[0]: row[1:] for row in picture.table} == {
        "Review for children": ("1", "0", "0", "0", "10", "11", "Today"),
        "Review for adults": ("0", "0", "1", "0", "10", "11", "Today"),
    }
    viewer = browser(Role.BOARD_VIEWER)
    assert listed(viewer, picture.href) == 2
    for line in lines(picture):
        assert line.label in viewer.get(line.href).get_text(" ", strip=True)
    for asked, title in (
        (scope(HubKind.CHILDREN), "Review for children"),
        (scope(agency_id=make.agency(session, "Health").id), "Review for adults"),
    ):
        narrowed = embedded_actions(session, asked, today())
        assert [row[0] for row in narrowed.table] == [title]
        assert listed(viewer, narrowed.href) == 1
    assert embedded_actions(session, scope(back=1), today()).plot is None


def test_list_of_impact_analyses_finds_an_agency_by_words_of_its_name(
    browser: Open, session: PortalSession, plans: dict[HubKind, ActionPlan]
) -> None:
    assert listed(browser(Role.OFFICER), "/impact-analyses/?lead_agency_id=heal") == 1


def test_actions_of_drafts_are_a_list_of_their_own(
    browser: Open, session: PortalSession, plans: dict[HubKind, ActionPlan]
) -> None:
    officer = browser(Role.OFFICER)
    assert [listed(officer, f"/actions/?plans={which}") for which in ("agreed", "draft")] == [33, 11]


def test_new_portal_says_what_will_stand_there(session: PortalSession) -> None:
    for make_picture in PICTURES:
        picture = make_picture(session, scope(), today())
        assert picture.plot is None
        assert "stand" in picture.says


@pytest.mark.parametrize("make_picture", PICTURES)
def test_each_picture_takes_two_statements_at_most_however_many_actions_there_are(
    session: PortalSession, engine: Engine, plans: dict[HubKind, ActionPlan], make_picture: Callable[..., Picture]
) -> None:
    session.commit()
    session.scalar(select(1))  # the transaction has begun
    for asked in (scope(), scope(HubKind.ADULTS), scope(back=1)):
        with statements(engine) as seen:
            make_picture(session, asked, today())
        assert len(seen) <= 2, seen
