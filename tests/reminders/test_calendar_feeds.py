"""Does a calendar program see what is due for one person, by a link that can be stopped, and nothing else?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy.orm import Session

from app.calendars import calendar_text
from app.settings import Settings
from models.core.access import Role
from models.core.clock import now, today
from models.partnership.people import Person
from models.plans.action_plans import ActionPlan
from models.reminders.calendar_feeds import CalendarFeed, feed_of, person_of_feed, start_feed
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage
from models.rules.core.due_dates import DueDate
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]
SOON = timedelta(days=20)


@pytest.fixture
def plan(session: Session) -> ActionPlan:
    """A plan with an open action of two agencies each, a completed one, and a stage still to come."""
    plan = make.plan(session)
    for name in ("Ours", "Theirs"):
        make.action(session, plan, make.agency(session, name), text=f"Secret of {name}", due_on=today() + SOON)
    session.add(ReviewStage(review_id=plan.review_id, stage=Stage.SCOPING, planned_on=today() + SOON))
    session.commit()
    return plan


def link(session: Session, person: Person) -> str:
    token = start_feed(session, person.id, now=now())
    session.commit()
    return f"/calendar/{token}.ics"


def events(portal: Flask, path: str) -> list[Any]:
    answer = portal.test_client().get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    return [element for element in Calendar.from_ical(answer.get_data()).walk("VEVENT")]


def test_administrator_sees_actions_and_stages_as_whole_private_days(
    portal: Flask, session: Session, plan: ActionPlan
) -> None:
    listed = events(portal, link(session, make.person(session, Role.ADMINISTRATOR)))
    assert len(listed) == 3
    assert {event.decoded("dtstart") for event in listed} == {today() + SOON}
    assert {str(event["class"]) for event in listed} == {"PRIVATE"}
    assert any(str(event["summary"]).startswith("Review TR-") for event in listed)


def test_agency_sees_its_own_actions_only_and_no_text_of_any(portal: Flask, session: Session, plan: ActionPlan) -> None:
    member = make.person(session, Role.AGENCY_MEMBER, agency=make.agency(session, "Ours"))
    path = link(session, member)
    (only,) = events(portal, path)
    assert str(only["summary"]) == f"Action {plan.reference}/01 is due"
    assert str(only["url"]).startswith("http")
    assert "Secret" not in portal.test_client().get(path).text


def test_officer_sees_the_reviews_of_the_own_hub_and_no_other(
    portal: Flask, session: Session, plan: ActionPlan
) -> None:
    officer, other = (make.person(session, Role.OFFICER, name=name) for name in ("Own", "Other"))
    make.hub(session).officer_id = officer.id
    assert len(events(portal, link(session, officer))) == 3
    assert events(portal, link(session, other)) == []


def test_a_completed_action_leaves_the_calendar_and_a_moved_one_keeps_its_name(portal: Flask, session: Session) -> None:
    administrator, plan = make.person(session, Role.ADMINISTRATOR), make.plan(session)
    action = make.action(session, plan, make.agency(session), due_on=today() + SOON)
    path = link(session, administrator)
    (before,) = events(portal, path)
    action.due_on = today() + 2 * SOON
    session.commit()
    (after,) = events(portal, path)
    assert (before["uid"], before.decoded("dtstart")) == (after["uid"], after.decoded("dtstart") - SOON)
    action.completion_evidence, action.completed_on = "The files.", today()
    session.commit()
    assert events(portal, path) == []


def test_a_link_that_was_stopped_replaced_or_made_up_is_not_found(portal: Flask, session: Session) -> None:
    person = make.person(session, Role.OFFICER)
    first = link(session, person)
    second = link(session, person)
    client = portal.test_client()
    assert [client.get(path).status_code for path in (first, second)] == [404, 200]
    for made_up in ("/calendar/x.ics", f"/calendar/{'a' * 43}.ics", f"/calendar/{'a' * 5000}.ics"):
        assert client.get(made_up).status_code == 404


def test_a_disabled_persons_link_is_not_found(portal: Flask, session: Session) -> None:
    person = make.person(session, Role.OFFICER)
    path = link(session, person)
    person.is_active = False
    session.commit()
    assert portal.test_client().get(path).status_code == 404


def test_the_link_is_read_only_and_opens_nothing_else(portal: Flask, session: Session) -> None:
    path = link(session, make.person(session, Role.ADMINISTRATOR))
    client = portal.test_client()
    assert client.post(path).status_code in {400, 405}
    answer = client.get(path)
    assert "Set-Cookie" not in answer.headers
    assert client.get("/actions/").status_code == 302


def test_only_the_hash_of_a_token_is_kept(session: Session) -> None:
    person = make.person(session, Role.OFFICER)
    token = start_feed(session, person.id, now=now())
    kept = feed_of(session, person.id)
    assert isinstance(kept, CalendarFeed)
    assert token.encode() not in kept.token_hash
    assert person_of_feed(session, token) is person


def test_person_makes_a_link_sees_it_once_and_stops_it(browser: Open, portal: Flask, session: Session) -> None:
    officer = browser(Role.OFFICER)
    page = officer.send("/account/calendar/", page="/account/")
    assert page.status_code == 200
    shown = page.text.partition('id="calendar-link" value="')[2].partition('"')[0]
    path = shown[shown.index("/calendar/") :]
    assert portal.test_client().get(path).status_code == 200
    assert path not in officer.client.get("/account/").text
    assert "You have a secret link since" in officer.client.get("/account/").text
    assert officer.send("/account/calendar/stop/", page="/account/").status_code == 302
    assert portal.test_client().get(path).status_code == 404


def test_words_with_commas_and_line_breaks_stay_in_one_property() -> None:
    tricky = DueDate("x-1", date(2026, 3, 1), "A, b; c\r\nATTENDEE:mailto:x@example.org", "/x/")
    calendar = calendar_text(
        [tricky], name="Due dates", settings=Settings(secret_key="k" * 40), made_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    (event,) = Calendar.from_ical(calendar).walk("VEVENT")
    assert "attendee" not in {key.lower() for key in event}
    assert event.decoded("dtend") == date(2026, 3, 2)
