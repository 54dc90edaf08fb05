"""Does a plan say what has changed since the last meeting, no more than is known, and to nobody who may not know?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.core.access import Role
from models.core.clock import LONDON, today
from models.core.db import PortalSession
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan
from models.plans.action_updates import ActionUpdate, move_due_date, post_update
from models.plans.actions import Action
from models.plans.plan_changes import plan_changes
from models.plans.plan_reports import ReportScope, plan_report
from models.rules.documents.papers import Occasion
from models.rules.plans.plan_changes import ActionPast, PlanChanges, changes_since
from models.tools.starting_words import give_starting_words
from tests import make

MET = today() - timedelta(days=40)
PAST = ActionPast(
    reference="A/1", due_on=date(2026, 9, 1), due_then=date(2026, 9, 1), completed_on=None, is_overdue=False,
    rating="Green", rating_then="Green",
)  # fmt: skip


@pytest.fixture
def plan(session: PortalSession) -> ActionPlan:
    """A plan that the Board agreed forty days ago; its actions are due before and after that day."""
    give_starting_words(session)
    plan = make.plan(session)
    police = make.agency(session)
    for days in (-60, -10, 10, 30):
        make.action(session, plan, police, due_on=today() + timedelta(days=days))
    make.board_agrees(session, plan, MET)
    session.flush()
    return plan


def actions_of(session: PortalSession, plan: ActionPlan) -> list[Action]:
    return list(session.scalars(select(Action).where(Action.plan_id == plan.id).order_by(Action.number)))


def brag(session: PortalSession, code: str) -> int:
    words = select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.BRAG, ReferenceItem.code == code)
    return session.scalars(words).one()


def told(session: PortalSession, plan: ActionPlan, on: date | None = None) -> PlanChanges | None:
    occasion = Occasion(on or today(), "Us")
    return plan_report(session, ReportScope(plan_id=plan.id), occasion).since


def in_words(changes: PlanChanges | None) -> dict[str, list[str]]:
    """The kinds of change with the number of each action and what is said of it."""
    assert changes is not None
    return {
        title: [f"{change.reference[-2:]} {change.words}" for change in kind]
        for title, kind in changes.groups
        if kind
    }  # fmt: skip


def short(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def test_plan_names_what_is_newly_overdue_completed_moved_and_rated_anew(
    session: PortalSession, plan: ActionPlan
) -> None:
    _, late, done, moved = actions_of(session, plan)
    before = datetime.combine(MET - timedelta(days=5), datetime.min.time(), LONDON)
    session.add(ActionUpdate(action_id=moved.id, text="On it.", brag_id=brag(session, "green"), written_at=before))
    post_update(session, moved, text="Staff left.", brag_id=brag(session, "amber"), author_id=None)
    old, new = moved.due_on, moved.due_on + timedelta(days=20)
    move_due_date(session, moved, due_on=new, reason="Staff left.", author_id=None)
    done.completion_evidence, done.completed_on = "Ten files.", today() - timedelta(days=3)
    session.flush()
    assert in_words(told(session, plan)) == {
        "Completed": [f"03 done {short(today() - timedelta(days=3))}"],
        "Newly overdue": [f"02 due {short(late.due_on)}"],
        "Due date moved": [f"04 {short(old)} to {short(new)}"],
        "Rating changed": ["04 Green to Amber"],
    }


def test_moved_twice_is_told_once_and_back_again_not_at_all(session: PortalSession, plan: ActionPlan) -> None:
    first, *_, last = actions_of(session, plan)
    old = last.due_on
    for days in (5, 9):
        move_due_date(session, last, due_on=old + timedelta(days=days), reason="Later.", author_id=None)
    was = first.due_on
    for due_on in (today() + timedelta(days=1), was):
        move_due_date(session, first, due_on=due_on, reason="To and fro.", author_id=None)
    assert in_words(told(session, plan))["Due date moved"] == [f"04 {short(old)} to {short(old + timedelta(days=9))}"]


def test_actions_of_a_plan_that_came_into_the_portal_after_the_meeting_are_not_called_added(
    session: PortalSession, plan: ActionPlan
) -> None:
    changes = told(session, plan)
    assert changes is not None
    assert changes.added is None
    assert (changes.meeting, changes.held_on) == ("Executive Board", MET)


def test_added_is_known_to_who_may_read_the_record_of_edits_only(session: PortalSession, plan: ActionPlan) -> None:
    make.board_agrees(session, plan, today())
    tomorrow = today() + timedelta(days=1)
    for role, added in ((Role.OFFICER, ()), (Role.SPONSOR, ()), (Role.BOARD_VIEWER, None), (Role.MANAGER, None)):
        with make.acting(session, role):
            changes = told(session, plan, tomorrow)
            assert changes is not None, role
            assert changes.added == added, role


def test_meeting_of_today_or_still_to_come_is_not_the_last_one(session: PortalSession, plan: ActionPlan) -> None:
    make.board_agrees(session, plan, today())
    changes = told(session, plan)
    assert changes is not None
    assert changes.held_on == MET


def test_nothing_is_said_without_a_meeting_or_of_several_reviews(session: PortalSession, plan: ActionPlan) -> None:
    other = make.plan(session, make.review(session, title="Another"))
    police = make.agency(session)
    make.action(session, other, police)
    assert told(session, other) is None
    report = plan_report(session, ReportScope(agency_id=police.id), Occasion(today(), "Us"))
    assert report.since is None


def test_people_of_an_agency_are_told_of_no_meeting_that_may_not_have_been_the_last(
    session: PortalSession, plan: ActionPlan
) -> None:
    police = make.agency(session)
    with make.acting(session, Role.MANAGER, police):
        assert told(session, plan) is None
    assert plan_changes(session, plan.review_id, [], today()) is not None


def test_completed_action_is_not_told_as_rated_anew_and_was_late_is_not_newly_overdue() -> None:
    held_on = date(2026, 8, 1)
    done = replace(PAST, completed_on=date(2026, 8, 9), rating="Blue", rating_then="Red")
    was_late = replace(PAST, due_then=date(2026, 7, 1), due_on=date(2026, 7, 1), is_overdue=True)
    on_the_day = replace(PAST, due_then=held_on, due_on=held_on, is_overdue=True)
    unknown = replace(PAST, rating="Red", rating_then="")
    new = replace(PAST, added_on=date(2026, 8, 3))
    changes = changes_since("Board", held_on, [done, was_late, on_the_day, unknown, new], knows_added=True)
    assert [(title, [change.words for change in kind]) for title, kind in changes.groups if kind] == [
        ("Completed", ["done 9 Aug 2026"]), ("Newly overdue", ["due 1 Aug 2026"]), ("Added", ["on 3 Aug 2026"]),
    ]  # fmt: skip
