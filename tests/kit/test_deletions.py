"""Does Delete say before it asks what needs the record, and lead to what can be done instead?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Form

from admin_views.kit.fields import ChoiceField, LineField, RecordField, Required
from admin_views.kit.lists.choices import KnownChoices
from models.core.access import Role
from models.partnership.agencies import Agency
from models.partnership.hubs import HubKind
from tests import make
from tests.kit.test_screens import statements
from tests.web import Browser

Open = Callable[..., Browser]


def needed_by(page: BeautifulSoup) -> dict[str, str]:
    """What the page says needs the record: each name with the address it leads to."""
    named = page.select("main .concerned li")
    return {line.get_text(): str(link["href"]) if (link := line.find("a")) else "" for line in named}  # type: ignore[index]


def test_record_in_use_is_said_to_be_needed_by_name_before_anything_is_asked(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Ardenshire Police")
    action = make.action(session, make.plan(session), agency, text="Train all staff.")
    make.person(session, Role.MANAGER, agency=agency, name="Mo Manager")
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    page = administrator.get(f"/agencies/{agency.id}/delete/")
    assert page.h1 is not None
    assert page.h1.get_text() == "Ardenshire Police is needed"
    assert "it is needed by 2 records" in page.get_text()
    named = needed_by(page)
    assert named[f"Action {action.reference}: Train all staff."] == f"/actions/{action.id}/"
    assert "Person Mo Manager" in named
    assert page.select("main button.warning") == []
    (instead,) = page.select("main a.button.main")
    assert instead.get_text() == "Take it out of use instead"
    form = administrator.get(str(instead["href"]).partition("#")[0])
    assert form.select_one("#is_active") is not None


def test_record_that_nothing_needs_is_asked_about_and_deleted(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Nobody’s agency")
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    agency_id = agency.id
    path = f"/agencies/{agency_id}/delete/"
    assert "Yes, delete it" in administrator.get(path).get_text()
    administrator.send(path)
    session.expunge_all()
    assert session.get(Agency, agency_id) is None


def test_what_goes_along_does_not_need_the_record(browser: Open, session: Session) -> None:
    """A person's sign-in is deleted with the person, and nothing else names them."""
    person = make.person(session, Role.OFFICER, name="Otto Officer")
    session.commit()
    assert needed_by(browser(Role.ADMINISTRATOR).get(f"/people/{person.id}/delete/")) == {}


def test_question_what_needs_a_record_costs_two_statements(browser: Open, session: Session, engine: Engine) -> None:
    agency = make.agency(session)
    for number in range(20):
        make.person(session, Role.MANAGER, agency=agency, name=f"Manager {number}")
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    path = f"/agencies/{agency.id}/delete/"
    page = administrator.get(path)
    assert len(needed_by(page)) == 4, "of each kind a few are named"
    with statements(engine) as seen:
        administrator.get(path)
    assert len(seen) <= 6, seen


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("About", "Choose something for “About”."),
        ("To", "Choose something for “To”."),
        ("Hub", "Choose the hub."),
        ("What was decided", "Choose what was decided."),
        ("Is it true?", "Answer this: Is it true?"),
    ],
)
def test_sentence_that_asks_for_a_field_fits_its_label(label: str, sentence: str) -> None:
    class Asked(Form):
        hub = RecordField(label, loader=KnownChoices(Agency, ()))

    form = Asked(MultiDict())
    assert not form.validate()
    assert form.hub.errors == [sentence]


def test_empty_choice_is_told_once() -> None:
    class Asked(Form):
        kind = ChoiceField("About", kind=HubKind, validators=[Required()])
        name = LineField("Name", validators=[Required()])

    form = Asked(MultiDict())
    assert not form.validate()
    assert form.errors == {"kind": ["Choose one of the offered words for “About”."], "name": ["Give the name."]}
