"""Is an agency reminded of what it has to hand in, until it has?"""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.messages.messages import Message, write_message
from models.partnership.agencies import Agency
from models.reminders.reminder_kinds import Recipient, ReminderKind
from models.reminders.reminder_subjects import open_by_person, open_subjects
from models.reminders.reminders import ReminderRule, due, still_wanted
from models.reminders.usual_reminders import add_usual_rules
from models.returns.agency_returns import submit_return
from models.returns.self_evaluations import SelfEvaluation, send_self_evaluations
from tests import make, make_tools
from tests.returns.test_self_evaluations import answered

GENERAL = {"partnership": "Us", "portal": "https://portal.example"}


@pytest.fixture
def cast(session: Session) -> SimpleNamespace:
    """The usual rules, and a self-evaluation of an agency with two members, a manager and a contact address."""
    agency = make.agency(session, contact_email="contact@police.example")
    for name in ("Ann", "Bo"):
        make.person(session, Role.AGENCY_MEMBER, agency=agency, name=name)
    make.person(session, Role.MANAGER, agency=agency, name="Manager")
    make.person(session, Role.AGENCY_MEMBER, agency=agency, name="Left", is_active=False)
    (record,) = send_self_evaluations(session, make_tools.ready_review(session, agency), person_id=None)
    add_usual_rules(session)
    return SimpleNamespace(record=record, agency=agency)


def told(session: Session, on: date) -> list[tuple[str, str]]:
    return sorted((draft.address, draft.subject) for draft in due(session, on, GENERAL))


def test_members_are_reminded_a_week_and_a_day_before(session: Session, cast: SimpleNamespace) -> None:
    record: SelfEvaluation = cast.record
    assert told(session, record.due_on - timedelta(days=8)) == []
    week, day = (told(session, record.due_on - timedelta(days=days)) for days in (7, 1))
    assert week == [(f"{name}@example.org", f"{record.reference} is due in 7 days") for name in ("ann", "bo")]
    assert {words for _, words in day} == {f"{record.reference} is due tomorrow"}
    assert {address for address, _ in day} == {"ann@example.org", "bo@example.org"}


def test_late_return_is_spoken_of_to_members_and_the_agency(session: Session, cast: SimpleNamespace) -> None:
    after = {address for address, words in told(session, cast.record.due_on + timedelta(days=1)) if "overdue" in words}
    assert after == {"ann@example.org", "bo@example.org", "contact@police.example"}


def test_reminder_stops_when_it_is_handed_in_and_moves_with_the_day(session: Session, cast: SimpleNamespace) -> None:
    record: SelfEvaluation = cast.record
    day = record.due_on + timedelta(days=1)
    numbers = [number for draft in due(session, day, GENERAL) if (number := write_message(session, draft))]
    messages = [session.get_one(Message, number) for number in numbers]
    assert [still_wanted(session, message) for message in messages] == [True] * 3
    record.due_on += timedelta(days=5)
    session.flush()
    assert [still_wanted(session, message) for message in messages] == [False] * 3
    person = make.person(session, Role.AGENCY_MEMBER, agency=session.get(Agency, record.agency_id), name="Ann")
    submit_return(session, answered(session, record), person_id=person.id)
    assert told(session, record.due_on) == []


def test_weekly_digest_names_what_a_members_agency_has_to_hand_in(session: Session, cast: SimpleNamespace) -> None:
    listed = [[subject.reference for subject in own] for own in open_by_person(session).values()]
    assert listed == [[cast.record.reference]] * 2


@pytest.mark.parametrize("recipient", [Recipient.OFFICER, Recipient.SPONSOR])
def test_hub_and_sponsor_can_be_told_too(session: Session, cast: SimpleNamespace, recipient: Recipient) -> None:
    hub = make.hub(session)
    hub.officer_id = make.person(session, Role.OFFICER).id
    session.flush()
    (subject,) = open_subjects(session, ReminderKind.SELF_EVALUATION_DUE, recipient)
    assert (subject.reference, subject.agency) == (cast.record.reference, "Northfield Police")
    assert subject.due_on == today() + timedelta(days=14)


def test_usual_rules_hold_what_rules_must_hold(session: Session, cast: SimpleNamespace) -> None:
    rules = session.query(ReminderRule).filter(ReminderRule.kind == ReminderKind.SECTION_11_DUE).all()
    assert len(rules) == 3
    for rule in rules:
        rule.check(session)
