"""Does a running action tracker come in with its completed actions and its history, by the rules of actions?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from models.core.access import Role
from models.core.clock import london_day, today
from models.core.db import PortalSession
from models.partnership.people import Person
from models.plans.action_plans import ActionPlan
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action
from models.plans.recommendations import Recommendation
from models.spreadsheets.table_imports import ImportStatus
from models.tools.starting_words import give_starting_words
from tests import make
from tests.spreadsheets.bringing import Bringer, counts, csv_of, refusals, workbook_of
from tests.web import Browser, member

Open = Callable[..., Browser]
HEADINGS = (
    *("Plan", "Action", "Lead agency", "Owner", "Due date", "Due date first agreed", "BRAG", "Evidence of completion"),
    "Completed",
)


@pytest.fixture
def plan(session: PortalSession) -> ActionPlan:
    give_starting_words(session)
    make.agency(session, "Northfield Police")
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    return make.plan(session)


@pytest.fixture
def bringer(
    plan: ActionPlan, browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> Bringer:
    return Bringer(browser(Role.OFFICER), session, session_factory)


def row(plan: ActionPlan, text: str, **more: object) -> tuple[object, ...]:
    given = {
        "Plan": plan.reference,
        "Action": text,
        "Lead agency": "Northfield Police",
        "Due date": "01/12/2026",
        **more,
    }
    return tuple(given.get(heading, "") for heading in HEADINGS)


def actions(bringer: Bringer) -> list[Action]:
    return list(bringer.session.scalars(select(Action).order_by(Action.number)))


def test_tracker_brings_open_and_complete_actions_and_again_changes_nothing(bringer: Bringer, plan: ActionPlan) -> None:
    make.person(bringer.session, Role.MANAGER, name="Polly Smith", job_title="Inspector")
    complete = {"Completed": "03/02/2026", "Evidence of completion": "Minutes of 3 February.", "BRAG": "Blue"}
    tracker = csv_of(
        HEADINGS,
        row(plan, "Audit ten files.", Owner="Polly Smith", BRAG="Amber", **{"Due date first agreed": "01/06/2026"}),
        row(plan, "Write the protocol.", **complete),
    )
    done = bringer.bring(tracker, "actions", "tracker.csv")
    assert (done.status, counts(done)) == (ImportStatus.IMPORTED, (2, 0, 0, 0))
    first, second = actions(bringer)
    assert (first.reference, first.owner_name, first.owner_role) == (f"{plan.reference}/01", "Polly Smith", "Inspector")
    assert (first.due_on, first.original_due_on) == (date(2026, 12, 1), date(2026, 6, 1))
    officer = bringer.session.scalars(select(Person).where(Person.role == Role.OFFICER)).one()
    assert (second.completed_on, second.completion_confirmed_by_id) == (date(2026, 2, 3), officer.id)
    assert second.completion_claimed_by_id is None
    [note] = bringer.session.scalars(select(ActionUpdate.text))
    day = f"{today().day} {today():%B %Y}"
    assert note == (
        f"Completed on 3 February 2026, as the tracker says. Imported from tracker.csv on {day} by {officer.name}."
    )
    assert counts(bringer.check(tracker, "actions", "tracker.csv")) == (0, 0, 2, 0)


def test_rules_of_actions_hold_for_every_row(bringer: Bringer, plan: ActionPlan) -> None:
    no_evidence = {"Completed": "03/02/2026"}
    to_come = {"Completed": today() + timedelta(days=1), "Evidence of completion": "Seen."}
    green = {"Completed": "03/02/2026", "Evidence of completion": "Seen.", "BRAG": "Green"}
    tracker = csv_of(
        HEADINGS,
        row(plan, "No evidence.", **no_evidence),
        row(plan, "To come.", **to_come),
        row(plan, "Green though complete.", **green),
        row(plan, "Blue though open.", BRAG="Blue"),
        row(plan, "No agency.", **{"Lead agency": "Nowhere"}),
    )
    said = refusals(bringer.check(tracker, "actions"))
    assert said[2].startswith("An action is complete only with evidence")
    assert said[3] == "An action cannot have been done on a day that is still to come."
    assert said[4] == "A complete action is not Green; leave its rating empty."
    assert "means complete and evidenced" in said[5]
    assert said[6] == "Lead agency: Nothing is called “Nowhere”."
    assert not actions(bringer)


def test_due_date_moves_with_the_import_as_its_reason_and_what_was_promised_stays(
    bringer: Bringer, plan: ActionPlan
) -> None:
    bringer.bring(csv_of(HEADINGS, row(plan, "Audit ten files.")), "actions")
    moved = bringer.bring(
        csv_of(HEADINGS, row(plan, "Audit ten files.", **{"Due date": "31/01/2027"})), "actions", "a.csv"
    )
    assert counts(moved) == (0, 1, 0, 0)
    [action] = actions(bringer)
    assert (action.due_on, action.original_due_on) == (date(2027, 1, 31), date(2026, 12, 1))
    [note] = bringer.session.scalars(select(ActionUpdate.text))
    assert note.startswith("Due date moved from 1 December 2026 to 31 January 2027: Imported from a.csv")
    other = row(plan, "Audit ten files.", **{"Due date": "31/01/2027", "Due date first agreed": "01/01/2026"})
    said = refusals(bringer.check(csv_of(HEADINGS, other), "actions"))
    assert said == {2: "The due date first agreed is kept as it was."}


def test_number_of_an_action_is_kept_where_the_tracker_gives_it(bringer: Bringer, plan: ActionPlan) -> None:
    rows = [
        ("Plan", "Number", "Action", "Lead agency", "Due"),
        (plan.reference, 7, "Audit.", "Northfield Police", "01/12/2026"),
    ]
    bringer.bring(csv_of(*rows), "actions")
    assert [action.reference for action in actions(bringer)] == [f"{plan.reference}/07"]
    again = [("Reference", "Plan", "Number", "Action", "Lead agency", "Due"), (f"{plan.reference}/07", *rows[1])]
    assert counts(bringer.check(csv_of(*again), "actions")) == (0, 0, 1, 0)
    unknown = [again[0], (f"{plan.reference}/08", *rows[1])]
    assert "leave that cell empty for a new one" in refusals(bringer.check(csv_of(*unknown), "actions"))[2]


def test_history_of_updates_comes_with_the_actions_on_a_sheet_of_its_own(bringer: Bringer, plan: ActionPlan) -> None:
    reference = f"{plan.reference}/01"
    updates = [
        ("Action", "Date", "Update", "Evidence", "BRAG"),
        (reference, date(2026, 3, 1), "Half of the files are read.", "Log", "Amber"),
        (reference, date(2026, 5, 1), "All are read.", "", ""),
        (reference, today() + timedelta(days=2), "To come.", "", ""),
        (reference, date(2026, 5, 2), "Done?", "", "Blue"),
        (reference, "", "No day.", "", ""),
    ]
    book = workbook_of(Actions=[HEADINGS, row(plan, "Audit ten files.")], Updates=updates)
    done = bringer.bring(book, "actions", "tracker.xlsx")
    assert counts(done) == (3, 0, 0, 3)
    said = refusals(done)
    assert said[4] == "An update cannot be of a day that is still to come."
    assert said[5] == f"{reference} is not complete, so no update says Blue."
    assert said[6] == "“Date” must be given."
    first, second = bringer.session.scalars(select(ActionUpdate).order_by(ActionUpdate.id))
    assert (london_day(first.written_at), first.text) == (date(2026, 3, 1), "Half of the files are read.")
    assert first.evidence.startswith("Log (Imported from tracker.xlsx on ")
    assert second.evidence.startswith("(Imported from")
    assert counts(bringer.check(book, "actions", "tracker.xlsx")) == (0, 0, 3, 3)


def test_recommendations_take_the_next_number_and_actions_find_those_of_their_plan(
    bringer: Bringer, plan: ActionPlan
) -> None:
    other = make.plan(bringer.session, make.review(bringer.session, title="Another"))
    make.recommendation(bringer.session, other, text="Hear the child.")
    rows = [("Plan", "Recommendation"), (plan.reference, "Hear the child."), (plan.reference, "Share early.")]
    assert counts(bringer.bring(csv_of(*rows), "recommendations")) == (2, 0, 0, 0)
    numbers = select(Recommendation.number).where(Recommendation.plan_id == plan.id).order_by(Recommendation.id)
    assert list(bringer.session.scalars(numbers)) == [1, 2]
    headings = ("Plan", "Recommendation", "Action", "Lead agency", "Due")
    action = (plan.reference, "Hear the child.", "Ask every child.", "Northfield Police", "01/12/2026")
    assert counts(bringer.bring(csv_of(headings, action), "actions")) == (1, 0, 0, 0)
    [brought] = actions(bringer)
    cited = bringer.session.get_one(Recommendation, brought.recommendation_id)
    assert (cited.plan_id, cited.number) == (plan.id, 1)
