"""Does each form for a new record make one record, sent twenty times at once and again with the back button?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views.kit.registry import load_screens
from app.servers.local_servers import Servers
from models.core.access import Actor, Role
from models.core.clock import today
from models.core.db import make_engine, make_session_factory
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.people import Person
from models.plans.presentations import Presentation
from models.plans.recommendations import Recommendation
from models.retention.retention_rules import RetentionRule
from models.tools.key_lines import KeyLine
from tests.assurance.figures import note_figure, scaled
from tests.web import Browser, first_listed, make_portal, sent_by, words_of

pytestmark = pytest.mark.assures(26)
AT_ONCE = scaled(20, ci=3)
WORDS = {"email": "once@example.org", "url": "https://once.example.org", "issuer": "https://login.example.org"}


@pytest.fixture(scope="module")
def engine_of_the_demo(servers: Servers) -> Iterator[Engine]:
    engine = make_engine(servers.superuser_url, pool_size=AT_ONCE)
    yield engine
    engine.dispose()


@pytest.fixture
def shared(engine_of_the_demo: Engine) -> Iterator[tuple[Flask, Session]]:
    """The portal with the demonstration, on connections of its own as in production."""
    factory = make_session_factory(engine_of_the_demo)
    with factory(info={"actor": Actor.system("test")}) as session:
        yield make_portal(factory), session


def first_of(session: Session, role: Role) -> Person:
    return session.scalars(select(Person).where(Person.role == role).order_by(Person.id)).first()  # type: ignore[return-value]


def creating() -> list[tuple[Role, Any]]:
    """Each form for a new record, with a role that may open it."""
    order = (Role.ADMINISTRATOR, Role.OFFICER, Role.MANAGER, Role.AGENCY_MEMBER, Role.SPONSOR)
    first = {known.url: (role, known) for role in reversed(order) for known in load_screens()
             if role in known.roles_of("create_view")}  # fmt: skip
    return [first[url] for url in sorted(first)]


def filled(page: BeautifulSoup, more: dict[str, str]) -> dict[str, Any]:
    """What somebody sends who fills in every field that is empty, with words that no record has yet."""
    form = page.select_one("main form[method=post]")
    assert form is not None
    values = sent_by(page)
    for field in form.select("input[name], textarea[name], select[name]"):
        name = str(field["name"])
        if not values.get(name) and field.get("type") not in ("hidden", "file", "submit"):
            values[name] = general_value(name, field, form)
    return {name: value for name, value in {**values, **more}.items() if value != ""}


def general_value(name: str, field: Tag, form: Tag) -> str:
    """A value of the field's kind."""
    if field.get("list"):
        return first_listed(field)
    if field.name == "select":
        options = [str(option.get("value", "")) for option in field.select("option")]
        return next((option for option in options if option), "")
    if field.get("type") in ("checkbox", "radio"):
        return str(field.get("value", "on")) if field.get("type") == "radio" else ""
    for part, word in WORDS.items():
        if part in name:
            return word
    if field.get("type") == "date" or name.endswith("_on"):
        return today().isoformat()
    if field.get("inputmode") == "numeric" or field.get("type") == "number":
        return "7"
    return f"Sent once {name}"


def count_of(session: Session, known: Any) -> int:
    """How many records there are now."""
    session.commit()
    return int(session.scalar(select(func.count()).select_from(known.model)) or 0)


def test_each_new_form_sent_many_times_at_once_and_with_the_back_button_makes_one_record(
    shared: tuple[Flask, Session],
) -> None:
    app, session = shared
    strangers, doubled, refused = special_values(session), [], {}
    for role, known in creating():
        path, browser = f"{known.url}/new/", Browser(app).enter(first_of(session, role), session)
        sent = filled(browser.get(path), strangers.get(known.url, {}))
        before, visitors = count_of(session, known), browser.copies(AT_ONCE)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda visitor: visitor.client.post(path, data=sent), visitors))  # noqa: B023
        answers.append(browser.client.post(path, data=sent))  # the back button, and Save once more
        if {answer.status_code for answer in answers} != {302}:
            refused[path] = alerts(answers[0]) or words_of(answers[0])
        elif count_of(session, known) != before + 1 or len({answer.location for answer in answers}) != 1:
            doubled.append(path)
    tried = f"{len(creating())} forms, each sent {AT_ONCE} times at once and once more with the back button"
    note_figure(26, "forms that made more than one record", reached=len(doubled), wanted="0", tried=tried,
                holds=not doubled)  # fmt: skip
    assert (doubled, refused) == ([], {})
    assert len(creating()) > 25


def alerts(answer: TestResponse) -> list[str]:
    """The sentences of a form that is refused."""
    page = BeautifulSoup(answer.text, "html.parser")
    return [line.get_text(" ", strip=True) for line in page.select("main [role=alert] li")]


def special_values(session: Session) -> dict[str, dict[str, str]]:
    """By address: what a form needs that no general value fits, out of the demonstration."""
    recommendation = session.scalars(select(Recommendation).order_by(Recommendation.id)).first()
    meeting = session.scalars(select(Presentation).order_by(Presentation.id)).first()
    line = session.scalars(select(KeyLine).where(KeyLine.review_id.is_not(None)).order_by(KeyLine.id)).first()
    hub = session.scalars(select(Hub).order_by(Hub.id)).first()
    assert recommendation is not None
    assert meeting is not None
    assert line is not None
    assert hub is not None
    agency = session.scalar(select(Agency.id).order_by(Agency.id).limit(1))
    of_line = {"review_id": str(line.review_id), "key_line_id": str(line.id)}
    return {
        "/actions": {"plan_id": str(recommendation.plan_id), "recommendation_id": str(recommendation.id),
                     "lead_agency_id": str(agency), "due_on": today().isoformat()},
        "/challenges": {"review_id": str(meeting.review_id), "presentation_id": str(meeting.id)},
        "/findings": of_line,
        "/intelligence-uses": of_line,
        "/rating-scales": {"points": "Good\r\nPoor"},
        "/reference-items": {"code": "sent_once"},
        "/retention-rules": {"what": rule_taken_away(session), "months": "24"},
        "/thematic-reviews": {"kind": hub.kind.value, "hub_id": str(hub.id)},
        "/work-issuers": {"address": "https://login.example.org/once", "checked_domains": "", "factor_methods": "",
                          "factor_classes": ""},
    }  # fmt: skip


def rule_taken_away(session: Session) -> str:
    """What one retention rule was about; it is deleted, because there is one for everything in the demonstration."""
    rule = session.scalars(select(RetentionRule).order_by(RetentionRule.id)).first()
    assert rule is not None
    about = rule.what
    session.delete(rule)
    session.commit()
    return about
