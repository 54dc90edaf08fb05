"""Are actions counted at the end of each month, once, as they stood then, and for whom?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from jobs.core.schedule import SCHEDULES, Schedule, ask_for_due_runs, due_moments
from models.core.access import Role
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.core.schedules import mark_written
from models.documents.job_requests import JobRequest, request_job
from models.partnership.hubs import HubKind
from models.plans.action_counts import COUNTS, ActionCount, actions_at, count_actions
from models.plans.action_plans import ActionPlan, PlanStatus
from models.plans.action_updates import ActionUpdate, due_days_before_moves, move_due_date
from models.plans.actions import Action
from models.plans.impact_analyses import Impact, ImpactCheck, open_impact_analysis
from models.plans.presentations import Decision, Presentation, PresentationStatus
from models.reviews.thematic_reviews import ThematicReview
from models.rules.plans.presentations import Body
from tests import make
from tests.work import do_request, do_requests, done, sessions_of_the_portal

OCTOBER, NOW = date(2026, 10, 31), datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november() -> object:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def plan(session: Session) -> ActionPlan:
    """A plan of a review for children that the Board agreed in May."""
    plan = make.plan(session)
    make.board_agrees(session, plan, date(2026, 5, 4))
    return plan


def act(
    session: Session, plan: ActionPlan, due_on: date, done_on: date | None = None, agency: str = "Police"
) -> Action:
    action = make.action(session, plan, make.agency(session, agency), due_on=due_on)
    action.completion_evidence, action.completed_on = ("Seen." if done_on else ""), done_on
    session.flush()
    return action


def check(session: Session, action: Action, impact: Impact, on: date) -> None:
    plan = session.get_one(ActionPlan, action.plan_id)
    review = session.get_one(ThematicReview, plan.review_id)
    analysis = open_impact_analysis(session, review, completed_on=date(2025, 10, 1))
    session.add(ImpactCheck(analysis_id=analysis.id, action_id=action.id, impact=impact, evidence="E", checked_on=on))
    session.flush()


def at(session: Session, on: date) -> list[tuple[str, int, int, int, int]]:
    """Kind of review and the four counts, for each agency."""
    return [(row["kind"], *(row[name] for name in COUNTS)) for row in actions_at(session, on)]


def kept(session: Session) -> list[tuple[date, str, int, int, int, int]]:
    columns = (getattr(ActionCount, name) for name in ("counted_on", "kind", *COUNTS))
    return [tuple(row) for row in session.execute(select(*columns).order_by(ActionCount.id))]  # type: ignore[misc]


def test_action_counts_in_one_of_four_ways_by_the_days_of_its_record(session: Session, plan: ActionPlan) -> None:
    act(session, plan, OCTOBER - timedelta(days=1))
    act(session, plan, OCTOBER)  # due on the day itself: there is still time
    act(session, plan, date(2026, 9, 1), OCTOBER)
    late = act(session, plan, date(2026, 9, 1), date(2026, 11, 2))  # done since, but overdue then
    embedded, partly, later = (act(session, plan, date(2026, 8, 1), date(2026, 7, 1)) for _ in range(3))
    check(session, embedded, Impact.EMBEDDED, OCTOBER)
    check(session, partly, Impact.PARTLY_EMBEDDED, OCTOBER)
    check(session, later, Impact.EMBEDDED, date(2026, 11, 2))
    assert at(session, OCTOBER) == [("children", 2, 1, 3, 1)]
    assert late.completed_on is not None
    assert at(session, date(2026, 11, 19)) == [("children", 2, 0, 3, 2)]
    assert at(session, date(2026, 5, 3)) == [], "the Board had not agreed the plan yet"
    assert at(session, date(2026, 5, 4)) == [("children", 0, 7, 0, 0)]


def test_drafts_are_not_counted_and_kinds_and_agencies_are_counted_apart(session: Session, plan: ActionPlan) -> None:
    act(session, make.plan(session, title="A draft"), date(2026, 1, 1))
    adults = make.plan(session, make.review(session, kind=HubKind.ADULTS, title="Self-neglect"), status="agreed")
    act(session, adults, date(2026, 9, 1))  # agreed, but nobody has written when: agreed all along
    act(session, plan, date(2026, 9, 1))
    act(session, plan, date(2026, 12, 1), agency="Health")
    assert at(session, OCTOBER) == [("adults", 1, 0, 0, 0), ("children", 1, 0, 0, 0), ("children", 0, 1, 0, 0)]
    assert count_actions(session, OCTOBER) == 3
    adults.status = PlanStatus.CLOSED
    assert len(at(session, OCTOBER)) == 3, "closed plans were agreed"


def test_plan_that_is_agreed_again_was_agreed_from_its_first_meeting_on(session: Session, plan: ActionPlan) -> None:
    act(session, plan, date(2026, 12, 1))
    make.board_agrees(session, plan, date(2026, 10, 5))
    assert plan.agreed_on == date(2026, 10, 5)
    assert at(session, date(2026, 5, 31)) == [("children", 0, 1, 0, 0)]
    changed = make.plan(session, title="With changes", status="agreed", agreed_on=date(2026, 10, 5))
    session.add(
        Presentation(
            review_id=changed.review_id, body=Body.BOARD, meets_on=date(2026, 3, 1), status=PresentationStatus.HELD,
            decided="Some changes.", plan_id=changed.id, decision=Decision.AGREED_WITH_CHANGES,
            changes_made_on=date(2026, 6, 10),
        )
    )  # fmt: skip
    act(session, changed, date(2026, 12, 1), agency="Health")
    assert len(at(session, date(2026, 5, 31))) == 1
    assert len(at(session, date(2026, 6, 30))) == 2


def test_moved_due_date_counts_from_the_day_it_was_moved(session: Session, plan: ActionPlan) -> None:
    action = act(session, plan, date(2026, 9, 15))
    for day, due_on in ((date(2026, 10, 10), date(2026, 10, 20)), (date(2026, 11, 5), date(2026, 12, 18))):
        move_due_date(session, action, due_on=due_on, reason="A new lead.", author_id=None)
        moment = datetime.combine(day, time(9), UTC)
        session.execute(
            update(ActionUpdate).where(ActionUpdate.text.contains(f"to {due_on.day} ")).values(written_at=moment)
        )
    assert at(session, date(2026, 9, 30)) == at(session, OCTOBER) == [("children", 1, 0, 0, 0)]
    assert due_days_before_moves(session, date(2026, 9, 30)) == {action.id: date(2026, 9, 15)}
    assert due_days_before_moves(session, OCTOBER) == {action.id: date(2026, 10, 20)}
    assert at(session, date(2026, 11, 6)) == [("children", 0, 1, 0, 0)]


def test_update_that_only_sounds_like_a_move_changes_no_count(session: Session, plan: ActionPlan) -> None:
    action = act(session, plan, date(2026, 9, 15))
    for words in ("Due date moved from 31 February 2026 to never.", "Due date moved from here to there."):
        session.add(ActionUpdate(action_id=action.id, text=words))
    session.flush()
    assert at(session, OCTOBER) == [("children", 1, 0, 0, 0)]


def test_month_is_counted_once_and_never_changes(session: PortalSession, plan: ActionPlan) -> None:
    act(session, plan, date(2026, 9, 15))
    assert count_actions(session, OCTOBER) == 1
    act(session, plan, date(2026, 9, 15))
    act(session, plan, date(2026, 9, 15), agency="Health")
    assert count_actions(session, OCTOBER) == 0
    assert kept(session) == [(OCTOBER, "children", 1, 0, 0, 0)]
    for statement in ("UPDATE action_counts SET overdue_count = 0", "DELETE FROM action_counts"):
        with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
            session.execute(text(statement))
    row = session.scalars(select(ActionCount)).one()
    again = {name: getattr(row, name) for name in ("counted_on", "kind", "agency_id", *COUNTS)}
    with pytest.raises(IntegrityError, match="month_counted_once"), session.begin_nested():
        session.execute(insert(ActionCount).values(again))


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (date(2026, 10, 30), "30 October 2026 is not the last day of its month."),
        (date(2026, 11, 30), "Actions are counted for November 2026 when the month is over."),
    ],
)
def test_only_a_month_that_is_over_is_counted(session: Session, on: date, why: str) -> None:
    with pytest.raises(RuleBroken, match=why):
        count_actions(session, on)


def test_job_counts_the_month_before_and_run_twice_counts_it_once(
    session: PortalSession, session_factory: sessionmaker[PortalSession], plan: ActionPlan
) -> None:
    act(session, plan, date(2026, 9, 15))
    first, second = (request_job(session, "count_actions", {"due_on": "2026-11-01"}) for _ in range(2))
    assert first is not None
    assert second is not None
    said = done([do_request(session, session_factory, number) for number in (first, second)])
    assert said == ["1 count of actions kept for October 2026.", "0 counts of actions kept for October 2026."]
    assert do_request(session, session_factory, first).sentence == said[0]
    assert kept(session) == [(OCTOBER, "children", 1, 0, 0, 0)]


def test_job_that_is_asked_for_without_a_day_counts_the_month_before_today(
    session: PortalSession, session_factory: sessionmaker[PortalSession], plan: ActionPlan
) -> None:
    act(session, plan, date(2026, 9, 15))
    number = request_job(session, "count_actions")
    assert number is not None
    assert done([do_request(session, session_factory, number)]) == ["1 count of actions kept for October 2026."]


def _schedule() -> Schedule:
    return next(schedule for schedule in SCHEDULES if schedule.job == "count_actions")


def test_schedule_is_due_on_the_first_of_each_month_also_when_the_clocks_change() -> None:
    moments = due_moments(_schedule(), datetime(2026, 2, 1, 12, tzinfo=UTC), datetime(2026, 6, 1, 12, tzinfo=UTC))
    assert [f"{moment:%d %b %H:%M}" for moment in moments] == [
        "01 Mar 00:30", "31 Mar 23:30", "30 Apr 23:30", "31 May 23:30",
    ]  # fmt: skip


def test_scheduler_that_was_down_for_months_catches_up_and_each_month_is_counted_as_it_stood(
    session: PortalSession, session_factory: sessionmaker[PortalSession], plan: ActionPlan
) -> None:
    act(session, plan, date(2026, 8, 15), date(2026, 10, 2))
    act(session, plan, date(2026, 12, 1))
    mark_written(session, _schedule().name, datetime(2026, 8, 20, tzinfo=UTC))
    session.commit()
    sessions = sessions_of_the_portal(session_factory)
    assert ask_for_due_runs(sessions, NOW, [_schedule()]) == 3
    assert ask_for_due_runs(sessions, NOW, [_schedule()]) == 0
    do_requests(session, session_factory)
    assert kept(session) == [
        (date(2026, 8, 31), "children", 1, 1, 0, 0),
        (date(2026, 9, 30), "children", 1, 1, 0, 0),
        (OCTOBER, "children", 0, 1, 1, 0),
    ]
    keys = session.scalars(select(JobRequest.unique_key).where(JobRequest.name == "count_actions"))
    assert len(set(keys)) == 3


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SPONSOR, Role.BOARD_VIEWER, Role.MANAGER])
def test_people_of_the_partnership_read_the_counts_and_change_none(
    session: PortalSession, plan: ActionPlan, role: Role
) -> None:
    act(session, plan, date(2026, 9, 15))
    count_actions(session, OCTOBER)
    with make.acting(session, role):
        assert len(kept(session)) == 1
        with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
            session.execute(text("UPDATE action_counts SET overdue_count = 0"))


@pytest.mark.parametrize("role", [Role.AGENCY_MEMBER, Role.MANAGER])
def test_agency_reads_no_counts_not_even_its_own(session: PortalSession, plan: ActionPlan, role: Role) -> None:
    act(session, plan, date(2026, 9, 15))
    count_actions(session, OCTOBER)
    police = make.agency(session, "Police")
    refused = pytest.raises(DBAPIError, match="permission denied")
    with make.acting(session, role, police), refused, session.begin_nested():
        kept(session)
