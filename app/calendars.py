"""How does a calendar program read a person's due dates by a secret link, without a sign-in?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from admin_views.kit.partnership import partnership_now
from admin_views.kit.requests import Database
from app.auth import account_page
from app.security import limiter
from app.settings import Settings
from app.sign_in_desk import desk
from models.core.access import Actor
from models.core.clock import now, today
from models.core.db import act_as
from models.partnership.people import Person
from models.reminders.calendar_feeds import dates_of, person_of_feed, revoke_feed, start_feed
from models.rules.core.due_dates import DueDate

PER_ADDRESS = "60 per minute; 600 per hour"
EVERY = timedelta(hours=6)
"""How often calendar programs are asked to look again."""

calendars = Blueprint("calendars", __name__)


def offer_calendars(app: Flask, database: Database) -> None:
    """Put the calendar links into the portal."""
    app.extensions["calendars"] = database
    app.register_blueprint(calendars)


@calendars.get("/calendar/<token>.ics")
@limiter.limit(PER_ADDRESS)
def feed(token: str) -> ResponseReturnValue:
    """The due dates of the person whose link it is, read as that person; 404 for any other address."""
    person = person_of_feed(desk().session(), token) if 20 <= len(token) <= 100 else None
    if person is None:
        abort(404)
    key, actor = person.id, person.actor(g.request_id)
    session = _as_person(actor)
    person = session.get_one(Person, key)
    settings: Settings = current_app.extensions["settings"]
    name = f"Due dates, {partnership_now().brief_name}"
    text = calendar_text(dates_of(session, person, today=today()), name=name, settings=settings, made_at=now())
    return Response(text, content_type="text/calendar; charset=utf-8")


def _as_person(actor: Actor) -> Session:
    """This request's session, acting as the person whose link was used; that of sign-in is done."""
    desk().database.let_go()
    session: Session = current_app.extensions["calendars"].session
    act_as(session, actor)
    return session


@calendars.post("/account/calendar/")
@login_required
def start() -> ResponseReturnValue:
    """A new secret link, shown this once; an old one stops working."""
    session = desk().session()
    token = start_feed(session, int(current_user.get_id()), now=now())
    session.commit()
    address = current_app.extensions["settings"].address
    return account_page(calendar_url=f"{address}{url_for('calendars.feed', token=token)}")


@calendars.post("/account/calendar/stop/")
@login_required
def revoke() -> ResponseReturnValue:
    """The link stops working at once."""
    session = desk().session()
    was_there = revoke_feed(session, int(current_user.get_id()))
    session.commit()
    flash("Your calendar link no longer works." if was_there else "You had no calendar link.", "success")
    return redirect(url_for("auth.account"))


def calendar_text(dates: Sequence[DueDate], *, name: str, settings: Settings, made_at: datetime) -> bytes:
    """The dates as iCalendar (RFC 5545): whole days, private, free, each with the address of its page."""
    host = urlsplit(settings.address).hostname or "triangulate"
    calendar = Calendar()
    calendar.add("prodid", "-//Triangulate//Due dates//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", EVERY, {"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for due_date in dates:
        calendar.add_component(_event(due_date, host, settings.address, made_at))
    return bytes(calendar.to_ical())


def _event(due_date: DueDate, host: str, address: str, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{due_date.key}@{host}")
    event.add("dtstamp", made_at)
    event.add("dtstart", due_date.due_on)
    event.add("dtend", due_date.due_on + timedelta(days=1))
    event.add("summary", due_date.words)
    event.add("url", f"{address}{due_date.path}")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event
