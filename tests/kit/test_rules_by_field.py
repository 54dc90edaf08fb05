"""Does the refusal of a rule lead to the field that it is about, on every form?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.core.access import Role
from models.partnership.reference_items import ReferenceList
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]
PERSON = {"name": "Ann", "email": "ann@example.org", "role": "officer"}


def is_led_to(answer: TestResponse, field: str, sentence: str) -> None:
    """The summary links to the field, and the field is marked and says the same."""
    assert answer.status_code == 422, words_of(answer)
    page = BeautifulSoup(answer.text, "html.parser")
    links = [(link.get("href"), link.get_text()) for link in page.select(".problems a")]
    assert [href for href, words in links if sentence in words] == [f"#{field}"]
    marked = page.select_one(f"#{field}[aria-invalid=true]")
    assert marked is not None
    problem = page.select_one(f".field.wrong #{field}-problem")
    assert problem is not None
    assert sentence in problem.get_text()
    assert problem["id"] in str(marked["aria-describedby"])


@pytest.mark.parametrize(("values", "field", "sentence"), [
    ({"role": "agency_member"}, "agency_id", "An agency member needs an agency."),
    ({"email": "taken@example.org"}, "email", "Somebody already has that e-mail address."),
    ({"email": "nowhere"}, "email", "Give a valid e-mail address."),
])  # fmt: skip
def test_rule_about_a_person_leads_to_its_field(
    browser: Open, session: Session, values: dict[str, str], field: str, sentence: str
) -> None:
    make.person(session, Role.OFFICER, email="taken@example.org")
    session.commit()
    is_led_to(browser(Role.ADMINISTRATOR).send("/people/new/", **{**PERSON, **values}), field, sentence)


@pytest.mark.parametrize("field", ["subject", "body"])
def test_unknown_name_in_a_reminder_leads_to_the_text_that_asks_for_it(browser: Open, field: str) -> None:
    values = {"name": "Due", "kind": "action_due", "recipient": "action_owner", "offset_days": "0", "subject": "Due",
              "body": "Soon", field: "About {wrong_name}"}  # fmt: skip
    answer = browser(Role.ADMINISTRATOR).send("/reminder-rules/new/", **values)
    is_led_to(answer, field, "The text asks for {wrong_name}, which is not known here")


def test_condition_over_two_columns_leads_to_the_later_of_them(browser: Open) -> None:
    values = {"name": "Due", "kind": "action_due", "recipient": "action_owner", "offset_days": "3", "subject": "Due",
              "body": "Soon"}  # fmt: skip
    answer = browser(Role.ADMINISTRATOR).send("/reminder-rules/new/", **values)
    is_led_to(answer, "offset_days", "A reminder of an action that is due comes on the day or before")


def test_refused_blue_leads_to_the_rating(browser: Open, session: Session) -> None:
    give_starting_words(session)
    action = make.action(session, make.plan(session), make.agency(session), due_on=date(2027, 1, 1))
    session.commit()
    officer, page = browser(Role.OFFICER), f"/actions/{action.id}/progress/"
    blue = make.word(session, ReferenceList.BRAG, "blue").id
    is_led_to(officer.send(page, text="All done", brag_id=blue), "brag_id", "Blue means complete and evidenced")


def test_taken_name_of_an_agency_leads_to_the_name(browser: Open, session: Session) -> None:
    make.agency(session, "Twice")
    kind = make.word(session, ReferenceList.AGENCY_CATEGORY, "other").id
    session.commit()
    answer = browser(Role.ADMINISTRATOR).send("/agencies/new/", name="Twice", category_id=kind, covers="both")
    is_led_to(answer, "name", "There is already an agency of that name.")
