"""Do people see how their requests, messages and reminder rules stand, and nobody else's?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession, act_as
from models.documents.job_attempts import finish, start_attempt
from models.documents.job_requests import JobRequest, JobStatus, report_progress, request_job
from models.messages.messages import Draft, Message, MessageStatus, settle_message, write_message
from models.partnership.people import Person
from models.plans.action_plans import PlanStatus
from models.reminders.reminders import ReminderRule
from models.reminders.usual_reminders import add_usual_rules
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]


def asked_by(session: PortalSession, person: Person | None, name: str = "make_plan_pdf") -> int:
    """A request of a person, or of the portal itself."""
    system = session.info["actor"]
    if person:
        act_as(session, person.actor())
    number = request_job(session, name)
    act_as(session, system)
    session.commit()
    assert number is not None
    return number


def settled(session: PortalSession, number: int, status: JobStatus, sentence: str) -> None:
    start_attempt(session, number)
    finish(session, number, status, sentence)
    session.commit()


def person_of(session: Session, role: Role) -> Person:
    return session.scalars(select(Person).where(Person.role == role)).one()


def test_whoever_waits_sees_how_far_the_request_is(browser: Open, session: PortalSession) -> None:
    officer = browser(Role.OFFICER)
    number = asked_by(session, person_of(session, Role.OFFICER))
    path = f"/requests/{number}/"
    assert officer.get(f"{path}wait/").select_one("[data-words]").get_text() == "Waiting to start"  # type: ignore[union-attr]
    start_attempt(session, number)
    report_progress(session, number, 40, "Drawing 25 actions")
    session.commit()
    assert officer.client.get(f"{path}progress/").json == {
        "words": "Drawing 25 actions",
        "percent": 40,
        "is_over": False,
    }
    page = officer.get(f"{path}wait/")
    assert page.select_one("progress")["value"] == "40"  # type: ignore[index]
    assert "40% Drawing 25 actions" in officer.get(path).get_text()


def test_the_result_is_shown_in_its_own_words(browser: Open, session: PortalSession) -> None:
    officer = browser(Role.OFFICER)
    number = asked_by(session, person_of(session, Role.OFFICER))
    settled(session, number, JobStatus.REFUSED, "The plan has no <actions>.")
    page = officer.get(f"/requests/{number}/wait/")
    assert page.select_one("[data-words]").get_text() == "The plan has no <actions>."  # type: ignore[union-attr]
    assert page.select_one("[data-progress]") is None, "the page asks no more when it is over"
    assert officer.client.get(f"/requests/{number}/progress/").json["is_over"] is True  # type: ignore[index]


@pytest.mark.parametrize(
    ("back", "is_offered"),
    [
        ("/audit-samples/3/", True),
        ("//evil.example", False),
        ("https://evil.example", False),
        ("/\\evil.example", False),
        ("javascript:alert(1)", False),
        ("/a\tb", False),
    ],
)
def test_the_way_back_leads_into_the_portal_only(
    browser: Open, session: PortalSession, back: str, is_offered: bool
) -> None:
    officer = browser(Role.OFFICER)
    number = asked_by(session, person_of(session, Role.OFFICER))
    page = officer.get(f"/requests/{number}/wait/", query_string={"back": back})
    links = [link["href"] for link in page.select("main .trail a, main a.button")]
    assert (back in links) is is_offered
    assert len(links) == 1 + is_offered


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.MANAGER, Role.AGENCY_MEMBER, Role.BOARD_VIEWER])
def test_people_see_their_own_requests_and_messages_and_no_other(
    browser: Open, session: PortalSession, role: Role
) -> None:
    agency = make.agency(session) if role is Role.AGENCY_MEMBER else None
    reader = browser(role, agency=agency)
    other = make.person(session, Role.OFFICER)
    own, foreign = asked_by(session, person_of(session, role)), asked_by(session, other)
    write_message(session, Draft(other.id, other.name, other.email, "Not for you", "Secret."))
    session.commit()
    message = session.scalars(select(Message)).one()
    assert [link["href"] for link in reader.get("/requests/").select("tbody th a")] == [f"/requests/{own}/"]
    for page in ("", "wait/", "progress/"):
        assert reader.client.get(f"/requests/{own}/{page}").status_code == 200
        assert reader.client.get(f"/requests/{foreign}/{page}").status_code == 404
    assert reader.get("/messages/").select("tbody th") == []
    assert reader.client.get(f"/messages/{message.id}/").status_code == 404


def test_an_officer_lets_failed_work_start_again(browser: Open, session: PortalSession) -> None:
    officer = browser(Role.OFFICER)
    number = asked_by(session, None)
    settled(session, number, JobStatus.FAILED, "It did not work after 5 tries.")
    answer = officer.send(f"/requests/{number}/try-again/", page=f"/requests/{number}/")
    assert answer.status_code == 302
    session.expire_all()
    assert session.get_one(JobRequest, number).status is JobStatus.WAITING
    assert "Try again" not in words_of(officer.client.get(f"/requests/{number}/"))


def test_the_administrator_is_told_of_failed_requests_and_the_officer_of_unsent_messages(
    browser: Open, session: PortalSession
) -> None:
    settled(session, asked_by(session, None), JobStatus.FAILED, "It did not work.")
    write_message(session, Draft(None, "Somebody", "a@example.org", "Subject", "Text"))
    settle_message(session.scalars(select(Message)).one(), MessageStatus.KEPT)
    session.commit()
    (trouble,) = browser(Role.ADMINISTRATOR).get("/").select("main > .notice.error")
    assert trouble.get_text() == "1 request failed"
    assert "1 message not sent" in words_of(browser(Role.OFFICER).client.get("/"))


def test_messages_that_were_kept_are_read_and_sent_from_their_screen(browser: Open, session: PortalSession) -> None:
    officer = browser(Role.OFFICER)
    number = write_message(session, Draft(None, "Ada", "ada@example.org", "AP-2026-01/07 is due", "Dear Ada,\nsoon."))
    assert number is not None
    settle_message(session.get_one(Message, number), MessageStatus.KEPT, "Kept to be read here: no mail server is set.")
    session.commit()
    assert "soon." in words_of(officer.client.get(f"/messages/{number}/"))
    assert officer.send(f"/messages/{number}/send/", page=f"/messages/{number}/").status_code == 302
    session.expire_all()
    assert session.get_one(Message, number).status is MessageStatus.WAITING


@pytest.mark.parametrize(
    ("count", "sentence"), [(1, "The message will be sent in a moment."), (2, "2 messages will be sent in a moment.")]
)
def test_ticked_messages_are_sent_and_counted_in_the_words_for_so_many(
    browser: Open, session: PortalSession, count: int, sentence: str
) -> None:
    for number in range(count):
        write_message(session, Draft(None, "Ada", "ada@example.org", f"Subject {number}", "Text"))
    messages = session.scalars(select(Message)).all()
    for message in messages:
        settle_message(message, MessageStatus.KEPT)
    session.commit()
    officer = browser(Role.OFFICER)
    officer.send("/messages/bulk/send-all/", "/messages/", rowid=[message.id for message in messages], confirmed="yes")
    assert sentence in officer.get("/messages/").get_text()
    session.expire_all()
    assert {message.status for message in messages} == {MessageStatus.WAITING}


RULE = {
    "name": "Ten days before",
    "kind": "action_due",
    "offset_days": "-10",
    "repeat_days": "",
    "recipient": "action_owner",
    "subject": "{reference} is due {when}",
    "body": "Dear {recipient}",
    "is_active": "y",
}


def test_an_officer_writes_a_rule_and_sees_what_it_says_today(browser: Open, session: PortalSession) -> None:
    officer = browser(Role.OFFICER)
    police = make.agency(session)
    owner = make.person(session, Role.AGENCY_MEMBER, agency=police, name="Olu Owner")
    plan = make.plan(session, status=PlanStatus.AGREED)
    action = make.action(session, plan, police, owner_id=owner.id, due_on=today() + timedelta(days=9))
    session.commit()
    answer = officer.send("/reminder-rules/new/", **RULE)
    assert answer.status_code == 302, words_of(answer)
    shown = words_of(officer.client.get(answer.headers["Location"]))
    assert f"What it says today (1) To Subject line Text Olu Owner {action.reference} is due in 9 days" in shown


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"body": "Due {due}"}, "The text asks for {due}, which is not known here"),
        ({"body": "Due {"}, "The text has a brace that encloses no name"),
        ({"offset_days": "3"}, "use 0 or less"),
        ({"recipient": "everyone"}, "Action due goes to:"),
        ({"repeat_days": "0"}, "Repeat after one day or more"),
        ({"offset_days": "99999999999"}, ""),
    ],
)
def test_a_rule_that_cannot_be_is_refused_beside_the_form(
    browser: Open, session: PortalSession, change: dict[str, str], sentence: str
) -> None:
    answer = browser(Role.OFFICER).send("/reminder-rules/new/", **{**RULE, **change})
    assert 400 <= answer.status_code < 500
    assert sentence in words_of(answer)
    assert session.scalars(select(ReminderRule)).all() == []


def test_rules_are_for_the_staff_alone(browser: Open, session: PortalSession) -> None:
    add_usual_rules(session)
    session.commit()
    member = browser(Role.AGENCY_MEMBER, agency=make.agency(session))
    assert member.client.get("/reminder-rules/").status_code == 403
    sponsor = browser(Role.SPONSOR)
    rules = session.scalar(select(func.count()).select_from(ReminderRule))
    assert len(sponsor.get("/reminder-rules/").select("tbody tr")) == rules
    assert sponsor.client.get("/reminder-rules/new/").status_code == 403
